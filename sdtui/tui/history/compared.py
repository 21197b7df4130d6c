"""What two to six runs look like beside each other, made off the screen's thread; and the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.cells import cell_len

from sdtui.base.text import safe
from sdtui.base.work import Cancelled, Work
from sdtui.runs.past.comparison import Comparison, compare, running_time
from sdtui.runs.past.settings_told import Difference
from sdtui.runs.record import RunRecord
from sdtui.tui.history import rows
from sdtui.tui.marks import marks
from sdtui.tui.monitor.chart import NOTHING, STYLES, Drawn, Series, compared
from sdtui.tui.monitor.chart_state import window_of
from sdtui.tui.monitor.prompts import PromptWords, prompts_of
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.lines import Line, wrap

_WIDE = 100
"""Cells from which on there is room for whole sentences beside the numbers."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A comparison with its curves ready to be drawn; all in the order of the runs."""

    comparison: Comparison
    by_step: tuple[Series, ...]
    by_time: tuple[Series, ...]
    """Over seconds of training; without points where nobody wrote down the times."""
    prompts: tuple[tuple[PromptWords, ...], ...]

    @property
    def prompt_indices(self) -> list[int]:
        """Prompts that a run has samples of."""
        return sorted({row.prompt_index for row in self.comparison.samples})


def see(home: Path, records: Sequence[RunRecord], cancelled: Cancelled) -> Work[Seen]:
    """Read the runs. Raises as ``compare``."""
    comparison = yield from compare(home, records, cancelled)
    losses = [one.loss for one in comparison.runs]
    return Seen(
        comparison,
        tuple(Series.of(loss.steps, loss.values) for loss in losses),
        tuple(Series.of(running_time(loss.times), loss.values) if len(loss.times) else NOTHING for loss in losses),
        tuple(prompts_of(record) for record in records),
    )


def curves(seen: Seen, *, by_time: bool, share: float) -> list[Drawn]:
    """The curves as the chart takes them; ``share`` of its points is what each raw one is smoothed over."""
    series = seen.by_time if by_time else seen.by_step
    runs = seen.comparison.runs
    drawn = compared((one.past.view.name, line) for one, line in zip(runs, series, strict=True))
    return [
        replace(line, window=window_of(line.series, share) if one.raw else 1)
        for one, line in zip(runs, drawn, strict=True)
    ]


def legend_lines(seen: Seen, *, by_time: bool, width: int) -> list[Line]:
    """A line a run: its letter, its name, its losses, and where it is not in the chart."""
    runs = seen.comparison.runs
    room = min(max(cell_len(rows.name_text(one.past)) for one in runs), max(12, width // 3))
    state = max(len(rows.state_text(one.past)) for one in runs)
    lines: list[Line] = []
    for place, one in enumerate(runs):
        past, (role, letter) = one.past, STYLES[place]
        missing = _missing(seen, place, by_time=by_time, brief=width < _WIDE)
        best = f"{rows.loss_text(past.losses.best):>7}"
        best += f" at step {past.losses.best_step:<8,}" if past.losses.best_step is not None else " " * 17
        numbers: Line = [
            (f"end {rows.final_text(past):>7}  best {best}", "plain"),
            (f"  {rows.time_text(past):>10}", "dim") if not missing else (f"  {missing}", "warn"),
        ]
        lines.append(
            [
                (f"{letter} ", role),
                (fit(rows.name_text(past), room), "strong"),
                (f" {marks().starred if past.note.starred else ' '} ", "warn"),
                (f"{rows.state_text(past):<{state}}  ", "dim"),
                *(numbers if len(seen.by_step[place]) else [(missing, "warn")]),
            ]
        )
    return lines


def _missing(seen: Seen, place: int, *, by_time: bool, brief: bool) -> str:
    if not len(seen.by_step[place]):
        return "no loss was recorded"
    if not by_time or len(seen.by_time[place]):
        return ""
    return "no times recorded" if brief else "its times were not recorded"


def prompt_lines(seen: Seen, prompt: int) -> list[Line]:
    """What the pictures of the prompt were asked for; that it was not the same for all, where it was not."""
    told = [words[prompt] if prompt < len(words) else None for words in seen.prompts]
    known = [words for words in told if words is not None]
    if not known:
        return []
    same = all(words == known[0] for words in known)
    text = safe(known[0].text if same else "The prompts are not the same: " + " / ".join(one.text for one in known))
    settings = safe(known[0].settings) if same else ""
    role = "plain" if same else "warn"
    return [[(text, role)], *([[(settings, "dim")]] if settings else [])]


def whole_lines(one: Difference, width: int) -> list[Line]:
    """The values of a setting written out, a run after the other."""
    lines: list[Line] = [[(safe(one.title), "strong")]]
    for value, (role, letter) in zip(one.values, STYLES, strict=False):
        wrapped = wrap(safe(value) or "not set", max(8, width - 2), "plain" if value else "dim")
        lines += [[(f"{letter} " if place == 0 else "  ", role), *line] for place, line in enumerate(wrapped)]
    return lines
