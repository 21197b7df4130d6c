"""Which dataset? Recent projects first, then the folders here; a few typed letters find any of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from sdtui.base.errors import SdtuiError
from sdtui.base.files import folder_entries
from sdtui.base.paths import natural_key, shown
from sdtui.base.text import safe
from sdtui.dataset.jump import fuzzy
from sdtui.tui import recent
from sdtui.tui.commands import Command, Offers, key_of, offered
from sdtui.tui.picker.look import Look, is_dataset_config, look_at, looks
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_BESIDE = 28


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to choose."""

    path: Path
    text: str
    """Safe text that is shown and searched."""
    beside: str = ""
    opens: bool = False
    """Enter opens it as a project; otherwise it goes into the folder."""


@dataclass(frozen=True, slots=True)
class Here:
    """What stands in one folder."""

    folder: Path
    look: Look
    folders: tuple[Path, ...]
    configs: tuple[Path, ...]


def read_here(folder: Path) -> Here:
    """The folders and dataset configs in ``folder``, hidden ones last. Raises UnreadableError."""
    folders: list[str] = []
    configs: list[str] = []
    with folder_entries(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.name.lower().endswith(".toml"):
                configs.append(entry.name)
    ordered = sorted(folders, key=lambda name: (name.startswith("."), natural_key(name)))
    tomls = [folder / name for name in sorted(configs, key=natural_key)]
    return Here(
        folder,
        look_at(folder),
        tuple(folder / name for name in ordered),
        tuple(path for path in tomls if is_dataset_config(path)),
    )


class PlaceList(VirtualList):
    """Recent projects, and what stands in the folder."""

    def __init__(self) -> None:
        super().__init__(id="places")
        self.leads = True
        self.rows: Sequence[Row] = ()

    def row_count(self) -> int:
        return len(self.rows)

    def empty_text(self) -> list[str]:
        return ["Nothing here matches.", "", "A path such as ~/data/ goes there."]

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        place = self.rows[row]
        text = fit(place.text, max(1, width - _BESIDE - 2))
        return [
            Segment(text, ink.text if place.opens else ink.dim),
            Segment(f" {fit_right(place.beside, _BESIDE)} ", ink.dim),
        ]


class PickerScreen(Offers, Screen[Path | None]):
    """Gives back the folder or TOML to open, None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "picker.choose",
            "Open",
            "Opens the dataset under the cursor, or goes into the folder.",
            ("enter",),
            "choose",
            "open",
            rank=1,
            priority=True,
        ),
        Command(
            "picker.into",
            "Go in",
            "Goes into the folder under the cursor.",
            ("right",),
            "into",
            "go in",
            rank=2,
            priority=True,
        ),
        Command("picker.up", "Go up", "To the folder above.", ("left",), "up", "go up", rank=3, priority=True),
        Command("picker.down", "Down", "To the next row.", ("down",), "move(1)", priority=True),
        Command("picker.previous", "Up", "To the row before.", ("up",), "move(-1)", priority=True),
        Command("picker.page_down", "Page down", "One screenful down.", ("pagedown",), "page(1)", priority=True),
        Command("picker.page_up", "Page up", "One screenful up.", ("pageup",), "page(-1)", priority=True),
        Command(
            "picker.leave",
            "Leave",
            "Back to where you were; ends sdtui where nothing is open.",
            ("escape",),
            "leave",
            "leave",
            rank=5,
            priority=True,
        ),
    )

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._here: Here | None = None
        self._looks: dict[Path, Look] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="picker"):
            yield Static("", id="picker-title", markup=False)
            yield LineInput(placeholder="letters of a name, or a path such as ~/data/", id="picker-query")
            yield PlaceList()
            yield Static(
                f"bright rows look like datasets; {key_of('picker.choose')} opens them", id="picker-hint", markup=False
            )
        yield Footer()

    def on_mount(self) -> None:
        if not self.is_attached:
            return  # it was left again before it was there
        self.query_one(LineInput).focus()
        self._go(self._folder)

    @property
    def _bridge_app(self) -> SdtuiApp:
        return cast("SdtuiApp", self.app)

    @property
    def _places(self) -> PlaceList:
        return self.query_one(PlaceList)

    # Going about --------------------------------------------------------------------------------------------------

    def _go(self, folder: Path, typed: str | None = None) -> None:
        """Look into ``folder``; ``typed`` is what of the typed text led there, all of it where None."""
        folder = Path(os.path.normpath(folder.absolute()))
        self._bridge_app.bridge.call(
            self, "here", lambda: read_here(folder), lambda here: self._arrived(here, typed), self._unreadable
        )

    def _arrived(self, here: Here, typed: str | None) -> None:
        came_from = self._here.folder if self._here is not None else None
        self._here = here
        self._looks = {}
        title = Text(" Open a dataset", inks(self.app.theme).strong)
        title.append(f"   {safe(shown(here.folder))}", inks(self.app.theme).accent)
        self.query_one("#picker-title", Static).update(title)
        query = self.query_one(LineInput)
        query.value = query.value.removeprefix(typed) if typed is not None else ""
        query.cursor_position = len(query.value)
        self._list(came_from)
        if here.folders:
            folders = here.folders
            self._bridge_app.bridge.call(self, "looks", lambda: looks(folders), self._looked)

    def _unreadable(self, error: SdtuiError) -> None:
        self._bridge_app.explain(error)
        if self._here is None and self._folder != Path.home():
            self._go(Path.home())

    def _looked(self, found: dict[Path, Look]) -> None:
        self._looks = found
        places = self._places
        self._list(places.rows[places.cursor].path if places.rows else None)

    def _list(self, keep: Path | None = None) -> None:
        query = self.query_one(LineInput).value.strip()
        rows = self._rows(hidden=query.startswith("."))
        if query:
            matches = fuzzy(query, [row.text for row in rows], None)
            rows = [rows[match.index] for match in matches]
        places = self._places
        places.rows = rows
        at = next((place for place, row in enumerate(rows) if row.path == keep), 0) if keep is not None else 0
        places.rows_changed(at)

    def _rows(self, *, hidden: bool) -> list[Row]:
        here = self._here
        rows = [Row(path, safe(shown(path)), "recent", True) for path in recent.projects()]
        if here is None:
            return rows
        rows.append(Row(here.folder, "./", here.look.words or "open this folder anyway", True))
        rows.append(Row(here.folder.parent, "../", ""))
        rows.extend(Row(path, safe(path.name), "dataset config", True) for path in here.configs)
        for path in here.folders:
            if hidden or not path.name.startswith("."):
                look = self._looks.get(path, Look("", False))
                rows.append(Row(path, f"{safe(path.name)}/", look.words, look.is_dataset))
        return rows

    # Events -------------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        path, slash, _name = event.value.rpartition("/")
        folder = (self._here.folder if self._here is not None else Path.cwd()) / _typed_path(path + slash)
        if slash and folder.is_dir():
            self._go(folder, path + slash)
        else:
            self._list()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_choose()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_choose(self) -> None:
        typed = _typed_path(self.query_one(LineInput).value.strip())
        places = self._places
        if typed.is_absolute() and typed.exists():
            self.dismiss(typed)
        elif places.rows:
            row = places.rows[places.cursor]
            if row.opens:
                self.dismiss(row.path)
            else:
                self._go(row.path)

    def action_into(self) -> None:
        places = self._places
        if places.rows and places.rows[places.cursor].path.is_dir():
            self._go(places.rows[places.cursor].path)

    def action_up(self) -> None:
        if self._here is not None:
            self._go(self._here.folder.parent)

    def action_move(self, rows: int) -> None:
        self._places.action_move(rows)

    def action_page(self, pages: int) -> None:
        self._places.action_page(pages)

    def action_leave(self) -> None:
        self.dismiss(None)


def _typed_path(typed: str) -> Path:
    try:
        return Path(typed).expanduser()
    except RuntimeError:  # ~somebody who is not known here
        return Path(typed)
