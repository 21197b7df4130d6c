"""The fix of each kind of finding that can be mended, as a Plan for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from sdtui.base.errors import UsageError
from sdtui.base.work import Work
from sdtui.checks.cache_fixes import CACHE_FIXES
from sdtui.checks.caption_fixes import CAPTION_FIXES
from sdtui.checks.config_fixes import CONFIG_FIXES
from sdtui.checks.finding import Finding
from sdtui.checks.image_fixes import IMAGE_FIXES
from sdtui.checks.mask_fixes import MASK_FIXES
from sdtui.checks.metadata_fixes import METADATA_FIXES
from sdtui.checks.preflight import Report
from sdtui.checks.prompt_fixes import PROMPT_FIXES
from sdtui.checks.subset_fixes import SUBSET_FIXES
from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan

Fixer: TypeAlias = Callable[[Project, Finding], Work[Proposal]]
"""What mends one finding of a project as it was scanned."""

FIXES: Mapping[str, Fixer] = {
    **IMAGE_FIXES,
    **CAPTION_FIXES,
    **CACHE_FIXES,
    **MASK_FIXES,
    **SUBSET_FIXES,
    **CONFIG_FIXES,
    **PROMPT_FIXES,
    **METADATA_FIXES,
}
"""By the finding's code."""


def fix(project: Project, finding: Finding) -> Work[Proposal]:
    """What would mend ``finding``. Raises UsageError where nothing here can, and what its fixer raises."""
    if finding.code not in FIXES:
        raise UsageError(f"sdtui cannot mend {finding.code}", remedy=finding.fix)
    return (yield from FIXES[finding.code](project, finding))


def require_mendable(report: Report, codes: Iterable[str]) -> None:
    """Raises UsageError for a code that nothing has and nothing mends, and for one that nothing can mend."""
    for code in codes:
        if code in FIXES:
            continue
        found = report.of(code)
        if found:
            raise UsageError(f"sdtui cannot mend {code}", remedy=found[0].fix)
        near = get_close_matches(code, FIXES, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "sdtui check without --fix says what is."
        raise UsageError(f"Nothing was found that is called {code}", remedy=remedy)


def fix_all(project: Project, report: Report, code: str) -> Work[Proposal]:
    """What would mend everything of ``report`` that has ``code``, in one Plan. Raises as ``fix`` does.

    Where two findings would change the same file, the second is left for the next look.
    """
    findings = report.of(code)
    if len(findings) == 1:
        return (yield from fix(project, findings[0]))
    found: list[Proposal] = []
    left_out: list[tuple[Path, str]] = []
    for finding in findings:
        try:
            proposal = yield from fix(project, finding)
        except UsageError as error:  # this one cannot be mended; others of its kind perhaps
            left_out.append((error.path or finding.path or project.root, error.sentence()))
        else:
            found.append(proposal)
    return _joined(f"fix {code}", found, left_out)


def _joined(title: str, proposals: Iterable[Proposal], left_out: Iterable[tuple[Path, str]]) -> Proposal:
    taken: set[Path] = set()
    kept: list[Proposal] = []
    for proposal in proposals:
        paths = {path for change in proposal.plan.changes for path in _paths(change)}
        if not paths & taken:
            kept.append(proposal)
            taken |= paths
    warnings = dict.fromkeys(warning for proposal in kept for warning in proposal.plan.warnings)
    return Proposal(
        title=title,
        plan=Plan(title, tuple(change for proposal in kept for change in proposal.plan.changes), tuple(warnings)),
        stale=tuple(dict.fromkeys(path for proposal in kept for path in proposal.stale)),
        edits=tuple(edit for proposal in kept for edit in proposal.edits),
        left_out=(*(entry for proposal in kept for entry in proposal.left_out), *left_out),
    )


def _paths(change: Change) -> tuple[Path, ...]:
    """The files that ``change`` is about; a folder that is made is no matter of dispute."""
    if isinstance(change, MakeFolder):
        return ()
    return (change.source, change.target) if isinstance(change, (Move, Copy)) else (change.path,)
