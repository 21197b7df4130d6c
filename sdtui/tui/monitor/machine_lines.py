"""The machine beside the run: its cards and its disk, each on a line."""

from __future__ import annotations

from sdtui.base.text import duration, file_size, plural, safe
from sdtui.machine.gpu import Gpu
from sdtui.runs.record import RunView
from sdtui.tui.monitor.following import Followed, Machine
from sdtui.tui.monitor.phrases import checkpoint_text
from sdtui.tui.widgets.lines import Line

HOT = 87
"""Degrees Celsius from which a card is worth a look."""
WORTH_SAYING = 7 * 86400.0
"""Seconds of disk left from which nobody asks."""
TIGHT = 3600.0
"""Seconds of disk left that are worth a look."""


def beside_lines(followed: Followed) -> list[Line]:
    """The machine, then the newest checkpoints."""
    view = followed.view
    lines = machine_lines(followed.machine, view, followed.now)
    if view.warnings:
        more = f"  W: all {len(view.warnings)}" if len(view.warnings) > 1 else ""
        lines.append([("▲ ", "warn"), (safe(view.warnings[0]), "plain"), (more, "dim")])
    lines.append([("saved ", "dim"), (plural(len(view.checkpoints), "checkpoint"), "plain")])
    lines += [[("  ", "dim"), (checkpoint_text(checkpoint), "dim")] for checkpoint in reversed(view.checkpoints)]
    return lines


def machine_lines(machine: Machine, view: RunView, now: float) -> list[Line]:
    """A line a card (``GPU NA`` where there is none) and one for the disk."""
    lines: list[Line] = [gpu_line(gpu) for gpu in machine.gpus] or [[("GPU NA", "dim")]]
    disk = disk_line(machine, view, now)
    return [*lines, disk] if disk else lines


def gpu_line(gpu: Gpu) -> Line:
    """``GPU 0  98%  21.3/24.0 GB  71 °C  340 W``; NA for what the driver does not say."""
    used, total = _gigabytes(gpu.memory_used), _gigabytes(gpu.memory_total)
    warm = "warn" if gpu.temperature is not None and gpu.temperature >= HOT else "plain"
    return [
        (f"GPU {gpu.index}  ", "dim"),
        (f"{_or_na(gpu.utilization, '%'):>4}  ", "plain"),
        (f"{used}/{total} GB" if used != "NA" or total != "NA" else "memory NA", "plain"),
        (f"  {_or_na(gpu.temperature, ' °C'):>6}", warm),
        (f"  {_or_na(round(gpu.power) if gpu.power is not None else None, ' W'):>5}", "plain"),
        (f"  {safe(gpu.name)}" if gpu.name else "", "dim"),
    ]


def disk_line(machine: Machine, view: RunView, now: float) -> Line | None:
    """``disk  212 GB free, 31 h left at this rate``: the rate at which this run's checkpoints grow."""
    if machine.disk_free is None:
        return None
    line: list[tuple[str, str]] = [("disk  ", "dim"), (f"{file_size(machine.disk_free)} free", "plain")]
    seconds = seconds_left(machine, view, now)
    if seconds is not None and seconds < WORTH_SAYING:
        line.append((f", {duration(seconds)} left at this rate", "warn" if seconds < TIGHT else "dim"))
    return line


def seconds_left(machine: Machine, view: RunView, now: float) -> float | None:
    """How long the disk lasts when checkpoints come as they came; None before the first and after the end."""
    if view.state.ended or view.started is None or not machine.checkpoint_bytes or machine.disk_free is None:
        return None
    spent = now - view.started
    return machine.disk_free * spent / machine.checkpoint_bytes if spent > 0 else None


def _gigabytes(size: int | None) -> str:
    return "NA" if size is None else f"{size / 2**30:.1f}"


def _or_na(value: int | None, unit: str) -> str:
    return "NA" if value is None else f"{value}{unit}"
