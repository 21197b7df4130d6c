"""Two to six runs beside each other: curves in one chart, the settings that differ, samples of the same prompt.

``app.push_screen(CompareScreen(home, records))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count, plural
from sdtui.runs.past.comparison import SampleRow
from sdtui.runs.record import RunRecord
from sdtui.tui.history import compare_keys
from sdtui.tui.history.compare_chart import CompareChart
from sdtui.tui.history.compared import Seen, legend_lines, prompt_lines, see, whole_lines
from sdtui.tui.history.difference_list import DifferenceList
from sdtui.tui.history.picture_row import PictureRow
from sdtui.tui.page import Page
from sdtui.tui.samples.screen import SamplesScreen
from sdtui.tui.samples.sight import Column, Samples, Sight
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList


class CompareScreen(Page[None]):
    """What is large is one of ``chart``, ``settings``, or nothing (all side by side, with the samples)."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = compare_keys.OFFERED

    def __init__(self, home: Path, records: Sequence[RunRecord]) -> None:
        """``home`` is the project's ``.sdtui``; two to six runs."""
        super().__init__()
        self._home = home
        self._records = tuple(records)
        self.seen: Seen | None = None
        self.large = ""
        self._refusal = ""
        self._prompt, self._row = 0, 0
        """Place among the prompts that have samples, and among the rows of that prompt."""

    def compose(self) -> ComposeResult:
        yield Lines(id="compare-title")
        with Vertical(id="compare"):
            yield Lines(id="compare-legend")
            with Horizontal(id="compare-middle"):
                yield CompareChart(id="compare-chart")
                with Vertical(id="compare-settings"):
                    yield Lines(id="differences-heading")
                    yield DifferenceList()
                    yield Lines(id="difference-whole")
            yield PictureRow(id="compare-samples")
        yield Footer()

    @property
    def _chart(self) -> CompareChart:
        return self.query_one(CompareChart)

    @property
    def shows_samples(self) -> bool:
        """Whether pictures are in sight: a low terminal has them on a key."""
        return not self.large and not self.has_class("-low")

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._show, init=False)
        self.shell.bridge.work(
            self,
            "compare",
            lambda cancelled: see(self._home, self._records, cancelled),
            self._read,
            None,
            self._refused,
        )
        self._show()

    def on_unmount(self) -> None:
        self.shell.bridge.cancel(self, "compare")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 100, "-narrow")
        self.set_class(event.size.height < 32, "-low")
        self.call_after_refresh(self._show)

    def _read(self, seen: Seen) -> None:
        self.seen = seen
        listed = self.query_one(DifferenceList)
        listed.rows, listed.runs = seen.comparison.settings, len(seen.comparison.runs)
        listed.rows_changed(0)
        self._row = max(0, len(self._rows()) - 1)
        self._show()
        # The legend has its lines only now, and the chart another height.
        self.call_after_refresh(self._show)

    def _refused(self, error: SdtuiError) -> None:
        self._refusal = error.sentence()
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.query_one("#compare-title", Lines).show([self._title()])
        seen = self.seen
        for name in ("chart", "settings"):
            self.set_class(self.large == name, f"-{name}")
        self.set_class(seen is not None and not seen.comparison.samples, "-without-samples")
        if seen is not None:
            self.query_one("#compare-legend", Lines).show_fitted(
                lambda width: legend_lines(seen, by_time=self._chart.by_time, width=width)
            )
            self._chart.show_runs(seen)
            self.query_one("#differences-heading", Lines).show([self.query_one(DifferenceList).heading()])
            self._show_samples(seen)
        self.refresh_bindings()

    def _title(self) -> Line:
        if self._refusal:
            return [(" Compare", "strong"), (f"   {self._refusal}", "bad")]
        runs = plural(len(self._records), "run")
        if self.seen is None:
            return [(" Compare", "strong"), (f"   reading {runs}", "dim")]
        return [(" Compare", "strong"), (f"   {runs}", "plain"), (f"   {self._chart.words}", "dim")]

    def _show_samples(self, seen: Seen) -> None:
        rows, indices = self._rows(), seen.prompt_indices
        if not rows:
            return
        row = rows[min(self._row, len(rows) - 1)]
        heading: Line = [
            ("SAMPLES", "dim"),
            (f"  prompt {self._prompt + 1}/{len(indices)}", "plain"),
            (" ▴ ▾", "dim" if len(indices) > 1 else "rest"),
            (f"   nearest to step {count(round(row.step))}", "plain"),
            (" ◂ ▸", "dim" if len(rows) > 1 else "rest"),
        ]
        panel = self.query_one(PictureRow)
        panel.show(heading, row.images, prompt_lines(seen, row.prompt_index))

    def _rows(self) -> list[SampleRow]:
        """The samples of the prompt that is shown."""
        seen = self.seen
        if seen is None or not seen.comparison.samples:
            return []
        prompt = seen.prompt_indices[self._prompt]
        return [row for row in seen.comparison.samples if row.prompt_index == prompt]

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        whole, one = self.query_one("#difference-whole", Lines), self.query_one(DifferenceList).row
        whole.show_fitted(lambda width: whole_lines(one, width) if one is not None else [])

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self.query_one("#differences-heading", Lines).show([self.query_one(DifferenceList).heading()])

    # Actions ------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        if self.large:
            self.action_enlarge("")
        else:
            self.leave_with(None)

    def action_enlarge(self, name: str) -> None:
        self.large = "" if self.large == name else name
        self.set_focus(self.query_one(DifferenceList) if self.large == "settings" else None)
        self._show()
        self.call_after_refresh(self._show)

    def action_samples(self) -> None:
        seen, rows = self.seen, self._rows()
        if seen is None or not rows:
            return
        row = rows[min(self._row, len(rows) - 1)]
        columns = tuple(
            Column(Samples.of(one.past.record, one.past.view, words), (row.step, 0))
            for one, words in zip(seen.comparison.runs, seen.prompts, strict=True)
        )
        self.app.push_screen(SamplesScreen(Sight(columns, row.prompt_index, None), self._home))

    def action_axis(self) -> None:
        self._chart.turn()
        self._show()

    def action_smooth(self) -> None:
        self._chart.smoother()
        self._show()

    def action_scale(self) -> None:
        self._chart.rescale()
        self._show()

    def action_zoom(self, factor: float) -> None:
        self._chart.zoom(factor)
        self._show()

    def action_pan(self, share: float) -> None:
        self._chart.pan(share)
        self._show()

    def action_pictures(self) -> None:
        self.query_one(PictureRow).draw_pictures()

    def action_look(self, prompts: int, moments: int) -> None:
        if self.seen is None:
            return
        if prompts:
            rows = self._rows()
            step = rows[min(self._row, len(rows) - 1)].step
            self._prompt = min(len(self.seen.prompt_indices) - 1, max(0, self._prompt + prompts))
            steps = [abs(row.step - step) for row in self._rows()]
            self._row = steps.index(min(steps))
        self._row = min(len(self._rows()) - 1, max(0, self._row + moments))
        self._show_samples(self.seen)
