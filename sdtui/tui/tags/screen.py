"""The tags of the dataset: how often, where, beside which others; renamed, merged and deleted in every caption.

``app.push_screen(TagsScreen(project, filtered, filter_text), callback)``: the callback gets the text of a filter that
shows the images with a tag, or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Input

from sdtui.base.text import count, plural, safe
from sdtui.base.work import Progress
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.query import tag_filter
from sdtui.dataset.tags import TagTogether
from sdtui.plans.outcome import Applied
from sdtui.tui.commands import key_of
from sdtui.tui.list_page import ListPage
from sdtui.tui.plan.making import Making
from sdtui.tui.tags import keys
from sdtui.tui.tags.beside_pane import BesidePane
from sdtui.tui.tags.changes import TagChanges
from sdtui.tui.tags.counted import Counted, Order, arranged, beside
from sdtui.tui.tags.counted import count as counting
from sdtui.tui.tags.tag_list import TagList
from sdtui.tui.widgets.find_input import FindInput
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList

_REST = 0.08
"""Seconds that the cursor rests before it is counted what stands beside its tag."""


class TagsScreen(ListPage["str | None"]):
    """Every tag of the project. Dismissed with the filter of the tag that was chosen, or None."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = "TagList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, project: Project, filtered: Sequence[Sample] | None = None, filter_text: str = "") -> None:
        """``filtered``: the images that a filter of the text ``filter_text`` left; None where none is set."""
        super().__init__()
        self._project = project
        self._kept = None if filtered is None else frozenset(sample.path for sample in filtered)
        self._filter_text = filter_text
        self._counted: Counted | None = None
        self._counting: Progress | None = Progress(0, None, "images")
        self._order = Order.COUNT
        self._first_subset = 0
        self._beside: tuple[TagTogether, ...] | None = None
        self._resting: Timer | None = None
        self.chosen: set[str] = set()

    def compose(self) -> ComposeResult:
        self._making = Making(self.shell, self, self._show, self._judged, self.shell.explain)
        self._changes = TagChanges(self.shell, self._making)
        yield Lines(id="tags-title")
        with Container(id="tags-body"):
            with Vertical(id="tags-left"):
                yield FindInput("letters of a tag")
                yield Lines(id="tags-heading")
                yield TagList()
            yield BesidePane()
        yield Footer()

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a proposal is being made."""
        return self._making.progress is not None

    @property
    def tag(self) -> str | None:
        """The tag under the cursor."""
        return self._list.tag

    @property
    def subset_names(self) -> list[str]:
        """The subsets in the order of their columns."""
        names = [subset.name for subset in self._project.subsets]
        return names[self._first_subset :] + names[: self._first_subset]

    @property
    def _list(self) -> TagList:
        return self.query_one(TagList)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._list.chosen = self.chosen
        self.watch(self.app, "project", self._project_changed, init=False)
        self.watch(self.app, "theme", self._show, init=False)
        self._count()

    def _project_changed(self, project: Project | None) -> None:
        if project is not None and self.shell.scanning is None:
            self._project = project
            self._count()

    # Counting -----------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        project, kept = self._project, self._kept
        samples = None
        if kept is not None:
            samples = [sample for subset in project.subsets for sample in subset.samples if sample.path in kept]
        self.shell.bridge.work(
            self, "count", lambda cancelled: counting(project, samples, cancelled), self._was_counted, self._progressed
        )
        self._show()

    def _progressed(self, progress: Progress) -> None:
        if self._counting is not None:
            self._counting = progress
            self._show_title()

    def _was_counted(self, counted: Counted) -> None:
        self._counted, self._counting = counted, None
        self.chosen &= {row.tag for row in counted.rows}
        self._arrange()

    def _arrange(self, *, top: bool = False) -> None:
        """List the tags anew, the cursor at the ``top`` or on the tag where it was."""
        counted = self._counted
        if counted is None:
            return
        tag, tags = self.tag, self._list
        first = self.subset_names[0] if self.subset_names else ""
        tags.rows = arranged(counted, self._order, self._finder.value, first)
        tags.filtered = counted.filtered
        tags.subsets = self.subset_names
        tags.images = max(1, sum(subset.img_count for subset in self._project.subsets))
        tags.teaching = (
            ["no tag holds these letters; esc shows all again"]
            if self._finder.value
            else ["no caption has a tag yet", "", "tags are what stands between commas"]
        )
        row = next((row for row, each in enumerate(tags.rows) if each.tag == tag), tags.cursor)
        tags.rows_changed(0 if top else row)
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self._show_title()
        self._show_heading()
        self._show_beside()
        self.refresh_bindings()

    def _show_title(self) -> None:
        self.query_one("#tags-title", Lines).show_fitted(self._title)

    def _title(self, width: int) -> list[Line]:
        if self._counted is None:
            done = self._counting.done if self._counting is not None else 0
            return [[(" Tags", "strong"), (f"   {count(done)} images read", "dim")]]
        every, shown = len(self._counted.rows), len(self._list.rows)
        some = f"{count(shown)} of {plural(every, 'tag')}" if shown != every else plural(every, "tag")
        spans = [(" Tags", "strong"), (f"   {some}", "plain"), (f"   by {self._order_words()}", "dim")]
        if self.chosen:
            spans.append((f"   {count(len(self.chosen))} marked", "accent"))
        if self._filter_text:
            spans.append((f"   filter: {safe(self._filter_text)}", "dim"))
        if self._making.words:
            spans = [(" Tags", "strong"), (f"   {self._making.words}", "plain")]
            spans.append((f"   {key_of('tags.leave')} stops", "dim"))
        return [spans]

    def _order_words(self) -> str:
        words = {Order.COUNT: "count", Order.NAME: "name", Order.FILTER: "count under the filter"}
        return words.get(self._order) or f"count in {safe(self.subset_names[0])}"

    def _show_heading(self) -> None:
        self.query_one("#tags-heading", Lines).show([[(self._list.heading(), "dim")]])

    def _show_beside(self) -> None:
        self.query_one(BesidePane).show_tag(self.tag, self._images_of(self.tag), self._beside)

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        self._beside = None
        self._show_beside()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._look_beside)

    def _look_beside(self) -> None:
        tag, counted = self.tag, self._counted
        if tag is not None and counted is not None:
            self.shell.bridge.work(
                self, "beside", lambda cancelled: beside(counted, tag, cancelled), self._found_beside
            )

    def _found_beside(self, found: tuple[TagTogether, ...]) -> None:
        self._beside = found
        self._show_beside()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()
        self._show_beside()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_images()

    # Looking around -----------------------------------------------------------------------------------------------

    def on_input_changed(self, _event: Input.Changed) -> None:
        self._arrange(top=True)

    def action_order(self) -> None:
        orders = [order for order in Order if order is not Order.FILTER or self._kept is not None]
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._arrange(top=True)

    def action_subset(self, way: int) -> None:
        self._first_subset = (self._first_subset + way) % len(self._project.subsets)
        self._arrange()

    def action_mark(self) -> None:
        tag = self.tag
        if tag is not None:
            self.chosen ^= {tag}
            self._list.row_changed(self._list.cursor)
            self._list.action_move(1)
            self._show_title()
            self.refresh_bindings()

    def action_images(self) -> None:
        if self.tag is not None:
            self.leave_with(tag_filter(self.tag))

    def action_leave(self) -> None:
        if self.busy:
            self._making.stop()
        elif self._finding:
            self._find_no_more()
        elif self.chosen:
            self.chosen.clear()
            self._list.redraw()
            self._show()
        else:
            self.leave_with(None)

    # Changing -----------------------------------------------------------------------------------------------------

    def action_rename(self) -> None:
        if self.tag is not None:
            self._changes.rename(self._project, self.tag, self._images_of(self.tag))

    def action_merge(self) -> None:
        if self._counted is not None and self.tag is not None:
            self._changes.merge(self._project, self._counted, self.chosen or {self.tag})

    def action_remove(self) -> None:
        if self.tag is not None:
            self._changes.remove(self._project, self.tag)

    def _images_of(self, tag: str | None) -> int:
        return self._counted.totals.get(tag, 0) if self._counted is not None and tag is not None else 0

    def _judged(self, applied: Applied | None) -> None:
        if applied is not None:
            self.chosen.clear()
            self._show()
