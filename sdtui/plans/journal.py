"""The journal of a project: the only writer of users' files. Applies a Plan whole or not at all, and can undo it.

A Plan is written down with the bytes before and after, and waits for the disk, before the first file changes. Each file
is then replaced at once, so that it is old or new whenever the process dies; what was interrupted is found again by
``unfinished()`` in a later start.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sdtui.base.errors import SyntaxProblem, UsageError, WriteError
from sdtui.base.files import kernel, make_folder, make_home, read_error, remove_leftovers
from sdtui.base.text import count
from sdtui.base.work import Cancelled, never_cancelled
from sdtui.plans import records, steps
from sdtui.plans.checks import changed_outside, check
from sdtui.plans.entry import EntryFolder, Refused, go_back, go_forward, reach, stage_all
from sdtui.plans.held import Held, refuse_held
from sdtui.plans.lock import LockedError, only_writer
from sdtui.plans.outcome import Applied, Entry, EntryState, Settled, Undone
from sdtui.plans.plan import Plan, Write
from sdtui.plans.records import Header, State, Step
from sdtui.plans.upkeep import BOUNDS, Bounds, forgotten, tidy


class Journal:
    """All writing in the project whose ``.sdtui`` folder is ``home``; threads and processes may share it."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time, bounds: Bounds = BOUNDS) -> None:
        self.home = Path(os.path.normpath(home.absolute()))
        self._clock = clock
        self._bounds = bounds

    @property
    def folder(self) -> Path:
        """Where the entries stand, a folder each."""
        return self.home / "journal"

    def apply(
        self,
        plan: Plan,
        held: Sequence[Held] = (),
        *,
        keep_going: bool = False,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Cancelled = never_cancelled,
    ) -> Applied:
        """Make all changes of ``plan``, or none.

        Raises ChangedOutsideError naming the files that are not as they were when the Plan was made, InUseError when a
        live run reads what would be renamed or removed, WriteError for any other trouble. In all these cases the files
        are as they were before, unless the sentence says otherwise.
        """
        plan = replace(plan, changes=tuple(steps.absolute(one) for one in plan.changes if not steps.idle(one)))
        if plan.empty:
            return Applied("", plan.title, ())
        refuse_held(plan.changes, held)
        with only_writer(self.home):
            check(plan.changes)
            make_home(self.home)
            make_folder(self.folder)
            entry, made_of = self._write_down(plan)
            self._carry_out(entry, made_of, frozenset())
            if int(entry.id) % self._bounds.every == 0:
                tidy(self._newest_first(), self._bounds)
            return Applied(entry.id, plan.title, tuple(steps.path_of(step) for step in made_of))

    def undo(self, id: str | None = None, held: Sequence[Held] = ()) -> Undone:
        """Take back an applied Plan, the newest one unless ``id`` says which.

        A file that was changed since is left alone and named in ``refused``; the rest is restored. Raises UsageError
        when there is nothing to undo, InUseError and WriteError.
        """
        with only_writer(self.home):
            entry = self._named(id) if id is not None else self._newest_applied()
            if entry is None:
                raise self._without("There is nothing to undo in this project")
            header, state = _read(entry)
            if state.ended != EntryState.APPLIED:
                raise UsageError(f'"{header.title}" is not applied now, so it cannot be undone')
            made_of = entry.steps()
            refuse_held((step.change for step in made_of), held, undoing=True)
            turn = 1 + max((other.state().turn for other in self._undone_since_newest_applied()), default=0)
            stage_all(entry, enumerate(made_of), forward=False)
            refused = self._carry_back(entry, made_of, records.begin_line("undo", state.skip, turn))
            left = {path for path, _ in refused}
            restored = tuple(steps.path_of(step) for step in made_of if steps.path_of(step) not in left)
            return Undone(entry.id, header.title, restored, refused)

    def redo(self, id: str | None = None, held: Sequence[Held] = ()) -> Applied:
        """Apply again an undone Plan: the one that was undone last, unless ``id`` says which.

        Without ``id`` there is nothing to redo once another Plan was applied. Raises UsageError when there is nothing
        to redo, otherwise as ``apply``.
        """
        with only_writer(self.home):
            candidates = [self._named(id)] if id is not None else self._undone_since_newest_applied()
            entry = max(candidates, key=lambda one: one.state().turn, default=None)
            if entry is None:
                raise UsageError("There is nothing to redo in this project")
            header, state = _read(entry)
            if state.ended != EntryState.UNDONE:
                raise UsageError(f'"{header.title}" is not undone now, so it cannot be redone')
            made_of = entry.steps()
            todo = [(index, step) for index, step in enumerate(made_of) if index not in state.skip]
            changes = [step.change for _, step in todo]
            refuse_held(changes, held)
            check(changes)
            stage_all(entry, todo, forward=True)
            entry.note(records.begin_line("redo", state.skip, state.turn))
            self._carry_out(entry, made_of, state.skip)
            return Applied(entry.id, header.title, tuple(steps.path_of(step) for _, step in todo))

    def entries(self) -> tuple[Entry, ...]:
        """The Plans that were begun here, newest first, as far back as the journal goes."""
        return tuple(described for entry in self._newest_first() if (described := _describe(entry)) is not None)

    def unfinished(self) -> tuple[Entry, ...]:
        """Plans that were interrupted half-way (a crash, a power cut, a full disk), newest first.

        One that another process is applying at this moment is not among them.
        """
        if not any(entry.state is EntryState.UNFINISHED for entry in self.entries()):
            return ()
        try:
            with only_writer(self.home, patience_s=0):
                return tuple(entry for entry in self.entries() if entry.state is EntryState.UNFINISHED)
        except LockedError:
            return ()

    def finish(self, id: str, held: Sequence[Held] = ()) -> Settled:
        """Make the changes of an interrupted Plan that are still missing. Raises UsageError, InUseError, WriteError."""
        with only_writer(self.home):
            entry, title, made_of = self._interrupted(id)
            refuse_held((step.change for step in made_of), held)
            first, _ = reach(entry, made_of)
            refused = go_forward(entry, made_of, skip=entry.state().skip, first=first)
            self._end(entry, EntryState.APPLIED)
            return Settled(id, title, True, refused)

    def roll_back(self, id: str, held: Sequence[Held] = ()) -> Settled:
        """Take back the changes of an interrupted Plan that were made. Raises UsageError, InUseError, WriteError."""
        with only_writer(self.home):
            entry, title, made_of = self._interrupted(id)
            refuse_held((step.change for step in made_of), held, undoing=True)
            refused = self._take_back(entry, made_of)
            return Settled(id, title, False, refused)

    # -- carrying out ------------------------------------------------------------------------------------------------

    def _write_down(self, plan: Plan) -> tuple[EntryFolder, tuple[Step, ...]]:
        newest = self._discard_never_begun()
        entry = EntryFolder(self.folder / f"{1 + newest:06d}", self.home.parent)
        made_of = tuple(steps.prepare(plan.changes))
        try:
            entry.create(plan, made_of, self._clock())
        except BaseException:
            entry.discard()
            raise
        return entry, made_of

    def _discard_never_begun(self) -> int:
        """Remove what a process left that died while it was writing a Plan down; return the newest entry's number."""
        for entry in self._newest_first():
            if entry.begun():
                return int(entry.id)
            entry.discard()
        return 0

    def _carry_out(self, entry: EntryFolder, made_of: tuple[Step, ...], skip: frozenset[int]) -> None:
        """Do everything, or take back what was done and raise."""
        try:
            refused = go_forward(entry, made_of, skip=skip)
            if refused:
                raise changed_outside([path for path, _ in refused])
            self._end(entry, EntryState.APPLIED)
        except WriteError as error:
            raise self._after_failure(entry, made_of, error) from error
        except BaseException:
            with contextlib.suppress(WriteError):
                self._take_back(entry, made_of)
            raise

    def _take_back(self, entry: EntryFolder, made_of: tuple[Step, ...]) -> Refused:
        _, limit = reach(entry, made_of)
        refused = go_back(entry, made_of, limit=limit)
        self._end(entry, EntryState.FAILED)
        return refused

    def _after_failure(self, entry: EntryFolder, made_of: tuple[Step, ...], error: WriteError) -> WriteError:
        """Take back what was done, and say in an error of the same class how that went."""
        try:
            refused = self._take_back(entry, made_of)
        except WriteError as second:
            return _half_way(error, second)
        if refused:
            names = ", ".join(path.name for path, _ in refused)
            also = f". What was done before was taken back, but for {names}, which changed outside meanwhile"
        else:
            also = f". None of the {count(len(made_of))} changes stands" if len(made_of) > 1 else ""
        return type(error)(error.what + also, path=error.path, remedy=error.remedy)

    def _carry_back(self, entry: EntryFolder, made_of: tuple[Step, ...], begin: bytes) -> Refused:
        """Take everything back that is as it was left; on a failure do again what was taken back, and raise."""
        try:
            entry.note(begin)
            refused = go_back(entry, made_of)
            left = {path for path, _ in refused}
            skip = [index for index, step in enumerate(made_of) if steps.path_of(step) in left]
            self._end(entry, EntryState.UNDONE, skip)
        except WriteError as error:
            try:
                go_forward(entry, made_of, first=reach(entry, made_of)[0])
                self._end(entry, EntryState.APPLIED)
            except WriteError as second:
                raise _half_way(error, second) from error
            raise type(error)(f"{error.what}. Nothing was undone", path=error.path, remedy=error.remedy) from error
        return refused

    def _end(self, entry: EntryFolder, ended: EntryState, refused: Iterable[int] = ()) -> None:
        entry.note(records.end_line(ended, refused))
        entry.drop_staged()

    # -- finding entries ---------------------------------------------------------------------------------------------

    def _newest_first(self) -> Iterator[EntryFolder]:
        try:
            names = [name for name in kernel.listdir(self.folder) if name.isascii() and name.isdigit()]
        except FileNotFoundError:
            return
        except OSError as error:
            raise read_error(error, self.folder) from error
        for name in sorted(names, key=int, reverse=True):
            yield EntryFolder(self.folder / name, self.home.parent)

    def _named(self, id: str) -> EntryFolder:
        for entry in self._newest_first():
            if entry.id == id:
                return entry
        raise self._without(f'There is no entry "{id}" in the journal of this project')

    def _without(self, what: str) -> UsageError:
        """``what``, and whether it may have been forgotten."""
        oldest = min((entry.id for entry in self._newest_first()), key=int, default=None)
        return UsageError(what, remedy=forgotten(oldest))

    def _newest_applied(self) -> EntryFolder | None:
        return next((entry for entry in self._newest_first() if entry.state().ended == EntryState.APPLIED), None)

    def _undone_since_newest_applied(self) -> list[EntryFolder]:
        found: list[EntryFolder] = []
        for entry in self._newest_first():
            ended = entry.state().ended
            if ended == EntryState.APPLIED:
                break
            if ended == EntryState.UNDONE:
                found.append(entry)
        return found

    def _interrupted(self, id: str) -> tuple[EntryFolder, str, tuple[Step, ...]]:
        entry = self._named(id)
        header, state = _read(entry)
        if state.ended is not None:
            raise UsageError(f'"{header.title}" was not interrupted, so there is nothing to finish or roll back')
        made_of = entry.steps()
        # Before any folder is renamed again: they lie beside the files as those are called now.
        remove_leftovers(step.change.path for step in made_of if isinstance(step.change, Write))
        return entry, header.title, made_of


def _read(entry: EntryFolder) -> tuple[Header, State]:
    header = entry.header()
    if header is None:
        raise UsageError(f'Entry "{entry.id}" of the journal was never begun')
    return header, entry.state()


def _describe(entry: EntryFolder) -> Entry | None:
    try:
        header = entry.header()
        if header is None:
            return None
        ended = entry.state().ended
        state = EntryState(ended) if ended else EntryState.UNFINISHED
    except (SyntaxProblem, ValueError):
        return Entry(entry.id, "(damaged)", 0.0, EntryState.DAMAGED)
    return Entry(entry.id, header.title, header.created, state)


def _half_way(error: WriteError, second: WriteError) -> WriteError:
    return WriteError(
        f"{error.what}. It was interrupted half-way, because it could not be taken back either ({second.what})",
        path=error.path,
        remedy="Nothing is lost: once the disk is well, open the project in sdtui to finish it or to take it back.",
    )
