"""Watches over one trainer: waits for it and for all that it started, ends it when asked, writes down how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, WriteError
from sdtui.base.own_log import note
from sdtui.machine import oom, processes
from sdtui.runs import store
from sdtui.runs.record import ProcessMark, RunExit, RunRecord
from sdtui.runs.supervising import letterbox
from sdtui.runs.supervising.attendance import Attendance
from sdtui.runs.supervising.escalation import Escalation, Grace, Stage
from sdtui.runs.supervising.kin import Kin
from sdtui.runs.supervising.letterbox import Request, StopAfter
from sdtui.runs.supervising.stop_when import Awaited
from sdtui.runs.supervising.trainer_process import inherit_what_is_left_behind, spawn, why_not_started
from sdtui.runs.supervising.waking import woken_by

_HEARTBEAT = 5.0
_TRIES = 300
_TRY_EVERY = 1.0
"""How often the end is tried to be written where the disk is full, and how many seconds apart."""
_LOOK_EVERY = 0.25
"""Seconds between looks for what nobody tells of."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGCHLD)


class Watchman:
    """The supervisor's one run. ``start`` or ``adopt``, then ``watch`` until its end."""

    def __init__(self, folder: Path, grace: Grace) -> None:
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._record: RunRecord = store.read_record(folder)
        self._state = Path(self._record.state_folder)
        self._escalation = Escalation(grace)
        self._stop_requested = False
        self._awaited: Awaited | None = None
        self._stopped_after: StopAfter | None = None
        self._stopped_why: str | None = None
        self._paused = False
        self._kin: Kin | None = None
        """Of a run that was taken over: the kernel does not hand us what its processes leave behind."""
        self._attendance = Attendance()
        self._oom_kills = oom.kills()
        self._child: int | None = None
        self._returncode: int | None = None
        self._ended: float | None = None
        self._shown: letterbox.Status | None = None
        self._wake = woken_by(*_SIGNALS)
        self._terminated = False
        self._pointed = folder

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start ``command`` as the leader of a new session, writing to ``console.log``.

        Raises RunError (after writing ``exit.json``) where it cannot be started.
        """
        inherit_what_is_left_behind()
        self._remember(supervisor=_own_mark())
        console = os.open(self._path / store.CONSOLE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            pid = self._child = spawn(command, env, self._record.cwd, console)
        except OSError as error:
            raise self._not_started(why_not_started(error, command[0])) from error
        finally:
            os.close(console)
        found = processes.stat(pid)  # also when it has ended already: a zombie until we reap it
        assert found is not None
        self._remember(trainer=ProcessMark(pid, found.start_time, processes.boot_id()))
        self._show()

    def adopt(self) -> None:
        """Take over a trainer whose own supervisor is gone. Raises RunError where nothing of it lives."""
        self._kin = Kin(self._record.trainer) if self._record.trainer is not None else None
        if not self._members():
            raise RunError("There is nothing left of this run to take over", path=self._path)
        with contextlib.suppress(RunError):  # also on a full disk it is to be stopped
            self._remember(supervisor=_own_mark())
        before = letterbox.read_status(self._state)
        self._paused = before is not None and before[0].paused
        if before is not None and before[0].stop_requested:
            self._stop()
        elif before is not None:
            self._stop_later(before[0].after)
        self._show()

    def watch(self) -> int:
        """Wait until the trainer and all that it started are gone, and write down how it ended. Returns 0."""
        while not self._over():
            self._wait()
            self._hear()
            self._press()
            self._show()
            self._attendance.turn(self._path)
        return self._write_down()

    # --- one turn

    def _over(self) -> bool:
        self._reap()
        if self._kin is not None:
            self._kin.look()
        if self._trainer_lives():
            return False
        if self._ended is None:
            self._ended = time.time()
        left = self._members()
        if not left or self._escalation.hopeless(time.monotonic()):
            return True
        self._escalation.linger(time.monotonic())
        return False

    def _wait(self) -> None:
        patience = _HEARTBEAT
        if (deadline := self._escalation.deadline) is not None:
            patience = min(patience, max(0.0, deadline - time.monotonic()))
        if self._child is None or self._ended is not None or self._awaited is not None:
            patience = min(patience, _LOOK_EVERY)  # also for the end of a process that is not our child
        select.select([self._wake], [], [], patience)
        with contextlib.suppress(BlockingIOError):
            for number in os.read(self._wake, 4096):
                self._terminated |= number in (signal.SIGTERM, signal.SIGINT)

    def _hear(self) -> None:
        letterbox.beat(self._state)
        self._point()
        for request in letterbox.collect(self._state):
            self._obey(request)
        if self._terminated:
            self._terminated = False
            self._stop()
        if self._awaited is not None and self._awaited.come():
            self._stopped_after = self._awaited.after
            self._stop()

    def _obey(self, request: Request) -> None:
        if request.pause is not None:
            self._hold(request.pause)
        elif not request.stop:
            self._stop_later(None)
        elif request.after is not None:
            self._stop_later(request.after)
        else:
            self._stop(request.why)
            if request.harder:
                self._escalation.harder(time.monotonic())
            if request.now:
                self._escalation.kill(time.monotonic())

    def _stop(self, why: str | None = None) -> None:
        self._stop_later(None)
        if not self._stop_requested:
            self._stopped_why = why
        self._stop_requested, self._paused = True, False
        self._escalation.interrupt(time.monotonic())

    def _stop_later(self, after: StopAfter | None) -> None:
        """Stop it after this; None: not any more. What is under way goes on."""
        if self._awaited is not None:
            self._awaited.close()
            self._awaited = None
        if after is not None and not self._stop_requested:
            with contextlib.suppress(OSError):  # without a console there is nothing to wait for
                self._awaited = Awaited(after, self._path / store.CONSOLE, self._record)

    def _hold(self, held: bool) -> None:
        """Hold its processes, or let them go on. What is being ended is not held."""
        if self._stop_requested:
            return
        self._paused = held
        for pid in self._members():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP if held else signal.SIGCONT)

    def _press(self) -> None:
        number = self._escalation.due(time.monotonic())
        if number is None:
            return
        for pid in self._members():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
                os.kill(pid, signal.SIGCONT)  # one that was paused would not hear it

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._attendance.reaped(pid)
            if pid == self._child:
                self._returncode = os.waitstatus_to_exitcode(status)
                self._ended = time.time()
                self._child = None

    def _trainer_lives(self) -> bool:
        if self._child is not None:
            return True
        return self._returncode is None and processes.alive(self._record.trainer)

    def _members(self) -> tuple[int, ...]:
        """Every process of the run that lives: its group, its session, and what was left behind to us."""
        if self._kin is not None:
            return self._kin.look()
        group = processes.group_members(self._record.trainer) if self._record.trainer else ()
        return tuple(dict.fromkeys((*group, *self._attendance.others(processes.descendants(os.getpid())))))

    # --- what is written down

    @property
    def home(self) -> Path:
        """The ``.sdtui`` of the run's project."""
        return self._path.parent.parent

    @property
    def _path(self) -> Path:
        """The run's folder, wherever it has been moved meanwhile."""
        return Path(f"/proc/self/fd/{self._folder}").readlink()

    def _remember(self, **marks: ProcessMark) -> None:
        self._record = msgspec.structs.replace(self._record, **marks)
        with contextlib.suppress(WriteError):
            store.write_record(self._state, self._record)
        try:
            store.write_record(self._path, self._record)
        except WriteError as error:
            if self._child is not None:
                os.killpg(self._child, signal.SIGKILL)
            raise RunError(
                f"The run's record could not be written, so it was not started. {error.sentence()}"
            ) from error

    def _show(self) -> None:
        """Tell the screens, when something has changed."""
        stage, after = self._escalation.stage, self._awaited.after if self._awaited is not None else None
        seen = (stage, self._stop_requested, after, self._paused)
        shown = self._shown
        if shown is not None and (shown.stage, shown.stop_requested, shown.after, shown.paused) == seen:
            return
        deadline = self._escalation.deadline if stage is not Stage.KILLING else None
        harder_at = time.time() + deadline - time.monotonic() if deadline is not None else None
        self._shown = letterbox.Status(stage, self._stop_requested, time.time(), harder_at, after, self._paused)
        with contextlib.suppress(WriteError):  # a full disk must not end the supervision
            letterbox.write_status(self._state, self._shown)

    def _point(self) -> None:
        """Say where the run's folder stands, once its project was moved: its cards are in use there too."""
        here = self._path
        if here != self._pointed and os.fstat(self._folder).st_nlink:
            self._pointed = here
            with contextlib.suppress(WriteError):
                letterbox.point_to(self._state, here)

    def _killed_for_memory(self) -> int | None:
        now = oom.kills()
        return max(0, now - self._oom_kills) if now is not None and self._oom_kills is not None else None

    def _not_started(self, problem: RunError) -> RunError:
        with contextlib.suppress(WriteError):
            store.write_exit(
                self._path, RunExit(returncode=None, ended=time.time(), stop_requested=False, error=problem.sentence())
            )
        letterbox.clear(self._state)
        return problem

    def _write_down(self) -> int:
        ended = RunExit(
            returncode=self._returncode,
            ended=self._ended or time.time(),
            stop_requested=self._stop_requested,
            after=self._stopped_after.value if self._stopped_after is not None else None,
            why=self._stopped_why,
            oom_kills=self._killed_for_memory(),
        )
        for attempt in range(_TRIES):
            if os.fstat(self._folder).st_nlink == 0:
                letterbox.clear(self._state)  # somebody deleted the run's folder: there is nothing to write to
                return 0
            try:
                store.write_exit(self._path, ended)
            except (OSError, WriteError) as error:
                if attempt == 0:
                    note(str(error))
                    with contextlib.suppress(WriteError):
                        store.write_exit(self._state, ended)
                time.sleep(_TRY_EVERY)
                letterbox.beat(self._state)
                continue
            letterbox.clear(self._state)
            self._attendance.at_the_end(self._path)
            return 0
        return 1


def _own_mark() -> ProcessMark:
    own = processes.mark(os.getpid())
    assert own is not None
    return ProcessMark(*own)
