"""What the Queue screen says, as lines with roles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sdtui.base.paths import shown
from sdtui.base.text import count, duration, plural, safe
from sdtui.runs.queueing.view import Place, QueueView, Running
from sdtui.runs.setup import cards
from sdtui.tui.commands import key_of
from sdtui.tui.widgets.cells import fit, fit_end
from sdtui.tui.widgets.lines import Line, Span, wrap

INDENT = 6
"""Cells before a run's name: the cursor, its place, and a gap."""
GPUS = 6
STEPS = 11
EMPTY: tuple[str, ...] = (
    "Nothing waits.",
    "",
    "On Train the key q puts a run here instead of starting it at once.",
    "It begins when its card is free, also when no screen is open.",
    "So does: sdtui train DIR --profile NAME --queue",
)


def title(view: QueueView | None) -> Line:
    """The first line: what this is, how many wait, and whether the queue goes on."""
    head: list[Span] = [(" Queue", "strong")]
    if view is None:
        return head
    head.append((f"  {plural(len(view.places), 'run waits', 'runs wait')}", "plain"))
    if view.restarted:
        return [*head, ("  waits for you", "warn")]
    if view.paused is not None and view.places:
        return [*head, ("  paused", "warn")]
    return head


def notice(view: QueueView, width: int) -> list[Line]:
    """Why nothing is started although something waits, and the key that lets it go on; nothing where it goes on."""
    if view.stands is None:
        return []
    sentence = f"{view.stands} {key_of('queue.go_on')} lets it go on."
    return [*wrap(safe(sentence), width, "warn"), [("", "plain")]]


def running(view: QueueView, now: float, width: int, home: Path) -> list[Line]:
    """The runs that have cards now, in the columns of those that wait."""
    heading: list[Line] = [[("RUNNING NOW", "dim")]]
    if not view.running:
        return [*heading, [(" " * INDENT + "no run of yours", "dim")]]
    return [*heading, *(_running(one, now, width, home) for one in view.running)]


def _running(one: Running, now: float, width: int, home: Path) -> Line:
    run = one.record
    name = fit(f"{_project(one.home, home)}{safe(run.name)}", name_width(width))
    return [
        (" " * INDENT + f"{name} {fit(_gpus(run.gpus), GPUS)}{'':{STEPS}}  ", "plain"),
        (f"for {duration(now - run.created)}", "dim"),
    ]


def name_width(width: int) -> int:
    """Cells of a run's name, where a row of the list has ``width``."""
    return max(12, min(40, (width - INDENT - GPUS - STEPS) // 2 - 4))


def about(place: Place, width: int) -> list[Line]:
    """The run under the cursor: what it waits for in full, and whose it is."""
    run = place.record
    lines: list[Line] = [
        [(safe(run.name if run is not None else place.waiting.id), "strong")],
        *wrap(safe(place.reason), width, "plain"),
    ]
    if run is not None:
        lines += wrap(" · ".join(_facts(place, run.profile)), width, "dim")
    lines.append([(fit_end(safe(shown(place.home.parent)), width).rstrip(), "dim")])
    return lines


def _facts(place: Place, profile: str) -> Iterator[str]:
    assert place.record is not None
    yield safe(profile)
    yield cards.named(place.record.gpus)
    if place.record.queued is not None:
        yield f"queued {time.strftime('%Y-%m-%d %H:%M', time.localtime(place.record.queued))}"
    if place.waiting.stop_on_failure:
        yield "if it fails the others wait"
    yield place.waiting.id


def cells_of(place: Place, home: Path) -> tuple[str, str, str, str]:
    """Name, cards, steps, and what it waits for, of a row. ``home``: the ``.sdtui`` of the open project."""
    run = place.record
    if run is None:
        return safe(place.waiting.id), "·", "·", safe(place.short)
    steps = count(run.total_steps) if run.total_steps is not None else "·"
    return f"{_project(place.home, home)}{safe(run.name)}", _gpus(run.gpus), steps, safe(place.short)


def _project(of: Path, home: Path) -> str:
    """Before the name of a run of another project."""
    return "" if of == home else f"{safe(of.parent.name)}/"


def _gpus(gpus: tuple[int, ...] | None) -> str:
    return "all" if gpus is None else ",".join(map(str, gpus))
