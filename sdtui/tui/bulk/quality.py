"""Quality tiers: a table of subsets with what is put in front of their captions, and how often they repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count, plural, safe
from sdtui.dataset.project import Project
from sdtui.edits.quality import QualityTable, Tier, load_table, propose, tiered, with_tier
from sdtui.edits.repeats import stable_name
from sdtui.plans.outcome import Applied
from sdtui.tui.commands import Command, Offers, key_of, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.leaving import LeavesOnce
from sdtui.tui.plan.making import Making
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_NAME = 24
_IMAGES = 8
_REPEATS = 14
_SENTENCE = (
    "What is put in front of the captions of each subset, and how often it repeats. Applied again it changes nothing; "
    "another prefix takes the earlier one away first."
)


_KEYS = (
    ("quality.prefix", "prefix"),
    ("quality.repeats", "repeats"),
    ("quality.clear", "none"),
    ("quality.trigger", "trigger"),
    ("quality.show", "preview"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One subset, or subsets of one name."""

    name: str
    images: int
    repeats: int


class TierList(VirtualList):
    """One row a subset."""

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(id="tiers")
        self.rows = rows
        self.table = QualityTable()

    def row_count(self) -> int:
        return len(self.rows)

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        shown = self.rows[row]
        tier = self.table.tiers.get(shown.name, Tier())
        changed = tier.repeats is not None and tier.repeats != shown.repeats
        repeats = f"{shown.repeats} → {tier.repeats}×" if changed else f"{shown.repeats}×"
        prefix = safe(tier.prefix) if tier.prefix else "nothing"
        room = max(0, width - _NAME - _IMAGES - _REPEATS - 3)
        return [
            Segment(fit(safe(shown.name), _NAME), ink.text),
            Segment(fit_right(count(shown.images), _IMAGES), ink.dim),
            Segment(fit_right(repeats, _REPEATS), ink.accent if changed else ink.text),
            Segment("   "),
            Segment(fit(prefix, room), ink.text if tier.prefix else ink.faint),
        ]


def _at_rest(screen: QualityScreen) -> bool:
    return screen.at_rest


