"""What Review shows: one picture, its caption, what the trainer makes of it, and how far the review is."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Work
from sdtui.dataset.epoch import with_resolution
from sdtui.dataset.marks import Mark
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.query import Query, QueryError
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.caption.pane import CaptionPane
from sdtui.tui.caption.trained_pane import Asked, TrainedPane
from sdtui.tui.filter.filter_input import FilterInput
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.review.reel import Reel, filtering, wind
from sdtui.tui.review.words import marks_text, place_line, progress_text, scanning_text, teaching
from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import Lines
from sdtui.tui.widgets.picture_pane import PicturePane


class ReviewView(ModeScreen):
    """Shows an open project image by image and follows it; what the keys do is said by the screen made of it."""

    MODE = "review"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.project: Project | None = None
        self.reel: Reel | None = None
        self.cached_text_encoder = False
        self._subsets: dict[str, Subset] = {}
        self._marked: dict[Path, Mark] = {}
        """What a reel that is being wound may not know yet."""
        self._written: set[Path] = set()
        """Those of ``_marked`` that stand in the project's file."""
        self._to: tuple[Path, ...] = ()
        """Images, or their captions, to one of which the next reel is to go; none: it stays where this one stands."""
        self._restored = False
        self._taught: list[str] = []
        self._keys_told: tuple[object, ...] = ()

    def compose_body(self) -> ComposeResult:
        assert self.shell.workspace is not None
        self.workspace = self.shell.workspace
        self.keeper = self.workspace.keeper
        with Horizontal(id="review"):
            yield PicturePane(self.shell.pictures, on_request=self.shell.slow, id="picture")
            yield Static("", id="teaching", markup=False)
            with Vertical(id="side"):
                yield Lines(id="place")
                yield Static("", id="marks", markup=False)
                yield CaptionPane(self.keeper)
                yield TrainedPane("review.swap")
        yield FilterInput(self.keeper)
        yield Static("", id="progress", markup=False)

    # Parts --------------------------------------------------------------------------------------------------------

    @property
    def captions(self) -> CaptionPane:
        return self.query_one(CaptionPane)

    @property
    def filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def sample(self) -> Sample | None:
        """The image that is looked at."""
        return self.reel.sample if self.reel is not None else None

    @property
    def subset(self) -> Subset | None:
        """Its subset."""
        return self._subsets.get(self.sample.subset) if self.sample is not None else None

    # The project --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        state = self.keeper.state
        self._to = (Path(state.review_image or state.image),) if state.review_image or state.image else ()
        self.take_limit()
        if state.review_filter:
            self.filter.ask(state.review_filter)
        self.watch_project(self._project_changed)
        self.watch(self.app, "scanning", self._scanned)
        self.watch(self.app, "checked", self._checked, init=False)
        self.watch(self.app, "theme", self._recolour, init=False)

    def _project_changed(self, project: Project | None) -> None:
        self.project = project
        if project is None:
            return
        self._subsets = {subset.name: subset for subset in project.subsets}
        self.query_one(PicturePane).look_again()
        self.wind()
        if self.shell.scanning is None:
            self.shell.bridge.call(self, "buckets", lambda: with_resolution(project), self.captions.show_buckets)

    def _scanned(self) -> None:
        self.show_progress()
        if self.shell.scanning is None and self.project is None:
            self._teach()

    def _checked(self) -> None:
        if self.filter.query_asked.asks_for("finding"):
            self.wind()

    def _recolour(self) -> None:
        """Words that were drawn in the colours of the theme before are drawn again."""
        self.show_marks()
        self.captions.recolour()
        self.query_one(TrainedPane).redraw()

    # The images that are gone through -----------------------------------------------------------------------------

    def wind(self, to: tuple[Path, ...] = (), *, linger: bool = True) -> None:
        """List anew what the filter lets through. Goes to one of ``to``, or stays where it is.

        Without ``linger`` an image that the filter does not let through is left at once.
        """
        project, query = self.project, self.filter.query_asked
        if project is None:
            return
        self._to = to or self._to
        keep = self._to or ((self.sample.path,) if self.sample is not None else ())
        for path in self._written:
            self._marked.pop(path, None)
        self._written.clear()
        self.shell.bridge.work(
            self,
            "wind",
            lambda cancelled: self._winding(project, query, keep, linger, cancelled),
            self._wound,
            failed=self._not_wound,
        )

    def show_filtered(self, text: str, image: Path) -> None:
        """Go through what the filter ``text`` lets through, from ``image`` on."""
        if self.is_mounted:
            self._to = (image,)
            self.filter.ask(text)
            self.wind((image,))

    def go_with_next_look(self, files: tuple[Path, ...]) -> None:
        """Once the disk was looked at again, go to the image that one of ``files`` is, or is the caption of."""
        self._to = files

    def _winding(
        self, project: Project, query: Query, keep: tuple[Path, ...], linger: bool, cancelled: Cancelled
    ) -> Work[Reel]:
        marks = self.workspace.marks.of(project)
        limit = self.captions.limit
        checked = self.shell.checked
        findings = checked.images if checked is not None else {}
        matches = filtering(project, query, limit, findings)
        return (yield from wind(project, marks, matches, limit, keep, linger=linger, cancelled=cancelled))

    def _not_wound(self, error: SdtuiError) -> None:
        if isinstance(error, QueryError) and self.filter.typing:
            self.filter.refuse(error)
        else:
            self.shell.explain(error)

    def _wound(self, reel: Reel) -> None:
        before, self.reel = self.reel, reel
        for path, mark in self._marked.items():
            reel.marked(path, mark)
        here = before.sample if before is not None else None
        if before is not None and here is not None and not (self._to and reel.found):
            if reel.holds(here.path):
                reel.to(here.path)
            elif not reel.found:
                self._go_beside(before, reel)
        if self.shell.scanning is None:
            self._to = ()
            self._restored = True
        trouble = self.workspace.marks.trouble()
        if trouble is not None:
            self.shell.say(trouble, "warning")
        self.show()

    def _go_beside(self, before: Reel, reel: Reel) -> None:
        """The image that was looked at is gone: to the one after it, or before it."""
        for sample in before.neighbours():
            if reel.to(sample.path):
                return

    def marked(self, path: Path, now: Mark) -> None:
        """The image at ``path`` has other marks, which are on their way to the project's file."""
        self._marked[path] = now
        self._written.discard(path)
        if self.reel is not None:
            self.reel.marked(path, now)

    def marks_written(self, path: Path, now: Mark) -> None:
        """They have arrived there."""
        if self._marked.get(path) == now:
            self._written.add(path)

    # Showing ------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the image that the reel stands at."""
        reel = self.reel
        sample = self.sample
        if reel is None:
            return
        if self.captions.editing:
            self._refresh_edited()
            return
        self._teach()
        self.set_class(self.subset is not None and self.subset.metadata_file is not None, "-metadata")
        self.captions.show(self.subset, sample)
        near = reel.neighbours()
        self.query_one(PicturePane).show(sample.path if sample is not None else None, [each.path for each in near])
        self.captions.expect([each for each in near if self._subsets[each.subset].metadata_file is None])
        self.show_trained()
        self.show_marks()
        self._keep_place(sample)
        self._tell_keys()

    def _tell_keys(self) -> None:
        """Other keys may work now: not after every step, for finding out which takes longer than the step."""
        now = (self.sample is None, self.filter.text, self.shell.scanning is None, self.captions.editing)
        if now != self._keys_told:
            self._keys_told = now
            self.refresh_bindings()

    def _refresh_edited(self) -> None:
        """What is being edited stays in the editor, whatever the reel stands at now."""
        edited, reel = self.captions.sample, self.reel
        if edited is not None and reel is not None and edited.path in reel.places:
            now = reel.samples[reel.places[edited.path]]
            self.captions.show(self._subsets.get(now.subset), now)
        self.show_marks()

    def _keep_place(self, sample: Sample | None) -> None:
        if sample is not None and self._restored and self.keeper.state.review_image != str(sample.path):
            self.keeper.state.review_image = str(sample.path)
            self.keeper.changed()

    def show_trained(self) -> None:
        """Work out what the trainer reads of the text in the editor."""
        subset, sample = self.subset, self.captions.sample
        pane = self.query_one(TrainedPane)
        if subset is None or sample is None:
            pane.show(None)
        else:
            text, tags = self.captions.typed
            pane.show(Asked(subset, sample, text, tags, self.captions.limit, self.cached_text_encoder))

    def show_marks(self) -> None:
        """Which image it is, its marks, and how far the review is."""
        reel, ink = self.reel, inks(self.app.theme)
        if reel is None:
            return
        self.query_one("#place", Lines).show_fitted(lambda width: [place_line(reel, width)])
        self.query_one("#marks", Static).update(marks_text(reel.mark, ink), layout=False)
        self.show_progress()

    def show_progress(self) -> None:
        """How far the review is, or the reading of the dataset."""
        ink, line = inks(self.app.theme), self.query_one("#progress", Static)
        if self.shell.scanning is not None:
            line.update(scanning_text(self.shell.scanning, ink), layout=False)
        elif self.reel is not None:
            draft = self.sample is not None and self.keeper.draft_of(self.sample.path) is not None
            unsaved = draft and not self.captions.editing
            line.update(progress_text(self.reel, self.filter.text, self.size.width, ink, unsaved=unsaved), layout=False)

    def moved(self) -> None:
        """The person has gone to another image."""
        self._to = ()
        self.show()

    def _teach(self) -> None:
        """What stands in the place of the picture where there is none to show."""
        reel = self.reel
        empty = reel is None or not reel.samples
        lines: list[str] = []
        if empty and self.shell.scanning is None:
            tally = reel.tally if reel is not None else None
            images, reviewed = (tally.images, tally.reviewed) if tally is not None else (0, 0)
            lines = teaching(images, 0 < images == reviewed, self.filter.text)
        if lines != self._taught:
            self._taught = lines
            self.query_one("#teaching", Static).update("\n".join(lines))
        self.set_class(empty, "-empty")

    def on_resize(self) -> None:
        self.show_progress()

    # Limit --------------------------------------------------------------------------------------------------------

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        self.take_limit()
        self.wind()  # images may have been marked elsewhere

    def take_limit(self) -> None:
        """Count against the limit that all screens share."""
        limit = self.keeper.state.limit if self.keeper.state.limit in LIMITS else LIMITS[0]
        if limit != self.captions.limit:
            self.captions.show_limit(limit)
            self.show_trained()
            self.wind()
