"""The machine on the whole screen: each card, the processor, memory and disk, with what they did over a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sdtui.base.text import duration, file_size, plural, safe
from sdtui.machine.gpu import Gpu, GpuProcess
from sdtui.runs.machine_log import Reading
from sdtui.runs.record import RunView
from sdtui.tui.monitor.machine_lines import HOT, TIGHT, gigabytes, or_na, seconds_left
from sdtui.tui.monitor.machine_side import Machine
from sdtui.tui.monitor.sparkline import columns, shares, sparkline
from sdtui.tui.widgets.lines import Line, Span, cells

SPANS = (600.0, 3600.0, 6 * 3600.0, 24 * 3600.0, None)
"""Seconds that the history goes back; None: the whole run. The key goes through them in this order."""

_TITLE, _VALUE, _MOST = 12, 15, 20
"""Cells of a row's name, of its value, and of what stands behind its history."""
_NARROWEST = 12
_TALLEST = 4
"""Rows of cells of one history, at most; from three on one of them is left empty below it."""


_NOBODY_LOOKED = "  Nothing is known of it: the run had ended before anybody looked."
_NOT_THEN = "  Nobody looked then; further back somebody did."
_NO_CARD: tuple[Line, ...] = ([("  GPU NA", "strong"), ("  no NVIDIA driver answers here", "dim")], [])


@dataclass(frozen=True, slots=True)
class Over:
    """The stretch of time that is shown."""

    readings: Sequence[Reading]
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    value: str
    points: Sequence[tuple[float, float]]
    top: float
    most: str
    role: str = "plain"


def machine_large(
    machine: Machine, view: RunView, now: float, span: float | None, width: int, height: int
) -> list[Line]:
    """Everything, in ``height`` lines of ``width`` cells: a row a card where there is no room for more."""
    over = stretch(machine, view, now, span)
    head = _head(over, span, view)
    if machine.now is None and not over.readings:
        return [*head, [], [(_NOBODY_LOOKED if not machine.history else _NOT_THEN, "dim")]]
    for rows in range(_TALLEST, 0, -1):
        cards = [line for gpu in machine.gpus for line in _card(machine, gpu, over, width, rows)] or list(_NO_CARD)
        host = list(_rows(_host(machine, view, now, over), over, width, rows))
        if len(head) + 1 + len(cards) + len(host) <= height or rows == 1:
            break
    room = height - len(head) - len(host) - 2
    if len(cards) > room + 1 and machine.gpus:
        shown = machine.gpus if len(machine.gpus) <= room else machine.gpus[: max(1, room - 1)]
        left = len(machine.gpus) - len(shown)
        cards = [*(_short(gpu, over, width) for gpu in shown), *([_more(left)] if left else []), []]
    return [*head, [], *cards, *host]


def stretch(machine: Machine, view: RunView, now: float, span: float | None) -> Over:
    """The readings of the last ``span`` seconds of the run; None: of all of it."""
    last = view.ended if view.ended is not None else now
    begin = view.started if view.started is not None else last
    first = max(begin, last - span) if span is not None else begin
    return Over([one for one in machine.history if first <= one.at <= last], first, max(last, first + 1.0))


def span_title(span: float | None) -> str:
    """``the last 10 minutes``, ``the last hour``, ``the whole run``."""
    if span is None:
        return "the whole run"
    if span == 3600.0:
        return "the last hour"
    return f"the last {round(span / 60)} minutes" if span < 3600.0 else f"the last {round(span / 3600)} hours"


def _more(cards: int) -> Line:
    return [(f"  and {plural(cards, 'more card')}", "dim")]


def _head(over: Over, span: float | None, view: RunView) -> list[Line]:
    line: list[Span] = [("  machine", "strong"), (f"  {span_title(span)}", "accent")]
    if view.state.ended:
        line.append((", until the run ended", "dim"))
    line.append((f"   {duration(over.last - over.first)} shown", "dim"))
    return [line]


def _card(machine: Machine, gpu: Gpu, over: Over, width: int, rows: int) -> Iterator[Line]:
    """A card in a heading, four histories, a row of its processes, and an empty one."""
    title: list[Span] = [(f"  GPU {gpu.index}", "strong"), (f"  {safe(gpu.name)}" if gpu.name else "", "plain")]
    if machine.cards is not None:
        title.append(("  of this run" if gpu.index in machine.cards else "  not of this run", "dim"))
    title += held_back(gpu)
    yield title
    yield from _rows(_card_rows(gpu, over), over, width, rows)
    if gpu.processes is not None:
        yield _processes(machine, gpu, width)
    yield []


def held_back(gpu: Gpu) -> list[Span]:
    """``  ▲ held back by heat``; nothing where nothing holds the card back or nobody says."""
    return [(f"  ▲ held back by {' and '.join(gpu.throttling)}", "warn")] if gpu.throttling else []


def _card_rows(gpu: Gpu, over: Over) -> Iterator[_Row]:
    def points(of: Callable[[Gpu], float | None]) -> list[tuple[float, float]]:
        found = ((reading.at, one) for reading in over.readings for one in reading.gpus if one.index == gpu.index)
        return [(at, value) for at, one in found if (value := of(one)) is not None]

    busy = points(lambda one: one.utilization)
    mean = f"mean {sum(value for _, value in busy) / len(busy):.0f}%" if busy else ""
    yield _Row("busy", or_na(gpu.utilization, "%"), busy, 100.0, mean)
    memory = points(lambda one: one.memory_used)
    total = float(gpu.memory_total or _top(memory))
    yield _Row("memory", _of(gpu.memory_used, gpu.memory_total), memory, total, _peak(memory, _gb))
    heat = points(lambda one: one.temperature)
    hot = gpu.temperature is not None and gpu.temperature >= HOT
    yield _Row("heat", or_na(gpu.temperature, " °C"), heat, 100.0, _peak(heat, _celsius), "warn" if hot else "plain")
    power = points(lambda one: one.power)
    limit = f"/{gpu.power_limit:.0f}" if gpu.power_limit else ""
    value = f"{gpu.power:.0f}{limit} W" if gpu.power is not None else "NA"
    yield _Row("power", value, power, gpu.power_limit or _top(power), _peak(power, _watt))


