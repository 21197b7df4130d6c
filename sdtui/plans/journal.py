"""The journal of a project: the only writer of users' files. Applies a Plan whole or not at all, and can undo it.

A Plan is written down with the bytes before and after, and waits for the disk, before the first file changes. Each file
is then replaced at once, so that it is old or new whenever the process dies; what was interrupted is found again by
``unfinished()`` in a later start.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.base.files import make_folder, make_home, remove_leftovers
from sdtui.base.work import Cancelled, never_cancelled
from sdtui.plans import steps
from sdtui.plans.carrying import any_done, carry_back, carry_out, end, nothing_done, settle_back
from sdtui.plans.checks import check, unfit
from sdtui.plans.entry import EntryFolder, Left
from sdtui.plans.held import Held, refuse_held
from sdtui.plans.history import History, Known
from sdtui.plans.lock import LockedError, only_writer
from sdtui.plans.outcome import Applied, Entry, EntryState, Settled, Undone
from sdtui.plans.pace import Pace
from sdtui.plans.patch import Patch
from sdtui.plans.plan import Copy, Plan, Write
from sdtui.plans.records import Header, Step
from sdtui.plans.standing import path_of
from sdtui.plans.state import State, begin_line
from sdtui.plans.upkeep import BOUNDS, Bounds, forgotten, tidy
from sdtui.plans.walk import MadeOf, go_forward, named, never_made, reach

Told = Callable[[int, int], None]
"""Hears how many changes are done, of how many."""


class Journal:
    """All writing in the project whose ``.sdtui`` folder is ``home``; threads and processes may share it.

    ``keep_going``, wherever it is asked for: what changed outside meanwhile or cannot be written is left alone and
    named, and the rest is done. ``progress`` hears how far it is. ``cancelled`` is asked between changes; where it says
    so everything is taken back, and WorkCancelled is raised.
    """

    def __init__(self, home: Path, clock: Callable[[], float] = time.time, bounds: Bounds = BOUNDS) -> None:
        self.home = Path(os.path.normpath(home.absolute()))
        self._clock = clock
        self._bounds = bounds
        self._history = History(self.folder, self.home.parent)

    @property
    def folder(self) -> Path:
        """Where the entries stand: the newest a folder each, the older ones packed."""
        return self.home / "journal"

    def apply(
        self,
        plan: Plan,
        held: Sequence[Held] = (),
        *,
        keep_going: bool = False,
        progress: Told | None = None,
        cancelled: Cancelled = never_cancelled,
    ) -> Applied:
        """Make all changes of ``plan``, or none; with ``keep_going`` those that can be made, at least one.

        Raises ChangedOutsideError naming the files that are not as they were when the Plan was made, InUseError when a
        live run reads what would be renamed or removed, UnreadableError where something cannot be looked at, and
        WriteError for any other trouble. In all these cases the files are as they were before, unless the sentence
        says otherwise.
        """
        plan = replace(plan, changes=tuple(steps.absolute(one) for one in plan.changes if not steps.idle(one)))
        if plan.empty:
            return Applied("", plan.title, ())
        refuse_held(plan.changes, held)
        pace = Pace(len(plan.changes), progress, cancelled)
        with only_writer(self.home):
            if any(isinstance(one, Write) and one.path.parent == self.home for one in plan.changes):
                make_home(self.home)  # a record of the project is among the changes, and looks for its folder
            plan, left = _fitting(plan, pace) if keep_going else _whole(plan, pace)
            make_home(self.home)
            make_folder(self.folder)
            entry, made_of, unready = self._write_down(plan, pace, keep_going=keep_going)
            not_done = {**unready, **carry_out(entry, made_of, pace, skip=unready, keep_going=keep_going)}
            tidy(self._history, self._bounds)
            changed = tuple(path_of(step) for index, step in enumerate(made_of) if index not in not_done)
            return Applied(entry.id, plan.title, changed, (*left, *named(made_of, not_done)))

    def undo(
        self,
        id: str | None = None,
        held: Sequence[Held] = (),
        *,
        keep_going: bool = False,
        progress: Told | None = None,
        cancelled: Cancelled = never_cancelled,
    ) -> Undone:
        """Take back an applied Plan, the newest one unless ``id`` says which.

        A file that was changed since is left alone and named in ``refused``; the rest is restored. Raises UsageError
        when there is nothing to undo, InUseError and WriteError; WorkCancelled only as long as nothing is undone.
        """
        with only_writer(self.home):
            newest, undone = self._history.newest_applied()
            known = self._named(id) if id is not None else newest
            if known is None:
                raise self._without("There is nothing to undo in this project")
            entry = self._history.open(known)
            header, state = _read(entry)
            if state.ended != EntryState.APPLIED:
                raise UsageError(f'"{header.title}" is not applied now, so it cannot be undone')
            made_of = entry.steps()
            refuse_held((step.change for step in made_of), held, undoing=True)
            pace = Pace(len(made_of), progress, cancelled, passes=2)
            todo = [(index, step) for index, step in enumerate(made_of) if index not in state.left]
            unready = entry.stage(todo, pace, forward=False, keep_going=keep_going)
            pace.hold_on()
            turn = 1 + max((other.turn for other in undone), default=0)
            last = self._history.newest_number()
            begin = begin_line("undo", state.skip, turn, newest=last, keep_going=keep_going)
            skip = state.left | frozenset(unready)
            refused = {**unready, **carry_back(entry, made_of, begin, pace, skip=skip, keep_going=keep_going)}
            left = {path_of(made_of[index]) for index in refused}
            restored = tuple(path for _, step in todo if (path := path_of(step)) not in left)
            tidy(self._history, self._bounds)
            return Undone(entry.id, header.title, restored, named(made_of, refused))

    def redo(
        self,
        id: str | None = None,
        held: Sequence[Held] = (),
        *,
        keep_going: bool = False,
        progress: Told | None = None,
        cancelled: Cancelled = never_cancelled,
    ) -> Applied:
        """Apply again an undone Plan: the one that was undone last, unless ``id`` says which.

        Without ``id`` there is nothing to redo once another Plan was applied. Raises UsageError when there is nothing
        to redo, otherwise as ``apply``.
        """
        with only_writer(self.home):
            candidates = [self._named(id)] if id is not None else self._history.newest_applied()[1]
            known = max(candidates, key=lambda one: one.turn, default=None)
            if known is None:
                raise UsageError("There is nothing to redo in this project")
            entry = self._history.open(known)
            header, state = _read(entry)
            if state.ended != EntryState.UNDONE:
                raise UsageError(f'"{header.title}" is not undone now, so it cannot be redone')
            made_of = entry.steps()
            todo = [index for index in range(len(made_of)) if index not in state.skip | state.left]
            changes = [made_of[index].change for index in todo]
            refuse_held(changes, held)
            pace = Pace(len(todo), progress, cancelled)
            left: Left = {}
            if keep_going:
                left = {todo[place]: why for place, why in unfit(changes, pace).items()}
            else:
                check(changes, pace)
            ready = [(index, made_of[index]) for index in todo if index not in left]
            left |= entry.stage(ready, pace, forward=True, keep_going=keep_going)
            if not any_done(made_of, state.skip | state.left, left):
                raise nothing_done(named(made_of, left))
            skip = state.skip | frozenset(left)
            entry.note(begin_line("redo", skip, state.turn, newest=state.newest, keep_going=keep_going))
            left |= carry_out(entry, made_of, pace, skip=skip | state.left, keep_going=keep_going)
            changed = tuple(path_of(made_of[index]) for index in todo if index not in left)
            tidy(self._history, self._bounds)
            return Applied(entry.id, header.title, changed, named(made_of, left))

    def entries(self, limit: int | None = None) -> tuple[Entry, ...]:
        """The Plans that were begun here, newest first: all, or the newest ``limit``."""
        return tuple(known.described() for known in itertools.islice(self._history.known(), limit))

    def upcoming(self) -> tuple[Entry | None, Entry | None]:
        """What ``undo`` would take back, and what ``redo`` would make again; None where there is nothing."""
        newest, undone = self._history.newest_applied()
        again = max(undone, key=lambda one: one.turn, default=None)
        return (newest.described() if newest else None), (again.described() if again else None)

    def unfinished(self) -> tuple[Entry, ...]:
        """Plans that were interrupted half-way (a crash, a power cut, a full disk), newest first.

        One that another process is applying at this moment is not among them.
        """
        if not self._history.unfinished():
            return ()
        try:
            with only_writer(self.home, patience_s=0):
                return self._history.unfinished()
        except LockedError:
            return ()

    def finish(
        self,
        id: str,
        held: Sequence[Held] = (),
        *,
        keep_going: bool = False,
        progress: Told | None = None,
    ) -> Settled:
        """Make the changes of an interrupted Plan that are still missing. Raises UsageError, InUseError, WriteError.

        One that was to go on where it can does so here, too.
        """
        with only_writer(self.home):
            entry, title, made_of = self._interrupted(id)
            refuse_held((step.change for step in made_of), held)
            state = entry.state()
            pace = Pace(len(made_of), progress, passes=1)
            refused = go_forward(
                entry,
                made_of,
                skip=state.skip | state.left,
                first=reach(entry, made_of)[0],
                pace=pace,
                keep_going=keep_going or state.keep_going,
            )
            # What somebody else changed may have been made by us before, so that a later undo is to name it again.
            end(entry, EntryState.APPLIED, left=never_made(entry, made_of, refused))
            return Settled(id, title, True, named(made_of, refused))

    def roll_back(self, id: str, held: Sequence[Held] = (), *, keep_going: bool = False) -> Settled:
        """Take back the changes of an interrupted Plan that were made. Raises UsageError, InUseError, WriteError."""
        with only_writer(self.home):
            entry, title, made_of = self._interrupted(id)
            refuse_held((step.change for step in made_of), held, undoing=True)
            refused = settle_back(entry, made_of, keep_going=keep_going)
            return Settled(id, title, False, named(made_of, refused))

    def _write_down(self, plan: Plan, pace: Pace, *, keep_going: bool) -> tuple[EntryFolder, MadeOf, Left]:
        entry = self._history.next_folder()
        made_of = tuple(steps.prepare(plan.changes))
        try:
            left = entry.create(plan, made_of, self._clock(), pace, keep_going=keep_going)
            if not any_done(made_of, (), left) and left:
                raise nothing_done(named(made_of, left))
        except BaseException:
            entry.discard()
            raise
        return entry, made_of, left

    def _named(self, id: str) -> Known:
        known = self._history.named(id)
        if known is None:
            raise self._without(f'There is no entry "{id}" in the journal of this project')
        return known

    def _without(self, what: str) -> UsageError:
        """``what``, and whether it may have been forgotten."""
        return UsageError(what, remedy=forgotten(self._history.oldest()))

    def _interrupted(self, id: str) -> tuple[EntryFolder, str, MadeOf]:
        known = self._named(id)
        if known.ended is not None or known.folder is None:
            raise UsageError(f'"{known.title}" was not interrupted, so there is nothing to finish or roll back')
        made_of = known.folder.steps()
        # Before any folder is renamed again: they lie beside the files as those are called now.
        remove_leftovers(path_of(step) for step in made_of if isinstance(step.change, (Write, Patch, Copy)))
        return known.folder, known.title, made_of


def _whole(plan: Plan, pace: Pace) -> tuple[Plan, tuple[tuple[Path, str], ...]]:
    check(plan.changes, pace)
    return plan, ()


def _fitting(plan: Plan, pace: Pace) -> tuple[Plan, tuple[tuple[Path, str], ...]]:
    """``plan`` without what cannot be done now, and that. Raises WriteError where nothing can be done."""
    left = unfit(plan.changes, pace)
    made_of = tuple(map(Step, plan.changes))
    if left and not any_done(made_of, (), left):
        raise nothing_done(named(made_of, left))
    fitting = tuple(change for index, change in enumerate(plan.changes) if index not in left)
    return replace(plan, changes=fitting), named(made_of, left)


def _read(entry: EntryFolder) -> tuple[Header, State]:
    header = entry.header()
    if header is None:
        raise UsageError(f'Entry "{entry.id}" of the journal was never begun')
    return header, entry.state()
