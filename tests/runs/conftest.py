"""A project in which scripted children are launched as trainers. Whatever a test leaves alive is killed after it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.launch import LaunchRequest, launch
from sdtui.runs.record import ProcessMark, RunRecord, RunView
from sdtui.runs.supervising.escalation import Grace

CHILD = Path(__file__).parent / "child.py"
QUICK = Grace(linger=0.2, interrupt=0.2, terminate=0.2, kill=20.0)


class RunLab:
    """Launches ``child.py`` in a project of its own, and waits for processes by the kernel's word."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / ".sdtui"

    def request(self, *words: str, name: str = "circle", **changes: object) -> LaunchRequest:
        fields: dict[str, object] = {
            "name": name,
            "profile": "test",
            "script": "child.py",
            "command": (sys.executable, str(CHILD), *words),
            "cwd": str(self.root),
            "output_dir": str(self.root / "model"),
            "logging_dir": str(self.root / "log"),
            "reads": (str(self.root / "images"),),
        }
        return LaunchRequest(**{**fields, **changes})  # type: ignore[arg-type]

    def launch(self, *words: str, grace: Grace = QUICK, **changes: object) -> RunRecord:
        return launch(self.home, self.request(*words, **changes), grace=grace)  # type: ignore[arg-type]

    def fifo(self, name: str) -> Path:
        os.mkfifo(self.root / name)
        return self.root / name

    def meet(self, name: str) -> None:
        """Until the child has come to ``tell=name``."""
        (self.root / name).open("rb").close()

    def release(self, name: str) -> None:
        """Let the child go on that stands at ``wait=name``."""
        (self.root / name).open("wb").close()

    def wait(self, record: RunRecord) -> RunView:
        """What became of the run, once its supervisor is gone."""
        supervisor = store.load(self.home, record.id).supervisor
        assert supervisor is not None
        wait_for_end(supervisor)
        return Follower(self.home, record).poll()

    def ended(self, *words: str, **changes: object) -> RunView:
        """Launch, and wait for the end."""
        return self.wait(self.launch(*words, **changes))  # type: ignore[arg-type]

    def console(self, record: RunRecord | RunView) -> str:
        return (self.home / "runs" / record.id / store.CONSOLE).read_text("utf-8")


def wait_for_end(mark: ProcessMark, seconds: float = 60.0) -> None:
    """Until exactly that process has ended."""
    if not processes.alive(mark):
        return  # its number may be another one's by now, even that of a thread
    try:
        handle = os.pidfd_open(mark.pid)
    except ProcessLookupError:
        return
    try:
        if processes.alive(mark):
            ready, _, _ = select.select([handle], [], [], seconds)
            assert ready, f"process {mark.pid} did not end"
    finally:
        os.close(handle)


def end_all(home: Path) -> None:
    """Kill every trainer of the project, and wait for those who watch them."""
    for record in store.list_runs(home):
        for pid in processes.group_members(record.trainer) if record.trainer else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if record.supervisor is not None:
            wait_for_end(record.supervisor)


@contextlib.contextmanager
def run_lab(root: Path) -> Iterator[RunLab]:
    """A lab in ``root``, whose runs are ended afterwards."""
    (root / "images").mkdir()
    lab = RunLab(root)
    yield lab
    end_all(lab.home)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunLab]:
    with run_lab(tmp_path) as lab:
        yield lab
