"""Showing a Plan and applying it, for every command that changes files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from sdtui.base.errors import SdtuiError
from sdtui.base.text import plural, safe
from sdtui.cli.diff_lines import added_line, diff_line
from sdtui.cli.interrupted import take_back
from sdtui.cli.output import also_unread, narrate, progress_line, require_consent
from sdtui.plans.diff import diff_change
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Change, Copy, Move, Plan, Remove, Write

_LINES_AT_MOST = 40


@also_unread()
def show_plan(plan: Plan) -> None:
    """The Plan on stdout: a line a change, new files whole, of others the words that differ; warnings on stderr."""
    for warning in plan.warnings:
        narrate(f"Note: {safe(warning)}")
    if plan.empty:
        click.echo("Nothing to change.")
    for change in plan.changes:
        shown = diff_change(change)
        click.echo(safe(shown.summary))
        if isinstance(change, Write) and change.before is None:
            click.echo(
                "".join(f"{added_line(''.join(piece.text for piece in line.pieces))}\n" for line in shown.lines),
                nl=False,
            )
            continue
        for line in shown.lines[:_LINES_AT_MOST]:
            number = "" if line.number is None else str(line.number)
            click.echo(f"{number:>6}  {diff_line(line)}")
        if len(shown.lines) > _LINES_AT_MOST:
            click.echo(f"    ... and {plural(len(shown.lines) - _LINES_AT_MOST, 'more line', 'more lines')}")


def apply_plan(home: Path, plan: Plan, *, yes: bool) -> Applied | None:
    """Ask, then apply ``plan`` and say so; None when the person said no. Raises NeedsConsentError and WriteError.

    What an earlier process left half-way in this project is taken back first.
    """
    if plan.empty:
        return Applied("", plan.title, ())
    if not require_consent(f"Apply {plural(len(plan.changes), 'change')}?", yes=yes):
        narrate("Nothing was changed.")
        return None
    applied = apply_changes(home, plan)
    back = f"sdtui captions undo {shlex.quote(str(home.parent))}"
    narrate(f"{plural(len(applied.changed), 'change')} made. Take back: {safe(back)}")
    return applied


def apply_changes(home: Path, plan: Plan, *, keep_going: bool = False) -> Applied:
    """Apply ``plan``, whose every change the person agreed to. Raises WriteError.

    What an earlier process left half-way in this project is taken back first. ``keep_going``: what cannot be written is
    left out and named instead of taking all back.
    """
    from sdtui.runs.live import held_paths

    journal = Journal(home)
    held = held_paths(home)
    take_back(journal, held)
    with progress_line("changes") as progress:
        return journal.apply(plan, held, keep_going=keep_going, progress=progress)


def tell_obstacles(home: Path, plan: Plan) -> None:
    """After ``--dry-run``: say what would keep ``plan`` from being applied now (a live run, a read-only folder).

    Nothing is raised: looking is always possible.
    """
    from sdtui.plans.checks import check
    from sdtui.plans.held import refuse_held
    from sdtui.plans.pace import Pace
    from sdtui.runs.live import held_paths

    try:
        refuse_held(plan.changes, held_paths(home))
        check(plan.changes, Pace(len(plan.changes)))
    except SdtuiError as error:
        narrate(f"Note: now this would be refused. {error.sentence()}")


def plan_document(plan: Plan, applied: Applied | None) -> dict[str, Any]:
    """The Plan for ``--json``; ``applied`` is None after ``--dry-run`` and after a no."""
    return {
        "title": plan.title,
        "applied": applied is not None,
        "journal_id": (applied.id or None) if applied else None,
        "changes": [_change_document(change) for change in plan.changes],
        "warnings": list(plan.warnings),
    }


def _change_document(change: Change) -> dict[str, Any]:
    if isinstance(change, (Move, Copy)):
        kind = "move" if isinstance(change, Move) else "copy"
        return {"kind": kind, "path": str(change.source), "target": str(change.target)}
    if isinstance(change, Write):
        return {"kind": "write", "path": str(change.path), "new": change.before is None, "size": len(change.after)}
    return {"kind": "remove" if isinstance(change, Remove) else "folder", "path": str(change.path)}
