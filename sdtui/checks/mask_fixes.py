"""Mending masks as a Plan, for each finding of ``checks.masks`` that can be mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from posixpath import splitext

from sdtui.base.text import plural
from sdtui.base.work import Progress, Work
from sdtui.checks import mask_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.samples import samples_of
from sdtui.checks.throwing import thrown_away
from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal
from sdtui.images.plain import white_png
from sdtui.images.recipe import FORMATS, Recipe
from sdtui.plans.plan import Change, Plan, Write
from sdtui.prepare.rewriting import Order, rewritten

_BLACK = (0, 0, 0)
"""What lies under the transparent parts of a mask: they are not trained, as whoever cut them out means."""


def _written_anew(title: str, recipe: Callable[[str], Recipe]) -> Callable[[Project, Finding], Work[Proposal]]:
    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        order = Order()
        for mask in dict.fromkeys(one.mask_path for one in samples_of(project, finding) if one.mask_path is not None):
            ending = splitext(mask.name)[1].lower()
            if ending in FORMATS:
                order.add(mask, mask, recipe(FORMATS[ending]))
            else:
                order.leave(mask, f"{ending} files are not written here; make it a PNG.")
        order.title = f"{title} {plural(len(order.files), 'mask')}"
        return (yield from rewritten(project, order))

    return mend


def _white(project: Project, finding: Finding) -> Work[Proposal]:
    """A white mask for each image that has none: all of it is trained, as before there were masks."""
    changes: list[Change] = []
    left_out: list[tuple[Path, str]] = []
    samples = samples_of(project, finding)
    for number, sample in enumerate(samples):
        if number % 20 == 0:
            yield Progress(number, len(samples), "masks")
        subset = project.subset(sample.subset)
        if not sample.width or subset is None or subset.mask_dir is None:
            left_out.append((sample.path, "Its size cannot be read."))
            continue
        mask = subset.mask_dir / f"{splitext(sample.name)[0]}.png"
        changes.append(Write(mask, None, white_png(sample.width, sample.height)))
    title = f"make {plural(len(changes), 'white mask')}"
    return Proposal(title, Plan(title, tuple(dict.fromkeys(changes))), left_out=tuple(left_out))


def _without_image(project: Project, finding: Finding) -> Work[Proposal]:
    yield Progress(0, len(finding.files), "masks")
    return thrown_away(project, finding.files, f"throw {plural(len(finding.files), 'mask')} without an image away")


MASK_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    rules.NONE.code: _white,
    rules.SURPLUS.code: _without_image,
    rules.TRANSPARENT.code: _written_anew("put black under", lambda kind: Recipe(kind, background=_BLACK)),
    rules.DEEP.code: _written_anew("convert", Recipe),
}
"""By the code of the finding."""
