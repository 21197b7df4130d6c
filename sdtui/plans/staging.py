"""Making what a Plan puts in place ready beside the journal, so that a full disk is met before any file changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.base.files import stage
from sdtui.plans import steps
from sdtui.plans.checks import reason
from sdtui.plans.pace import Pace
from sdtui.plans.records import Step
from sdtui.plans.standing import path_of

_AT_ONCE = 8
"""Threads that wait for the disk together: it commits what they wrote in one go, which is ten times as fast."""
_FEW = 16
"""Files up to which one after the other is as fast."""
_BATCH = 256
"""Files after which it can be given up."""


def stage_each(
    todo: Iterable[tuple[int, Step, Path]], pace: Pace, *, forward: bool, keep_going: bool = False
) -> dict[int, str]:
    """Write what each step puts in place to its path, and wait for the disk.

    With ``keep_going`` those that could not be made ready are returned by their place, each with the reason; otherwise
    the first of them raises WriteError.
    """
    listed = list(todo)
    failed: dict[int, str] = {}
    for index, step, error in _errors(listed, pace, forward=forward):
        if not keep_going:
            raise error
        failed[index] = reason(error, path_of(step))
    return failed


def _errors(
    todo: list[tuple[int, Step, Path]], pace: Pace, *, forward: bool
) -> Iterator[tuple[int, Step, WriteError | UnreadableError]]:
    if len(todo) <= _FEW:
        for index, step, staged in todo:
            error = _staged(step, staged, forward)
            if error is not None:
                yield index, step, error
            pace.step()
        return
    with ThreadPoolExecutor(_AT_ONCE, "sdtui staging") as pool:
        for start in range(0, len(todo), _BATCH):
            batch = todo[start : start + _BATCH]
            outcomes = pool.map(lambda one: _staged(one[1], one[2], forward), batch)
            for (index, step, _), error in zip(batch, outcomes, strict=True):
                if error is not None:
                    yield index, step, error
                pace.step()


def _staged(step: Step, staged: Path, forward: bool) -> WriteError | UnreadableError | None:
    try:
        staged.unlink(missing_ok=True)
        data = steps.staged_bytes(step.change, forward=forward)
        if data is not None:
            stage(staged, data, meant_for=path_of(step))
        elif forward:
            steps.stage_copy(step, staged)
    except (WriteError, UnreadableError) as error:
        return error
    return None
