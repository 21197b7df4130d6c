"""Review: through all images of the project one by one, mending captions and marking what was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Work
from sdtui.dataset.project import Sample
from sdtui.edits.images import trash
from sdtui.edits.paste import paste
from sdtui.edits.proposal import Proposal
from sdtui.runs.setup.remembered import recall, settings_of
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.bulk.open import bulk_edit
from sdtui.tui.bulk.scopes import Scopes
from sdtui.tui.caption.trained_pane import TrainedPane
from sdtui.tui.commands import key_of
from sdtui.tui.dataset.places import jump_finder
from sdtui.tui.filter.filter_input import FilterInput
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.review import commands
from sdtui.tui.review.reel import Wish
from sdtui.tui.review.view import ReviewView
from sdtui.tui.review.words import wish_missed
from sdtui.tui.tags.screen import TagsScreen
from sdtui.tui.undoing import Turned, Undoes
from sdtui.tui.widgets.picture_pane import PicturePane

_MISSED = {
    Wish.CARE: "needs care",
    Wish.MISSING: "is without a caption",
    Wish.OVER: "is over the limit",
    Wish.UNREVIEWED: "is left to review",
}


class ReviewScreen(Undoes, ReviewView):
    """Mode 2."""

    BINDINGS: ClassVar[list[BindingType]] = commands.OFFERED

    def on_mount(self) -> None:
        super().on_mount()
        path = self.workspace.path
        self.shell.bridge.call(self, "cached", lambda: _caches_text(path), self._set_cached)

    # Messages -----------------------------------------------------------------------------------------------------

    def on_caption_pane_shown(self) -> None:
        self.show_trained()

    def on_caption_pane_left(self) -> None:
        self.set_focus(None)
        self.show()

    def on_caption_pane_drafted(self) -> None:
        self.show_progress()

    def on_caption_pane_next_limit(self) -> None:
        self.action_limit()

    def on_picture_pane_opened(self, event: PicturePane.Opened) -> None:
        self.captions.show_format(event.drawn.path, event.drawn.format)

    def on_filter_input_asked(self, event: FilterInput.Asked) -> None:
        self.keeper.state.review_filter = event.text
        self.keeper.changed()
        self.wind(linger=False)

    def on_filter_input_left(self) -> None:
        self.set_focus(None)
        self.refresh_bindings()

    # Going --------------------------------------------------------------------------------------------------------

    def action_step(self, images: int) -> None:
        if self.reel is not None and self.reel.step(images):
            self.moved()

    def action_first(self) -> None:
        if self.reel is not None and self.reel.first():
            self.moved()

    def action_last(self) -> None:
        if self.reel is not None and self.reel.last():
            self.moved()

    def action_wish(self, name: str) -> None:
        reel, wish = self.reel, Wish(name)
        if reel is None:
            return
        if reel.wish(wish, from_first=wish is Wish.MISSING and not reel.is_now(wish)):
            self.moved()
        else:
            self.shell.say(wish_missed(_MISSED[wish], other=reel.is_now(wish), filtered=bool(self.filter.text)))

    def go_to(self, path: Path) -> None:
        """Go to the image at ``path``; where the filter hides it, the filter is taken away."""
        if self.reel is None or not self.reel.holds(path):
            self.filter.clear()
            self.wind((path,))
        elif self.reel.to(path):
            self.moved()

    def action_jump(self) -> None:
        project = self.project
        if project is None:
            return

        def chosen(row: int, sample: Sample | None) -> None:
            for each in (sample,) if sample is not None else project.subsets[row].samples[:1]:
                self.go_to(each.path)

        self.app.push_screen(*jump_finder(project, "Jump to an image, or to the first of a subset", chosen))

    def action_filter(self) -> None:
        self.filter.begin()

    def action_unfilter(self) -> None:
        self.filter.clear()

    # Marking ------------------------------------------------------------------------------------------------------

    def action_reviewed(self) -> None:
        reel = self.reel
        if reel is None:
            return
        self._mark(reviewed=True)
        if reel.step(1):
            self.moved()
            return
        self.show_marks()
        left = reel.tally.images - reel.tally.reviewed
        if left:
            rest = f"{plural(left, 'image is', 'images are')} not reviewed yet"
            self.shell.say(f"This is the last image. {rest}; {key_of('review.unreviewed')} goes to the first of them.")
        else:
            self.shell.say("This is the last image. Every image is reviewed now.")

    def action_flag(self) -> None:
        if self.reel is not None:
            self._mark(flagged=not self.reel.mark.flagged)
            self.show_marks()

    def action_star(self) -> None:
        if self.reel is not None:
            self._mark(starred=not self.reel.mark.starred)
            self.show_marks()

    def action_unreview(self) -> None:
        self._mark(reviewed=False)
        self.show_marks()

    def _mark(self, **changes: bool) -> None:
        """Mark the image that is looked at: on the screen at once, then in the project's file."""
        reel, project, sample = self.reel, self.project, self.sample
        if reel is None or project is None or sample is None:
            return
        now = replace(reel.mark, **changes)
        if now == reel.mark:
            return
        self.marked(sample.path, now)
        marks = self.workspace.marks

        def failed(error: SdtuiError) -> None:
            self.marks_written(sample.path, now)  # what stands there is read again
            self.shell.explain(error)
            self.wind()

        self.shell.bridge.write(
            self,
            lambda: marks.set(project, (sample,), **changes),
            lambda _marking: self.marks_written(sample.path, now),
            failed,
        )

    # Taking back --------------------------------------------------------------------------------------------------

    def turned(self, turned: Turned) -> None:
        if turned.images:
            self.wind(turned.images if len(turned.images) == 1 else ())
        elif len(turned.files) <= _FEW:
            self.go_with_next_look(turned.files)
        self.captions.look_again()

    # The caption --------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        self.captions.edit()

    def action_paste(self) -> None:
        project, sample, source = self.project, self.sample, self.reel.before() if self.reel is not None else None
        if project is None or sample is None:
            return
        if source is None:
            self.shell.say("There is no image before this one.")
        elif self.keeper.draft_of(sample.path) is not None:
            self.shell.say(f"It has unsaved text. {key_of('review.edit')} goes on with that.", "warning")
        else:
            limit = self.captions.limit
            self._propose(
                lambda cancelled: paste(project, sample, source, limit=limit, cancelled=cancelled), self._paste
            )

    def _paste(self, proposal: Proposal) -> None:
        """Apply it at once where there is nothing to decide."""
        if proposal.empty and not proposal.left_out:
            self.shell.say("It has that caption already.")
        elif proposal.stale or proposal.plan.warnings or proposal.left_out:
            self.app.push_screen(PlanScreen(proposal))
        else:
            took = key_of("review.undo")
            self.workspace.apply(
                lambda: proposal.plan,
                lambda _applied: self.shell.say(f"Done: {proposal.title}. {took} takes it back."),
            )

    def action_trash(self) -> None:
        project, sample = self.project, self.sample
        if project is not None and sample is not None:
            self.shell.bridge.call(self, "propose", lambda: trash(project, (sample,)), self._show_plan)

    def _propose(self, make: Callable[[Cancelled], Work[Proposal]], then: Callable[[Proposal], None]) -> None:
        self.shell.bridge.work(self, "propose", make, then)

    def _show_plan(self, proposal: Proposal) -> None:
        self.app.push_screen(PlanScreen(proposal))

    # Many captions ------------------------------------------------------------------------------------------------

    def action_bulk_edit(self) -> None:
        project, sample = self.project, self.sample
        if project is not None and sample is not None:
            scopes = Scopes((), self._filtered(), self.filter.text, project.subset(sample.subset))
            bulk_edit(self.shell, project, scopes, lambda _applied: self.captions.look_again())

    def action_tags(self) -> None:
        def chosen(text: str | None) -> None:
            if text is not None:
                self.filter.ask(text)

        if self.project is not None:
            self.app.push_screen(TagsScreen(self.project, self._filtered(), self.filter.text), chosen)

    def _filtered(self) -> tuple[Sample, ...] | None:
        """What the filter lets through; None where there is no filter."""
        if not self.filter.text or self.reel is None:
            return None
        return tuple(sample for sample, gone in zip(self.reel.samples, self.reel.gone, strict=True) if not gone)

    # How it is shown ----------------------------------------------------------------------------------------------

    def action_limit(self) -> None:
        limit = self.captions.limit
        self.keeper.state.limit = LIMITS[(LIMITS.index(limit) + 1) % len(LIMITS)]
        self.keeper.changed()
        self.take_limit()

    def action_cached(self) -> None:
        self._set_cached(not self.cached_text_encoder)
        if self.cached_text_encoder:
            self.shell.say("As trained by a run that caches text encoder outputs.")
        else:
            self.shell.say("As trained by a run that does not cache text encoder outputs.")

    def _set_cached(self, cached: bool) -> None:
        self.cached_text_encoder = cached
        self.show_trained()

    def action_swap(self) -> None:
        self.toggle_class("-swapped")
        self.query_one(TrainedPane).more = "" if self.has_class("-swapped") else "review.swap"

    def action_view(self) -> None:
        self.query_one(PicturePane).show_now()

    def before_quit(self) -> None:
        if self.captions.editing:
            self.captions.save_at_once()
        self.keeper.write()


_FEW = 4
"""Files of one image that a change may touch: its caption, and caches of the old text."""


def _caches_text(project: Path) -> bool:
    """Whether the run that is set up in Train caches text encoder outputs."""
    remembered, _problem = recall((project if project.is_dir() else project.parent) / PROJECT_FOLDER)
    settings = settings_of(remembered, remembered.profile)
    return bool(settings["cache_text_encoder_outputs"] or settings["cache_text_encoder_outputs_to_disk"])
