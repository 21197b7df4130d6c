"""What the Dataset screen shows: the subsets of a project, the images of one, the picture and caption of an image."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from sdtui.dataset.epoch import Epoch, epoch_of, with_resolution
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.caption.pane import CaptionPane
from sdtui.tui.commands import key_of
from sdtui.tui.dataset.filter_input import FilterInput
from sdtui.tui.dataset.grid import ImageGrid
from sdtui.tui.dataset.image_list import ImageList
from sdtui.tui.dataset.places import matching, place_of, successor
from sdtui.tui.dataset.repeats import Repeats, as_wanted
from sdtui.tui.dataset.subset_list import SubsetList
from sdtui.tui.dataset.words import images_heading, scanning_text, teaching, totals_text
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
        self.query_text = ""
        self.filtering = False
        self.project: Project | None = None
        self._epoch: Epoch | None = None
        self._places: dict[str, Path] = {}
        self._restored = False

    def compose_body(self) -> ComposeResult:
        assert self.shell.workspace is not None
        self.keeper = self.shell.workspace.keeper
        self.repeats = Repeats(self.shell, self._show_epoch)
        slow = self.shell.slow
        with Horizontal(id="dataset"):
            with Container(id="lists"):
                with Vertical(id="subsets-pane"):
                    yield Static("", id="subsets-heading", classes="heading", markup=False)
                    yield SubsetList()
                    yield Static("", id="totals", markup=False)
                with Vertical(id="images-pane"):
                    yield Static("", id="images-heading", classes="heading", markup=False)
                    yield FilterInput()
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
        self.watch(self.app, "theme", self._recolour, init=False)

    def _project_changed(self, project: Project | None) -> None:
        before, self.project = self.project, project
        if project is None:
            return
        self.repeats.project_changed(before, project)
        cursor = self._subset_cursor(before, project)
        self.subsets.subsets = project.subsets
        self.subsets.rows_changed(cursor)
        self.show_images(self.image_path())
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

    def _recolour(self) -> None:
        """Words that were drawn in the colours of the theme before are drawn again."""
        self._show_totals()
        self.headings()
        self.captions.recolour()

    def _subset_cursor(self, before: Project | None, project: Project) -> int:
        if before is None or self.subset is None:
            return 0
        if before.subsets and self.subset.name not in {subset.name for subset in project.subsets}:
            self._move_places(before, project)
        return successor(before, self.subset, self.subsets.cursor, project)

    def _move_places(self, before: Project, project: Project) -> None:
        """A folder was renamed: the images that the cursors stood on are elsewhere now."""
        for name, path in list(self._places.items()):
            subset = before.subset(name)
            if subset is not None and project.subset(name) is None and project.subsets:
                moved = project.subsets[successor(before, subset, 0, project)]
                self._places[moved.name] = moved.image_dir / path.name

    def image_path(self) -> Path | None:
        """Where the cursor stood last in the subset under the cursor."""
        return self._places.get(self.subset.name) if self.subset is not None else None

    def _restore(self, project: Project) -> None:
        """Go to where the person was the last time, and say what is unsaved from then."""
        state = self.keeper.state
        drafts = [
            path for path in state.drafts if any(str(s.path) == path for sub in project.subsets for s in sub.samples)
        ]
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
                self._places[subset.name] = image
                self.subsets.cursor = row
                self.show_images(image)
                self.image_view.focus()
                return

    # Showing ------------------------------------------------------------------------------------------------------

    def show_images(self, keep: Path | None) -> None:
        """List the images of the subset under the cursor, the cursor on ``keep`` where that is still there."""
        subset = self.subset
        samples = matching(subset.samples, self.query_text) if subset is not None else ()
        row = place_of(keep, samples, self.images.cursor if keep is not None else 0)
        images, grid = self.images, self.grid
        self.show_drafts()
        images.teaching = teaching(subset, self.query_text) if self.shell.scanning is None else []
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
            self._places[subset.name] = sample.path
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
        """Count the epoch as it is asked for, in a thread."""
        project = self.project
        if project is None or not self.is_attached:
            return
        self.subsets.wanted = self.repeats.wanted
        if self.subsets.subset is not None:
            self.subsets.row_changed(self.subsets.cursor)
        if self.shell.scanning is not None:
            return
        wanted = as_wanted(project, self.repeats.wanted)
        self.shell.bridge.call(self, "epoch", lambda: (epoch_of(wanted), with_resolution(wanted)), self._counted)

    def _counted(self, counted: tuple[Epoch, Project]) -> None:
        self._epoch = epoch = counted[0]
        self.captions.show_buckets(counted[1])
        trained = max(1, epoch.train_entries)
        shares = {subset.name: subset.entries / trained for subset in epoch.subsets}
        if shares != self.subsets.shares or self.subsets.wanted != self.repeats.wanted:
            self.subsets.shares = shares
            self.subsets.wanted = self.repeats.wanted
            self.subsets.redraw()
        self._show_totals()

    def _show_totals(self) -> None:
        ink = inks(self.app.theme)
        totals = self.query_one("#totals", Static)
        if self.shell.scanning is not None:
            totals.update(scanning_text(self.shell.scanning, ink), layout=False)
        elif self.project is None:
            totals.update("", layout=False)
        else:
            tallies = [self.subsets.tally(subset) for subset in self.project.subsets]
            totals.update(totals_text(self.project, tallies, self._epoch, self.subsets.limit, ink), layout=False)

    def on_virtual_list_resized(self) -> None:
        self.headings()

    def headings(self) -> None:
        """Write the lines above the lists anew."""
        ink = inks(self.app.theme)
        self.query_one("#subsets-heading", Static).update(self.subsets.heading(), layout=False)
        self.query_one("#images-heading", Static).update(
            images_heading(self.subset, len(self.images.samples), self.query_text, ink), layout=False
        )

    def set_limit(self, limit: int) -> None:
        """Count against ``limit`` tokens everywhere."""
        limit = limit if limit in LIMITS else LIMITS[0]
        self.subsets.limit = self.images.limit = self.grid.limit = limit
        for rows in (self.subsets, self.images, self.grid):
            rows.redraw()
        self.captions.show_limit(limit)
        self._show_totals()

    def show_drafts(self) -> None:
        """Mark the images whose text is not saved; the one that is being edited needs no mark."""
        edited = self.captions.sample.path if self.captions.editing and self.captions.sample is not None else None
        drafts = {Path(path) for path in self.keeper.state.drafts} - {edited}
        if drafts != self.images.drafts:
            self.images.drafts = drafts
            self.images.redraw()
