"""Showing a Plan and applying it, for every command that changes files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sdtui.base.text import plural, safe
from sdtui.cli.interrupted import take_back
from sdtui.cli.output import narrate, require_consent
from sdtui.plans.diff import Kind, Line, diff_change
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import MakeFolder, Move, Plan, Remove, Write

_LINES_AT_MOST = 40
_MARKS = {Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}"), Kind.SAME: ("", "")}
_COLOURS = {Kind.REMOVED: "red", Kind.ADDED: "green", Kind.SAME: None}


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
            click.echo("".join(f"{_new_line(line)}\n" for line in shown.lines), nl=False)
            continue
        for line in shown.lines[:_LINES_AT_MOST]:
            click.echo(_line(line))
        if len(shown.lines) > _LINES_AT_MOST:
            click.echo(f"    ... and {plural(len(shown.lines) - _LINES_AT_MOST, 'more line', 'more lines')}")


def apply_plan(home: Path, plan: Plan, *, yes: bool) -> Applied | None:
    """Ask, then apply ``plan`` and say so; None when the person said no. Raises NeedsConsentError and WriteError.

    What an earlier process left half-way in this project is taken back first.
    """
    from sdtui.runs.live import held_paths

    if plan.empty:
        return Applied("", plan.title, ())
    if not require_consent(f"Apply {plural(len(plan.changes), 'change')}?", yes=yes):
        narrate("Nothing was changed.")
        return None
    journal = Journal(home)
    held = held_paths(home)
    take_back(journal, held)
    applied = journal.apply(plan, held)
    narrate(f"{plural(len(applied.changed), 'change')} made. It can be undone in sdtui.")
    return applied


def plan_document(plan: Plan, applied: Applied | None) -> dict[str, Any]:
    """The Plan for ``--json``; ``applied`` is None after ``--dry-run`` and after a no."""
    return {
        "title": plan.title,
        "applied": applied is not None,
        "journal_id": (applied.id or None) if applied else None,
        "changes": [_change_document(change) for change in plan.changes],
        "warnings": list(plan.warnings),
    }


def _change_document(change: Write | Move | Remove | MakeFolder) -> dict[str, Any]:
    if isinstance(change, Move):
        return {"kind": "move", "path": str(change.source), "target": str(change.target)}
    if isinstance(change, Write):
        return {"kind": "write", "path": str(change.path), "new": change.before is None, "size": len(change.after)}
    return {"kind": "remove" if isinstance(change, Remove) else "folder", "path": str(change.path)}


def _new_line(line: Line) -> str:
    return click.style(f"+ {safe(''.join(piece.text for piece in line.pieces))}", fg=_COLOURS[Kind.ADDED])


def _line(line: Line) -> str:
    number = "" if line.number is None else str(line.number)
    return f"{number:>6}  " + "".join(
        click.style(f"{_MARKS[piece.kind][0]}{safe(piece.text)}{_MARKS[piece.kind][1]}", fg=_COLOURS[piece.kind])
        for piece in line.pieces
    )
