"""The machine on the whole screen: each card, the processor, memory and disk, with what they did over a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdtui.base.text import duration, plural, safe
from sdtui.machine.gpu import Gpu, GpuProcess
from sdtui.runs.record import RunView
from sdtui.tui.monitor.machine_lines import gigabytes, or_na
from sdtui.tui.monitor.machine_rows import CARD_ROWS, Over, Row, card_rows, host_rows, stretch, used_of, watts
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


def machine_large(
    machine: Machine,
    view: RunView,
    now: float,
    span: float | None,
    width: int,
    height: int,
    over: Over | None = None,
) -> list[Line]:
    """Everything, in ``height`` lines of ``width`` cells: a row a card where there is no room for more.

    ``over``: the history, where it was gathered already.
    """
    over = over or stretch(machine, view, now, span)
    head = _head(over, span, view)
    if machine.now is None and not over.readings:
        return [*head, [], [(_NOBODY_LOOKED if not machine.history else _NOT_THEN, "dim")]]
    hosts, room = list(host_rows(machine, view, now, over)), height - len(head) - 1
    tall = _tallest(machine.gpus, len(hosts), room)
    host = list(_drawn(iter(hosts), over, width, max(1, tall)))
    if tall > 0:
        cards = [line for gpu in machine.gpus for line in _card(machine, gpu, over, width, tall)] or list(_NO_CARD)
    else:
        cards = list(_short_cards(machine.gpus, over, width, room - len(host) - 1))
    return [*head, [], *cards, *host]


def _tallest(gpus: Sequence[Gpu], hosts: int, room: int) -> int:
    """Lines that each history may have; 0 where not even one fits, and each card is a line."""
    around = sum(2 + (gpu.processes is not None) for gpu in gpus) or len(_NO_CARD)
    histories = CARD_ROWS * len(gpus) + hosts
    return min(_TALLEST, (room - around) // max(1, histories)) if around + histories <= room else 0


def _short_cards(gpus: Sequence[Gpu], over: Over, width: int, room: int) -> Iterator[Line]:
    shown = gpus if len(gpus) <= room else gpus[: max(1, room - 1)]
    yield from (_short(gpu, over, width) for gpu in shown)
    if len(shown) < len(gpus):
        yield [(f"  and {plural(len(gpus) - len(shown), 'more card')}", "dim")]
    yield []


def span_title(span: float | None) -> str:
    """``the last 10 minutes``, ``the last hour``, ``the whole run``."""
    if span is None:
        return "the whole run"
    if span == 3600.0:
        return "the last hour"
    return f"the last {round(span / 60)} minutes" if span < 3600.0 else f"the last {round(span / 3600)} hours"


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
    yield from _drawn(card_rows(gpu, over), over, width, rows)
    if gpu.processes is not None:
        yield _processes(machine, gpu)
    yield []


def held_back(gpu: Gpu) -> list[Span]:
    """``  ▲ held back by heat``; nothing where nothing holds the card back or nobody says."""
    return [(f"  ▲ held back by {' and '.join(gpu.throttling)}", "warn")] if gpu.throttling else []


def _processes(machine: Machine, gpu: Gpu) -> Line:
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
    row = next(card_rows(gpu, over))
    used = f"{used_of(gpu.memory_used, gpu.memory_total):>14}"
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


def _drawn(rows: Iterator[Row], over: Over, width: int, tall: int) -> Iterator[Line]:
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


def _watts(gpu: Gpu) -> str:
    return watts(gpu.power) if gpu.power is not None else "NA"
