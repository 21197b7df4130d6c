"""What is written around large sample pictures."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.paths import shown
from sdtui.base.text import safe
from sdtui.runs.record import SampleImage
from sdtui.tui.monitor.prompts import PromptWords
from sdtui.tui.monitor.timeline import moment_text
from sdtui.tui.samples.sight import Sight
from sdtui.tui.widgets.cells import fit_end
from sdtui.tui.widgets.lines import Line, wrap

_TEXT_ROWS = 4


def heading(sight: Sight) -> Line:
    """``SAMPLES  prompt 2/4 ▴ ▾``."""
    prompts = sight.prompts
    at = prompts.index(sight.prompt) + 1 if sight.prompt in prompts else 0
    return [
        ("SAMPLES", "dim"),
        (f"  prompt {at}/{len(prompts)}", "plain"),
        (" ▴ ▾", "dim" if len(prompts) > 1 else "rest"),
    ]


def column_heading(sight: Sight, place: int) -> Line:
    """``circle  step 1,200 ◂ ▸``; the arrows where the keys move it."""
    column, image = sight.columns[place], sight.images[place]
    several = len({one.samples.run for one in sight.columns}) > 1 or len(sight.columns) == 1
    moves = sight.moving in (None, place)
    made = column.samples.table.cells
    return [
        (f"{safe(column.samples.name)}  " if several else "", "strong"),
        (moment_text(image) if image is not None else "no sample of this prompt", "accent" if moves else "plain"),
        (" ◂ ▸" if moves and len(made) > 1 else "", "dim"),
    ]


def below(image: SampleImage | None, words: PromptWords | None, width: int) -> list[Line]:
    """The prompt, what was asked for beside it, and where the picture is."""
    lines: list[Line] = []
    if words is not None and words.text:
        lines += _shortened(words.text, width, "plain")
    if words is not None and words.negative:
        lines += _shortened(f"not: {words.negative}", width, "dim")
    if image is None:
        return lines
    seed = image.seed if image.seed is not None else words.seed if words is not None else None
    said = [f"seed {seed}" if seed is not None else "random seed" if words is not None else ""]
    said.append(words.in_full if words is not None else "")
    settings = " · ".join(part for part in said if part)
    if settings:
        lines += wrap(safe(settings), width, "plain")[:2]
    return [*lines, [(fit_end(safe(shown(Path(image.path))), width).rstrip(), "dim")]]


def _shortened(text: str, width: int, role: str) -> list[Line]:
    lines: list[Line] = [*wrap(safe(text), width, role)]
    return lines if len(lines) <= _TEXT_ROWS else [*lines[: _TEXT_ROWS - 1], [*lines[_TEXT_ROWS - 1], (" …", "dim")]]
