"""Mending what is wrong with subsets as a Plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdtui.base.errors import UsageError
from sdtui.base.work import Progress, Work
from sdtui.checks import subset_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.subsets import trained_subsets
from sdtui.dataset.balance import Part, equal_repeats
from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal
from sdtui.edits.repeats import repeats_plan


def _equal(project: Project, finding: Finding) -> Work[Proposal]:
    """Repeats that give each subset about the same share."""
    del finding
    subsets = trained_subsets(project)
    yield Progress(0, len(subsets), "subsets")
    parts = [Part(subset.name, subset.img_count, subset.num_repeats) for subset in subsets]
    if len(parts) < 2:
        raise UsageError("There are no two subsets to balance", path=project.root)
    plan = repeats_plan(project, equal_repeats(parts))
    return Proposal(plan.title, plan)


SUBSET_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {rules.UNBALANCED.code: _equal}
"""By the code of the finding."""
