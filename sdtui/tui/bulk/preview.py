"""What an operation makes of the first caption that it changes, looked for in a growing part of the images."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

from sdtui.base.text import safe
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.dataset.project import Project, Sample
from sdtui.edits.bulk import propose
from sdtui.edits.operations import Operation
from sdtui.edits.proposal import CaptionEdit

_FIRST = 8
_GROWTH = 4


def first_edit(
    project: Project,
    samples: Sequence[Sample],
    operation: Operation,
    *,
    limit: int,
    all_lines: bool,
    cancelled: Cancelled,
) -> Work[CaptionEdit | None]:
    """The first caption of ``samples`` that would change; None where none would.

    Raises SdtuiError where the operation cannot be carried out.
    """
    start, some = 0, _FIRST
    while start < len(samples):
        part = tuple(samples[start : start + some])
        proposal = yield from propose(project, part, operation, limit=limit, all_lines=all_lines, cancelled=cancelled)
        if proposal.edits:
            return proposal.edits[0]
        start, some = start + some, some * _GROWTH
        yield Progress(min(start, len(samples)), len(samples), "captions")
    return None


def pointed_at(text: str, position: int, width: int) -> tuple[str, str]:
    """``text`` on a line of ``width`` cells, and a line with a mark under its character ``position``."""
    before, after = safe(text[:position]), safe(text[position:])
    room = max(1, width - 8)
    if cell_len(before) > room:
        before = "…" + chop_cells(before[::-1], room - 1)[0][::-1]
    line = chop_cells(before + after, width)[0] if before + after else ""
    return line, " " * cell_len(before) + "^"
