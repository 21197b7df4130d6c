"""What is wrong with the masks of a dataset, as ControlNetDataset of library/train_util.py reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.checks import mask_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.rule import Broken, Rule
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.images.facts import PictureFacts, Transparency
from sdtui.images.problems import ImageProblem
from sdtui.images.survey import Look, survey
from sdtui.trainer.profiles import Settings
from sdtui.trainer.steps import training_part

_DARK = 8
"""Of 255: what is no brighter all over adds nothing to the loss."""
_LOSSES = (
    "masked_loss",
    "min_snr_gamma",
    "debiased_estimation_loss",
    "v_pred_like_loss",
    "scale_v_pred_loss_like_noise_pred",
)
"""With one of these sdxl_train.py (train) makes the loss of each pixel, which alone can be masked."""


def mask_findings(
    project: Project, settings: Settings | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[Finding, ...]]:
    """Findings about the masks of ``project``, and about a run of ``settings`` with them. Raises WorkCancelled."""
    masked = [subset for subset in project.subsets if subset.masked]
    masks = [sample.mask_path for subset in masked for sample in subset.samples if sample.mask_path is not None]
    looks = yield from survey(masks, cancelled=cancelled)
    broken = Broken()
    shades = not _are_conditions(looks, settings)
    for rule, file in (
        *_of_pairs(project, masked, looks, shades=shades),
        *_surplus(project, masked),
        *_of_subsets(project, settings),
    ):
        broken.add(rule, file)
    return tuple(broken.findings(project.toml or project.root))


def _are_conditions(looks: Mapping[Path, Look], settings: Settings | None) -> bool:
    """Whether these are the conditioning images of a ControlNet, which may have any colour.

    Without settings nothing but the pictures can tell: masks are hardly all in colours.
    """
    if settings is not None:
        return "control" in settings.script
    return bool(looks) and all(isinstance(look, ImageProblem) or look.coloured for look in looks.values())


def _of_pairs(
    project: Project, masked: list[Subset], looks: Mapping[Path, Look], *, shades: bool
) -> Iterator[tuple[Rule, Path]]:
    for subset in masked:
        if subset.mask_dir is None or not subset.mask_dir.is_dir():
            continue  # the config names a folder that is not there, which is told once
        exact = project.datasets[subset.dataset].enable_bucket
        for sample in subset.samples:
            if sample.mask_path is None:
                yield rules.NONE, sample.path
            else:
                look = looks[sample.mask_path]
                yield from ((rule, sample.path) for rule in _of_mask(sample, look, exact=exact, shades=shades))


def _of_mask(sample: Sample, look: Look, *, exact: bool, shades: bool) -> Iterator[Rule]:
    if isinstance(look, ImageProblem):
        yield rules.UNREADABLE
        return
    if sample.width and (look.width, look.height) != (sample.width, sample.height):
        yield rules.OTHER_SIZE if exact else rules.STRETCHED
    if shades:
        yield from _of_shades(look)


def _of_shades(look: PictureFacts) -> Iterator[Rule]:
    """The trainer takes the red channel of what Pillow makes RGB (library/custom_train_functions.py)."""
    if look.transparency is Transparency.USED:
        yield rules.TRANSPARENT
    if look.coloured:
        yield rules.COLOURED
    if look.clipped:
        yield rules.DEEP
    elif look.brightest < _DARK:
        yield rules.BLACK


def _surplus(project: Project, masked: list[Subset]) -> Iterator[tuple[Rule, Path]]:
    folders = {subset.mask_dir for subset in masked}
    yield from ((rules.SURPLUS, entry.path) for entry in project.ignored if entry.path.parent in folders)


def _of_subsets(project: Project, settings: Settings | None) -> Iterator[tuple[Rule, Path]]:
    masked = [subset for subset in project.subsets if subset.masked]
    for subset in masked:
        if subset.options.get("random_crop") or (settings is not None and settings["random_crop"]):
            yield rules.RANDOM_CROP, subset.image_dir
        if _is_split(project, subset, settings):
            yield rules.VALIDATION, subset.image_dir
    if masked:
        plain = (subset for subset in project.subsets if not subset.masked and not subset.is_reg)
        yield from ((rules.PARTLY, subset.image_dir) for subset in plain)
    if settings is not None and not settings.profile.rehearsal:
        yield from _of_run(project, settings, masked)


def _is_split(project: Project, subset: Subset, settings: Settings | None) -> bool:
    """Whether some of its images only validate (library/train_util.py, split_train_val)."""
    told = settings["validation_split"] if settings is not None else None
    split = project.datasets[subset.dataset].validation_split or (told if isinstance(told, float) else 0.0)
    return 0 < split <= 1 and len(training_part(subset.samples, split, None)) < len(subset.samples)


def _of_run(project: Project, settings: Settings, masked: list[Subset]) -> Iterator[tuple[Rule, Path]]:
    from_folders = project.toml is None
    if from_folders and settings.profile.dataset_kind == "finetune":
        yield from ((rules.UNUSED, subset.image_dir) for subset in masked)
    elif from_folders and settings["masked_loss"] is False:
        yield from ((rules.LOSS_OFF, subset.image_dir) for subset in masked)
    by_alpha = [subset for subset in project.subsets if subset.options.get("alpha_mask")]
    if settings["masked_loss"] and not masked and not by_alpha:
        yield rules.LOSS_IDLE, project.toml or project.root
    if settings.script == "sdxl_train.py" and not masked and not any(settings[key] for key in _LOSSES):
        yield from ((rules.ALPHA_IDLE, subset.image_dir) for subset in by_alpha)
