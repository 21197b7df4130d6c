"""Mending images as a Plan, for each finding of ``checks.images`` that can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from posixpath import splitext

from sdtui.base.work import Progress, Work
from sdtui.checks import image_rules as rules
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.edits.images import trash
from sdtui.edits.proposal import Proposal
from sdtui.prepare.mended import converted, flattened, shrunk, simplified, upright
from sdtui.prepare.renamed import with_endings, with_own_stems
from sdtui.prepare.rewriting import samples_at

Fixer = Callable[[Project, Finding], Work[Proposal]]


def _rewritten(mending: Callable[[Project, Iterable[Path]], Work[Proposal]]) -> Fixer:
    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        return (yield from mending(project, finding.files))

    return mend


def _at_once(mending: Callable[[Project, Finding], Proposal]) -> Fixer:
    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        yield Progress(0, len(finding.files), "images")
        return mending(project, finding)

    return mend


def _in_lower_case(project: Project, finding: Finding) -> Proposal:
    return with_endings(project, {path: splitext(path.name)[1].lower() for path in finding.files})


def _as_jpg(project: Project, finding: Finding) -> Proposal:
    return with_endings(project, dict.fromkeys(finding.files, ".jpg"))


def _with_own_stems(project: Project, finding: Finding) -> Proposal:
    return with_own_stems(project, finding.files)


def _thrown_away(project: Project, finding: Finding) -> Proposal:
    return trash(project, samples_at(project, finding.files))


IMAGE_FIXES: Mapping[str, Fixer] = {
    rules.EMPTY.code: _at_once(_thrown_away),
    rules.NO_PICTURE.code: _at_once(_thrown_away),
    rules.DAMAGED.code: _at_once(_thrown_away),
    rules.BROKEN_LINK.code: _at_once(_thrown_away),
    rules.TOO_LARGE.code: _rewritten(shrunk),
    rules.TURNED.code: _rewritten(upright),
    rules.TRANSPARENT.code: _rewritten(flattened),
    rules.GREY_16_BIT.code: _rewritten(simplified),
    rules.COLOUR_16_BIT.code: _rewritten(simplified),
    rules.INK.code: _rewritten(simplified),
    rules.ANIMATED.code: _rewritten(simplified),
    rules.ENDING_CASE.code: _at_once(_in_lower_case),
    rules.ENDING_JPEG.code: _at_once(_as_jpg),
    rules.ENDING_UNREAD.code: _rewritten(converted),
    rules.ENDING_PLUGIN.code: _rewritten(converted),
    rules.SAME_STEM.code: _at_once(_with_own_stems),
}
"""By the code of the finding."""
