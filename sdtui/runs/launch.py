"""Starts a run: its folder, its record, and a supervisor that outlives whoever asked for it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, SdtuiError, UsageError, WriteError
from sdtui.base.files import explain, kernel, make_folder, write_error
from sdtui.base.paths import state_dir
from sdtui.machine import processes
from sdtui.plans.lock import only_writer
from sdtui.runs import store
from sdtui.runs.environment import trainer_environment
from sdtui.runs.live import live_anywhere
from sdtui.runs.record import Continuation, RunExit, RunRecord, run_folder
from sdtui.runs.redact import redact_command, redact_settings, without_secret_arguments
from sdtui.runs.setup import cards
from sdtui.runs.supervising import inside, letterbox
from sdtui.runs.supervising.escalation import Grace
from sdtui.runs.supervising.letterbox import Orders
from sdtui.runs.supervising.supervisor import STARTED

_PATIENCE = 60.0
"""Seconds for a supervisor to start its trainer; a cold 9p disk needs a few."""


@dataclass(frozen=True, kw_only=True)
class LaunchRequest:
    """A run to be. Paths are absolute; the fields mean what they mean in RunRecord, but secrets are still in them."""

    name: str
    profile: str
    script: str
    command: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = field(default_factory=dict)
    output_dir: str
    logging_dir: str | None = None
    sample_dir: str | None = None
    dataset_config: str | None = None
    reads: tuple[str, ...] = ()
    total_steps: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    given: tuple[str, ...] | None = None
    steps_per_epoch: int | None = None
    trained_on: str | None = None
    continues: Continuation | None = None
    relaunch_of: str | None = None
    start_in: str | None = None


def launch(
    home: Path, request: LaunchRequest, *, grace: Grace | None = None, waited: RunRecord | None = None
) -> RunRecord:
    """Start a run in the project whose records stand in ``home``; returns once its supervisor has started the trainer.

    From then on the run needs nothing of this process. ``waited``: it waited in the queue, and has had its folder and
    its ID since then. Raises WriteError where the record cannot be written, RunError where a live run has the same name
    and output folder, where ``waited`` was taken out of the queue, and (with the supervisor's own sentence) where the
    trainer could not be started.
    """
    if not request.command:
        raise UsageError("There is no command to run")
    inside.check_place(request.start_in)
    command, secret = without_secret_arguments(request.command)
    request = replace(request, command=command, env={**request.env, **secret})
    env = trainer_environment(os.environ, request.env)
    with only_writer(home):  # of two that start at once, the second is to see the first
        _refuse_taken(home, request)
        folder = _new_run(home, request, env) if waited is None else _called_up(home, waited, request, env)
        _announce(folder)
    try:
        _supervise(folder, Orders(request.command, env, _seconds(grace)), place=request.start_in)
    except _NotStarted as error:
        _write_down(folder, error)
        raise
    return store.read_record(folder)


def adopt(home: Path, record: RunRecord, *, grace: Grace | None = None) -> RunRecord:
    """Give a trainer that lost its supervisor a new one. Raises RunError where nothing of the run lives."""
    folder = run_folder(home, record.id)
    _supervise(folder, Orders((), {}, _seconds(grace)), "--adopt")
    return store.read_record(folder)


def record_of(run_id: str, request: LaunchRequest, env: Mapping[str, str]) -> RunRecord:
    """The record of a run that is begun now. ``env``: the trainer's whole environment, whose secrets are kept out."""
    return RunRecord(
        id=run_id,
        name=request.name,
        profile=request.profile,
        script=request.script,
        gpus=cards.visible(env),
        command=redact_command(request.command, env),
        cwd=request.cwd,
        env=redact_settings(request.env),
        output_dir=request.output_dir,
        logging_dir=request.logging_dir,
        sample_dir=request.sample_dir,
        dataset_config=request.dataset_config,
        reads=request.reads,
        created=time.time(),
        total_steps=request.total_steps,
        settings=redact_settings(request.settings),
        given=request.given,
        steps_per_epoch=request.steps_per_epoch,
        trained_on=request.trained_on,
        continues=request.continues,
        relaunch_of=request.relaunch_of,
        start_in=request.start_in,
        host=processes.host(),
        state_folder=str(state_dir() / "runs" / f"{run_id}-{secrets.token_hex(4)}"),
    )


def _refuse_taken(home: Path, request: LaunchRequest) -> None:
    for run in live_anywhere(home):
        if (run.name, run.output_dir) == (request.name, request.output_dir):
            raise RunError(
                f"A run called {run.name} is writing to this folder now",
                path=run.output_dir,
                remedy="Start again: this one then gets another name; or set output_name.",
            )


def _new_run(home: Path, request: LaunchRequest, env: Mapping[str, str]) -> Path:
    """The folder of a new run with its record in it; nothing is left of it where that cannot be written."""
    run_id, folder = store.new_run_folder(home, request.name)
    try:
        store.write_record(folder, record_of(run_id, request, env))
    except WriteError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise
    return folder


def _called_up(home: Path, waited: RunRecord, request: LaunchRequest, env: Mapping[str, str]) -> Path:
    """The folder of a run whose turn it is, with its record as it is now. Only one can call it up."""
    folder = run_folder(home, waited.id)
    order = folder / store.QUEUED
    if not order.exists():
        raise RunError(f"{waited.id} does not wait in the queue any more", path=folder)
    store.write_record(folder, msgspec.structs.replace(record_of(waited.id, request, env), queued=waited.queued))
    try:
        kernel.unlink(order)
    except OSError as error:
        raise write_error(error, order) from error
    return folder


def _announce(folder: Path) -> None:
    """Let other projects see the run before its supervisor does: the queue must not take its card."""
    state = Path(store.read_record(folder).state_folder)
    with contextlib.suppress(WriteError):
        make_folder(state)
        letterbox.point_to(state, folder)


class _NotStarted(RunError):
    """The supervisor is gone, and there never was a trainer."""


def _write_down(folder: Path, error: RunError) -> None:
    """How it ended before it began, unless the supervisor has written that: nobody need wait for it then."""
    if not (folder / store.EXIT).exists():
        ended = RunExit(returncode=None, ended=time.time(), stop_requested=False, error=error.sentence())
        with contextlib.suppress(WriteError):
            store.write_exit(folder, ended)
    with contextlib.suppress(SdtuiError, OSError):
        letterbox.clear(Path(store.read_record(folder).state_folder))


def _seconds(grace: Grace | None) -> tuple[float, float, float]:
    chosen = grace or Grace()
    return chosen.linger, chosen.interrupt, chosen.terminate


def _supervise(folder: Path, orders: Orders, *options: str, place: str | None = None) -> None:
    """Start a detached supervisor and wait for its word. Raises RunError."""
    try:
        log = os.open(folder / store.SUPERVISOR_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _NotStarted(f"The run could not be started. {explain(error)[0]}", path=folder) from error
    words = (sys.executable, "-m", "sdtui.runs.supervising.supervisor", "--detach", *options, str(folder))
    try:
        with inside.opened(place, folder, words, log, own_environment()) as connection:
            word = _talk(connection, msgspec.json.encode(orders))
    except OSError as error:
        raise _NotStarted(f"The run's supervisor could not be started ({error})", path=sys.executable) from error
    except inside.NoPlaceError as error:
        raise _NotStarted(error.sentence()) from error
    finally:
        os.close(log)
    if word != STARTED:
        raise _NotStarted(word.decode("utf-8", errors="replace").strip() or _last_words(folder))


def _talk(connection: socket.socket, orders: bytes) -> bytes:
    """Hand over the orders, and read until the supervisor closes its end or patience does."""
    connection.settimeout(_PATIENCE)
    answer = b""
    try:
        connection.sendall(orders)
        connection.shutdown(socket.SHUT_WR)
        while not answer.endswith(b"\n") and (part := connection.recv(65536)):
            answer += part
    except TimeoutError as error:
        raise RunError(
            "The run's supervisor did not answer", remedy="See supervisor.log in the run's folder."
        ) from error
    except (BrokenPipeError, ConnectionResetError):
        return answer
    return answer


def _last_words(folder: Path) -> str:
    text = (folder / store.SUPERVISOR_LOG).read_text("utf-8", errors="replace").strip()
    last = text.splitlines()[-1] if text else "it said nothing"
    return f"The run's supervisor ended before the trainer was started ({last})"


def own_environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """``env`` (None: this process's), made so that a Python finds this very package, also run from a checkout."""
    env = os.environ if env is None else env
    parent = Path(__file__).resolve().parent.parent.parent
    if parent.name in ("site-packages", "dist-packages"):
        return dict(env)
    known = env.get("PYTHONPATH", "")
    return {**env, "PYTHONPATH": f"{parent}{os.pathsep}{known}" if known else str(parent)}
