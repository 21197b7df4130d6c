"""The machine beside the run: its cards and its disk, each on a line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from sdtui.base.text import duration, file_size, plural, safe
from sdtui.machine.gpu import Gpu
from sdtui.runs.following.disk import seconds_until_full
from sdtui.runs.record import RunView
from sdtui.runs.supervising.machine_log import Reading
from sdtui.tui.commands import key_of
from sdtui.tui.monitor.machine_side import Machine
from sdtui.tui.monitor.phrases import checkpoint_text
from sdtui.tui.monitor.sparkline import sparkline
from sdtui.tui.widgets.lines import Line, cut, wrap

if TYPE_CHECKING:
    from sdtui.tui.monitor.following import Followed

HOT = 87
"""Degrees Celsius from which a card is worth a look."""
WORTH_SAYING = 7 * 86400.0
"""Seconds of disk left from which nobody asks."""
TIGHT = 3600.0
"""Seconds of disk left that are worth a look."""
_RECENT, _CELLS = 300.0, 6
"""Seconds of a card's history beside the run, and the cells that they take."""
_NEARLY_ALL = 0.95
_WARNING = 3
"""Lines of a warning beside the run, at most."""


def beside_lines(followed: Followed, width: int, rows: int = 0) -> list[Line]:
    """The machine, the most urgent warning, then the newest checkpoints, for ``width`` cells and ``rows`` (0: any)."""
    view = followed.view
    lines = machine_lines(followed.machine, view, followed.now)
    if view.warnings:
        lines += _warning(view.warnings, width, max(1, rows - len(lines)) if rows else _WARNING)
    lines.append([("saved ", "dim"), (plural(len(view.checkpoints), "checkpoint"), "plain")])
    lines += [[("  ", "dim"), (checkpoint_text(checkpoint), "dim")] for checkpoint in reversed(view.checkpoints)]
    return lines


def _warning(warnings: Sequence[str], width: int, rows: int) -> list[Line]:
    """The first in at most three lines and ``rows``, and the key that shows all of it and the others."""
    told = wrap(safe(warnings[0]), width - 2, "plain")
    most = min(rows, _WARNING)
    lines: list[Line] = [[("  " if number else "▲ ", "warn"), *line] for number, line in enumerate(told[:most])]
    if len(told) > most or len(warnings) > 1:
        key = key_of("monitor.warnings")
        more = f"  {key}: all {len(warnings)}" if len(warnings) > 1 else f"  {key}: all of it"
        lines[-1] = [*cut(lines[-1], width - len(more)), (more, "dim")]
    return lines


def machine_lines(machine: Machine, view: RunView, now: float) -> list[Line]:
    """A line a card (``GPU NA`` where there is none), one for processor and memory, one for the disk."""
    recent = [*takewhile(lambda reading: reading.at >= now - _RECENT, reversed(machine.history))][::-1]
    lines: list[Line] = [gpu_line(gpu, recent, now) for gpu in machine.gpus] or [[("GPU NA", "dim")]]
    if machine.now is not None:
        lines.append(host_line(machine.now))
    disk = disk_line(machine, view, now)
    return [*lines, disk] if disk else lines


def gpu_line(gpu: Gpu, history: Sequence[Reading] = (), now: float = 0.0) -> Line:
    """``GPU 0   98% ▃▅▇███  21.3/24.0 GB   71 °C  340 W``; NA for what the driver does not say."""
    used, total = gigabytes(gpu.memory_used), gigabytes(gpu.memory_total)
    warm = "warn" if gpu.temperature is not None and gpu.temperature >= HOT else "plain"
    power = or_na(round(gpu.power) if gpu.power is not None else None, " W")
    busy = [
        (reading.at, float(one.utilization))
        for reading in history
        for one in reading.gpus
        if one.index == gpu.index and one.utilization is not None
    ]
    return [
        (f"GPU {gpu.index}  ", "dim"),
        (f"{or_na(gpu.utilization, '%'):>4} ", "plain"),
        *(sparkline(busy, now - _RECENT, now, 100.0, _CELLS) if len(busy) > 1 else ()),
        (f"  {used}/{total} GB" if used != "NA" or total != "NA" else "  memory NA", "plain"),
        (f"  {or_na(gpu.temperature, ' °C'):>6}", warm),
        (f"  ▲ {' and '.join(gpu.throttling)}", "warn") if gpu.throttling else (f"  {power:>5}", "plain"),
    ]


def host_line(reading: Reading) -> Line:
    """``CPU 43%  RAM 12.3/64.0 GB``."""
    tight = "warn" if reading.memory_used > _NEARLY_ALL * reading.memory_total else "plain"
    return [
        ("CPU    ", "dim"),
        (f"{reading.cpu:>3.0f}%  ", "plain"),
        ("RAM  ", "dim"),
        (f"{gigabytes(reading.memory_used)}/{gigabytes(reading.memory_total)} GB", tight),
    ]


def disk_line(machine: Machine, view: RunView, now: float) -> Line | None:
    """``disk  212 GB free, full in 31 h``: at the rate at which the disk fills, where that is soon."""
    if machine.disk_free is None:
        return None
    line: list[tuple[str, str]] = [("disk   ", "dim"), (f"{file_size(machine.disk_free)} free", "plain")]
    seconds = seconds_left(machine, view, now)
    if seconds is not None and (seconds < WORTH_SAYING or _before_the_end(seconds, view)):
        soon = seconds < TIGHT or _before_the_end(seconds, view)
        line.append((f", full in {_about(seconds)}", "warn" if soon else "dim"))
        line.append((", before the run ends" if _before_the_end(seconds, view) else "", "warn"))
    return line


def _about(seconds: float) -> str:
    """As ``duration``, without minutes where it is half a day and more: nobody knows them."""
    hours = round(seconds / 3600)
    return f"{hours} h" if 12 <= hours < 48 else duration(seconds)


def _before_the_end(seconds: float, view: RunView) -> bool:
    return view.eta_s is not None and seconds < view.eta_s


def seconds_left(machine: Machine, view: RunView, now: float) -> float | None:
    """How long the disk lasts when it fills as it did; None where nothing is known and after the end."""
    if view.state.ended or view.started is None or machine.disk_free is None:
        return None
    return seconds_until_full(machine.disk_free, machine.checkpoint_bytes, now - view.started, machine.history)


def gigabytes(size: int | None) -> str:
    """Of memory, which is sold in powers of 1024."""
    return "NA" if size is None else f"{size / 2**30:.1f}"


def or_na(value: int | None, unit: str) -> str:
    """A value with its unit; NA where the driver does not say."""
    return "NA" if value is None else f"{value}{unit}"
