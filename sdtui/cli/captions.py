"""``sdtui captions``: list and edit what is trained beside the images, and take edits back."""

from __future__ import annotations

import importlib

import click

from sdtui.cli.groups import NearestGroup

_COMMANDS = {
    "list": ("caption_list", "list_command"),
    "edit": ("caption_edit", "edit_command"),
    "paste": ("caption_paste", "paste_command"),
    "undo": ("caption_undo", "undo_command"),
    "redo": ("caption_undo", "redo_command"),
    "recover": ("caption_undo", "recover_command"),
}


class _Captions(NearestGroup):
    """Each command is imported when it is used, so that listing captions stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"sdtui.cli.{module}"), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Captions)
def command() -> None:
    """List and edit captions, and take edits back."""
