"""The queue as it is written down: one file of the user's a machine, since its cards are shared by all projects.

Each run that waits has its folder in its own project, with its record and its order; the file only says which, in what
order, and whether they may go on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, SdtuiError
from sdtui.base.files import make_folder, read_bytes, read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.base.paths import state_dir
from sdtui.machine import processes
from sdtui.plans.lock import only_writer
from sdtui.runs import store
from sdtui.runs.record import RunRecord, run_folder

FILE = "queue.json"
_VERSION = 1
_SECRETS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "WANDB_API_KEY")
"""Variables that sd-scripts' libraries take keys from."""


class Waiting(msgspec.Struct, frozen=True):
    """A run that waits for its turn."""

    home: str
    """The ``.sdtui`` of its project."""
    id: str
    held: str | None = None
    """Why it is passed over until a person says otherwise, a sentence."""
    stop_on_failure: bool = False
    """Whether the queue is to pause when this run does not end well."""

    @property
    def place(self) -> tuple[str, str]:
        """What makes it this run and no other."""
        return self.home, self.id


class Queue(msgspec.Struct, frozen=True):
    """The file."""

    version: int = _VERSION
    waiting: tuple[Waiting, ...] = ()
    """The next one first."""
    watched: tuple[Waiting, ...] = ()
    """Runs that were started, and whose failure is to pause the queue."""
    paused: str | None = None
    """Why nothing is started, a sentence; None where it goes on."""
    machine: str = ""
    """The start of the machine at which a person last let it go on."""

    @property
    def restarted(self) -> bool:
        """Whether the machine was started anew since: then a person is asked first."""
        return bool(self.waiting) and self.machine != this_start()


class Order(msgspec.Struct, frozen=True):
    """``queued.json`` in the folder of a run that waits: what its record does not say. Holds no secret."""

    cwd: str
    """The folder that relative paths in its settings are meant from."""
    env: dict[str, str] = {}
    needs: tuple[str, ...] = ()
    """Secret variables that it cannot do without: they are kept in memory only."""
    stop_on_failure: bool = False


def folder() -> Path:
    """Where the queue of this machine stands: a home folder may be shared by several."""
    return state_dir() / "queue" / os.uname().nodename


def this_start() -> str:
    """Which start of this machine, or of this container or WSL distribution, it is."""
    first = processes.stat(1)
    return f"{processes.boot_id()} {first.start_time if first is not None else ''}".strip()


def read() -> Queue:
    """The queue now. Raises RunError where its file is damaged or of a newer sdtui, UnreadableError."""
    path = folder() / FILE
    data = read_if_there(path)
    if not data:
        return Queue()
    try:
        queue = decode(data, Queue)
    except msgspec.MsgspecError as error:
        raise RunError(
            f"The queue's file is damaged ({error})",
            path=path,
            remedy="Delete it; the runs that waited can be put back with `sdtui runs queue DIR go-on ID`.",
        ) from error
    if queue.version > _VERSION:
        raise RunError("A newer sdtui wrote the queue", path=path, remedy="Update sdtui to use it.")
    return queue


@contextlib.contextmanager
def changing() -> Iterator[Changing]:
    """The queue, to be changed by nobody else meanwhile; ``put`` writes it. Raises as ``read``, WriteError."""
    make_folder(folder())
    with only_writer(folder()):
        yield Changing(read())


class Changing:
    """The queue while it is changed."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def put(self, queue: Queue) -> None:
        """Write it where it is other than it was. Raises WriteError."""
        if queue != self.queue:
            write_atomic(folder() / FILE, msgspec.json.encode(queue))
            self.queue = queue


def read_order(home: Path, run_id: str) -> Order:
    """How a run that waits is to be started. Raises UnreadableError, RunError where it is damaged."""
    path = run_folder(home, run_id) / store.QUEUED
    try:
        return decode(read_bytes(path), Order)
    except msgspec.MsgspecError as error:
        raise RunError(
            f"How this run is to be started cannot be read ({error})",
            path=path,
            remedy="Take it out, and queue it anew.",
        ) from error


def write_order(home: Path, run_id: str, order: Order) -> None:
    """Raises WriteError."""
    write_atomic(run_folder(home, run_id) / store.QUEUED, msgspec.json.encode(order))


def waiting_runs() -> Iterator[tuple[Path, RunRecord]]:
    """The runs that wait on this machine, the next one first, each with its project's ``.sdtui``.

    What cannot be read is passed over: see ``queue_view``.
    """
    try:
        queue = read()
    except SdtuiError:
        return
    for waiting in queue.waiting:
        home = Path(waiting.home)
        with contextlib.suppress(SdtuiError):
            record = store.load(home, waiting.id)
            if store.is_queued(home, record):
                yield home, record


def secrets_of(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``env`` that a run may need and that are never written down."""
    return {name: env[name] for name in _SECRETS if env.get(name)}
