"""Runs that are only files: what is left of a run, without any process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.record import ProcessMark, RunExit, RunRecord

DATA = Path(__file__).parent / "data"
BEGAN = 1795299683.0
ENDED = 1795299727.5
"""When the real run in ``data/real_run`` was started and ended, in seconds since the epoch."""

DEAD = ProcessMark(2_000_000_000, 1.0, processes.boot_id())


def bars(first: int, last: int, total: int, loss: Callable[[int], float] = lambda step: 1 / step) -> bytes:
    """The training bar, drawn twice a step: first with the loss of the step before, as tqdm does for sd-scripts."""
    frames = (
        f"\rsteps: {100 * step // total}%|██| {step}/{total} [00:09<00:09,  2.00it/s, avr_loss={told:.4g}]"
        for step in range(first, last + 1)
        for told in (loss(step - 1) if step > 1 else 0.0, loss(step))
    )
    return "".join(frames).encode()


class RecordedRun:
    """A run folder below ``root`` and the folders that it wrote to."""

    def __init__(self, root: Path, console: bytes = b"", **changes: object) -> None:
        self.home = root / ".sdtui"
        self.output = root / "model"
        self.samples = self.output / "sample"
        self.logging = root / "log"
        fields: dict[str, object] = {
            "id": "20261121-222123-tiny",
            "name": "tiny",
            "profile": "sd15-lora",
            "script": "train_network.py",
            "command": ("accelerate", "launch"),
            "cwd": str(root),
            "output_dir": str(self.output),
            "logging_dir": str(self.logging),
            "created": BEGAN,
            "supervisor": DEAD,
            "trainer": DEAD,
            "host": processes.host(),
        }
        self.record = RunRecord(**{**fields, **changes})  # type: ignore[arg-type]
        self.folder = self.home / "runs" / self.record.id
        for folder in (self.folder, self.samples, self.logging):
            folder.mkdir(parents=True, exist_ok=True)
        store.write_record(self.folder, self.record)
        os.utime(self.folder / store.RECORD, (self.record.created, self.record.created))
        self.say(console)

    def say(self, text: bytes, at: float = ENDED) -> None:
        """What the trainer writes next."""
        path = self.folder / store.CONSOLE
        with path.open("ab") as file:
            file.write(text)
        os.utime(path, (at, at))

    def end(self, returncode: int | None = 0, *, stop_requested: bool = False, at: float = ENDED) -> None:
        store.write_exit(self.folder, RunExit(returncode=returncode, ended=at, stop_requested=stop_requested))

    def write(self, path: Path, at: float, data: bytes = b"x") -> Path:
        """A file with a time of its own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (at, at))
        os.utime(path.parent, (at, at))
        return path

    def follower(self, now: float = ENDED) -> Follower:
        return Follower(self.home, self.record, clock=lambda: now)


def real_run(root: Path) -> RecordedRun:
    """The real training in ``data/real_run``, with the names of the files that it wrote."""
    run = RecordedRun(root, (DATA / "real_run/console.log").read_bytes())
    events = next((DATA / "real_run").glob("events*"))
    run.write(run.logging / "20261121222145/network_train" / events.name, ENDED, events.read_bytes())
    run.write(run.output / "tiny-000001.safetensors", BEGAN + 30)
    run.write(run.output / "tiny.safetensors", BEGAN + 40)
    for number, when in enumerate(
        ("e000000_00_20261121222147", "e000001_00_20261121222154", "e000002_00_20261121222159")
    ):
        run.write(run.samples / f"tiny_{when}_1.png", BEGAN + 24 + number, PNG)
        run.write(run.samples / f"tiny_{when.replace('_00_', '_01_')}_2.png", BEGAN + 24 + number, PNG)
    return run


PNG = b"\x89PNG\r\n\x1a\n....\x00\x00\x00\x00IEND\xaeB`\x82"
