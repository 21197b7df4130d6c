"""Tags renamed, merged and deleted: the question, then the proposal for every caption of the project."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count, plural, safe
from sdtui.dataset.project import Project
from sdtui.edits.bulk import propose
from sdtui.edits.operations import MergeTags, Operation, RemoveTag, RenameTag
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.plan.making import Making
from sdtui.tui.tags.counted import Counted

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class TagChanges:
    """Asks what is missing, and shows what would change."""

    def __init__(self, shell: SdtuiApp, making: Making) -> None:
        self._shell = shell
        self._making = making

    def rename(self, project: Project, tag: str, images: int) -> None:
        """Ask for the new name of ``tag``, which ``images`` have."""

        def answered(name: str | None) -> None:
            if name is not None and name.strip() != tag:
                self._propose(project, lambda: RenameTag(tag, name))

        sentence = f"In {plural(images, 'image')}. Where the new name stands already, the two become one."
        self._shell.push_screen(AskText(f"Rename the tag {tag}", sentence, tag), answered)

    def merge(self, project: Project, counted: Counted, tags: Collection[str]) -> None:
        """Ask which tag the others are to become: any other, or one of several ``tags``."""
        merged = tuple(row.tag for row in counted.rows if row.tag in tags)
        into = [row for row in counted.rows if row.tag not in merged or len(merged) > 1]
        named = f"{len(merged)} tags" if len(merged) > 1 else safe(merged[0])

        def found(index: int | None) -> None:
            if index is not None:
                target = into[index].tag
                self._propose(project, lambda: MergeTags(tuple(tag for tag in merged if tag != target), target))

        candidates = [Candidate(safe(row.tag), count(row.total)) for row in into]
        self._shell.push_screen(Finder(f"Merge {named} into", candidates), found)

    def remove(self, project: Project, tag: str) -> None:
        """Take ``tag`` out of every caption."""
        self._propose(project, lambda: RemoveTag(tag))

    def _propose(self, project: Project, make: Callable[[], Operation]) -> None:
        try:
            operation = make()
        except SdtuiError as error:
            self._shell.explain(error)
            return
        samples = [sample for subset in project.subsets for sample in subset.samples]
        limit = self._shell.workspace.keeper.state.limit if self._shell.workspace is not None else 75
        self._making.begin(lambda cancelled: propose(project, samples, operation, limit=limit, cancelled=cancelled))
