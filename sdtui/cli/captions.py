"""``sdtui captions``: list and edit what is trained beside the images."""

from __future__ import annotations

import click

from sdtui.cli.caption_list import list_command
from sdtui.cli.groups import NearestGroup


@click.group(cls=NearestGroup)
def command() -> None:
    """List and edit captions."""


command.add_command(list_command)