def _processes(machine: Machine, gpu: Gpu, width: int) -> Line:
    """``on it   this run 20.9 GB   other: python main.py 1.2 GB``."""
    line: list[Span] = [(f"    {'on it':<{_TITLE - 2}}", "dim")]
    own = [process for process in gpu.processes or () if process.pid in machine.own]
    others = [process for process in gpu.processes or () if process.pid not in machine.own]
    if own:
        line.append((f"this run{_held(sum(process.memory or 0 for process in own) or None)}", "plain"))
    if others:
        line.append((f"{'   ' if own else ''}other: ", "dim"))
        line.append((", ".join(_process(process) for process in others), "warn" if _heavy(others, gpu) else "plain"))
    if not own and not others:
        line.append(("nothing", "dim"))
    return line


def _heavy(others: Sequence[GpuProcess], gpu: Gpu) -> bool:
    """Whether others hold a tenth of the card: that may be what the run lacks."""
    return bool(gpu.memory_total) and sum(process.memory or 0 for process in others) > (gpu.memory_total or 0) / 10


def _process(process: GpuProcess) -> str:
    name = safe(process.name)[:40] or "hidden"
    return f"{name} ({process.pid}){_held(process.memory)}"


def _held(memory: int | None) -> str:
    return f" {gigabytes(memory)} GB" if memory is not None else ""


def _short(gpu: Gpu, over: Over, width: int) -> Line:
    """A card in one line, for many cards on a low screen."""
    row = next(_card_rows(gpu, over))
    used = f"{_of(gpu.memory_used, gpu.memory_total):>14}"
    facts = f"{used}  {or_na(gpu.temperature, ' °C'):>6}  {_watts(gpu):>6}"
    head = f"  GPU {gpu.index:<3}{row.value:>5}  "
    room = max(_NARROWEST, width - len(head) - len(facts) - 20)
    line: list[Span] = [
        (f"  GPU {gpu.index:<3}", "strong"),
        (f"{row.value:>5}  ", "plain"),
        *sparkline(row.points, over.first, over.last, row.top, room),
        (f"  {facts}", "plain"),
    ]
    return [*line, (f"  ▲ {' and '.join(gpu.throttling)}" if gpu.throttling else "", "warn")]


def _host(machine: Machine, view: RunView, now: float, over: Over) -> Iterator[_Row]:
    last = machine.now or (machine.history[-1] if machine.history else None)
    if last is not None:
        own_cores = f"this run {last.own_cpu:.1f} cores" if last.own_cpu is not None else f"{last.cores} cores"
        cpu = [(reading.at, reading.cpu) for reading in over.readings]
        yield _Row("processor", f"{last.cpu:.0f}%", cpu, 100.0, own_cores)
        memory = [(reading.at, float(reading.memory_used)) for reading in over.readings]
        own = f"this run {gigabytes(last.own_memory)} GB" if last.own_memory is not None else _peak(memory, _gb)
        tight = last.memory_used > 0.95 * last.memory_total
        used = _of(last.memory_used, last.memory_total)
        yield _Row("memory", used, memory, float(last.memory_total), own, "warn" if tight else "plain")
    if machine.disk_free is not None:
        free = [(one.at, float(one.disk_free)) for one in over.readings if one.disk_free is not None]
        left = seconds_left(machine, view, now)
        soon = left is not None and left < TIGHT
        text = f"full in {duration(left)}" if left is not None else ""
        yield _Row("disk", f"{file_size(machine.disk_free)} free", free, _top(free), text, "warn" if soon else "plain")


def _rows(rows: Iterator[_Row], over: Over, width: int, tall: int) -> Iterator[Line]:
    """Each in ``tall`` lines: its name and value beside the uppermost of its history."""
    room = max(_NARROWEST, width - 4 - _TITLE - _VALUE - 2 - _MOST)
    for row in rows:
        found = shares(row.points, over.first, over.last, row.top, room)
        for number, history in enumerate(columns(found, max(1, tall - (tall > 2)))):
            line: list[Span] = [
                (f"    {row.title if not number else '':<{_TITLE - 2}}", "dim"),
                (f"{row.value if not number else '':>{_VALUE}}  ", row.role),
                *history,
            ]
            if not number and row.most and cells(line) + 2 + len(row.most) <= width:
                line.append((f"  {row.most}", row.role if row.role != "plain" else "dim"))
            yield line
        if tall > 2:
            yield []


def _top(points: Sequence[tuple[float, float]]) -> float:
    return max((value for _, value in points), default=0.0) * 1.01


def _peak(points: Sequence[tuple[float, float]], text: Callable[[float], str]) -> str:
    return f"most {text(max(value for _, value in points))}" if points else ""


def _of(used: int | None, total: int | None) -> str:
    return "NA" if used is None and total is None else f"{gigabytes(used)}/{gigabytes(total)} GB"


def _gb(size: float) -> str:
    return f"{gigabytes(round(size))} GB"


def _celsius(degrees: float) -> str:
    return f"{degrees:.0f} °C"


def _watt(power: float) -> str:
    return f"{power:.0f} W"


def _watts(gpu: Gpu) -> str:
    return _watt(gpu.power) if gpu.power is not None else "NA"
