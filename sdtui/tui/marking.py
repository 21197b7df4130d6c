"""The marks of the open project, for all its screens: asked for and set in threads, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sdtui.dataset.marks import MarkBook, Marking, Marks
from sdtui.dataset.project import Project, Sample


class SharedMarks:
    """One MarkBook, opened when it is first asked for. Nothing here is for the screen's own thread: it may wait."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._book: MarkBook | None = None
        self._told: str | None = None

    def of(self, project: Project) -> Marks:
        """The marks of ``project`` as they stand in its file now."""
        with self._alone:
            return self._now(project).marks

    def trouble(self) -> str | None:
        """What is wrong with the file of marks, once."""
        trouble = self._book.trouble if self._book is not None else None
        told, self._told = self._told, trouble
        return trouble if trouble != told else None

    def set(
        self,
        project: Project,
        samples: Sequence[Sample],
        *,
        reviewed: bool | None = None,
        flagged: bool | None = None,
        starred: bool | None = None,
    ) -> Marking | None:
        """As ``MarkBook.set``."""
        with self._alone:
            return self._opened(project).set(samples, reviewed=reviewed, flagged=flagged, starred=starred)

    def undo(self, project: Project) -> Marking | None:
        """As ``MarkBook.undo``."""
        with self._alone:
            return self._opened(project).undo()

    def redo(self, project: Project) -> Marking | None:
        """As ``MarkBook.redo``."""
        with self._alone:
            return self._opened(project).redo()

    def newest_time(self, project: Project) -> float | None:
        """As ``MarkBook.newest_time``, other processes' markings counted."""
        with self._alone:
            return self._now(project).newest_time()

    def newest_undone_time(self, project: Project) -> float | None:
        """As ``MarkBook.newest_undone_time``, other processes' markings counted."""
        with self._alone:
            return self._now(project).newest_undone_time()

    def _opened(self, project: Project) -> MarkBook:
        if self._book is None:
            self._book = MarkBook(project)
        return self._book

    def _now(self, project: Project) -> MarkBook:
        book = self._opened(project)
        book.project_changed(project)
        book.look_again()
        return book
