"""Which subsets of a project go into an exported config, which are left out, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.dataset.epoch import fitting_resolution
from sdtui.dataset.project import CaptionSource, Project, Subset
from sdtui.dataset.subset_folders import MASK_FOLDER
from sdtui.edits.toml_text import quoted

Kind = Literal["lora", "finetune", "controlnet"]
"""DreamBooth style with caption files, a full fine-tune with metadata files, or images with conditioning images."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What the ``[[datasets]]`` say. None: the key is left out, so that the command line decides."""

    resolution: int | tuple[int, int] | None = None
    """Pixels: one number, or width and height. None: 1024 where most images are large enough, else 512."""
    batch_size: int | None = None
    enable_bucket: bool = True
    bucket_reso_steps: int = 64
    min_bucket_reso: int = 256
    max_bucket_reso: int | None = None
    """None: twice the resolution."""
    bucket_no_upscale: bool | None = None

    def settled(self, project: Project) -> ExportOptions:
        """The same with nothing left to guess, within what the trainer asserts. Raises UsageError.

        As library/train_util.py, adjust_min_max_bucket_reso_by_steps: min <= both sides of the resolution <= max.
        """
        resolution = self.resolution if self.resolution is not None else fitting_resolution(project)
        sides = (resolution, resolution) if isinstance(resolution, int) else resolution
        if self.bucket_reso_steps < 1 or self.bucket_reso_steps % 8:
            raise UsageError(
                f"bucket_reso_steps cannot be {self.bucket_reso_steps}",
                remedy="Take 64, or 32 for SDXL; no script takes what is no multiple of 8.",
            )
        if min(sides) < self.bucket_reso_steps:
            raise UsageError(f"A resolution of {sides[0]}x{sides[1]} is less than one bucket step")
        steps = self.bucket_reso_steps
        smallest = max(steps, min(self.min_bucket_reso, min(sides)) // steps * steps)
        largest = max(self.max_bucket_reso or 2 * max(sides), max(sides))
        return ExportOptions(
            resolution=sides[0] if sides[0] == sides[1] else sides,
            batch_size=self.batch_size,
            enable_bucket=self.enable_bucket,
            bucket_reso_steps=steps,
            min_bucket_reso=smallest,
            max_bucket_reso=-(-largest // steps) * steps,
            bucket_no_upscale=self.bucket_no_upscale,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """The subsets of a config to be, in their order, and sentences about the others."""

    plain: tuple[Subset, ...]
    masked: tuple[Subset, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def parts_of(project: Project, kind: Kind, options: ExportOptions) -> Parts:
    """Sort the subsets of ``project``: those at which the trainer would stop are left out, and said."""
    plain: list[Subset] = []
    masked: list[Subset] = []
    left_out: list[str] = []
    warnings: list[str] = []
    for subset in project.subsets:
        reason = _why_left_out(project, subset, kind, options)
        if reason is not None:
            left_out.append(f"{subset.name} is left out: {reason}")
            continue
        (masked if subset.masked and kind != "finetune" else plain).append(subset)
        warnings += _warnings(subset, kind)
    if plain and all(subset.is_reg for subset in plain):
        left_out += [f"{subset.name} is left out: {_REG_ALONE}" for subset in plain]
        plain = []
    return Parts(tuple(plain), tuple(masked), tuple(left_out), tuple(warnings))


_REG_ALONE = "regularization images only count beside images to train on without masks, and there are none."


def _why_left_out(project: Project, subset: Subset, kind: Kind, options: ExportOptions) -> str | None:
    if subset.is_reg and kind != "lora":
        return f"a {'full fine-tune' if kind == 'finetune' else 'ControlNet'} knows no regularization images."
    if kind == "controlnet" and not subset.masked:
        return f"it has no conditioning images; they belong into a folder {MASK_FOLDER} in it."
    return next(iter(_stoppers(project, subset, kind, options)), None)


def _stoppers(project: Project, subset: Subset, kind: Kind, options: ExportOptions) -> Iterator[str]:
    """Sentences: at what in ``subset`` the trainer would stop."""
    if not _can_be_named(subset):
        yield "its path has characters that the trainer's config cannot hold; rename it."
    troubled = [sample for sample in subset.samples if sample.problem]
    if troubled:
        more = f" ({plural(len(troubled) - 1, 'more image')} with a problem)" if len(troubled) > 1 else ""
        yield f"{troubled[0].name}: {troubled[0].problem}{more}"
    if subset.masked and kind != "finetune":
        for ignored in project.ignored:
            if ignored.path.parent == subset.mask_dir:
                yield f"{ignored.path.name}: {ignored.reason}"
    if options.bucket_no_upscale:
        for sample in subset.samples:
            if min(sample.width, sample.height) < options.bucket_reso_steps:
                yield (
                    f"{sample.name} is only {sample.width}x{sample.height}; with bucket_no_upscale the trainer stops "
                    f"at a side of less than {options.bucket_reso_steps} pixels."
                )


def _can_be_named(subset: Subset) -> bool:
    """Whether its paths can be written down: in TOML that the trainer reads right, and at all in UTF-8."""
    try:
        for text in (str(subset.image_dir), str(subset.mask_dir or ""), subset.class_tokens or ""):
            quoted(text)
        for sample in subset.samples:
            str(sample.path).encode("utf-8")
    except ValueError:
        return False
    return True


def _warnings(subset: Subset, kind: Kind) -> Iterator[str]:
    if subset.masked and kind == "finetune":
        yield f"{subset.name}: a full fine-tune does not use its masks."
    by_class = sum(sample.caption_source is CaptionSource.CLASS for sample in subset.samples)
    if subset.masked and kind != "finetune" and by_class:
        what = "masks" if kind == "lora" else "conditioning images"
        yield (
            f"{subset.name}: {plural(by_class, 'image')} without a caption will be trained without text, because a "
            f"subset with {what} cannot have class tokens."
        )
