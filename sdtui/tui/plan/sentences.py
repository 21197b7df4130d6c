"""A proposal in words: what each change does, how many there are, what deserves care, what was done in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sdtui.base.text import count, file_size, plural, safe
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Change, MakeFolder, Move, Remove, Write
from sdtui.prepare.staging import is_prepared
from sdtui.tui.marks import marks
from sdtui.tui.plan.rows import other_changes, paths_of
from sdtui.tui.widgets.lines import Line, Span, cells, wrap

_DOT: Span = ("  ·  ", "dim")


def sentence_of(change: Change, root: Path) -> str:
    """What ``change`` does to the file or folder that the row names, with paths as seen from ``root``."""
    if isinstance(change, MakeFolder):
        return f"folder made in {_from(root, change.path.parent)}"
    if isinstance(change, Remove):
        return f"removed ({file_size(change.size)}); undo brings it back"
    if isinstance(change, Write):
        if change.before is None:
            return f"written new ({file_size(len(change.after))})"
        return f"rewritten ({file_size(len(change.before))} to {file_size(len(change.after))})"
    if is_prepared(change.source):
        return f"new version put into {_from(root, change.target.parent)}"
    if change.source.parent == change.target.parent:
        to = safe(change.target.name)
        return f"renamed to {to}" if isinstance(change, Move) else f"copied as {to}"
    same = change.source.name == change.target.name
    to = _from(root, change.target.parent if same else change.target)
    return f"{'moved' if isinstance(change, Move) else 'copied'} to {to}"


def name_of(change: Change) -> str:
    """The file or folder that a change is about, by its name."""
    return change.path.name if isinstance(change, (Write, Remove, MakeFolder)) else change.source.name


def counts(proposal: Proposal, others: Sequence[Change]) -> list[Span]:
    """``84 captions change``, ``3 left out``, ``12 caches get stale``; ``others`` are what changes beside captions."""
    parts: list[Span] = []
    if proposal.edits:
        some = len(proposal.edits)
        parts.append((f"{plural(some, 'caption')} {'changes' if some == 1 else 'change'}", "strong"))
    parts += [(text, "strong") for text in _others(others)]
    if proposal.left_out:
        parts.append((f"{count(len(proposal.left_out))} left out", "warn"))
    if proposal.stale:
        some = len(proposal.stale)
        parts.append((f"{plural(some, 'cache')} {'gets' if some == 1 else 'get'} stale", "warn"))
    return parts or [("nothing would change", "strong")]


def _others(changes: Sequence[Change]) -> list[str]:
    kinds = Counter(_kind(change) for change in changes)
    words = {
        "moved": "file or folder moves",
        "copied": "file is copied",
        "made": "folder is made",
        "written": "file is written",
        "removed": "file is removed",
    }
    many = {
        "moved": "files or folders move",
        "copied": "files are copied",
        "made": "folders are made",
        "written": "files are written",
        "removed": "files are removed",
    }
    return [plural(kinds[kind], words[kind], many[kind]) for kind in words if kinds[kind]]


def _kind(change: Change) -> str:
    names = {Move: "moved", MakeFolder: "made", Write: "written", Remove: "removed"}
    return names.get(type(change), "copied")


def cares(proposal: Proposal) -> list[Span]:
    """What deserves care, in sum: ``▲ 5 go over 75 tokens``, ``1 would be empty``."""
    over = sum(edit.tokens_after > proposal.limit >= edit.tokens_before for edit in proposal.edits)
    still = sum(min(edit.tokens_before, edit.tokens_after) > proposal.limit for edit in proposal.edits)
    empty = sum(not edit.after.strip() for edit in proposal.edits)
    parts: list[Span] = []
    if over:
        parts.append(
            (f"{marks().over} {count(over)} {'goes' if over == 1 else 'go'} over {proposal.limit} tokens", "warn")
        )
    if still:
        parts.append((f"{count(still)} {'stays' if still == 1 else 'stay'} over {proposal.limit}", "warn"))
    if empty:
        parts.append((f"{count(empty)} would be empty", "warn"))
    warned = sum(bool(edit.warnings) for edit in proposal.edits)
    if warned and not proposal.plan.warnings:
        parts.append((f"{plural(warned, 'row')} with a warning", "warn"))
    return parts


def joined(parts: Sequence[Span], width: int) -> list[Line]:
    """``parts`` with dots between them, on as many lines of ``width`` cells as they need."""
    lines: list[list[Span]] = []
    for part in parts:
        if lines and cells([*lines[-1], _DOT, part]) <= width:
            lines[-1] += [_DOT, part]
        else:
            lines.append([(" ", "plain"), part])
    return [*lines]


def told(sentences: Sequence[str], width: int, role: str) -> list[Line]:
    """``sentences``, each begun on a line of its own, with a margin of one cell."""
    return [[(" ", "plain"), *line] for sentence in sentences for line in wrap(safe(sentence), width - 2, role)]


def done_sentence(proposal: Proposal, applied: Applied, *, deleted: bool) -> str:
    """What stands on disk now."""
    left = {path for path, _ in applied.left}
    captions = sum(edit.path not in left for edit in proposal.edits)
    parts = []
    if proposal.edits:
        parts.append(f"{plural(captions, 'caption')} {'was' if captions == 1 else 'were'} changed")
    others = sum(not left.intersection(paths_of(change)) for change in other_changes(proposal))
    if others:
        parts.append(f"{plural(others, 'change')} to files {'was' if others == 1 else 'were'} made")
    caches = sum(path not in left for path in proposal.stale) if deleted else 0
    if caches:
        parts.append(f"{plural(caches, 'cache')} of the old text {'was' if caches == 1 else 'were'} deleted")
    if left:
        parts.append(f"{plural(len(left), 'file')} {'was' if len(left) == 1 else 'were'} left")
    return (", ".join(parts) or "Nothing was changed") + "."


def _from(root: Path, path: Path) -> str:
    """``path`` as a person in the project's folder would write it."""
    try:
        inside = path.relative_to(root)
    except ValueError:
        return safe(str(path))
    return safe(str(inside)) if inside.parts else "the project's folder"
