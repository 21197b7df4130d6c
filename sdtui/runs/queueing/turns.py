"""Whose turn it is: which cards are in use, which runs may begin now, and what each of the others waits for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.runs import store
from sdtui.runs.live import Life, life_of, live_of_user
from sdtui.runs.queueing.queue_file import Queue, Waiting
from sdtui.runs.record import RunRecord, RunState
from sdtui.runs.setup import cards

LATER = 75
"""Exit status of a turn that could not be taken now and is to be tried again (EX_TEMPFAIL)."""

Gpus = tuple[int, ...] | None


class Cards:
    """Who has which cards. A run that may use all of them has all of them."""

    def __init__(self, live: Sequence[tuple[Path, RunRecord]]) -> None:
        """``live``: the runs that go on, each with its project's ``.sdtui``."""
        self._taken: list[tuple[Gpus, str]] = [(run.gpus, run.name) for _, run in live if of_this_machine(run)]

    def holder(self, gpus: Gpus) -> str | None:
        """The name of a run that has one of ``gpus``, or wants it and comes first; None where all are free."""
        for taken, name in self._taken:
            if taken is None or gpus is None or set(taken) & set(gpus):
                return name
        return None

    def take(self, gpus: Gpus, name: str) -> None:
        """Let these cards be another run's."""
        self._taken.append((gpus, name))


def holder_now(env: Mapping[str, str]) -> str | None:
    """The name of a run that goes on and has a card which a run with the variables ``env`` would use; else None."""
    return Cards(tuple(live_of_user())).holder(cards.visible({**os.environ, **env}))


def of_this_machine(record: RunRecord) -> bool:
    """Whether its cards are those of this machine; a container on it has them too."""
    return record.host.split(" ")[0] == os.uname().nodename


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run in the queue stands."""

    waiting: Waiting
    record: RunRecord | None
    """None where it cannot be read: ``reason`` says why."""
    reason: str
    """What it waits for, a sentence; empty where its turn is now."""
    holder: str = ""
    """The name of the run whose cards it waits for, where it is that."""


def standings(queue: Queue, live: Sequence[tuple[Path, RunRecord]]) -> Iterator[Standing]:
    """The runs that wait, the next one first. ``live``: the runs that go on."""
    in_use = Cards(live)
    for waiting in queue.waiting:
        try:
            record = store.load(Path(waiting.home), waiting.id)
        except SdtuiError as error:
            yield Standing(waiting, None, error.sentence())
            continue
        if not store.is_queued(Path(waiting.home), record):
            continue  # it has begun just now, and the keeper has not said so yet
        if waiting.held is not None:
            yield Standing(waiting, record, waiting.held)
            continue
        holder = in_use.holder(record.gpus)
        in_use.take(record.gpus, record.name)  # those behind it do not get ahead of it
        reason = f"It waits for {holder} ({cards.named(record.gpus)})." if holder else ""
        yield Standing(waiting, record, reason, holder or "")


def next_runs(queue: Queue, live: Sequence[tuple[Path, RunRecord]]) -> tuple[Waiting, ...]:
    """The runs that may begin now, in order."""
    if queue.paused is not None or queue.restarted:
        return ()
    return tuple(one.waiting for one in standings(queue, live) if one.record is not None and not one.reason)


def judged(queue: Queue) -> Queue:
    """The queue without the runs that do not wait any more, paused where one failed whose failure is to stop others."""
    waiting: list[Waiting] = []
    watched: list[Waiting] = []
    paused = queue.paused
    for one in queue.waiting:
        if waits(one):
            waiting.append(one)
        elif one.stop_on_failure:
            watched.append(one)
    still: list[Waiting] = []
    for one in (*queue.watched, *watched):
        state, name = _state(one)
        if state is None:
            still.append(one)
        elif state in (RunState.FAILED, RunState.LOST) and paused is None and waiting:
            paused = f"{name} {'failed' if state is RunState.FAILED else 'was lost'}, and the others were to wait then."
    return msgspec.structs.replace(queue, waiting=tuple(waiting), watched=tuple(still), paused=paused)


def waits(one: Waiting) -> bool:
    """Whether a run in the queue has not begun; one whose record cannot be read may only be out of reach."""
    try:
        return store.is_queued(Path(one.home), store.load(Path(one.home), one.id))
    except SdtuiError:
        return True


def _state(one: Waiting) -> tuple[RunState | None, str]:
    """How a run ended, None while it goes on, and its name."""
    from sdtui.runs.following.summary import summary

    with contextlib.suppress(SdtuiError):
        record = store.load(Path(one.home), one.id)
        if life_of(Path(one.home), record) in (Life.ENDED, Life.GONE):
            return summary(Path(one.home), record).state, record.name
        return None, record.name
    return RunState.STOPPED, one.id  # deleted meanwhile: nobody waits for its verdict
