"""What the supervisor of a run and everybody else tell each other: a few small files in the run's state folder.

``orders`` go to a new supervisor through its standard input, because they hold what must not be written down.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import msgspec

from sdtui.base.files import write_atomic
from sdtui.base.json_record import decode
from sdtui.base.text import duration
from sdtui.runs.supervising.escalation import Stage

LOCK = "lock"
STATUS = "status.json"
_REQUESTS = "request-*.json"
WHERE = "run-folder"


class Orders(msgspec.Struct, frozen=True):
    """What the supervisor is to start: the command and the whole environment, secrets included."""

    command: tuple[str, ...]
    env: dict[str, str]
    grace: tuple[float, float, float]
    """Seconds: what is left behind may linger, after SIGINT, after SIGTERM."""


class StopAfter(str, Enum):
    """What a stop waits for, so that nothing of it is lost."""

    SAVE = "save"
    """The next checkpoint, with its state where one is saved."""
    EPOCH = "epoch"
    """The checkpoint of this epoch, though others are saved by steps before."""
    SAMPLE = "sample"
    """The next sample pictures, all of them."""


class Status(msgspec.Struct, frozen=True):
    """How far the ending of a run has gone. The file's time of change is the supervisor's heartbeat."""

    stage: Stage
    stop_requested: bool
    since: float
    """Seconds since the epoch."""
    harder_at: float | None
    """When the next, harder signal follows."""
    after: StopAfter | None = None
    """What is waited for before it is stopped; None where no stop is waiting."""
    paused: bool = False
    """Its processes are held: they keep their memory and do nothing."""


class Request(msgspec.Struct, frozen=True):
    """What somebody asks of the supervisor."""

    stop: bool
    """Stop it, at once or (with ``after``) later. False takes a stop back that still waits."""
    now: bool = False
    """Kill it: no grace."""
    harder: bool = False
    """Of a stop that is under way: send the next, harder signal without waiting for it."""
    after: StopAfter | None = None
    pause: bool | None = None
    """True holds its processes, False lets them go on; ``stop`` then says nothing."""
    why: str | None = None
    """Of a stop that no person asked for: a sentence."""


_SENT = {
    Stage.INTERRUPTING: "Asked to end (SIGINT)",
    Stage.TERMINATING: "Told to end (SIGTERM)",
    Stage.KILLING: "Killed (SIGKILL)",
}


def signal_words(status: Status | None, now: float) -> str:
    """``Asked to end (SIGINT); harder in 18 s``, empty where no signal was sent. ``now`` in seconds since the epoch."""
    if status is None or status.stage not in _SENT:
        return ""
    harder = f"; harder in {duration(max(0.0, status.harder_at - now))}" if status.harder_at is not None else ""
    return _SENT[status.stage] + harder


def read_status(state_folder: Path) -> tuple[Status, float] | None:
    """The supervisor's last word and the time of its last heartbeat (seconds since the epoch), None where unknown."""
    path = state_folder / STATUS
    try:
        return decode(path.read_bytes(), Status), path.stat().st_mtime
    except (OSError, msgspec.MsgspecError):
        return None


def write_status(state_folder: Path, status: Status) -> None:
    """Tell everybody. Raises WriteError."""
    write_atomic(state_folder / STATUS, msgspec.json.encode(status), durable=False)


def point_to(state_folder: Path, run: Path) -> None:
    """Say where the record of the run stands: other projects can have its folders too. Raises WriteError."""
    write_atomic(state_folder / WHERE, os.fsencode(run), durable=False)


def place(state_folder: Path) -> Path | None:
    """Where the folder of the run stands, by its supervisor's word; None where nobody has said."""
    try:
        return Path(os.fsdecode((state_folder / WHERE).read_bytes()))
    except OSError:
        return None


def places(states: Path) -> Iterator[tuple[Path, Path]]:
    """Of the runs whose supervisors left a word below ``states``, alive or not: folders of the run and of the word."""
    for pointer in sorted(states.glob(f"*/{WHERE}")):
        if (folder := place(pointer.parent)) is not None:
            yield folder, pointer.parent


def beat(state_folder: Path) -> None:
    """Show that the supervisor lives."""
    with contextlib.suppress(OSError):
        os.utime(state_folder / STATUS)


def post(state_folder: Path, request: Request) -> None:
    """Lay a request in the letterbox, behind those that nobody has read yet. Raises WriteError."""
    # One file for each: a file that is replaced while the supervisor takes it away would be lost.
    name = f"request-{time.monotonic_ns():020}-{os.getpid()}.json"
    write_atomic(state_folder / name, msgspec.json.encode(request), durable=False)


def unread_since(state_folder: Path) -> float | None:
    """When the oldest request was posted that nobody has taken out yet, in seconds since the epoch; None: none lies."""
    oldest = min(state_folder.glob(_REQUESTS), default=None)
    with contextlib.suppress(OSError):  # it was taken out just now
        return oldest.stat().st_mtime if oldest is not None else None
    return None


def collect(state_folder: Path) -> Iterator[Request]:
    """Take the requests out of the letterbox, the oldest first. What cannot be read is thrown away."""
    for path in sorted(state_folder.glob(_REQUESTS)):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            data = path.read_bytes()
            path.unlink()
            yield decode(data, Request)


def not_listening(supervisor: int) -> str:
    """A sentence about a supervisor, by its process number, that does not take out what lies here."""
    return f"The run's supervisor has not listened yet. {what_to_do_with(supervisor)}"


def what_to_do_with(supervisor: int) -> str:
    """With a supervisor, by its process number, that does not listen: a sentence."""
    return (
        f"If somebody holds it, `kill -CONT {supervisor}` lets it go on; else `kill -KILL {supervisor}` ends it and "
        "not the training, and the next stop gives the run another."
    )


def clear(state_folder: Path) -> None:
    """The run has ended: nobody listens here any more."""
    for name in (STATUS, LOCK, WHERE, "exit.json", "run.json"):
        (state_folder / name).unlink(missing_ok=True)
    for path in state_folder.glob(_REQUESTS):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        state_folder.rmdir()
