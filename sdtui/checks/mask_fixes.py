"""Mending masks as a Plan, for each finding of ``checks.masks`` that can be mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from posixpath import splitext
from typing import TypeAlias

from sdtui.base.text import plural
from sdtui.base.work import Progress, Work
from sdtui.checks import mask_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.samples import samples_of
from sdtui.checks.throwing import thrown_away
from sdtui.dataset.project import Project, Sample
from sdtui.edits.proposal import Proposal
from sdtui.images.header import read_size
from sdtui.images.plain import white_png
from sdtui.images.recipe import FORMATS, Recipe
from sdtui.plans.plan import Change, Plan, Write
from sdtui.prepare.rewriting import Order, rewritten

_ASPECT = 0.01
"""Part by which the shapes of a mask and its image may differ, for whole pixels are rounded."""
_BLACK = (0, 0, 0)
"""What lies under the transparent parts of a mask: they are not trained, as whoever cut them out means."""


_Choice: TypeAlias = Callable[[str, Sample, Path], Recipe | str]
"""How to write a mask of this format, sample and path anew; or a sentence: why it is left."""


def _written_anew(title: str, choose: _Choice) -> Callable[[Project, Finding], Work[Proposal]]:
    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        order = Order()
        masks = {one.mask_path: one for one in samples_of(project, finding) if one.mask_path is not None}
        for mask, sample in masks.items():
            ending = splitext(mask.name)[1].lower()
            if ending not in FORMATS:
                order.leave(mask, f"{ending} files are not written here; make it a PNG.")
            elif isinstance(recipe := choose(FORMATS[ending], sample, mask), str):
                order.leave(mask, recipe)
            else:
                order.add(mask, mask, recipe)
        order.title = f"{title} {plural(len(order.files), 'mask')}"
        return (yield from rewritten(project, order))

    return mend


def _as_large(kind: str, sample: Sample, mask: Path) -> Recipe | str:
    """As its image, where that was scaled and not cropped."""
    width, height = read_size(mask)
    across, down = width * sample.height, height * sample.width
    if not width or not sample.width or abs(across - down) > _ASPECT * max(across, down):
        return f"It is {width}x{height} and its image {sample.width}x{sample.height}, of another shape: make it anew."
    return Recipe(kind, size=(sample.width, sample.height))


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
    rules.OTHER_SIZE.code: _written_anew("scale", _as_large),
    rules.TRANSPARENT.code: _written_anew(
        "put black under", lambda kind, _sample, _mask: Recipe(kind, background=_BLACK)
    ),
    rules.DEEP.code: _written_anew("convert", lambda kind, _sample, _mask: Recipe(kind)),
}
"""By the code of the finding."""
