"""What the Dataset screen does to images, captions and subsets: each is a Plan, shown before it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sdtui.base.text import plural, safe
from sdtui.dataset.marks import Marking
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits import images, subsets
from sdtui.edits.paste import paste
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.tui.bulk.open import bulk_edit
from sdtui.tui.bulk.scopes import Scopes
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.tags.screen import TagsScreen

if TYPE_CHECKING:
    from sdtui.tui.dataset.screen import DatasetScreen


class Acts:
    """Works on what is selected, or where nothing is on the image under the cursor."""

    def __init__(self, screen: DatasetScreen) -> None:
        self._screen = screen

    def targets(self) -> tuple[Sample, ...]:
        """The selected images, else the one under the cursor."""
        screen = self._screen
        if screen.project is not None and screen.selection:
            return screen.selection.samples(screen.project)
        return (screen.sample,) if screen.sample is not None else ()

    def _propose(self, make: Callable[[Project], Proposal]) -> None:
        """Make a proposal in a thread, show it, and apply it if the person wants that."""
        project = self._screen.project
        if project is None:
            return

        def made(proposal: Proposal) -> None:
            if proposal.empty and not proposal.left_out:
                self._screen.shell.say("There is nothing to change.")
            else:
                self._screen.app.push_screen(PlanScreen(proposal), self._applied)

        self._screen.shell.bridge.call(self._screen, "proposal", lambda: make(project), made)

    def _applied(self, _applied: Applied | None) -> None:
        self._screen.captions.look_again()

    # Images -------------------------------------------------------------------------------------------------------

    def trash(self) -> None:
        """To the trash, with caption, mask and caches."""
        samples = self.targets()
        self._propose(lambda project: images.trash(project, samples))

    def relocate(self, *, keep: bool) -> None:
        """To another subset, which is asked for; with ``keep`` a copy of it."""
        samples = self.targets()
        do = images.copy if keep else images.move

        def chosen(target: Subset | str) -> None:
            self._propose(lambda project: do(project, samples, target))

        what = samples[0].name if len(samples) == 1 else plural(len(samples), "image")
        self._choose_subset(f"{'Copy' if keep else 'Move'} {safe(what)} to which subset?", samples, chosen)

    def _choose_subset(self, title: str, samples: tuple[Sample, ...], chosen: Callable[[Subset | str], None]) -> None:
        project = self._screen.project
        if project is None or not samples:
            return
        only = {sample.subset for sample in samples}
        others = [subset for subset in project.subsets if only != {subset.name}]
        candidates = [Candidate(safe(subset.name), plural(subset.img_count, "image")) for subset in others]
        candidates.append(Candidate("a new subset…"))

        def picked(index: int | None) -> None:
            if index is not None and index < len(others):
                chosen(others[index])
            elif index is not None:
                self._screen.app.push_screen(AskText("Name of the new subset", _NAMES), named)

        def named(name: str | None) -> None:
            if name is not None and name.strip():
                chosen(name.strip())

        self._screen.app.push_screen(Finder(title, candidates), picked)

    def paste_previous(self) -> None:
        """The caption of the image before, in the place of this one's."""
        sample, project = self._screen.sample, self._screen.project
        if sample is None or project is None:
            return
        limit = self._screen.subsets.limit

        def made(proposal: Proposal) -> None:
            self._screen.app.push_screen(PlanScreen(proposal), self._applied)

        self._screen.shell.bridge.work(
            self._screen,
            "proposal",
            lambda cancelled: paste(project, sample, limit=limit, cancelled=cancelled),
            made,
        )

    # Subsets ------------------------------------------------------------------------------------------------------

    def make_subset(self) -> None:
        """An empty one, whose name is asked for."""

        def named(name: str | None) -> None:
            if name is not None and name.strip():
                self._propose(lambda project: subsets.make_subset(project, name.strip()))

        self._screen.app.push_screen(AskText("Name of the new subset", _NAMES), named)

    def rename_subset(self) -> None:
        """The one under the cursor."""
        subset = self._screen.subset
        if subset is None:
            return

        def named(name: str | None) -> None:
            if name is not None and name.strip():
                self._propose(lambda project: subsets.rename_subset(project, subset, name.strip()))

        self._screen.app.push_screen(AskText(f"New name of {subset.name}", _NAMES, subset.name), named)

    def mark_regularization(self) -> None:
        """Make the subset under the cursor one of regularization images, or of subject images again."""
        subset = self._screen.subset
        if subset is not None:
            self._propose(lambda project: subsets.mark_regularization(project, subset, not subset.is_reg))

    # Captions -----------------------------------------------------------------------------------------------------

    @property
    def scopes(self) -> Scopes:
        """What a bulk edit can work on."""
        screen, project = self._screen, self._screen.project
        filtered = screen.filtered.all_of(project) if project is not None and screen.filtered.active else None
        return Scopes(
            selected=screen.selection.samples(project) if project is not None else (),
            filtered=filtered,
            filter_text=screen.filter.text,
            subset=screen.subset,
        )

    def bulk_edit(self) -> None:
        """Ask for an operation on many captions."""
        project = self._screen.project
        if project is not None:
            bulk_edit(self._screen.shell, project, self.scopes, self._applied)

    def tags(self) -> None:
        """How often each tag stands where; one that is chosen becomes the filter."""
        project, scopes = self._screen.project, self.scopes

        def chosen(text: str | None) -> None:
            if text is not None:
                self._screen.filter.ask(text)

        if project is not None:
            self._screen.app.push_screen(TagsScreen(project, scopes.filtered, scopes.filter_text), chosen)

    # Marks --------------------------------------------------------------------------------------------------------

    def mark(self, kind: str) -> None:
        """Set the mark ``kind`` (reviewed, flagged, starred), or take it away where all have it."""
        screen, project, samples = self._screen, self._screen.project, self.targets()
        workspace = screen.shell.workspace
        if project is None or workspace is None or not samples:
            return
        wanted = not all(getattr(screen.marks.of(sample), kind) for sample in samples)

        def marked(marking: Marking | None) -> None:
            if marking is not None and len(samples) > 1:
                screen.shell.say(f"{marking.title}.")
            screen.look_at_marks()

        screen.shell.bridge.write(screen, lambda: workspace.marks.set(project, samples, **{kind: wanted}), marked)
        if kind == "reviewed" and not screen.selection:
            screen.image_view.action_move(1)


_NAMES = "12_circle repeats its images 12 times an epoch; circle alone repeats them once."
