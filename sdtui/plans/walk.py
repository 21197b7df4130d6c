"""Going through the changes of an entry, forward or back, each judged by what the disk says."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable
from pathlib import Path

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.base.files import sync_folder
from sdtui.plans import steps
from sdtui.plans.checks import reason, with_another
from sdtui.plans.entry import EntryFolder, Left
from sdtui.plans.pace import Pace
from sdtui.plans.records import Step
from sdtui.plans.standing import Standing, path_of, standing, to_be_noted, why_other
from sdtui.plans.state import mark_line
from sdtui.plans.together import leaders_of

MadeOf = tuple[Step, ...]


def go_forward(
    entry: EntryFolder,
    made_of: MadeOf,
    *,
    skip: Container[int] = (),
    first: int = 0,
    pace: Pace | None = None,
    keep_going: bool = False,
) -> Left:
    """Do what is not done yet from change ``first`` on, but for those in ``skip``.

    What is neither done nor undone is left alone and returned; with ``keep_going`` also what cannot be done and what
    belongs to that. Raises WriteError, and WorkCancelled.
    """
    todo = [index for index in range(first, len(made_of)) if index not in skip]
    return _Walk(entry, made_of, forward=True, keep_going=keep_going).over(todo, pace)


def go_back(
    entry: EntryFolder,
    made_of: MadeOf,
    *,
    skip: Container[int] = (),
    limit: int | None = None,
    pace: Pace | None = None,
    keep_going: bool = False,
) -> Left:
    """Take back what is done of the changes before ``limit``, last first, but for those in ``skip``.

    What somebody else changed is left alone and returned; with ``keep_going`` also what cannot be taken back. Raises
    WriteError.
    """
    todo = [index for index in reversed(range(len(made_of))[:limit]) if index not in skip]
    return _Walk(entry, made_of, forward=False, keep_going=keep_going).over(todo, pace)


class _Walk:
    def __init__(self, entry: EntryFolder, made_of: MadeOf, *, forward: bool, keep_going: bool) -> None:
        self._entry = entry
        self._made_of = made_of
        self._forward = forward
        self._keep_going = keep_going
        self._noted = to_be_noted(made_of)
        self._leaders = leaders_of([step.change for step in made_of]) if forward and keep_going else {}
        self._dropped = entry.state().dropped
        self._unsynced: set[Path] = set()
        self._left: Left = {}

    def over(self, todo: Iterable[int], pace: Pace | None) -> Left:
        for index in todo:
            if pace is not None:
                pace.step()
            leader = self._leaders.get(index, index)
            if leader in self._left:
                self._leave(index, with_another(path_of(self._made_of[leader])))
            else:
                self._take(index)
        self._sync()
        return self._left

    def _take(self, index: int) -> None:
        step, kept = self._made_of[index], self._entry.kept(index)
        try:
            stands = standing(step, kept)
        except UnreadableError as error:
            self._leave(index, reason(error, path_of(step)))
            return
        if stands is Standing.OTHER:
            self._leave(index, why_other(step, kept, dropped=self._dropped))
        elif stands is (Standing.DONE if self._forward else Standing.UNDONE):
            if not self._forward:
                steps.drop_copy(step, kept)
            self._note(index, self._forward)
        else:
            self._change(index, step, kept)

    def _change(self, index: int, step: Step, kept: Path) -> None:
        if index in self._noted:
            # What came before must be on the disk first: recovery tells by this step whether they were done.
            self._sync()
        staged = self._entry.staged(index, forward=self._forward)
        try:
            if self._forward:
                steps.do(step, staged, kept)
            elif sentence := steps.take_back(step, staged, kept):
                self._left[index] = sentence
        except (WriteError, UnreadableError) as error:
            if not self._keep_going:
                raise
            self._leave(index, reason(error, path_of(step)))
            return
        self._unsynced.update(steps.touched_folders(step.change))
        if index in self._noted:
            self._sync()
            self._note(index, self._forward)

    def _leave(self, index: int, why: str) -> None:
        self._left[index] = why
        self._note(index, None)

    def _note(self, index: int, done: bool | None) -> None:
        if index in self._noted:
            self._entry.note(mark_line(index, done))

    def _sync(self) -> None:
        for folder in self._unsynced:
            sync_folder(folder)
        self._unsynced.clear()


def reach(entry: EntryFolder, made_of: MadeOf) -> tuple[int, int]:
    """How far an interrupted Plan got: all changes before the first number are done, none from the second on is.

    Of a file in a folder that was renamed afterwards the disk cannot tell whether it was written. But such a rename or
    removal is only begun when all before it is on the disk, and is written down at once, so those are done up to a
    place that is one off at most; the disk tells which, and that is written down too. Raises WriteError.
    """
    state = entry.state()
    marks = {index: state.marks.get(index, state.phase == "undo") for index in range(len(made_of))}
    out = state.skip | state.left
    noted = [index for index in sorted(to_be_noted(made_of)) if index not in out and marks[index] is not None]
    done = sum(bool(marks[index]) for index in noted)

    def stands(at: int) -> Standing:
        return standing(made_of[noted[at]], entry.kept(noted[at]))

    if done < len(noted) and stands(done) is Standing.DONE:
        entry.note(mark_line(noted[done], True))
        done += 1
    elif done > 0 and stands(done - 1) in (Standing.UNDONE, Standing.HALF):
        done -= 1
        entry.note(mark_line(noted[done], False))
    first = noted[done - 1] + 1 if done else 0
    if done == len(noted):
        return first, len(made_of)
    return first, noted[done] + (stands(done) is Standing.HALF)


def never_made(entry: EntryFolder, made_of: MadeOf, left: Left) -> list[int]:
    """Which of those that were ``left`` are as they were before the Plan."""
    found = []
    for index in left:
        with contextlib.suppress(UnreadableError):
            if standing(made_of[index], entry.kept(index)) is Standing.UNDONE:
                found.append(index)
    return found


def named(made_of: MadeOf, left: Left) -> tuple[tuple[Path, str], ...]:
    """``left`` with the paths that a person knows the changes by, each once, in the order of the Plan."""
    by_path: dict[Path, str] = {}
    for index in sorted(left):
        by_path.setdefault(path_of(made_of[index]), left[index])
    return tuple(by_path.items())
