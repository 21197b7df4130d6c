"""The numbers that sum a project up."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.project import CaptionSource, Project, Sample


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over all subsets; regularization images are counted apart in the first lines, with the others below."""

    subsets: int
    images: int
    """Training images, each once."""
    reg_images: int
    masked_images: int
    entries_per_epoch: int
    """Images times repeats, and the regularization images that are used with them."""
    train_entries: int
    reg_entries: int
    without_text: int
    """Images that are trained on no text at all."""
    borrowed: int
    over_75: int
    over_150: int
    over_225: int
    problems: int
    """Images that the trainer would stop at, or that have a caption which it would stop at."""
    ignored: int


def lacks_text(sample: Sample) -> bool:
    """True when the trainer reads ``sample`` and trains it on no text, neither a caption nor class tokens."""
    return not sample.caption and sample.caption_source is not CaptionSource.CLASS and sample.problem is None


def totals_of(project: Project) -> Totals:
    """The totals of ``project``."""
    samples = [sample for subset in project.subsets for sample in subset.samples]
    reg = sum(subset.img_count for subset in project.subsets if subset.is_reg)
    epoch = epoch_of(project)
    return Totals(
        subsets=len(project.subsets),
        images=len(samples) - reg,
        reg_images=reg,
        masked_images=sum(subset.img_count for subset in project.subsets if subset.masked),
        entries_per_epoch=epoch.entries,
        train_entries=epoch.train_entries,
        reg_entries=epoch.reg_entries,
        without_text=sum(lacks_text(sample) for sample in samples),
        borrowed=sum(sample.caption_source is CaptionSource.BORROWED for sample in samples),
        over_75=sum(sample.tokens > 75 for sample in samples),
        over_150=sum(sample.tokens > 150 for sample in samples),
        over_225=sum(sample.tokens > 225 for sample in samples),
        problems=sum(sample.problem is not None for sample in samples),
        ignored=len(project.ignored),
    )
