"""What is wrong with the images of a dataset, as the trainer meets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import splitext

from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.checks import image_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.image_sizes import size_rule
from sdtui.checks.rule import Broken, Rule
from sdtui.dataset.epoch import with_resolution
from sdtui.dataset.project import Project, Subset
from sdtui.images.facts import PictureFacts, Transparency
from sdtui.images.problems import ImageProblem, Kind
from sdtui.images.survey import Look, survey
from sdtui.trainer.names import IMAGE_EXTENSIONS, is_image, is_read_with_plugin, looks_like_picture

_PRINTED = "CMYK"


def image_findings(project: Project, *, cancelled: Cancelled = never_cancelled) -> Work[tuple[Finding, ...]]:
    """Findings about the image files of ``project``, each of which is decoded once, until it changes.

    What a metadata file names and does not exist, ``checks.metadata`` tells. Raises WorkCancelled.
    """
    looks = yield from survey(
        (sample.path for subset in project.subsets for sample in subset.samples), cancelled=cancelled
    )
    broken = Broken()
    for path, rule in (*_unread(project), *_in_subsets(project, looks), *_sizes(project), *_same_stems(project)):
        broken.add(rule, path)
    return tuple(broken.findings(project.toml or project.root))


def _unread(project: Project) -> Iterator[tuple[Path, Rule]]:
    """Pictures in the folders of subsets that the trainer passes over."""
    folders = {subset.image_dir for subset in project.subsets if subset.metadata_file is None}
    for path in (entry.path for entry in project.ignored if entry.path.parent in folders):
        name = path.name
        if name.startswith(".") or is_image(name) or not looks_like_picture(name) or not path.is_file():
            continue
        ending = splitext(name)[1].lower()
        if ending in IMAGE_EXTENSIONS:
            yield path, rules.ENDING_CASE
        else:
            yield path, rules.ENDING_PLUGIN if is_read_with_plugin(ending) else rules.ENDING_UNREAD


def _in_subsets(project: Project, looks: Mapping[Path, Look]) -> Iterator[tuple[Path, Rule]]:
    for subset in project.subsets:
        for sample in subset.samples:
            if splitext(sample.name)[1].lower() == ".jpeg":
                yield sample.path, rules.ENDING_JPEG
            look = looks[sample.path]
            found = _of_problem(sample.path, look) if isinstance(look, ImageProblem) else _of_facts(subset, look)
            yield from ((sample.path, rule) for rule in found)


def _of_problem(path: Path, problem: ImageProblem) -> Iterator[Rule]:
    if problem.kind is not Kind.ABSENT:
        yield rules.PROBLEMS[problem.kind]
    elif path.is_symlink():
        yield rules.BROKEN_LINK


def _of_facts(subset: Subset, facts: PictureFacts) -> Iterator[Rule]:
    if facts.turned:
        yield rules.TURNED
    if facts.transparency is Transparency.USED and not subset.options.get("alpha_mask"):
        yield rules.TRANSPARENT
    if facts.clipped:
        yield rules.GREY_16_BIT
    elif facts.depth > 8:
        yield rules.COLOUR_16_BIT
    if facts.mode == _PRINTED:
        yield rules.INK
    if facts.animated:
        yield rules.ANIMATED


def _sizes(project: Project) -> Iterator[tuple[Path, Rule]]:
    known = with_resolution(project)
    for subset in project.subsets:
        written = project.datasets[subset.dataset].resolution is not None
        options = known.datasets[subset.dataset]
        for sample in subset.samples:
            rule = size_rule(options, (sample.width, sample.height), subset.options, assumed=not written)
            if rule is not None:
                yield sample.path, rule


def _same_stems(project: Project) -> Iterator[tuple[Path, Rule]]:
    by_stem: dict[str, dict[Path, None]] = defaultdict(dict)
    for subset in project.subsets:
        for sample in subset.samples:
            by_stem[splitext(sample.path)[0]][sample.path] = None
    for paths in by_stem.values():
        if len(paths) > 1:
            yield from ((path, rules.SAME_STEM) for path in paths)
