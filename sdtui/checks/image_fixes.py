"""Mending images as a Plan, for each finding of ``checks.images`` that can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.work import Progress, Work
from sdtui.checks import image_rules as rules
from sdtui.checks.finding import Finding
from sdtui.dataset.epoch import bucket_rules, with_resolution
from sdtui.dataset.project import Project
from sdtui.edits.config_place import with_place
from sdtui.edits.images import trash
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan, Write
from sdtui.prepare.mended import converted, flattened, shrunk, simplified, upright
from sdtui.prepare.renamed import with_endings, with_own_stems
from sdtui.prepare.rewriting import samples_at
from sdtui.trainer.buckets import why_refused

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


def _with_buckets(project: Project, finding: Finding) -> Proposal:
    """``enable_bucket`` for the datasets that these images stand in. Raises UsageError where no config names them."""
    if project.toml is None:
        raise UsageError("Buckets are turned off by the settings of the run", remedy="Turn enable_bucket on in Train.")
    about = frozenset(finding.files)
    before = after = read_bytes(project.toml)
    left_out = []
    for number in sorted({one.dataset for one in project.subsets if about & {each.path for each in one.samples}}):
        options = replace(with_resolution(project).datasets[number], enable_bucket=True)
        refused = why_refused(bucket_rules(options))
        if refused is None:
            after = with_place(project.toml, after, ("datasets", number, "enable_bucket"), True)
        else:
            left_out.append((project.toml, f"The trainer would refuse buckets in dataset {number + 1}: {refused}"))
    title = f"turn buckets on in {project.toml.name}"
    changes = (Write(project.toml, before, after),) if after != before else ()
    return Proposal(title, Plan(title, changes), left_out=tuple(left_out))


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
    rules.UNDER_STEP.code: _at_once(_thrown_away),
    rules.NOT_THE_RESOLUTION.code: _at_once(_with_buckets),
    rules.SAME_STEM.code: _at_once(_with_own_stems),
}
"""By the code of the finding."""
