"""What the Dataset screen shows: the subsets of a project, the images of one, the picture and caption of an image."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from sdtui.dataset.marks import NO_MARKS, Marks
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.query import QueryError
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.caption.pane import CaptionPane
from sdtui.tui.commands import key_of
from sdtui.tui.dataset.filtered import Filtered
from sdtui.tui.dataset.grid import ImageGrid
from sdtui.tui.dataset.image_list import ImageList
from sdtui.tui.dataset.places import Places, place_of, successor
from sdtui.tui.dataset.repeats import Repeats, as_wanted
from sdtui.tui.dataset.selection import Selection
from sdtui.tui.dataset.subset_list import SubsetList
from sdtui.tui.dataset.totals import Totals
from sdtui.tui.dataset.words import images_heading, teaching
from sdtui.tui.filter.filter_input import FilterInput
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.theme import inks
from sdtui.tui.widgets.picture_pane import PicturePane
from sdtui.tui.widgets.virtual_list import VirtualList


class DatasetView(ModeScreen):
    """Shows an open project and follows it; what the keys do is said by the screen that is made of it."""

    MODE = "dataset"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]  # noqa: RUF012 -- Textual's own form

    def __init__(self) -> None:
        super().__init__()
        self.project: Project | None = None
        self.selection = Selection()
        self.marks: Marks = NO_MARKS
        self._places = Places()
        self._restored = False

    def compose_body(self) -> ComposeResult:
        assert self.shell.workspace is not None
        self.keeper = self.shell.workspace.keeper
        self.repeats = Repeats(self.shell, self._show_epoch)
        self.filtered = Filtered(self, self.shell, self._filtered)
        slow = self.shell.slow
        with Horizontal(id="dataset"):
            with Container(id="lists"):
                with Vertical(id="subsets-pane"):
                    yield Static("", id="subsets-heading", classes="heading", markup=False)
                    yield SubsetList()
                    yield Totals()
                with Vertical(id="images-pane"):
                    yield Static("", id="images-heading", classes="heading", markup=False)
                    yield FilterInput(self.keeper)
                    yield ImageList()
                    yield ImageGrid(self.shell.pictures, without_pictures=slow)
            with Vertical(id="look"):
                yield PicturePane(self.shell.pictures, on_request=slow, id="picture")
                yield CaptionPane(self.keeper)

    # Parts --------------------------------------------------------------------------------------------------------

    @property
    def subsets(self) -> SubsetList:
        return self.query_one(SubsetList)

    @property
    def images(self) -> ImageList:
        return self.query_one(ImageList)

    @property
    def grid(self) -> ImageGrid:
        return self.query_one(ImageGrid)

    @property
    def captions(self) -> CaptionPane:
        return self.query_one(CaptionPane)

    @property
    def filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def subset(self) -> Subset | None:
        """The subset under the cursor."""
        return self.subsets.subset

    @property
    def sample(self) -> Sample | None:
        """The image under the cursor."""
        return self.images.sample

    @property
    def image_view(self) -> VirtualList:
        """What the images are shown in now: the list, or the thumbnails."""
        return self.grid if self.has_class("-grid") else self.images

    # The project --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self.set_limit(self.keeper.state.limit)
        self.set_class(self.keeper.state.grid, "-grid")
        self.subsets.focus()
        self.watch_project(self._project_changed)
        self.watch(self.app, "scanning", self._scanned)
        self.watch(self.app, "checked", self._checked, init=False)
        self.watch(self.app, "theme", self._recolour, init=False)

    def _project_changed(self, project: Project | None) -> None:
        before, self.project = self.project, project
        if project is None:
            return
        self.repeats.project_changed(before, project)
        self.selection.follow(before, project)
        cursor = self._subset_cursor(before, project)
        self.subsets.subsets = project.subsets
        self.subsets.rows_changed(cursor)
        self.show_images(self.image_path())
        self.look_at_marks()
        self._show_epoch()
        self.query_one(PicturePane).look_again()
        if self.shell.workspace is not None:
            self.grid.forget(self.shell.workspace.last_changed)
        self.refresh_bindings()
        if not self._restored and self.shell.scanning is None:
            self._restored = True
            self._restore(project)

    def _scanned(self) -> None:
        self._show_totals()
        if self.shell.scanning is None:
            self.refresh_bindings()
            if self.project is None:
                self.show_images(None)  # it could not be read: the place where images would be teaches

    def _checked(self) -> None:
        if self.filter.query_asked.asks_for("finding"):
            self.look_for_matches()

    def _recolour(self) -> None:
        """Words that were drawn in the colours of the theme before are drawn again."""
        self._show_totals()
        self.headings()
        self.captions.recolour()

    def _subset_cursor(self, before: Project | None, project: Project) -> int:
        if before is None or self.subset is None:
            return 0
        self._places.follow(before, project)
        return successor(before, self.subset, self.subsets.cursor, project)

    def image_path(self) -> Path | None:
        """Where the cursor stood last in the subset under the cursor."""
        return self._places.of(self.subset)

    def _restore(self, project: Project) -> None:
        """Go to where the person was the last time, and say what is unsaved from then."""
        state = self.keeper.state
        drafts = [
            path for path in state.drafts if any(str(s.path) == path for sub in project.subsets for s in sub.samples)
        ]
        if not drafts:
            self.filter.ask(state.filter)
        wanted = drafts[0] if drafts else state.image
        self.go_to(project, Path(wanted) if wanted else None)
        if drafts:
            names = ", ".join(Path(path).name for path in drafts[:3]) + (" …" if len(drafts) > 3 else "")
            self.shell.say(
                f"Unsaved text of {names} was kept from the last time. {key_of('dataset.edit')} goes on with it; "
                f"{key_of('editor.revert')} in the editor goes back to the file."
            )

    def go_to(self, project: Project, image: Path | None) -> None:
        """Put the cursors on ``image``, if it is there."""
        for row, subset in enumerate(project.subsets):
            if any(sample.path == image for sample in subset.samples):
                assert image is not None
                self._places.stand(subset, image)
                self.subsets.cursor = row
                self.show_images(image)
                self.image_view.focus()
                return

    def show_filtered(self, text: str, image: Path) -> None:
        """Show what the filter ``text`` lets through, the cursors on ``image``, once the project was read."""
        if self._restored and self.project is not None:
            self.filter.ask(text)
            self.go_to(self.project, image)

    # Showing ------------------------------------------------------------------------------------------------------

    def show_images(self, keep: Path | None) -> None:
        """List the images of the subset under the cursor, the cursor on ``keep`` where that is still there."""
        subset = self.subset
        samples = self.filtered.of(subset) if subset is not None else ()
        row = place_of(keep, samples, self.images.cursor if keep is not None else 0)
        images, grid = self.images, self.grid
        self.show_drafts()
        elsewhere = self.filtered.count if self.filtered.active else 0
        images.teaching = teaching(subset, self.filter.text, elsewhere) if self.shell.scanning is None else []
        if images.samples is not samples or not samples:
            images.samples = grid.samples = samples
            images.rows_changed(row)
            grid.rows_changed(row)
        else:
            images.cursor = grid.cursor = row
        self.headings()
        self.show_image()

    def show_image(self) -> None:
        """Show the picture and the caption under the cursor, unless a caption is being edited."""
        sample, subset = self.sample, self.subset
        if self.project is None or self.captions.editing:
            self._refresh_edited()
            return
        if sample is not None and subset is not None:
            self._places.stand(subset, sample.path)
            if self._restored and self.keeper.state.image != str(sample.path):
                self.keeper.state.image = str(sample.path)
                self.keeper.changed()
        self.captions.show(subset, sample)
        self.query_one(PicturePane).show(sample.path if sample is not None else None)

    def _refresh_edited(self) -> None:
        """What is being edited stays in the editor, whatever the list shows now."""
        sample, project = self.captions.sample, self.project
        if sample is None or project is None:
            return
        subset = project.subset(sample.subset)
        now = next((each for each in subset.samples if each.path == sample.path), None) if subset is not None else None
        if now is not None:
            self.captions.show(subset, now)

    def _show_epoch(self) -> None:
        """Count the epoch as it is asked for."""
        project = self.project
        if project is None or not self.is_attached:
            return
        self.subsets.wanted = self.repeats.wanted
        if self.subsets.subset is not None:
            self.subsets.row_changed(self.subsets.cursor)
        if self.shell.scanning is None:
            self.query_one(Totals).count(as_wanted(project, self.repeats.wanted))

    def on_totals_counted(self, event: Totals.Counted) -> None:
        self.captions.show_buckets(event.bucketed)
        trained = max(1, event.epoch.train_entries)
        left_out = dict.fromkeys((subset.name for subset in event.bucketed.subsets), 0.0)
        shares = left_out | {subset.name: subset.entries / trained for subset in event.epoch.subsets}
        if shares != self.subsets.shares or self.subsets.wanted != self.repeats.wanted:
            self.subsets.shares = shares
            self.subsets.wanted = self.repeats.wanted
            self.subsets.redraw()
        self._show_totals()

    def _show_totals(self) -> None:
        project = self.project
        tallies = [self.subsets.tally(subset) for subset in project.subsets] if project is not None else []
        found = self.filtered.count if self.filtered.active else None
        self.query_one(Totals).show(project, tallies, self.subsets.limit, found)

    def on_virtual_list_resized(self) -> None:
        self.headings()

    def headings(self) -> None:
        """Write the lines above the lists anew."""
        ink = inks(self.app.theme)
        self.query_one("#subsets-heading", Static).update(self.subsets.heading(), layout=False)
        heading = images_heading(self.subset, len(self.images.samples), self.filter.text, self.selection, ink)
        self.query_one("#images-heading", Static).update(heading, layout=False)

    # Filter, selection, marks -------------------------------------------------------------------------------------

    def look_for_matches(self) -> None:
        """Find out which images the filter lets through now."""
        checked = self.shell.checked
        findings = checked.images if checked is not None else {}
        self.filtered.look(self.project, self.filter.query_asked, self.marks, self.subsets.limit, findings)

    def _filtered(self, refused: QueryError | None) -> None:
        if refused is not None:
            tell = self.filter.refuse if self.filter.typing else self.shell.explain
            tell(refused)
            return
        self.subsets.found = self.filtered.counts(self.subsets.subsets) if self.filtered.active else None
        self.subsets.redraw()
        self.show_images(self.image_path())
        self._show_totals()
        self.refresh_bindings()

    def show_selection(self, row: int | None = None) -> None:
        """Other images are selected now, or only the one of ``row`` is or is no longer."""
        some = bool(self.images.selected)
        self.images.selected = self.grid.selected = frozenset(self.selection.paths)
        for rows in (self.images, self.grid):
            if row is None:
                rows.redraw()
            else:
                rows.row_changed(row)
        self.headings()
        if some != bool(self.selection):
            self.refresh_bindings()

    def look_at_marks(self) -> None:
        """Read the marks of the images, which Review and other processes set too; what is filtered may go by them."""
        project, workspace = self.project, self.shell.workspace
        if project is not None and workspace is not None and self.shell.scanning is None:
            self.shell.bridge.call(self, "marks", lambda: workspace.marks.of(project), self._marked)
        else:
            self.look_for_matches()

    def _marked(self, marks: Marks) -> None:
        if marks != self.marks:
            self.marks = self.images.marks = self.grid.marks = marks
            self.images.redraw()
            self.grid.redraw()
        self.look_for_matches()

    def set_limit(self, limit: int) -> None:
        """Count against ``limit`` tokens everywhere."""
        limit = limit if limit in LIMITS else LIMITS[0]
        self.subsets.limit = self.images.limit = self.grid.limit = limit
        for rows in (self.subsets, self.images, self.grid):
            rows.redraw()
        self.captions.show_limit(limit)
        self._show_totals()
        self.look_for_matches()

    def show_drafts(self) -> None:
        """Mark the images whose text is not saved; the one that is being edited needs no mark."""
        edited = self.captions.sample.path if self.captions.editing and self.captions.sample is not None else None
        drafts = {Path(path) for path in self.keeper.state.drafts} - {edited}
        if drafts != self.images.drafts:
            self.images.drafts = drafts
            self.images.redraw()
