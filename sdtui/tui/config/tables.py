"""The tables of a config: what holds for all, for one dataset, for one subset."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from rich.segment import Segment

from sdtui.base.text import count, safe
from sdtui.trainer.dataset_key_rows import ConfigTable
from sdtui.trainer.dataset_keys import Mode
from sdtui.tui.checks.finding_list import severity_mark
from sdtui.tui.config.looked import Looked
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

KINDS: dict[Mode, str] = {
    "dreambooth": "caption files",
    "finetuning": "metadata files",
    "controlnet": "masks",
}
_COUNT = 5
_MARK = 2


class TableList(VirtualList):
    """One row a table, indented as they belong together."""

    def __init__(self) -> None:
        super().__init__(id="config-tables")
        self.looked: Looked | None = None
        self.tables: tuple[ConfigTable, ...] = ()

    @property
    def table(self) -> ConfigTable | None:
        """The one under the cursor."""
        return self.tables[self.cursor] if self.cursor < len(self.tables) else None

    def take(self, looked: Looked) -> None:
        """Show these; the cursor stays with its table."""
        here = self.table.place if self.table is not None else None
        self.looked, self.tables = looked, looked.tables
        places = [table.place for table in self.tables]
        self.rows_changed(places.index(here) if here in places else None)

    def row_count(self) -> int:
        return len(self.tables)

    def heading(self, width: int) -> str:
        """The words over the columns."""
        return f" {fit('TABLE', max(0, width - 2 - _COUNT - _MARK))}{fit_right('SET', _COUNT)}"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        table = self.tables[row]
        indent = 2 * (len(table.place) // 2)
        worst = self.looked.worst(table.place, within=True) if self.looked is not None else None
        mark, style = severity_mark(worst, ink) if worst is not None else ("", ink.dim)
        name, beside = title_of(table)
        room = max(0, width - 1 - indent - _COUNT - _MARK)
        shown = fit(name, room)
        if beside and len(name) + len(beside) + 2 <= room:
            shown = name
        gap = room - len(shown)
        return [
            Segment(" " * indent),
            Segment(shown, ink.text),
            *([Segment(fit(f"  {beside}", gap), ink.dim)] if gap else []),
            Segment(fit_right(count(len(table.written)) if table.written else "·", _COUNT), ink.dim),
            Segment(fit_right(mark, _MARK), style),
            Segment(" "),
        ]


def title_of(table: ConfigTable) -> tuple[str, str]:
    """What a table is called, and what is said beside it."""
    if table.level == "general":
        return "general", "for all"
    if table.level == "dataset":
        number = table.place[1]
        assert isinstance(number, int) and table.mode is not None
        return f"dataset {number + 1}", KINDS[table.mode]
    named = table.written.get("metadata_file" if table.mode == "finetuning" else "image_dir")
    return _last_part(named) or f"subset {int(table.place[-1]) + 1}", _repeats(table.written.get("num_repeats"))


def _last_part(path: Any) -> str:
    if not isinstance(path, str):
        return ""
    return safe(PurePosixPath(path.replace("\\", "/")).name)


def _repeats(number: Any) -> str:
    return f"{count(number)}×" if isinstance(number, int) and not isinstance(number, bool) else ""
