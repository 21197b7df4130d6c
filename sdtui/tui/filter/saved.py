"""Filters that were saved under a name: chosen, saved, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from sdtui.base.text import safe
from sdtui.dataset import saved_filters
from sdtui.tui.commands import Command, key_of, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Candidate, Finder

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class SavedFilters(Finder):
    """The saved filters, and after them those that were used before."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "saved.delete",
            "Delete the saved filter",
            "Deletes the marked filter; its name is free again.",
            ("ctrl+d",),
            "delete",
            "delete",
            priority=True,
        ),
    )

    def __init__(self, saved: Mapping[str, str], earlier: Sequence[str], delete: Callable[[str], None]) -> None:
        self._saved = dict(saved)
        self._earlier = [text for text in earlier if text not in self._saved.values()]
        self._delete = delete
        super().__init__(f"Which filter? {key_of('saved.delete')} deletes a saved one", self._listed())

    def text_of(self, index: int) -> str:
        """The filter of a row."""
        return [*self._saved.values(), *self._earlier][index]

    def _listed(self) -> list[Candidate]:
        named = [Candidate(safe(name), note=safe(text)) for name, text in self._saved.items()]
        return [*named, *(Candidate(safe(text), "used before") for text in self._earlier)]

    def action_delete(self) -> None:
        index = self.marked
        if index is not None and index < len(self._saved):
            name = list(self._saved)[index]
            del self._saved[name]
            self._delete(name)
            self.take(self._listed())


def choose(shell: SdtuiApp, earlier: Sequence[str], chosen: Callable[[str], None]) -> None:
    """List them; ``chosen`` gets the text of one."""
    home = _home(shell)
    if home is None:
        return

    def listed(saved: Mapping[str, str]) -> None:
        if not saved and not earlier:
            shell.say(f"No filter is saved yet. Type one, and {key_of('filter.save')} saves it under a name.")
            return

        def delete(name: str) -> None:
            shell.bridge.write(shell, lambda: saved_filters.delete(home, name), lambda _none: None)

        def picked(index: int | None) -> None:
            if index is not None:
                chosen(finder.text_of(index))

        finder = SavedFilters(saved, earlier, delete)
        shell.push_screen(finder, picked)

    shell.bridge.call(shell, "saved filters", lambda: saved_filters.load(home), listed)


def ask_name(shell: SdtuiApp, text: str) -> None:
    """Ask for a name and save ``text`` under it."""
    home = _home(shell)
    if home is None:
        return

    def named(name: str | None) -> None:
        if name is not None and name.strip():
            kept = name.strip()
            shell.bridge.write(
                shell,
                lambda: saved_filters.save(home, kept, text),
                lambda _none: shell.say(f"Saved as “{kept}”. {key_of('filter.saved')} in the filter lists it."),
            )

    shell.push_screen(AskText("Save the filter under which name?", text), named)


def _home(shell: SdtuiApp) -> Path | None:
    return shell.project.home if shell.project is not None else None
