"""What stands below the list: all that is known about the run under the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.base.text import count, plural, safe
from sdtui.runs.following.losses import CheckpointLoss
from sdtui.runs.past.history import PastRun
from sdtui.runs.past.settings_told import settings_of, title_of
from sdtui.tui.history import rows
from sdtui.tui.widgets.lines import Line, wrap

_TITLE = 10
_AT_MOST = 2_000
"""Characters of a note that can be in sight."""


def about_lines(past: PastRun, width: int, height: int) -> list[Line]:
    """The run in at most ``height`` lines of ``width`` cells, the most telling first."""
    lines = [line for title, text, role in _about(past) for line in _titled(title, text, role, width)]
    return lines[:height]


def _about(past: PastRun) -> Iterator[tuple[str, str, str]]:
    view, losses = past.view, past.losses
    yield "", past.record.id, "strong"
    if view.reason:
        yield view.state.value, view.reason, "bad" if view.state.value in ("failed", "lost") else "plain"
    if past.note.text or past.note_problem:
        yield "note", " ".join((past.note_problem or past.note.text)[:_AT_MOST].split()), "plain"
    if losses.broken_at is not None:
        yield "loss", f"is not a number since step {count(losses.broken_at)}; {_best(past)}", "bad"
    elif losses.best is not None:
        yield "loss", f"{rows.loss_text(losses.final)} at the end, {_best(past)}", "plain"
    if past.best is not None:
        yield "best saved", best_sentence(past.best), "plain"
    yield "saved", _saved(past), "plain"
    yield "settings", ", ".join(_settings(past)), "dim"


def best_sentence(best: CheckpointLoss) -> str:
    """``circle-000006.safetensors: the least validation loss of all checkpoints, 0.0618``."""
    name, how = best.path.rsplit("/", 1)[-1], best.by
    return f"{name}: the least {how} loss of its checkpoints, {rows.loss_text(best.loss)}"


def _best(past: PastRun) -> str:
    losses = past.losses
    if losses.best is None or losses.best_step is None:
        return "it never was one"
    how = f"mean of {count(losses.window)}" if losses.window > 1 else "the trainer's average"
    return f"best {rows.loss_text(losses.best)} at step {count(losses.best_step)} ({how})"


def _saved(past: PastRun) -> str:
    view = past.view
    return f"{plural(len(view.checkpoints), 'checkpoint')}, {plural(len(view.samples), 'sample')}"


def _settings(past: PastRun) -> Iterator[str]:
    for key, value in settings_of(past.record).items():
        yield f"{title_of([past.record], key)} {value}"


def _titled(title: str, text: str, role: str, width: int) -> list[Line]:
    indent = _TITLE + 2 if title else 0
    wrapped = wrap(safe(text), max(8, width - indent), role)
    first = f"{title:<{_TITLE}}  " if title else ""
    return [[(first if place == 0 else " " * indent, "dim"), *line] for place, line in enumerate(wrapped)]
