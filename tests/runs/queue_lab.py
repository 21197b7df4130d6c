"""A dataset, a fake sd-scripts whose runs do what a test says, and the queue; whatever is left alive is killed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from sdtui.dataset.scan import open_project
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.queueing import queue, queue_file
from sdtui.runs.queueing.keeper import LOCK
from sdtui.runs.queueing.queue_file import Waiting
from sdtui.runs.record import ProcessMark, RunRecord, RunView
from sdtui.runs.setup.request import make_request
from sdtui.trainer.location import require_trainer
from sdtui.trainer.profiles import parse_settings
from tests.runs.conftest import end_all, wait_for_end

_PLAYED = Path(__file__).parent / "played.py"
_FACTS = {
    "python": "3.11.9",
    "accelerate": "1.6.0",
    "torch": "2.6.0",
    "transformers": "4.54.1",
    "diffusers": "0.32.1",
    **dict.fromkeys(("xformers", "bitsandbytes")),
}


class QueueLab:
    """Puts runs into the queue, and waits for processes by the kernel's word."""

    def __init__(self, root: Path, trainer: Path) -> None:
        self.root = root
        self.home = root / ".sdtui"
        self.trainer = trainer

    def put(self, name: str, *words: str, stop_on_failure: bool = False, **settings: str) -> RunRecord:
        """Queue a run called ``name`` (empty: named by itself) that does ``words`` at its turn."""
        texts = ["pretrained_model_name_or_path=base.safetensors", *(f"{key}={text}" for key, text in settings.items())]
        chosen = parse_settings("sd15-lora", [*texts, f"output_name={name}"])
        prepared = make_request(open_project(self.root), chosen, require_trainer(near=self.root))
        self.does(prepared.request.name, *words)
        return queue.put(self.home, prepared.request, stop_on_failure=stop_on_failure)

    def does(self, name: str, *words: str) -> None:
        """Say what a run called ``name`` does."""
        (self.trainer / f"{name}.words").write_text("\n".join(words), "utf-8")

    def fifo(self, *names: str) -> None:
        for name in names:
            os.mkfifo(self.trainer / name)

    def meet(self, name: str) -> None:
        """Until a run has come to ``tell=name``."""
        handle = os.open(self.trainer / name, os.O_RDONLY | os.O_NONBLOCK)
        try:
            poll = select.poll()
            poll.register(handle)
            assert poll.poll(60_000), [(run.name, self.view(run).reason) for run in store.list_runs(self.home)]
        finally:
            os.close(handle)

    def release(self, name: str) -> None:
        """Let a run go on that stands at ``wait=name``."""
        (self.trainer / name).open("wb").close()

    def waiting(self, record: RunRecord) -> Waiting:
        return queue.resolve(record.id)

    def order(self) -> list[str]:
        """The names of the runs that wait, the next one first."""
        return [record.name for _, record in queue_file.waiting_runs()]

    def view(self, record: RunRecord) -> RunView:
        return Follower(self.home, store.load(self.home, record.id)).poll()

    def end(self, record: RunRecord) -> RunView:
        """What became of a run that has begun, once its supervisor is gone."""
        supervisor = store.load(self.home, record.id).supervisor
        assert supervisor is not None
        wait_for_end(supervisor)
        return self.view(record)

    def console(self, record: RunRecord) -> str:
        return (self.home / "runs" / record.id / store.CONSOLE).read_text("utf-8")

    def keeper(self) -> ProcessMark | None:
        """The process that keeps the queue, None where none does."""
        with contextlib.suppress(OSError, ValueError):
            found = processes.mark(int((queue_file.folder() / LOCK).read_text()))
            if found is not None:
                return ProcessMark(*found)
        return None

    def kill_keeper(self) -> None:
        keeper = self.keeper()
        assert keeper is not None
        os.kill(keeper.pid, signal.SIGKILL)
        wait_for_end(keeper)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QueueLab]:
    images = tmp_path / "cats" / "2_cat"
    images.mkdir(parents=True)
    for number in range(2):
        Image.new("RGB", (64, 64), (number * 80, 0, 0)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"cat {number}")
    trainer = _trainer(tmp_path / "sd-scripts")
    with (trainer / "base.safetensors").open("wb") as file:
        file.truncate(600_000_000)
    monkeypatch.setenv("SD_SCRIPTS", str(trainer))
    monkeypatch.setenv("SD_MODELS_PATH", str(trainer))
    monkeypatch.chdir(tmp_path)
    lab = QueueLab(images.parent, trainer)
    yield lab
    _end_all(lab)


def _trainer(folder: Path) -> Path:
    (folder / "library").mkdir(parents=True)
    for name in ("library/train_util.py", "train_network.py"):
        (folder / name).touch()
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    played = f'{sys.executable} {_PLAYED} "$@"'
    python.write_text(f"#!/bin/sh\ncase \"$1\" in\n -m) exec {played} ;;\n *) echo '{json.dumps(_FACTS)}' ;;\nesac\n")
    python.chmod(0o755)
    return folder


def _end_all(lab: QueueLab) -> None:
    if (keeper := lab.keeper()) is not None:
        os.kill(keeper.pid, signal.SIGKILL)
        wait_for_end(keeper)
    end_all(lab.home)
