"""``?``: every command that belongs here, with its keys and its sentence."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from sdtui.tui.commands import REGISTRY, Command, Offers, offered
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import fit, wrapped

_KEYS_WIDTH = 18
_TITLES = {"list": "Lists", "app": "Everywhere", "mode": "Modes"}


class HelpScreen(Offers, ModalScreen[None]):
    """Lists the commands of a screen and its widgets, those of its mode first."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command("help.leave", "Close the help", "Back to where you were.", ("escape", "question_mark", "q"), "leave"),
        Command("help.down", "Down", "Further down in the help.", ("j", "down"), "go(1)"),
        Command("help.up", "Up", "Back up in the help.", ("k", "up"), "go(-1)"),
    )

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._commands = _belonging_to(about)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help"):
            yield Static("Keys", classes="dialog-title", markup=False)
            with VerticalScroll():
                yield Static("", id="help-text", markup=False)
            yield Static(Text("esc closes · ↑ ↓ move", inks(self.app.theme).dim), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        self.query_one("#help-text", Static).update(self._text(max(20, width - _KEYS_WIDTH - 1)))

    def action_go(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        self.dismiss()

    def _text(self, width: int) -> Text:
        ink = inks(self.app.theme)
        text = Text()
        room = ""
        for command in self._commands:
            here = command.id.partition(".")[0]
            if here != room:
                text.append(("\n" if room else "") + _TITLES.get(here, here.capitalize()) + "\n", ink.dim)
                room = here
            self._line(text, command, width, ink)
        text.rstrip()
        return text

    @staticmethod
    def _line(text: Text, command: Command, width: int, ink: Inks) -> None:
        first, *rest = wrapped(command.sentence, width)
        text.append(fit(command.all_keys_text, _KEYS_WIDTH), ink.accent)
        text.append(first + "\n", ink.text)
        for line in rest:
            text.append(" " * _KEYS_WIDTH + line + "\n", ink.text)


def _belonging_to(screen: Screen[Any]) -> list[Command]:
    """The commands of everything on ``screen`` and of the app: the screen's own first, each once."""
    found: dict[str, Command] = {}
    for node in (screen, *screen.query("*"), screen.app):
        for bindings in node._bindings.key_to_bindings.values():
            for binding in bindings:
                command = REGISTRY.get(binding.id or "")
                if command is not None:
                    found.setdefault(command.id, command)
    rooms = list(dict.fromkeys(name.partition(".")[0] for name in found))
    last: list[str] = [room for room in ("list", "mode", "app") if room in rooms]
    order = {room: place for place, room in enumerate([room for room in rooms if room not in last] + last)}
    named = [command for command in REGISTRY.values() if command.id in found]
    return sorted(named, key=lambda command: order[command.id.partition(".")[0]])
