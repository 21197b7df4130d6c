"""The images that a filter lets through: kept as they are while the answer for a newer project is worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from sdtui.base.errors import SdtuiError
from sdtui.dataset.marks import Marks
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.query import Findings, Query, QueryError, selecting

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class Filtered:
    """What is shown of each subset."""

    def __init__(
        self,
        owner: MessagePump,
        shell: SdtuiApp,
        changed: Callable[[QueryError | None], None],
    ) -> None:
        """``changed`` is called when other images are let through; with an error where the filter fails on one."""
        self._owner = owner
        self._shell = shell
        self._changed = changed
        self._paths: frozenset[Path] | None = None
        self._known: dict[str, tuple[Subset, frozenset[Path], tuple[Sample, ...]]] = {}

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return self._paths is not None

    @property
    def count(self) -> int:
        """How many images of the project are let through."""
        return len(self._paths or ())

    def counts(self, subsets: Sequence[Subset]) -> dict[str, int]:
        """How many of each subset, by its name."""
        return {subset.name: len(self.of(subset)) for subset in subsets}

    def look(self, project: Project | None, query: Query, marks: Marks, limit: int, findings: Findings) -> None:
        """Find out what ``query`` means in ``project``, in a thread."""
        if query.empty or project is None:
            self._shell.bridge.cancel(self._owner, "filter")
            if self._paths is not None:
                self._paths = None
                self._changed(None)
            return
        self._shell.bridge.work(
            self._owner,
            "filter",
            lambda cancelled: selecting(project, query, marks, limit, findings, cancelled=cancelled),
            self._found,
            failed=self._failed,
        )

    def _found(self, samples: Sequence[Sample]) -> None:
        paths = frozenset(sample.path for sample in samples)
        if paths != self._paths:
            self._paths = paths
            self._changed(None)

    def _failed(self, error: SdtuiError) -> None:
        if isinstance(error, QueryError):
            self._changed(error)
        else:
            self._shell.explain(error)

    def of(self, subset: Subset) -> tuple[Sample, ...]:
        """The images of ``subset`` that are shown; the same tuple as long as nothing has changed."""
        paths = self._paths
        if paths is None:
            return subset.samples
        known = self._known.get(subset.name)
        if known is not None and known[0] is subset and known[1] is paths:
            return known[2]
        samples = tuple(sample for sample in subset.samples if sample.path in paths)
        self._known[subset.name] = (subset, paths, samples)
        return samples

    def all_of(self, project: Project) -> tuple[Sample, ...]:
        """All images that are shown, in the project's order."""
        return tuple(sample for subset in project.subsets for sample in self.of(subset))
