"""A bulk edit of captions on the terminal and as JSON: what would change, and what there is to know about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sdtui.base.text import count, plural, safe
from sdtui.cli.diff_lines import diff_line
from sdtui.cli.output import also_unread, narrate
from sdtui.edits.proposal import CaptionEdit, Proposal
from sdtui.plans.diff import diff_text
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Write

_EDITS = 20
"""Captions of which the difference is written out; ``--json`` has all."""
_LINES = 8
_NAMED = 10


@also_unread()
def show(proposal: Proposal, root: Path, asked: int) -> None:
    """The first captions that change on stdout, then how many; what a person should know on stderr."""
    changes = proposal.plan.changes
    made = frozenset(change.path for change in changes if isinstance(change, Write) and change.before is None)
    for edit in proposal.edits[:_EDITS]:
        _show_edit(edit, root, proposal.limit, made)
    if len(proposal.edits) > _EDITS:
        click.echo(f"... and {plural(len(proposal.edits) - _EDITS, 'more caption', 'more captions')}; --json has all.")
    click.echo(f"{safe(proposal.title)}: {_sum(proposal, asked)}" if proposal.edits else _nothing(asked))
    for warning in proposal.plan.warnings:
        narrate(f"Note: {safe(warning)}")
    if proposal.stale:
        caches = plural(len(proposal.stale), "cache holds", "caches hold")
        narrate(f"Note: {caches} the old text ({_first_cache(proposal)}).")
    for path, reason in proposal.left_out[:_NAMED]:
        narrate(f"Left as it is: {safe(_beneath(path, root))}: {safe(reason)}")
    if len(proposal.left_out) > _NAMED:
        narrate(f"Left as they are: {count(len(proposal.left_out) - _NAMED)} more; --json has all.")


def document(proposal: Proposal, applied: Applied | None, *, stale_deleted: bool) -> dict[str, Any]:
    """The Proposal for ``--json``; ``applied`` is None after ``--dry-run`` and after a no."""
    return {
        "title": proposal.plan.title,
        "applied": applied is not None,
        "journal_id": (applied.id or None) if applied else None,
        "limit": proposal.limit,
        "captions": [_edit_document(edit) for edit in proposal.edits],
        "left_out": _with_reasons(proposal.left_out),
        "not_written": _with_reasons(applied.left if applied else ()),
        "stale": [str(path) for path in proposal.stale],
        "stale_deleted": stale_deleted,
        "warnings": list(proposal.plan.warnings),
    }


def _show_edit(edit: CaptionEdit, root: Path, limit: int, made: frozenset[Path]) -> None:
    over = " ▲" if edit.tokens_after > limit else ""
    new = " (new file)" if edit.path in made else ""
    tokens = f"{edit.tokens_before} → {edit.tokens_after}/{limit} tok{over}"
    click.echo(f"{safe(_beneath(edit.image, root))}  {tokens}{new}")
    lines = diff_text(edit.before, edit.after, context=0)
    for line in lines[:_LINES]:
        click.echo(f"    {diff_line(line)}")
    if len(lines) > _LINES:
        click.echo(f"    ... and {plural(len(lines) - _LINES, 'more line', 'more lines')}")
    for warning in edit.warnings:
        click.echo(f"    ! {safe(warning)}")


def _edit_document(edit: CaptionEdit) -> dict[str, Any]:
    return {
        "image": str(edit.image),
        "subset": edit.subset,
        "file": str(edit.path),
        "before": edit.before,
        "after": edit.after,
        "tokens_before": edit.tokens_before,
        "tokens_after": edit.tokens_after,
        "warnings": list(edit.warnings),
    }


def _with_reasons(some: Sequence[tuple[Path, str]]) -> list[dict[str, str]]:
    return [{"path": str(path), "reason": reason} for path, reason in some]


def _sum(proposal: Proposal, asked: int) -> str:
    edits = proposal.edits
    longest = max(edit.tokens_after for edit in edits)
    return f"{count(len(edits))} of {plural(asked, 'caption')} · the longest is {longest}/{proposal.limit} tokens"


def _nothing(asked: int) -> str:
    return f"Nothing to change in {plural(asked, 'caption')}." if asked else "There is no image to work on."


def _first_cache(proposal: Proposal) -> str:
    more = f" and {count(len(proposal.stale) - 1)} more" if len(proposal.stale) > 1 else ""
    return f"{safe(proposal.stale[0].name)}{more}"


def _beneath(path: Path, root: Path) -> str:
    return str(path).removeprefix(f"{root}/")
