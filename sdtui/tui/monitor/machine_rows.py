"""What is shown of the machine over a while: each card, the processor, memory and disk as rows of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sdtui.base.text import duration, file_size
from sdtui.machine.gpu import Gpu
from sdtui.runs.record import RunView
from sdtui.runs.supervising.machine_log import Reading
from sdtui.tui.monitor.machine_lines import HOT, TIGHT, gigabytes, or_na, seconds_left
from sdtui.tui.monitor.machine_side import Machine

CARD_ROWS = 4
"""How many ``card_rows`` there are."""
MOST_POINTS = 300
"""Of each history: more than there are cells, few enough to be drawn each second."""


@dataclass(frozen=True, slots=True)
class Over:
    """The stretch of time that is shown."""

    readings: Sequence[Reading]
    first: float
    last: float
    cards: Mapping[int, Sequence[tuple[float, Gpu]]]
    """The same of each card, by its index."""


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity: its name, its value now, its history, and what else there is to say."""

    title: str
    value: str
    points: Sequence[tuple[float, float]]
    top: float
    most: str
    role: str = "plain"


def stretch(machine: Machine, view: RunView, now: float, span: float | None) -> Over:
    """The readings of the last ``span`` seconds of the run; None: of all of it."""
    last = view.ended if view.ended is not None else now
    begin = view.started if view.started is not None else last
    first = max(begin, last - span) if span is not None else begin
    readings = [one for one in machine.history if first <= one.at <= last]
    cards: dict[int, list[tuple[float, Gpu]]] = {}
    for reading in readings:
        for gpu in reading.gpus:
            cards.setdefault(gpu.index, []).append((reading.at, gpu))
    thin = {index: _thinned(points) for index, points in cards.items()}
    every = -(-len(readings) // MOST_POINTS) or 1
    return Over(readings[::-every][::-1], first, max(last, first + 1.0), thin)


def _thinned(points: Sequence[tuple[float, Gpu]]) -> Sequence[tuple[float, Gpu]]:
    """At most ``MOST_POINTS``: of several readings the mean of how busy the card was, and the most of all else."""
    if len(points) <= MOST_POINTS:
        return points
    every = -(-len(points) // MOST_POINTS)
    groups = (points[start : start + every] for start in range(0, len(points), every))
    return [(group[-1][0], _together([gpu for _, gpu in group])) for group in groups]


def _together(cards: Sequence[Gpu]) -> Gpu:
    busy = [card.utilization for card in cards if card.utilization is not None]
    return replace(
        cards[-1],
        utilization=round(sum(busy) / len(busy)) if busy else None,
        memory_used=max((card.memory_used for card in cards if card.memory_used is not None), default=None),
        temperature=max((card.temperature for card in cards if card.temperature is not None), default=None),
        power=max((card.power for card in cards if card.power is not None), default=None),
    )


def card_rows(gpu: Gpu, over: Over) -> Iterator[Row]:
    """Busy, memory, heat and power of a card as it is now."""

    def points(of: Callable[[Gpu], float | None]) -> list[tuple[float, float]]:
        return [(at, value) for at, one in over.cards.get(gpu.index, ()) if (value := of(one)) is not None]

    busy = points(lambda one: one.utilization)
    mean = f"mean {sum(value for _, value in busy) / len(busy):.0f}%" if busy else ""
    yield Row("busy", or_na(gpu.utilization, "%"), busy, 100.0, mean)
    memory = points(lambda one: one.memory_used)
    total = float(gpu.memory_total or _top(memory))
    yield Row("memory", used_of(gpu.memory_used, gpu.memory_total), memory, total, _peak(memory, _gb))
    heat = points(lambda one: one.temperature)
    hot = gpu.temperature is not None and gpu.temperature >= HOT
    yield Row("heat", or_na(gpu.temperature, " °C"), heat, 100.0, _peak(heat, celsius), "warn" if hot else "plain")
    power = points(lambda one: one.power)
    limit = f"/{gpu.power_limit:.0f}" if gpu.power_limit else ""
    value = f"{gpu.power:.0f}{limit} W" if gpu.power is not None else "NA"
    yield Row("power", value, power, gpu.power_limit or _top(power), _peak(power, watts))


def host_rows(machine: Machine, view: RunView, now: float, over: Over) -> Iterator[Row]:
    """Processor, memory and disk."""
    last = machine.now or (machine.history[-1] if machine.history else None)
    if last is not None:
        own_cores = f"this run {last.own_cpu:.1f} cores" if last.own_cpu is not None else f"{last.cores} cores"
        cpu = [(reading.at, reading.cpu) for reading in over.readings]
        yield Row("processor", f"{last.cpu:.0f}%", cpu, 100.0, own_cores)
        memory = [(reading.at, float(reading.memory_used)) for reading in over.readings]
        own = f"this run {gigabytes(last.own_memory)} GB" if last.own_memory is not None else _peak(memory, _gb)
        tight = last.memory_used > 0.95 * last.memory_total
        used = used_of(last.memory_used, last.memory_total)
        yield Row("memory", used, memory, float(last.memory_total), own, "warn" if tight else "plain")
    if machine.disk_free is not None:
        free = [(one.at, float(one.disk_free)) for one in over.readings if one.disk_free is not None]
        left = seconds_left(machine, view, now)
        soon = left is not None and left < TIGHT
        text = f"full in {duration(left)}" if left is not None else ""
        yield Row("disk", f"{file_size(machine.disk_free)} free", free, _top(free), text, "warn" if soon else "plain")


def _top(points: Sequence[tuple[float, float]]) -> float:
    return max((value for _, value in points), default=0.0) * 1.01


def _peak(points: Sequence[tuple[float, float]], text: Callable[[float], str]) -> str:
    return f"most {text(max(value for _, value in points))}" if points else ""


def used_of(used: int | None, total: int | None) -> str:
    """``21.3/24.0 GB``."""
    return "NA" if used is None and total is None else f"{gigabytes(used)}/{gigabytes(total)} GB"


def _gb(size: float) -> str:
    return f"{gigabytes(round(size))} GB"


def celsius(degrees: float) -> str:
    """``71 °C``."""
    return f"{degrees:.0f} °C"


def watts(power: float) -> str:
    """``340 W``."""
    return f"{power:.0f} W"
