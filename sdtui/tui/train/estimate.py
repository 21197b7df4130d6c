"""What a run will cost: steps, time by the last run's speed, disk for its checkpoints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.text import count, duration, file_size, plural, safe, speed
from sdtui.machine.filesystems import free_space
from sdtui.runs.following.summary import summary
from sdtui.runs.record import RunRecord, RunView
from sdtui.runs.setup.request import Prepared
from sdtui.runs.store import list_runs
from sdtui.trainer.command import ends_by_steps
from sdtui.trainer.profiles import Settings
from sdtui.tui.widgets.lines import Line

_LOOK_AT = 8
"""Earlier runs that are asked for their speed."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run of the same profile teaches."""

    name: str
    it_per_s: float | None
    checkpoint_bytes: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What is known before a run."""

    steps_per_epoch: int
    total_steps: int
    checkpoints: int
    seconds: float | None
    """None where no run of this profile has been timed here."""
    it_per_s: float | None
    timed_by: str
    """The run that the speed was taken from."""
    disk: int | None
    """Bytes of all checkpoints together; None where no size is known."""
    disk_free: int | None


def cost_of(prepared: Prepared, settings: Settings, earlier: Earlier | None) -> Cost:
    """Put together what the run will take."""
    checkpoints = checkpoint_count(settings, prepared.steps_per_epoch, prepared.total_steps)
    it_per_s = earlier.it_per_s if earlier else None
    size = earlier.checkpoint_bytes if earlier else None
    return Cost(
        steps_per_epoch=prepared.steps_per_epoch,
        total_steps=prepared.total_steps,
        checkpoints=checkpoints,
        seconds=prepared.total_steps / it_per_s if it_per_s else None,
        it_per_s=it_per_s,
        timed_by=earlier.name if earlier else "",
        disk=checkpoints * size if size else None,
        disk_free=free_space(Path(prepared.request.output_dir)),
    )


def checkpoint_count(settings: Settings, steps_per_epoch: int, total_steps: int) -> int:
    """Weights files that the run saves: those asked for, and one at the end (train_network.py, train).

    An epoch that is the last is saved once, a step that is the last twice.
    """
    last = 1
    every_steps, every_epochs = settings["save_every_n_steps"], settings["save_every_n_epochs"]
    by_steps = total_steps // every_steps if isinstance(every_steps, int) and every_steps else 0
    epochs = math.ceil(total_steps / steps_per_epoch) if steps_per_epoch else 0
    by_epochs = max(0, epochs - 1) // every_epochs if isinstance(every_epochs, int) and every_epochs else 0
    return by_steps + by_epochs + last


def last_of(home: Path, profile: str) -> Earlier | None:
    """The newest run of ``profile`` in this project that was timed."""
    records = [record for record in list_runs(home) if record.profile == profile]
    return _teach(home, records[:_LOOK_AT])


def _teach(home: Path, records: Iterable[RunRecord]) -> Earlier | None:
    for record in records:
        view = summary(home, record)
        if view.it_per_s:
            return Earlier(view.name, view.it_per_s, _newest_size(view))
    return None


def _newest_size(view: RunView) -> int | None:
    for checkpoint in reversed(view.checkpoints):
        try:
            return Path(checkpoint.path).stat().st_size
        except OSError:
            continue
    return None


def cost_lines(cost: Cost, settings: Settings, width: int) -> list[Line]:
    """Steps, time, disk: each with what it comes from beside it, or below it where there is no room."""
    # What goes on from a state trains a part of its epochs only.
    part = ends_by_steps(settings) or bool(settings.text("resume"))
    epochs = "" if part else f" × {plural(settings.number('max_train_epochs', 1), 'epoch')}"
    lines = _beside(f"{count(cost.total_steps)} steps", f"{count(cost.steps_per_epoch)} steps/epoch{epochs}", width)
    if cost.seconds is not None and cost.it_per_s is not None:
        lines += _beside(
            f"about {duration(cost.seconds)}", f"at {speed(cost.it_per_s)}, as {safe(cost.timed_by)} ran", width
        )
    else:
        lines.append([("no run of this profile was timed here yet", "dim")])
    free = f"{file_size(cost.disk_free)} free" if cost.disk_free is not None else ""
    size = f", about {file_size(cost.disk)}" if cost.disk is not None else ""
    tight = cost.disk is not None and cost.disk_free is not None and cost.disk > cost.disk_free
    return lines + _beside(plural(cost.checkpoints, "checkpoint") + size, free, width, "bad" if tight else "dim")


def _beside(what: str, source: str, width: int, role: str = "dim") -> list[Line]:
    if len(what) + 3 + len(source) <= width:
        return [[(what, "strong"), (f"   {source}", role)]]
    return [[(what, "strong")], [(f"  {source}", role)]]
