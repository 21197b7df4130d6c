"""Marks of review: what a person has reviewed, flagged or starred. Kept beside the project, never in captions."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.text import plural
from sdtui.dataset.marks_follow import follow, size_of
from sdtui.dataset.marks_history import (
    FLAGGED,
    REVIEWED,
    STARRED,
    Step,
    Turn,
    moved_line,
    redo_line,
    turn_line,
    undo_line,
)
from sdtui.dataset.marks_log import MarksLog
from sdtui.dataset.project import Project, Sample

_SIZED = 5000
"""Images of one marking up to which the sizes of their files are noted, by which they are found after a move."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The marks of one image."""

    reviewed: bool = False
    flagged: bool = False
    starred: bool = False


_MARKS = tuple(Mark(bool(bits & REVIEWED), bool(bits & FLAGGED), bool(bits & STARRED)) for bits in range(8))


@dataclass(frozen=True, slots=True)
class MarkCounts:
    """How many images have which mark."""

    reviewed: int = 0
    flagged: int = 0
    starred: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a project as they are at one moment."""

    bits: Mapping[str, int] = field(default_factory=dict)
    """By the path of the image."""

    def of(self, sample: Sample) -> Mark:
        """The marks of an image."""
        return _MARKS[self.bits.get(str(sample.path), 0)]

    @property
    def counts(self) -> MarkCounts:
        """Of all images of the project."""
        return _counted(self.bits.values())

    def count(self, samples: Iterable[Sample]) -> MarkCounts:
        """Of these images."""
        return _counted(self.bits.get(str(sample.path), 0) for sample in samples)


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks that were set together, undone or redone."""

    at: float
    """When they were set first, in seconds since 1970."""
    title: str
    """One line: "reviewed: circle_001.png", "not flagged: 12 images"."""
    images: tuple[Path, ...]
    """Those of them that are in the project now."""