class QualityScreen(Offers, ModalScreen["Applied | None"], LeavesOnce["Applied | None"]):
    """The table, changed here and shown as a proposal. Dismissed with what was applied, or None."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command("quality.prefix", "Set the prefix", "Asks what is put in front.", ("enter",), "prefix", when=_at_rest),
        Command("quality.repeats", "Set the repeats", "Asks how often.", ("equals_sign",), "repeats", when=_at_rest),
        Command("quality.clear", "No tier", "Takes prefix and repeats away.", ("x", "delete"), "clear", when=_at_rest),
        Command("quality.trigger", "Set the trigger", "Prefixes go behind it.", ("t",), "trigger", when=_at_rest),
        Command("quality.show", "Show what would change", "Makes the proposal.", ("a",), "show", when=_at_rest),
        Command("quality.leave", "Leave", "Closes the table; nothing changes.", ("escape",), "leave"),
    )

    def __init__(self, project: Project, limit: int) -> None:
        super().__init__()
        self._project = project
        self._limit = limit
        self._read = False

    def compose(self) -> ComposeResult:
        self._making = Making(self.shell, self, self._show, self._judged, self.shell.explain)
        with Vertical(classes="dialog", id="quality"):
            yield Static("Quality tiers", classes="dialog-title", markup=False)
            yield Static(_SENTENCE, id="quality-sentence", markup=False)
            yield Static(self._heading(), id="quality-heading", markup=False)
            yield TierList(rows_of(self._project))
            yield Static("", id="quality-trigger", markup=False)
            yield Static("", classes="dialog-keys", id="quality-keys", markup=False)

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    @property
    def at_rest(self) -> bool:
        """Whether the table was read and no proposal is being made."""
        return self._read and self._making.progress is None

    @property
    def _tiers(self) -> TierList:
        return self.query_one(TierList)

    @property
    def _row(self) -> Row:
        return self._tiers.rows[self._tiers.cursor]

    @property
    def _tier(self) -> Tier:
        return self._tiers.table.tiers.get(self._row.name, Tier())

    def on_mount(self) -> None:
        self._tiers.focus()
        home = self._project.home
        self.shell.bridge.call(self, "table", lambda: load_table(home), self._loaded, self._unreadable)
        self._show()

    def _loaded(self, table: QualityTable) -> None:
        self._read = True
        self._change(table)

    def _unreadable(self, error: SdtuiError) -> None:
        self.shell.explain(error)
        self.leave_with(None)

    # Showing ------------------------------------------------------------------------------------------------------

    def _heading(self) -> Text:
        heading = f" {fit('SUBSET', _NAME)}{fit_right('IMAGES', _IMAGES)}{fit_right('REPEATS', _REPEATS)}   IN FRONT"
        return Text(heading, inks(self.app.theme).dim, no_wrap=True)

    def _change(self, table: QualityTable) -> None:
        self._tiers.table = table
        self._tiers.redraw()
        self._show()

    def _show(self) -> None:
        ink = inks(self.app.theme)
        trigger = self._tiers.table.trigger
        words = (
            f"Prefixes go behind the trigger word {safe(trigger)}." if trigger else "No trigger word: prefixes lead."
        )
        self.query_one("#quality-trigger", Static).update(Text(words, ink.dim), layout=False)
        text = Text(no_wrap=True, overflow="ellipsis")
        keys = [*_KEYS, ("quality.leave", "leave")]
        if self._making.words:
            text.append(self._making.words, ink.text)
            keys = [("quality.leave", "stop")]
        for name, label in keys:
            text.append("   " if text else "")
            text.append(key_of(name), ink.accent)
            text.append(f" {label}", ink.text)
        self.query_one("#quality-keys", Static).update(text, layout=False)

    # Changing the table -------------------------------------------------------------------------------------------

    def _set(self, prefix: str, repeats: int | None) -> None:
        try:
            self._change(with_tier(self._tiers.table, self._row.name, prefix, repeats))
        except SdtuiError as error:
            self.shell.explain(error)

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_prefix()

    def action_prefix(self) -> None:
        def answered(prefix: str | None) -> None:
            if prefix is not None:
                self._set(prefix, self._tier.repeats)

        sentence = f"In front of the captions of {plural(self._row.images, 'image')}: “high quality”. Empty: nothing."
        self.app.push_screen(AskText(f"Prefix of {self._row.name}", sentence, self._tier.prefix), answered)

    def action_repeats(self) -> None:
        def answered(text: str | None) -> None:
            if text is None:
                return
            number = text.strip()
            if not number:
                self._set(self._tier.prefix, None)
            elif number.isascii() and number.isdigit():
                self._set(self._tier.prefix, int(number))
            else:
                self.shell.say(f"“{text}” is no number of repeats: a whole number from 1 on is.", "warning")

        now = self._tier.repeats or self._row.repeats
        sentence = "How often each of its images counts an epoch. Empty: as it is."
        self.app.push_screen(AskText(f"Repeats of {self._row.name}", sentence, str(now)), answered)

    def action_clear(self) -> None:
        self._set("", None)

    def action_trigger(self) -> None:
        def answered(word: str | None) -> None:
            if word is not None:
                self._change(msgspec.structs.replace(self._tiers.table, trigger=word.strip()))

        sentence = "Where a caption begins with it as a tag, the prefix goes behind it. Empty: prefixes lead."
        self.app.push_screen(AskText("Trigger word", sentence, self._tiers.table.trigger), answered)

    # The proposal -------------------------------------------------------------------------------------------------

    def action_show(self) -> None:
        project, table, limit = self._project, self._tiers.table, self._limit
        self._making.begin(lambda cancelled: propose(project, table, limit=limit, cancelled=cancelled))

    def _judged(self, applied: Applied | None) -> None:
        if applied is not None:
            self.leave_with(applied)

    def action_leave(self) -> None:
        if self._making.progress is not None:
            self._making.stop()
        else:
            self.leave_with(None)


def rows_of(project: Project) -> list[Row]:
    """The subsets that can have a tier, by their names without repeats."""
    rows = []
    for name in dict.fromkeys(stable_name(subset) for subset in project.subsets):
        subsets = tiered(project, name)
        rows.append(Row(name, sum(subset.img_count for subset in subsets), subsets[0].num_repeats))
    return rows
