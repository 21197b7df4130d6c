"""The Dataset screen: subsets, the images of one, and the picture and caption of one image."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input, Static

from sdtui.dataset.epoch import Epoch, epoch_of, with_resolution
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.plans.outcome import Applied, Undone
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.caption.pane import CaptionPane
from sdtui.tui.commands import key_of
from sdtui.tui.dataset import commands
from sdtui.tui.dataset.filter_input import FilterInput
from sdtui.tui.dataset.grid import ImageGrid
from sdtui.tui.dataset.image_list import ImageList
from sdtui.tui.dataset.places import matching, place_of, places_to_go, successor
from sdtui.tui.dataset.repeats import Repeats, as_wanted
from sdtui.tui.dataset.subset_list import SubsetList
from sdtui.tui.dataset.words import ignored_lines, images_heading, scanning_text, teaching, totals_text
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.theme import inks
from sdtui.tui.widgets.picture_pane import PicturePane
from sdtui.tui.widgets.virtual_list import VirtualList


class DatasetScreen(ModeScreen):
    """Mode 1."""

    MODE = "dataset"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]  # noqa: RUF012 -- Textual's own form

    BINDINGS: ClassVar[list[BindingType]] = commands.OFFERED

    def __init__(self) -> None:
        super().__init__()
        self.query_text = ""
        self.filtering = False
        self._project: Project | None = None
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

    # The project --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self._set_limit(self.keeper.state.limit)
        self.set_class(self.keeper.state.grid, "-grid")
        self.subsets.focus()
        self.watch_project(self._project_changed)
        self.watch(self.app, "scanning", self._scanned)
        self.watch(self.app, "theme", self._recolour, init=False)

    def _project_changed(self, project: Project | None) -> None:
        before, self._project = self._project, project
        if project is None:
            return
        self.repeats.project_changed(before, project)
        cursor = self._subset_cursor(before, project)
        self.subsets.subsets = project.subsets
        self.subsets.rows_changed(cursor)
        self._show_images(self._image_path())
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
            if self._project is None:
                self._show_images(None)  # it could not be read: the place where images would be teaches

    def _recolour(self) -> None:
        """Words that were drawn in the colours of the theme before are drawn again."""
        self._show_totals()
        self._headings()
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

    def _image_path(self) -> Path | None:
        return self._places.get(self.subset.name) if self.subset is not None else None

    def _restore(self, project: Project) -> None:
        """Go to where the person was the last time, and say what is unsaved from then."""
        state = self.keeper.state
        drafts = [
            path for path in state.drafts if any(str(s.path) == path for sub in project.subsets for s in sub.samples)
        ]
        wanted = drafts[0] if drafts else state.image
        self._go_to(project, Path(wanted) if wanted else None)
        if drafts:
            names = ", ".join(Path(path).name for path in drafts[:3]) + (" …" if len(drafts) > 3 else "")
            self.shell.say(
                f"Unsaved text of {names} was kept from the last time. {key_of('dataset.edit')} goes on with it; "
                f"{key_of('editor.revert')} in the editor goes back to the file."
            )

    def _go_to(self, project: Project, image: Path | None) -> None:
        for row, subset in enumerate(project.subsets):
            if any(sample.path == image for sample in subset.samples):
                assert image is not None
                self._places[subset.name] = image
                self.subsets.cursor = row
                self._show_images(image)
                self._image_view().focus()
                return

    # Showing ------------------------------------------------------------------------------------------------------

    def _show_images(self, keep: Path | None) -> None:
        """List the images of the subset under the cursor, the cursor on ``keep`` where that is still there."""
        subset = self.subset
        samples = matching(subset.samples, self.query_text) if subset is not None else ()
        row = place_of(keep, samples, self.images.cursor if keep is not None else 0)
        images, grid = self.images, self.grid
        self._show_drafts()
        images.teaching = teaching(subset, self.query_text) if self.shell.scanning is None else []
        if images.samples is not samples or not samples:
            images.samples = grid.samples = samples
            images.rows_changed(row)
            grid.rows_changed(row)
        else:
            images.cursor = grid.cursor = row
        self._headings()
        self._show_image()

    def _show_image(self) -> None:
        sample, subset = self.sample, self.subset
        if self._project is None or self.captions.editing:
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
        sample, project = self.captions.sample, self._project
        if sample is None or project is None:
            return
        subset = project.subset(sample.subset)
        now = next((each for each in subset.samples if each.path == sample.path), None) if subset is not None else None
        if now is not None:
            self.captions.show(subset, now)

    def _show_epoch(self) -> None:
        """Count the epoch as it is asked for, in a thread."""
        project = self._project
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
        elif self._project is None:
            totals.update("", layout=False)
        else:
            tallies = [self.subsets.tally(subset) for subset in self._project.subsets]
            totals.update(totals_text(self._project, tallies, self._epoch, self.subsets.limit, ink), layout=False)

    def on_virtual_list_resized(self) -> None:
        self._headings()

    def _headings(self) -> None:
        ink = inks(self.app.theme)
        self.query_one("#subsets-heading", Static).update(self.subsets.heading(), layout=False)
        self.query_one("#images-heading", Static).update(
            images_heading(self.subset, len(self.images.samples), self.query_text, ink), layout=False
        )

    # Messages -----------------------------------------------------------------------------------------------------

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if event.rows is self.subsets:
            self._subset_moved()
        elif event.rows is self.images:
            self._show_image()
        elif event.rows is self.grid and self.has_class("-grid"):
            self.images.cursor = event.cursor

    def _subset_moved(self) -> None:
        subset = self.subset
        if subset is not None and self.images.samples and self.images.samples[0].subset == subset.name:
            return
        self._show_images(self._image_path())

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        if event.rows is self.subsets:
            self.action_images()
        else:
            self.action_edit()

    def on_picture_pane_opened(self, event: PicturePane.Opened) -> None:
        self.captions.show_format(event.drawn.path, event.drawn.format)

    def on_caption_pane_left(self) -> None:
        if not isinstance(self.focused, VirtualList):
            self._image_view().focus()
        self._show_image()

    def on_caption_pane_drafted(self) -> None:
        self._show_drafts()

    def _show_drafts(self) -> None:
        """Mark the images whose text is not saved; the one that is being edited needs no mark."""
        edited = self.captions.sample.path if self.captions.editing and self.captions.sample is not None else None
        drafts = {Path(path) for path in self.keeper.state.drafts} - {edited}
        if drafts != self.images.drafts:
            self.images.drafts = drafts
            self.images.redraw()

    def on_caption_pane_next_limit(self) -> None:
        self.action_limit()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter" and event.value != self.query_text:
            self.query_text = event.value
            self._show_images(self._image_path())

    def on_filter_input_done(self) -> None:
        self._end_filtering()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        if self.sample is not None:
            self.captions.edit()

    def action_images(self) -> None:
        self._image_view().focus()

    def action_subsets(self) -> None:
        self.subsets.focus()

    def action_repeat(self, more: int) -> None:
        if self.subset is not None:
            self.repeats.add(self.subset, more)

    def action_ask_repeats(self) -> None:
        if self.subset is not None:
            self.repeats.ask(self.subset)

    def action_filter(self) -> None:
        self.filtering = True
        self.add_class("-filtering")
        self.query_one(FilterInput).focus()

    def action_unfilter(self) -> None:
        if self.query_text:
            self.query_text = ""
            self.query_one(FilterInput).value = ""
            self._show_images(self._image_path())
        self._end_filtering()

    def _end_filtering(self) -> None:
        self.filtering = False
        self.remove_class("-filtering")
        self._image_view().focus()
        self.refresh_bindings()

    def action_find(self) -> None:
        project = self._project
        if project is None:
            return
        places: list[tuple[int, Sample | None]] = []

        def load() -> list[Candidate]:
            found, candidates = places_to_go(project)
            places.extend(found)
            return candidates

        def found(index: int | None) -> None:
            if index is None:
                return
            row, sample = places[index]
            if sample is not None:
                self.action_unfilter()
                self._go_to(project, sample.path)
            else:
                self.subsets.cursor = row
                self.subsets.focus()

        self.app.push_screen(Finder("Jump to a subset or an image", load), found)

    def action_limit(self) -> None:
        self._set_limit(LIMITS[(LIMITS.index(self.subsets.limit) + 1) % len(LIMITS)])
        self.keeper.state.limit = self.subsets.limit
        self.keeper.changed()

    def _set_limit(self, limit: int) -> None:
        limit = limit if limit in LIMITS else LIMITS[0]
        self.subsets.limit = self.images.limit = self.grid.limit = limit
        for rows in (self.subsets, self.images, self.grid):
            rows.redraw()
        self.captions.show_limit(limit)
        self._show_totals()

    def action_grid(self) -> None:
        focused = not self.subsets.has_focus
        self.toggle_class("-grid")
        on = self.has_class("-grid")
        self.keeper.state.grid = on
        self.keeper.changed()
        self.grid.cursor = self.images.cursor
        if focused or on:
            self.call_after_refresh(self._image_view().focus)

    def action_view(self) -> None:
        self.query_one(PicturePane).show_now()

    def action_undo(self) -> None:
        self.repeats.write()

        def undone(result: Undone) -> None:
            if result.refused:
                path, why = result.refused[0]
                self.shell.say(f"Undone in part: {result.title}. {path.name} was left: {why}", "warning")
            else:
                self.shell.say(f"Undone: {result.title}.")
            self.captions.look_again()

        if self.shell.workspace is not None:
            self.shell.workspace.undo(undone)

    def action_redo(self) -> None:
        def redone(applied: Applied) -> None:
            self.shell.say(f"Done again: {applied.title}.")
            self.captions.look_again()

        if self.shell.workspace is not None:
            self.shell.workspace.redo(redone)

    def action_ignored(self) -> None:
        if self._project is not None:
            lines = ignored_lines(self._project)
            self.app.push_screen(Finder("What the trainer does not read", lines), lambda _index: None)

    def _image_view(self) -> VirtualList:
        return self.grid if self.has_class("-grid") else self.images

    def before_quit(self) -> None:
        self.repeats.write()
        if self.captions.editing:
            self.captions.save_at_once()
        self.keeper.write()