class MarkBook:
    """The marks of a project: shown, set, undone and redone, over restarts and beside other processes.

    They belong to images by their paths beneath the project's folder. Images whose paths have changed since are found
    again where that is certain (``marks_follow``). Two subsets that read one image share its marks.
    """

    def __init__(self, project: Project, clock: Callable[[], float] = time.time) -> None:
        """Where the file cannot be read there are no marks, and ``trouble`` says why."""
        self.trouble: str | None = None
        self.marks = NO_MARKS
        self._clock = clock
        self._project = project
        self._log = MarksLog(project.home)
        self._present = _present(project)
        self._shown: dict[int, str] = {}
        self._moved: dict[str, str] = {}
        self.look_again()

    def look_again(self) -> bool:
        """Take over what other processes have marked. True when anything has changed."""
        try:
            changed = self._log.catch_up()
        except UnreadableError as error:
            self.trouble = error.sentence()
            return False
        self._note_trouble()
        if changed:
            self._show()
        return changed

    def project_changed(self, project: Project) -> None:
        """The project was read again: images came, went or moved."""
        if project is not self._project:
            self._project = project
            self._present = _present(project)
            self._show()

    # -- marking -------------------------------------------------------------------------------------------------------

    def set(
        self,
        samples: Iterable[Sample],
        *,
        reviewed: bool | None = None,
        flagged: bool | None = None,
        starred: bool | None = None,
    ) -> Marking | None:
        """Set or take away marks; None leaves one as it is. Nothing is written, and None returned, where all are so.

        Raises WriteError, and UnreadableError where the marks that there are cannot be read.
        """
        wanted = ((REVIEWED, reviewed), (FLAGGED, flagged), (STARRED, starred))
        on = sum(bit for bit, value in wanted if value is True)
        off = sum(bit for bit, value in wanted if value is False)
        keys = [_key(sample.path, self._project) for sample in samples]
        with self._writing():
            turns = {key: turn for key in keys if (turn := self._turn(key, on, off))}
            if not turns:
                return None
            sized = len(turns) <= _SIZED
            root = self._project.root
            known = {key: (turn, size_of(root / key) if sized else 0) for key, turn in turns.items()}
            self._add(turn_line(self._clock(), known))
            return self._shown_step(self._log.history.done[-1])

    def undo(self) -> Marking | None:
        """Take back the newest marking, whoever made it; None where there is none. Raises as ``set``."""
        with self._writing():
            if not self._log.history.done:
                return None
            self._add(undo_line())
            return self._shown_step(self._log.history.undone[-1], taken_back=True)

    def redo(self) -> Marking | None:
        """Bring back what was undone last; None where there is nothing. Raises as ``set``."""
        with self._writing():
            if not self._log.history.undone:
                return None
            self._add(redo_line())
            return self._shown_step(self._log.history.done[-1])

    def newest_time(self) -> float | None:
        """When what ``undo`` would take back was marked, in seconds since 1970; None where there is nothing."""
        done = self._log.history.done
        return done[-1].at if done else None

    def newest_undone_time(self) -> float | None:
        """When what ``redo`` would bring back was marked first, in seconds since 1970; None where there is nothing."""
        undone = self._log.history.undone
        return undone[-1].at if undone else None

    # -- the view ------------------------------------------------------------------------------------------------------

    def _turn(self, key: str, on: int, off: int) -> Turn | None:
        before = self.marks.bits.get(self._path(key), 0)
        turn = Turn(on & ~before, off & before)
        return turn if turn.on or turn.off else None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only one who marks, with all in view that others have marked."""
        with self._log.writing() as others_wrote:
            if others_wrote:
                self._show()
            yield

    def _add(self, lines: bytes) -> None:
        """Write lines, and before them which images were found again under another path."""
        history = self._log.history
        self._log.add((moved_line(self._moved) if self._moved else b"") + lines)
        self._moved = {}
        if self._log.history is not history:
            self._show()  # the log was written anew, and its images have other numbers

    def _shown_step(self, step: Step, *, taken_back: bool = False) -> Marking:
        """Show what a step has changed, and say what that was."""
        history = self._log.history
        paths = {number: path for path, number in history.numbers.items()} if step.turns.keys() - self._shown else {}
        bits = dict(self.marks.bits)
        images = []
        for number in step.turns:
            if number not in self._shown and paths[number] in self._present:
                self._shown[number] = self._path(paths[number])
            if (path := self._shown.get(number)) is not None:
                images.append(Path(path))
                bits[path] = history.bits[number]
        self.marks = Marks(bits)
        turns = step.turns.values()
        on, off = _any(turn.on for turn in turns), _any(turn.off for turn in turns)
        words = _words(off, on) if taken_back else _words(on, off)
        what = images[0].name if len(images) == len(turns) == 1 else plural(len(turns), "image")
        return Marking(step.at, f"{words}: {what}", tuple(images))

    def _show(self) -> None:
        """Work out ``marks`` from the history and from where the images are now."""
        history = self._log.history
        here = {number: path for path, number in history.numbers.items() if path in self._present}
        lost = {path: number for path, number in history.numbers.items() if number not in here}
        root = self._project.root
        found = follow(lost, self._present, history.numbers, history.sizes, root) if lost else {}
        old = {number: path for path, number in lost.items()}
        self._moved = {old[number]: path for number, path in found.items()}
        self._shown = {number: self._path(key) for number, key in (*here.items(), *found.items())}
        self.marks = Marks({path: bits for n, path in self._shown.items() if (bits := history.bits.get(n, 0))})

    def _path(self, key: str) -> str:
        return key if key.startswith("/") else f"{self._project.root}/{key}"

    def _note_trouble(self) -> None:
        unread = len(self._log.history.unread)
        self.trouble = (
            f"{plural(unread, 'line')} of {self._log.path} could not be read: damaged, or written by a newer sdtui."
            if unread
            else None
        )


def _key(path: Path, project: Project) -> str:
    return str(path).removeprefix(f"{project.root}/")


def _present(project: Project) -> dict[str, None]:
    """The keys of all images, in their order."""
    return dict.fromkeys(_key(sample.path, project) for subset in project.subsets for sample in subset.samples)


def _words(on: int, off: int) -> str:
    names = ((REVIEWED, "reviewed"), (FLAGGED, "flagged"), (STARRED, "starred"))
    return ", ".join(
        [name for bit, name in names if on & bit] + [f"not {name}" for bit, name in names if off & bit & ~on]
    )


def _any(some: Iterable[int]) -> int:
    found = 0
    for bits in some:
        found |= bits
    return found


def _counted(some: Iterable[int]) -> MarkCounts:
    by_bits = Counter(some)
    reviewed, flagged, starred = (
        sum(number for bits, number in by_bits.items() if bits & bit) for bit in (REVIEWED, FLAGGED, STARRED)
    )
    return MarkCounts(reviewed, flagged, starred)
