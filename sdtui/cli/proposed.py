"""Showing a Proposal whose changes are files and folders, and applying it after asking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sdtui.base.text import count, plural, safe
from sdtui.cli.applying import apply_plan, plan_document, show_plan, tell_obstacles
from sdtui.cli.output import also_unread, narrate
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Copy, MakeFolder, Move, Plan

_AT_MOST = 20
"""Files whose new place is written out; ``--json`` has all."""

Command = TypeVar("Command", bound=Callable[..., Any])


def applying_options(command: Command) -> Command:
    """``--dry-run``, ``--yes`` and ``--json``."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--dry-run", is_flag=True, help="Only show what would be changed."),
    ):
        command = option(command)
    return command


@also_unread()
def show_files(proposal: Proposal, root: Path) -> None:
    """What goes where, from ``root``, on stdout, the first of many; what a person should know on stderr."""
    from sdtui.prepare.staging import is_prepared

    moving = [one for one in proposal.plan.changes if isinstance(one, (Move, Copy))]
    for change in moving[:_AT_MOST]:
        verb = "move" if isinstance(change, Move) else "copy"
        source, target = (str(path).removeprefix(f"{root}/") for path in (change.source, change.target))
        if is_prepared(change.source):
            click.echo(f"put the new {safe(target)} in its place")
        else:
            click.echo(f"{verb} {safe(source)} to {safe(target)}")
    if len(moving) > _AT_MOST:
        click.echo(f"... and {plural(len(moving) - _AT_MOST, 'more file')}; --json has all.")
    rest = [one for one in proposal.plan.changes if not isinstance(one, (Move, Copy, MakeFolder))]
    if rest or not moving:
        show_plan(Plan(proposal.title, tuple(rest)))
    for warning in proposal.plan.warnings:
        narrate(f"Note: {safe(warning)}")
    tell_left_out(proposal)


def tell_left_out(proposal: Proposal) -> None:
    """What was asked for and stays as it is."""
    for path, reason in proposal.left_out[:_AT_MOST]:
        narrate(f"Left as it is: {safe(str(path))}: {safe(reason)}")
    if len(proposal.left_out) > _AT_MOST:
        narrate(f"Left as they are: {count(len(proposal.left_out) - _AT_MOST)} more; --json has all.")


def carry_out(home: Path, proposal: Proposal, *, dry_run: bool, yes: bool, keep_stale: bool = False) -> Applied | None:
    """Ask, then apply ``proposal``, and delete the caches of old text unless they are to be kept.

    None after ``--dry-run``, which says what would be refused now, and after a no. Raises NeedsConsentError and
    WriteError.
    """
    if dry_run:
        tell_obstacles(home, proposal.plan)
        return None
    return apply_plan(home, proposal.to_apply(delete_stale=not keep_stale), yes=yes)


def proposal_document(proposal: Proposal, applied: Applied | None) -> dict[str, Any]:
    """The Proposal for ``--json``; ``applied`` is None after ``--dry-run`` and after a no."""
    return {
        **plan_document(proposal.plan, applied),
        "left_out": [{"path": str(path), "reason": reason} for path, reason in proposal.left_out],
    }
