"""The options of one prompt, a row each: what is set, and dimmed what it would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment

from sdtui.base.text import safe
from sdtui.trainer.fields import Field
from sdtui.trainer.prompt_file import PromptFile, PromptRow
from sdtui.trainer.prompt_options import FIELDS, NEGATIVE, PROMPT, SEED, option_of, used_keys
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.row_list import RowList

_TITLE = 15
_FOR_ALL = " all"


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option of the prompt under the cursor."""

    field: Field
    value: Any
    """None where it is not set."""
    default: str
    shared: bool
    """It stands in ``[prompt]``, for all prompts together."""

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def text(self) -> str:
        """The value as a person types it."""
        if self.value is None:
            return ""
        return option_of(self.key).written(self.value) if isinstance(self.value, float) else str(self.value)

    @property
    def clearable(self) -> bool:
        """Whether it can be taken out."""
        return self.value is not None and self.key != PROMPT


def option_rows(file: PromptFile, row: PromptRow, script: str, defaults: Mapping[str, Any]) -> list[OptionRow]:
    """What the script looks at, and what else is written."""
    used = (PROMPT, *used_keys(script))
    keys = [key for key in FIELDS if key in used or key in row.values]
    return [OptionRow(FIELDS[key], row.values.get(key), _default(key, defaults), key in file.shared) for key in keys]


def _default(key: str, defaults: Mapping[str, Any]) -> str:
    if key == SEED:
        return "random"
    value = defaults.get(key)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


class OptionList(RowList[OptionRow]):
    """Rows of options."""

    def __init__(self) -> None:
        super().__init__(id="prompt-options")

    def show(self, rows: list[OptionRow]) -> None:
        """Show these; the cursor stays on its option."""
        before, self.rows = self.rows, rows
        if before == rows:
            return
        key = before[self.cursor].key if self.cursor < len(before) else PROMPT
        self.rows_changed(next((index for index, row in enumerate(rows) if row.key == key), 0))

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        option = self.rows[row]
        beside = _FOR_ALL if option.shared else ""
        room = max(0, width - 1 - _TITLE - len(beside))
        return [
            Segment(fit(option.field.title, _TITLE), ink.text),
            self._value(option, room, ink),
            Segment(beside, ink.accent),
            Segment(" "),
        ]

    def _value(self, option: OptionRow, room: int, ink: Inks) -> Segment:
        if option.value is None:
            return Segment(fit(option.default or "·", room), ink.dim)
        style = ink.text if option.key in (PROMPT, NEGATIVE) else ink.strong
        return Segment(fit(safe(option.text), room), style)
