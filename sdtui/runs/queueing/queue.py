"""The queue: runs that wait for their card. Nothing here waits itself; ``keeper`` starts the next one."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import replace

from sdtui.base.errors import RunError, SdtuiError, UsageError
from sdtui.base.files import kernel, write_error
from sdtui.runs import store
from sdtui.runs.environment import trainer_environment
from sdtui.runs.launch import LaunchRequest, record_of
from sdtui.runs.queueing import env as queue_env
from sdtui.runs.queueing import keeper, queue_file
from sdtui.runs.queueing.queue_file import Order, Queue, Waiting
from sdtui.runs.queueing.turns import waits
from sdtui.runs.record import RunExit, RunRecord, run_folder
from sdtui.runs.redact import redact_command, without_secret_arguments

BY_YOU = "You paused it."
HELD_BY_YOU = "You hold it back."
_TAKEN_OUT = "It was taken out of the queue before it began."


def put(home: Path, request: LaunchRequest, *, stop_on_failure: bool = False) -> RunRecord:
    """Put a run at the end of the queue, and see that somebody starts it at its turn.

    ``request`` as ``request.make_request`` or ``relaunch.again`` made it: it shows that the run could begin now, and
    gives its name, length and cards. What it reads is not written: at its turn it is prepared anew from its settings
    and from the dataset as it is then. Raises WriteError, RunError where the queue cannot be read, and UsageError for
    a secret that could not be kept in memory until then.
    """
    command, secrets = without_secret_arguments(request.command)
    if redact_command(command, {}) != command:
        raise UsageError(
            "A secret among the settings cannot wait in the queue, because it is never written down",
            remedy="Log in with the tool that it belongs to, or start the run directly.",
        )
    run_id, folder = store.new_run_folder(home, request.name)
    order = Order(
        cwd=str(Path.cwd()),
        env=queue_env.kept(os.environ),
        needs=tuple(secrets),
        stop_on_failure=stop_on_failure,
    )
    try:
        record = _record(run_id, request, command)
        queue_file.write_order(home, run_id, order)
        store.write_record(folder, record)
        _append(Waiting(str(home), run_id, stop_on_failure=stop_on_failure), record)
    except SdtuiError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    keeper.hand_over(record.id, {**queue_file.secrets_of(os.environ), **secrets})
    return record


def _record(run_id: str, request: LaunchRequest, command: tuple[str, ...]) -> RunRecord:
    env = trainer_environment(os.environ, request.env)
    record = record_of(run_id, request, env)
    # Its folder for locks and letters is named when it begins.
    return replace(record, command=redact_command(command, env), queued=record.created, state_folder="")


def _append(waiting: Waiting, record: RunRecord) -> None:
    with queue_file.changing() as changing:
        queue = changing.queue
        _refuse_taken(record)
        if not queue.waiting:  # a queue that starts anew
            queue = replace(queue, watched=(), machine=queue_file.this_start())
        changing.put(replace(queue, waiting=(*queue.waiting, waiting)))


def _refuse_taken(record: RunRecord) -> None:
    """Of two that are queued at once under one name, each would be refused at its turn because of the other."""
    for _, other in queue_file.waiting_runs():
        if other.id != record.id and (other.name, other.output_dir) == (record.name, record.output_dir):
            raise RunError(
                f"A run called {record.name} waits in the queue to write to this folder",
                path=record.output_dir,
                remedy="Queue it again: this one then gets another name; or set output_name.",
            )


def resolve(wanted: str, homes: Iterable[Path] | None = None) -> Waiting:
    """The run that waits at place ``wanted``, whose ID is or begins with it, or that is called so.

    Of these projects only, or of all.

    Raises UsageError where none or several are meant, else as ``queue_file.read``.
    """
    waiting = [one for one in queue_file.read().waiting if waits(one)]
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(waiting):
        return waiting[int(wanted) - 1]
    among = None if homes is None else {str(home) for home in homes}
    waiting = [one for one in waiting if among is None or one.home in among]
    matches = (
        [one for one in waiting if one.id == wanted]
        or [one for one in waiting if one.id.startswith(wanted)]
        or [one for one in waiting if _name(one) == wanted]
    )
    if len(matches) == 1:
        return matches[0]
    if matches:
        several = ", ".join(one.id for one in matches[:5])
        raise UsageError(
            f"{len(matches)} waiting runs begin with {wanted!r} or are called so ({several})",
            remedy="Say more of the ID, or the place in the queue.",
        )
    raise UsageError(f"No run that waits is called {wanted!r}", remedy="See `sdtui runs queue`.")


def _name(waiting: Waiting) -> str | None:
    with contextlib.suppress(SdtuiError):
        return store.load(Path(waiting.home), waiting.id).name
    return None


def move(run: Waiting, to: int) -> None:
    """Let the run wait at place ``to`` (1: the next one; beyond the end: the last one). Raises as ``pause``."""

    def moved(queue: Queue) -> tuple[Waiting, ...]:
        found = _find(queue, run)
        others = [one for one in queue.waiting if one is not found]
        begun = [one for one in others if not waits(one)]
        others = [one for one in others if one not in begun]
        others.insert(max(0, to - 1), found)
        return (*begun, *others)

    _change(moved)


def hold(run: Waiting, why: str = HELD_BY_YOU) -> None:
    """Pass this run over until ``release``. Raises as ``pause``."""
    _replace(run, held=why)


def release(run: Waiting) -> None:
    """Let a run that was held back have its turn, also one that is in no queue of this machine any more.

    What it needs and is kept in memory only is taken from this process's environment. Raises UsageError where that is
    not there, else as ``pause``.
    """
    order = queue_file.read_order(Path(run.home), run.id)
    lacking = [name for name in order.needs if not os.environ.get(name)]
    if run.held not in (None, HELD_BY_YOU) and lacking:
        raise UsageError(
            f"{run.id} needs {' and '.join(lacking)}, which is kept in memory only",
            remedy="Set it in this terminal and say go on again.",
        )
    let_go(run)
    keeper.hand_over(run.id, queue_file.secrets_of(os.environ))


def let_go(run: Waiting) -> None:
    """As ``release``, for what somebody has already told what it needs. Raises as ``pause``."""
    _replace(run, held=None)


def put_back(home: Path, record: RunRecord) -> None:
    """Let a run wait here that was queued on another machine or in a project that was moved, or whose queue was lost.

    Raises as ``pause``.
    """
    if not store.is_queued(home, record):
        raise RunError(f"{record.id} does not wait")
    order = queue_file.read_order(home, record.id)
    waiting = Waiting(str(home), record.id, stop_on_failure=order.stop_on_failure)
    known = queue_file.read().waiting
    moved = [one for one in known if one.id == record.id and not run_folder(Path(one.home), one.id).exists()]
    if moved:  # with its project: it keeps its place
        _change(lambda queue: tuple(waiting if one == moved[0] else one for one in queue.waiting))
    elif all(one.place != waiting.place for one in known):
        _append(waiting, record)
    keeper.hand_over(record.id, queue_file.secrets_of(os.environ))


def pause(why: str = BY_YOU) -> None:
    """Start nothing until ``go_on``; what runs goes on. Raises RunError, UnreadableError and WriteError."""
    with queue_file.changing() as changing:
        changing.put(replace(changing.queue, paused=why))


def go_on() -> None:
    """Let the queue go on: after a pause, and after the machine was restarted. Raises as ``pause``."""
    with queue_file.changing() as changing:
        changing.put(replace(changing.queue, paused=None, machine=queue_file.this_start()))
    keeper.nudge()


def remove(run: Waiting, now: Callable[[], float] = time.time) -> None:
    """Take a run out of the queue. Its record stays, as one that was stopped before it began.

    Raises RunError where it has begun meanwhile, else as ``pause``.
    """
    home = Path(run.home)
    folder = run_folder(home, run.id)
    if folder.is_dir():
        _take_order(home, run.id)
        ended = RunExit(returncode=None, ended=now(), stop_requested=True, error=_TAKEN_OUT)
        store.write_exit(folder, ended)
    with queue_file.changing() as changing:
        left = tuple(one for one in changing.queue.waiting if one.place != run.place)
        changing.put(replace(changing.queue, waiting=left))


def refuse(home: Path, run_id: str, sentence: str, now: Callable[[], float] = time.time) -> bool:
    """Let a run end before it began, because it could not begin. False where it does not wait any more.

    Raises WriteError.
    """
    try:
        _take_order(home, run_id)
    except RunError:
        return False
    ended = RunExit(returncode=None, ended=now(), stop_requested=False, error=sentence)
    store.write_exit(run_folder(home, run_id), ended)
    return True


def _take_order(home: Path, run_id: str) -> None:
    """Be the one who decides what becomes of the run. Raises RunError where somebody else was, WriteError."""
    order = run_folder(home, run_id) / store.QUEUED
    try:
        kernel.unlink(order)
    except FileNotFoundError as error:
        raise RunError(f"{run_id} does not wait any more", remedy="See `sdtui runs show`.") from error
    except OSError as error:
        raise write_error(error, order) from error


def _find(queue: Queue, run: Waiting) -> Waiting:
    for one in queue.waiting:
        if one.place == run.place:
            return one
    raise RunError(f"{run.id} does not wait any more")


def _replace(run: Waiting, *, held: str | None) -> None:
    def replaced(queue: Queue) -> tuple[Waiting, ...]:
        found = _find(queue, run)
        return tuple(replace(one, held=held) if one is found else one for one in queue.waiting)

    _change(replaced)


def _change(change: Callable[[Queue], tuple[Waiting, ...]]) -> None:
    with queue_file.changing() as changing:
        changing.put(replace(changing.queue, waiting=change(changing.queue)))
    keeper.nudge()
