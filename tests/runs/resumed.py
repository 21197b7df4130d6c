"""The real training in three parts of ``data/resumed``, as a project of its files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sdtui.runs.record import Continuation
from tests.runs.recorded import DATA, RecordedRun

REAL = DATA / "resumed"
CREATED = {"cat": 1795332084.9, "cat-2": 1795332185.0, "cat-3": 1795332245.7}
ENDED = {"cat": 1795332152.7, "cat-2": 1795332243.1, "cat-3": 1795332286.5}
ID = {"cat": "20261122-072124-cat", "cat-2": "20261122-072305-cat-2", "cat-3": "20261122-072405-cat-3"}
_STARTED = {"cat": "20261122072151", "cat-2": "20261122072338", "cat-3": "20261122072428"}
_WRITTEN = {
    "cat": ("cat-000001", "cat-step00000007", "cat-000002", "cat-step00000014", "cat"),
    "cat-2": ("cat-2-000002", "cat-2-step00000007", "cat-2"),
    "cat-3": ("cat-3",),
}


def continuation(root: Path, name: str) -> Continuation | None:
    """What sdtui wrote down when the part was started."""
    model = root / "model"
    return {
        "cat-2": Continuation(f"{model}/cat-step00000007-state", ID["cat"], 7, 1, steps_counted=2, epochs_counted=1),
        "cat-3": Continuation(f"{model}/cat-2-000002-state", ID["cat-2"], 10, 2, steps_counted=0, epochs_counted=2),
    }.get(name)


def part(root: Path, name: str, *, said: int | None = None, **changes: object) -> RecordedRun:
    """One part with what it wrote; ``said``: only so many bytes of its console, and none of its files."""
    console = (REAL / name / "console.log").read_bytes()
    fields: dict[str, object] = {
        "id": ID[name],
        "name": name,
        "created": CREATED[name],
        "total_steps": 15,
        "steps_per_epoch": 5,
        "continues": continuation(root, name),
    }
    run = RecordedRun(root, console[:said], **{**fields, **changes})
    os.utime(run.folder / "console.log", (ENDED[name], ENDED[name]))
    if said is None:
        events = next((REAL / name).glob("events*"))
        run.write(run.logging / _STARTED[name] / "network_train" / events.name, ENDED[name], events.read_bytes())
        for number, stem in enumerate(_WRITTEN[name]):
            run.write(run.output / f"{stem}.safetensors", CREATED[name] + 30 + number)
    return run


def ended(root: Path, name: str, **changes: object) -> RecordedRun:
    """One part that came to its end."""
    run = part(root, name, **changes)
    run.end(at=ENDED[name])
    return run


def state(root: Path, name: str, like: str | None = None) -> Path:
    """A folder of state in the project: a real one, or one of ``name`` with the files of the real one ``like``."""
    folder = root / "model" / name
    shutil.copytree(REAL / "states" / (like or name), folder)
    (folder / "random_states_0.pkl").write_bytes(b"x")
    (folder / "optimizer.bin").write_bytes(b"x" * 1000)
    when = next((ENDED[one] for one in sorted(ENDED, reverse=True) if name.startswith(one)), ENDED["cat-3"]) - 5
    for path in folder.iterdir():
        os.utime(path, (when, when))
    return folder
