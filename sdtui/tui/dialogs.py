"""Questions: a sentence or two, and the keys that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from sdtui.base.text import safe, safe_lines
from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.theme import inks
from sdtui.tui.widgets.line_input import LineInput


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer: a key, what it does, and the value that the dialog gives back."""

    key: str
    label: str
    value: str


def _answers_text(answers: tuple[Answer, ...], theme: str) -> Text:
    ink = inks(theme)
    text = Text()
    gap = ""
    for answer in answers:
        text.append(gap)
        text.append(answer.key, ink.accent + Style(bold=True))
        text.append(f" {answer.label}" if answer.label else "", ink.text)
        gap = "   " if answer.label else " "  # keys of one kind stand together, the last one with their word
    return text


class Ask(ModalScreen[str]):
    """A question with a few answers on keys. Escape gives the last answer: the one that changes nothing."""

    def __init__(self, title: str, sentences: str | Text, answers: tuple[Answer, ...]) -> None:
        super().__init__()
        self._title = title
        self._sentences = Text(safe_lines(sentences)) if isinstance(sentences, str) else sentences
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(safe(self._title)), classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-body"):
                yield Static(self._sentences, markup=False)
            yield Static(_answers_text(self._answers, self.app.theme), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_key(self, event: events.Key) -> None:
        pressed = {event.key, event.character}
        for answer in self._answers:
            if answer.key in pressed or (answer.key == "esc" and event.key == "escape"):
                event.stop()
                self.dismiss(answer.value)
                return
        if event.key == "escape":
            event.stop()
            self.dismiss(self._answers[-1].value)
        elif event.key in ("j", "k"):
            event.stop()
            self.query_one(VerticalScroll).scroll_relative(y=1 if event.key == "j" else -1, animate=False)


class AskText(Offers, ModalScreen[str | None]):
    """A question that is answered by typing; None when it was left."""

    BINDINGS: ClassVar = offered(
        Command("ask.accept", "Accept", "Takes what was typed.", ("enter",), "accept", priority=True),
        Command("ask.leave", "Leave", "Closes the question; nothing changes.", ("escape",), "leave", priority=True),
    )

    def __init__(self, title: str, sentences: str = "", value: str = "") -> None:
        super().__init__()
        self._title = title
        self._sentences = sentences
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(safe(self._title)), classes="dialog-title", markup=False)
            if self._sentences:
                yield Static(Text(safe_lines(self._sentences)), classes="dialog-note", markup=False)
            yield LineInput(self._value)
            answers = (Answer("enter", "accept", ""), Answer("esc", "leave", ""))
            yield Static(_answers_text(answers, self.app.theme), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(LineInput).action_select_all()

    def action_accept(self) -> None:
        self.dismiss(self.query_one(LineInput).value)

    def action_leave(self) -> None:
        self.dismiss(None)
