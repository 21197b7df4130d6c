"""Carrying out a Plan that is written down, and taking it back: to the end, or so that nothing of it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable
from pathlib import Path
from typing import TypeAlias

from sdtui.base.errors import SdtuiError, UnreadableError, WriteError
from sdtui.base.text import count, plural
from sdtui.plans import state
from sdtui.plans.checks import changed_outside
from sdtui.plans.entry import EntryFolder, Left
from sdtui.plans.outcome import EntryState
from sdtui.plans.pace import Pace
from sdtui.plans.plan import MakeFolder
from sdtui.plans.standing import CHANGED, GONE, path_of
from sdtui.plans.walk import MadeOf, go_back, go_forward, named, reach

Trouble: TypeAlias = WriteError | UnreadableError


def carry_out(
    entry: EntryFolder, made_of: MadeOf, pace: Pace, *, skip: Container[int] = (), keep_going: bool = False
) -> Left:
    """Do everything, or take back what was done and raise.

    With ``keep_going`` what cannot be done is left and returned; where that is all, WriteError is raised.
    """
    try:
        left = go_forward(entry, made_of, skip=skip, pace=pace, keep_going=keep_going)
        if left and not keep_going:
            raise _meanwhile(named(made_of, left))
        if left and not any_done(made_of, skip, left):
            raise nothing_done(named(made_of, left))
        end(entry, EntryState.APPLIED, left=left)
    except (WriteError, UnreadableError) as error:
        raise _after_failure(entry, made_of, error) from error
    except BaseException:
        with contextlib.suppress(SdtuiError):
            settle_back(entry, made_of)
        raise
    return left


def carry_back(
    entry: EntryFolder, made_of: MadeOf, begin: bytes, pace: Pace, *, skip: Container[int], keep_going: bool
) -> Left:
    """Take everything back that is as it was left; on a failure do again what was taken back, and raise."""
    try:
        entry.note(begin)
        left = go_back(entry, made_of, skip=skip, pace=pace, keep_going=keep_going)
        paths = {path_of(made_of[index]) for index in left}
        end(entry, EntryState.UNDONE, [index for index, step in enumerate(made_of) if path_of(step) in paths])
    except (WriteError, UnreadableError) as error:
        try:
            _reopen(entry)
            go_forward(entry, made_of, skip=skip, first=reach(entry, made_of)[0])
            end(entry, EntryState.APPLIED)
        except (WriteError, UnreadableError) as second:
            raise _half_way(error, second) from error
        raise type(error)(f"{error.what}. Nothing was undone", path=error.path, remedy=error.remedy) from error
    return left


def settle_back(entry: EntryFolder, made_of: MadeOf, *, keep_going: bool = False) -> Left:
    """Take back what was done of a Plan that did not come to its end. Raises WriteError."""
    _reopen(entry)
    _, limit = reach(entry, made_of)
    left = go_back(entry, made_of, skip=entry.state().left, limit=limit, keep_going=keep_going)
    end(entry, EntryState.FAILED)
    return left


def end(entry: EntryFolder, ended: EntryState, refused: Iterable[int] = (), left: Iterable[int] = ()) -> None:
    """Write down that a phase has ended. Raises WriteError."""
    entry.note(state.end_line(ended, refused, left))
    entry.drop_staged()


def _reopen(entry: EntryFolder) -> None:
    if entry.state().ended is not None:
        entry.note(state.reopened_line())


def any_done(made_of: MadeOf, skip: Container[int], left: Container[int]) -> bool:
    """Whether more than folders was made."""
    return any(
        index not in skip and index not in left and not isinstance(step.change, MakeFolder)
        for index, step in enumerate(made_of)
    )


def nothing_done(left: tuple[tuple[Path, str], ...]) -> WriteError:
    """Why a Plan that was to go on with what is possible did nothing at all."""
    path, why = left[0]
    others = f" {plural(len(left) - 1, 'more file was', 'more files were')} left." if left[1:] else ""
    return WriteError("Nothing could be changed", path=path, remedy=f"{why}{others}")


def _meanwhile(left: tuple[tuple[Path, str], ...]) -> WriteError:
    """Why a Plan cannot be made whole that could be a moment ago."""
    path, why = next((one for one in left if one[1] not in (CHANGED, GONE)), left[0])
    return changed_outside([path for path, _ in left]) if why in (CHANGED, GONE) else WriteError(why, path=path)


def _after_failure(entry: EntryFolder, made_of: MadeOf, error: Trouble) -> Trouble:
    """Take back what was done, and say in an error of the same class how that went."""
    try:
        left = named(made_of, settle_back(entry, made_of))
    except (WriteError, UnreadableError) as second:
        return _half_way(error, second)
    if left:
        names = ", ".join(path.name for path, _ in left)
        also = f". What was done before was taken back, but for {names}, which changed outside meanwhile"
    else:
        also = f". None of the {count(len(made_of))} changes stands" if len(made_of) > 1 else ""
    return type(error)(error.what + also, path=error.path, remedy=error.remedy)


def _half_way(error: Trouble, second: Trouble) -> WriteError:
    return WriteError(
        f"{error.what}. It was interrupted half-way, because it could not be taken back either ({second.what})",
        path=error.path,
        remedy="Nothing is lost: once the disk is well, open the project in sdtui to finish it or to take it back.",
    )
