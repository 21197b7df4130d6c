"""The queue as people look at it. Whoever looks sees to it that somebody keeps it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import pasted
from sdtui.runs.live import live_of_user
from sdtui.runs.queueing import keeper, queue_file
from sdtui.runs.queueing.queue_file import Waiting
from sdtui.runs.queueing.turns import Standing, of_this_machine, standings
from sdtui.runs.record import RunRecord

RESTARTED = "The computer was restarted: the queue waits until you let it go on."
_NEXT = "Its turn is now."


@dataclass(frozen=True, slots=True)
class Place:
    """A run in the queue."""

    position: int
    """From 1."""
    standing: Standing
    held_up: str = ""
    """Why it is not started although its turn is now, a sentence; empty where nothing is known to be the matter."""

    @property
    def waiting(self) -> Waiting:
        """What the queue knows of it."""
        return self.standing.waiting

    @property
    def record(self) -> RunRecord | None:
        """None where it cannot be read: ``reason`` says why."""
        return self.standing.record

    @property
    def reason(self) -> str:
        """What it waits for, a sentence."""
        return self.standing.reason or self.held_up or _NEXT

    @property
    def short(self) -> str:
        """The same in a few words: the name of a run, or what else keeps it."""
        if self.waiting.held is not None:
            return "held back"
        return self.standing.holder or (self.reason if self.record is None else "its turn")

    @property
    def home(self) -> Path:
        """The ``.sdtui`` of its project."""
        return Path(self.waiting.home)


@dataclass(frozen=True, slots=True)
class Running:
    """A run that has cards now."""

    home: Path
    record: RunRecord


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue at one moment."""

    places: tuple[Place, ...]
    running: tuple[Running, ...]
    """The runs of this user that go on on this machine, of all projects."""
    paused: str | None
    """Why it is paused, a sentence; None where it goes on."""
    restarted: bool
    """The machine was started anew since a person let it go on."""
    kept: bool
    """Whether the process lives that starts the next run."""

    @property
    def stands(self) -> str | None:
        """Why nothing is started although something waits, a sentence; None where the queue goes on."""
        if not self.places:
            return None
        return RESTARTED if self.restarted else self.paused


def look() -> QueueView:
    """The queue now. Raises RunError and UnreadableError where its file cannot be read."""
    queue = queue_file.read()
    kept = keeper.ensure() if queue.waiting else False
    held_up = (keeper.not_heard(time.time()) or "") if kept else ""
    live = tuple(live_of_user())
    places = tuple(Place(number, one, held_up) for number, one in enumerate(standings(queue, live), start=1))
    running = tuple(Running(home, record) for home, record in live if of_this_machine(record))
    return QueueView(places, running, queue.paused, queue.restarted, kept)


def waits_for(home: Path, record: RunRecord) -> str:
    """What a queued run waits for, a sentence with its place."""
    try:
        view = look()
    except SdtuiError as error:
        return error.sentence()
    for place in view.places:
        if place.waiting.place == (str(home), record.id):
            reason = view.stands or place.reason
            return reason if place.position == 1 else f"Number {place.position} in the queue. {reason}"
    return (
        f"It is in no queue of this machine. Put it back with: sdtui runs queue {pasted(home.parent)} go-on {record.id}"
    )
