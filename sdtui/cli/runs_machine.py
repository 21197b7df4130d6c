"""``sdtui runs machine``: the machine beside a run, now and over the whole run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from sdtui.base.text import duration, file_size, plural, safe
from sdtui.cli.output import narrate, print_json
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument
from sdtui.runs.following.lineage import follower_of

if TYPE_CHECKING:
    from sdtui.machine.gpu import Gpu
    from sdtui.runs.supervising.machine_log import Reading


@click.command("machine")
@place_argument
@which_argument
@json_option
def machine_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """Cards, processor, memory and disk beside a run: as they are now (of a run that has ended, as they were last),
    the most that there was of each, and when the disk will be full.
    """
    import time

    from sdtui.machine import gpu
    from sdtui.runs.following import disk
    from sdtui.runs.record import run_folder
    from sdtui.runs.supervising.machine_log import MachineLog, Meter

    home, record = find_run(directory, run_id)
    view = follower_of(home, record).poll()
    kept = list(MachineLog(run_folder(home, record.id)).read_new())
    if not view.state.ended:
        kept.append(Meter(record).read(record, time.time(), gpu.read()))
    left = None
    if not view.state.ended and view.started is not None and kept[-1].disk_free is not None:
        written = disk.written_since((one.path for one in view.checkpoints), {})
        left = disk.seconds_until_full(kept[-1].disk_free, written, time.time() - view.started, kept)
    if as_json:
        now = msgspec.to_builtins(kept[-1]) if kept else None
        print_json({"id": record.id, "now": now, "most": _most(kept), "readings": len(kept), "disk_full_s": left})
    elif not kept:
        narrate("Nothing is known of the machine: the run was over before it was looked at.")
    else:
        click.echo("\n".join(_lines(kept, left)))


def _most(readings: Sequence[Reading]) -> dict[str, Any]:
    """The highest of each, over the run."""
    return {
        "memory_used": max((reading.memory_used for reading in readings), default=None),
        "own_memory": max((reading.own_memory or 0 for reading in readings), default=None),
        "gpus": [
            {
                "index": index,
                "memory_used": _highest(cards, "memory_used"),
                "temperature": _highest(cards, "temperature"),
                "power": _highest(cards, "power"),
                "throttling": sorted({word for card in cards for word in card.throttling or ()}),
            }
            for index, cards in _by_card(readings).items()
        ],
    }


def _by_card(readings: Sequence[Reading]) -> dict[int, list[Gpu]]:
    found: dict[int, list[Gpu]] = {}
    for reading in readings:
        for card in reading.gpus:
            found.setdefault(card.index, []).append(card)
    return found


def _highest(cards: Sequence[Gpu], field: str) -> float | None:
    return max((value for card in cards if (value := getattr(card, field)) is not None), default=None)


def _lines(readings: Sequence[Reading], left: float | None) -> Iterator[str]:
    now, most = readings[-1], _most(readings)
    for card, peak in zip(now.gpus, most["gpus"], strict=False):
        used = _gigabytes(card.memory_used)
        yield (
            f"GPU {card.index:<8}{_or_na(card.utilization, '%')}  {used} of {_gigabytes(card.memory_total)}  "
            f"{_or_na(card.temperature, ' °C')}  {_or_na(card.power, ' W')}  {safe(card.name or '')}".rstrip()
        )
        slowed = f", held back by {' and '.join(peak['throttling'])}" if peak["throttling"] else ""
        yield f"{'  most':<12}{_gigabytes(peak['memory_used'])}  {_or_na(peak['temperature'], ' °C')}{slowed}"
        for process in card.processes or ():
            held = f"  {_gigabytes(process.memory)}" if process.memory is not None else ""
            yield f"{'  on it':<12}{safe(process.name) or 'hidden'} ({process.pid}){held}"
    if not now.gpus:
        yield f"{'GPU':<12}NA"
    own = f", this run {now.own_cpu:.1f}" if now.own_cpu is not None else ""
    yield f"{'processor':<12}{now.cpu:.0f}% of {plural(now.cores, 'core')}{own}"
    held = f", this run {_gigabytes(now.own_memory)}" if now.own_memory is not None else ""
    yield f"{'memory':<12}{_gigabytes(now.memory_used)} of {_gigabytes(now.memory_total)}{held}"
    if now.disk_free is not None:
        full = f", full in {duration(left)}" if left is not None else ""
        yield f"{'disk':<12}{file_size(now.disk_free)} free{full}"


def _gigabytes(size: float | None) -> str:
    return "NA" if size is None else f"{size / 2**30:.1f} GB"


def _or_na(value: float | None, unit: str) -> str:
    return "NA" if value is None else f"{value:.0f}{unit}"
