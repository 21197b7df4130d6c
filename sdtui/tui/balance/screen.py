"""The Balance screen: repeats, shares and length of a training, changed and counted live, written as a Plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from sdtui.base.errors import SdtuiError
from sdtui.base.text import plural
from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.project import Project, Subset
from sdtui.dataset.training_steps import training_steps
from sdtui.edits.as_trained import as_trained
from sdtui.edits.proposal import Proposal
from sdtui.edits.repeats import repeats_plan
from sdtui.plans.outcome import Applied
from sdtui.tui.balance import keys
from sdtui.tui.balance.pace import newest_pace
from sdtui.tui.balance.table import BalanceTable
from sdtui.tui.balance.wish import Wish, read_share
from sdtui.tui.balance.words import Counted, length_lines, wish_line
from sdtui.tui.buckets.screen import BucketsScreen
from sdtui.tui.config.opening import edit_config
from sdtui.tui.dataset.repeats import as_wanted
from sdtui.tui.dialogs import AskText
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.undoing import Undoes
from sdtui.tui.widgets.lines import Line, Lines, wrap
from sdtui.tui.widgets.virtual_list import VirtualList

_QUESTIONS = {
    "steps": ("Steps of the whole training", "The epochs follow from it; empty goes back to epochs."),
    "epochs": ("Epochs", "How often the trainer goes through all entries."),
    "batch": ("Images in a batch", "A config that says a batch_size wins in the trainer."),
    "accumulation": ("Batches that make one step", "Gradients are gathered over so many batches."),
    "processes": ("GPUs that train together", "Each takes its part of the batches."),
}


class BalanceScreen(Undoes, ModeScreen):
    """Mode 3."""

    MODE = "balance"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self) -> None:
        super().__init__()
        self.wish = Wish()
        self._project: Project | None = None
        self._counted: Counted | None = None

    def compose_body(self) -> ComposeResult:
        with Vertical(id="balance"):
            yield Lines(id="balance-heading")
            yield BalanceTable()
            yield Lines(id="balance-wish")
            yield Lines(id="balance-length")

    @property
    def table(self) -> BalanceTable:
        return self.query_one(BalanceTable)

    @property
    def subset(self) -> Subset | None:
        """The subset under the cursor."""
        return self.table.subset

    def left_out(self, subset: Subset) -> bool:
        """Whether it is not trained: its repeats change nothing."""
        return bool(self.table.entries) and subset.name not in self.table.entries

    # Showing ------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()
        self.watch_project(self._project_changed)
        self.watch(self.app, "scanning", self._count, init=False)
        self.watch(self.app, "theme", self._show, init=False)

    def _project_changed(self, project: Project | None) -> None:
        self._project = self.table.project = project
        if project is not None:
            names = {subset.name for subset in project.subsets}
            kept = {name: share for name, share in self.wish.shares.items() if name in names}
            wished = {name: count for name, count in self.wish.repeats.items() if name in names}
            self.wish = replace(self.wish, shares=kept, repeats=wished)
        self.table.rows_changed()
        self._wished(self.wish)

    def _wished(self, wish: Wish) -> None:
        """Show ``wish`` and count what it makes."""
        self.wish = self.table.wish = wish
        self.table.redraw()
        self._show()
        self._count()
        self.refresh_bindings()

    def _count(self) -> None:
        project = self._project
        if project is None or self.shell.scanning is not None:
            self._show()
            return
        wish = self.wish
        wanted = as_wanted(project, wish.repeats)

        def count() -> Counted:
            trained, left_out = as_trained(wanted, {} if wish.batch is None else {"batch_size": wish.batch})
            counted = training_steps(trained, wish.length, wish.batch if wanted.toml else None)
            entries = {subset.name: subset.entries for subset in epoch_of(trained).subsets}
            return Counted(entries, counted, newest_pace(project.home), left_out)

        self.shell.bridge.call(self, "count", count, self._was_counted, self._uncountable)

    def _was_counted(self, counted: Counted) -> None:
        self._counted = counted
        self.table.entries = counted.entries
        self.table.redraw()
        self._show()
        self.refresh_bindings()

    def _uncountable(self, error: SdtuiError) -> None:
        self._counted, self.table.entries = None, {}
        self.table.redraw()
        self.query_one("#balance-length", Lines).show_fitted(lambda width: wrap(error.sentence(), width, "bad"))

    def _show(self) -> None:
        self.query_one("#balance-heading", Lines).show_fitted(lambda width: [[(self.table.heading(width), "dim")]])
        self.query_one("#balance-wish", Lines).show([wish_line(self._project, self.wish)])
        self.query_one("#balance-length", Lines).show_fitted(self._length)

    def _length(self, width: int) -> list[Line]:
        if self._project is None and self.shell.scanning is None:
            return []  # it could not be opened: there is nothing to count
        return length_lines(self._counted, self.wish, width)

    # Actions ------------------------------------------------------------------------------------------------------

    def on_virtual_list_moved(self) -> None:
        self.refresh_bindings()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_ask_share()

    def action_repeat(self, more: int) -> None:
        if self.subset is not None and self._project is not None:
            now = self.wish.repeats.get(self.subset.name, self.subset.num_repeats)
            self._wished(self.wish.with_repeats(self._project, self.subset.name, now + more))

    def action_ask_repeats(self) -> None:
        subset, project = self.subset, self._project
        if subset is None or project is None:
            return

        def answered(text: str | None) -> None:
            number = _whole(text)
            if number is not None:
                self._wished(self.wish.with_repeats(project, subset.name, number))
            elif text is not None:
                self.shell.say(f"“{text}” is no number of repeats: a whole number from 1 on is.", "warning")

        now = self.wish.repeats.get(subset.name, subset.num_repeats)
        sentence = f"{plural(subset.img_count, 'image')}, each as often an epoch as you say."
        self.app.push_screen(AskText(f"Repeats of {subset.name}", sentence, str(now)), answered)

    def action_ask_share(self) -> None:
        subset, project = self.subset, self._project
        if subset is None or project is None or subset.is_reg:
            return

        def answered(text: str | None) -> None:
            if text is None:
                return
            try:
                share = read_share(text) if text.strip() else None
                self._wished(self.wish.with_share(project, subset.name, share))
            except ValueError as error:
                why = str(error) if str(error) != text else "a share is more than 0% and less than 100%"
                self.shell.say(f"“{text}”: {why}.", "warning")

        share = self.wish.shares.get(subset.name)
        sentence = "The part of an epoch that it should have, such as 30%. Subsets without a wish keep their repeats."
        value = "" if share is None else f"{share:.0%}"
        self.app.push_screen(AskText(f"Share of {subset.name}", sentence, value), answered)

    def action_equal(self) -> None:
        if self._project is not None:
            self._wished(self.wish.equal(self._project))

    def action_divide(self) -> None:
        if self._project is not None:
            self._wished(self.wish.divided(self._project))

    def action_ask(self, what: str) -> None:
        def answered(text: str | None) -> None:
            number = _whole(text)
            if number is not None:
                self._wished(self.wish.with_number(what, number))
            elif text is not None and not text.strip() and what in ("steps", "batch"):
                self._wished(self.wish.with_number(what, None))
            elif text is not None:
                self.shell.say(f"“{text}” is no whole number from 1 on.", "warning")

        title, sentence = _QUESTIONS[what]
        now = getattr(self.wish, what)
        self.app.push_screen(AskText(title, sentence, "" if now is None else str(now)), answered)

    def action_reset(self) -> None:
        self._wished(replace(self.wish, repeats={}, shares={}))

    def action_apply(self) -> None:
        project, wish = self._project, self.wish
        if project is None or not wish.repeats:
            return

        def proposed(proposal: Proposal) -> None:
            self.app.push_screen(PlanScreen(proposal), applied)

        def applied(done: Applied | None) -> None:
            if done is not None:
                self._wished(replace(self.wish, repeats={}, shares={}))

        def propose() -> Proposal:
            plan = repeats_plan(project, wish.repeats)
            return Proposal(plan.title, plan)

        self.shell.bridge.call(self, "propose", propose, proposed)

    def action_buckets(self) -> None:
        def chosen(image: Path | None) -> None:
            if image is None:
                return
            from sdtui.tui.dataset.screen import DatasetScreen

            self.shell.action_mode("dataset")
            if isinstance(self.shell.screen, DatasetScreen):
                self.shell.screen.show_sample(image)

        if self._project is not None:
            self.app.push_screen(BucketsScreen(self._project, self.wish.batch), chosen)

    def action_config(self) -> None:
        edit_config(self, self.subset)


def _whole(text: str | None) -> int | None:
    number = (text or "").strip()
    return int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10**9 else None
