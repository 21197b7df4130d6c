"""The right side of Train: what stands in the way, what the run costs, what to know, and its command."""

from __future__ import annotations

import os

from sdtui.base.text import safe
from sdtui.runs.redact import redact_command
from sdtui.trainer.profiles import Settings
from sdtui.tui.train.command_lines import command_lines
from sdtui.tui.train.estimate import cost_lines
from sdtui.tui.train.state import Outcome
from sdtui.tui.widgets.lines import Line, wrap

EMPTY: Line = [("", "plain")]


def outcome_lines(outcome: Outcome, settings: Settings, width: int) -> list[Line]:
    """Everything above the command."""
    if outcome.waiting:
        return [[(f"· {outcome.waiting}", "dim")]]
    if outcome.problem:
        return [[("NOT READY", "dim")], *wrap(safe(outcome.problem), width, "warn")]
    if outcome.prepared is None or outcome.cost is None:
        return []
    lines: list[Line] = [[("COST", "dim")], *cost_lines(outcome.cost, settings, width)]
    notes = outcome.prepared.notes
    if notes:
        lines += [EMPTY, [("TO KNOW", "dim")]]
    for note in notes:
        first, *rest = wrap(safe(note), width - 2, "plain")
        lines += [[("· ", "dim"), *first], *([("  ", "dim"), *line] for line in rest)]
    return lines


def shown_command(outcome: Outcome, width: int) -> list[Line]:
    """The command that will run, with its heading; secrets left out."""
    if outcome.prepared is None:
        return []
    command = redact_command(outcome.prepared.request.command, os.environ)
    return [[("COMMAND", "dim")], *command_lines(command, width)]
