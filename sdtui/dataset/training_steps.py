"""How long a training takes: entries, buckets and batches of each dataset, steps and epochs in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.dataset.epoch import DatasetEpoch, Epoch, SubsetEpoch, epoch_of
from sdtui.dataset.project import Project, Subset
from sdtui.trainer.buckets import Size
from sdtui.trainer.dataset_keys import Mode
from sdtui.trainer.steps import epochs_of, max_train_steps, steps_per_epoch


@dataclass(frozen=True, slots=True)
class Length:
    """What is asked for: epochs or steps, and how the work is split."""

    epochs: int | None
    """Where given, it wins over ``steps``."""
    steps: int
    accumulation: int = 1
    processes: int = 1


@dataclass(frozen=True, slots=True)
class SubsetSteps:
    """One subset of a dataset."""

    image_dir: str
    """As the config writes it; the folder where nothing is written."""
    metadata_file: str | None
    num_repeats: int
    img_count: int
    """Images that the trainer reads, those that validate left out."""
    is_reg: bool
    class_tokens: str | None
    entries_per_epoch: int
    """Uses of its images in an epoch; of regularization images as many as match the training images."""


@dataclass(frozen=True, slots=True)
class DatasetSteps:
    """One ``[[datasets]]``."""

    kind: Mode
    batch_size: int
    resolution: Size | None
    batches_per_epoch: int
    num_train_images: int
    """Images times repeats, as the trainer prints it."""
    num_reg_images: int
    """Regularization images times repeats, as the trainer prints it, used or not."""
    buckets: Mapping[Size, int]
    """Entries in each bucket."""
    subsets: tuple[SubsetSteps, ...]
    refused: str | None
    """Why the trainer stops at its buckets, a sentence."""
    unplaced: tuple[Path, ...]
    """Images at which it stops."""


@dataclass(frozen=True, slots=True)
class TrainingSteps:
    """A training, counted."""

    datasets: tuple[DatasetSteps, ...]
    batches_per_epoch: int
    """Of each process."""
    update_steps_per_epoch: int
    max_train_steps: int
    num_epochs: int | None
    """Epochs that will be begun, the last perhaps cut short; None where there is nothing to train on."""
    assumed: int | None
    """The side that stands in where nothing says a resolution."""


def training_steps(project: Project, length: Length, batch_size: int | None = None) -> TrainingSteps:
    """Count a training of ``project``, with ``batch_size`` instead of its own where that is given.

    (train_network.py and sdxl_train.py, train)
    """
    epoch = epoch_of(project, batch_size)
    split = {"processes": length.processes, "accumulation": length.accumulation}
    steps = length.steps if length.epochs is None else max_train_steps(length.epochs, epoch.batches, **split)
    return TrainingSteps(
        datasets=tuple(_dataset(project, epoch, number) for number in range(len(epoch.datasets))),
        batches_per_epoch=steps_per_epoch(epoch.batches, processes=length.processes),
        update_steps_per_epoch=steps_per_epoch(epoch.batches, **split),
        max_train_steps=steps,
        num_epochs=epochs_of(steps, epoch.batches, **split) if epoch.batches else None,
        assumed=epoch.assumed,
    )


def _dataset(project: Project, epoch: Epoch, number: int) -> DatasetSteps:
    counted: DatasetEpoch = epoch.datasets[number]
    parts = {part.name: part for part in epoch.subsets}
    subsets = [subset for subset in project.subsets if subset.dataset == number]
    options = project.datasets[number] if number < len(project.datasets) else None
    rows = tuple(_subset(subset, parts[subset.name]) for subset in subsets)
    return DatasetSteps(
        kind=(options.mode if options is not None else None) or _kind(subsets),
        batch_size=counted.batch_size,
        resolution=options.resolution if options is not None else None,
        batches_per_epoch=counted.batches,
        num_train_images=sum(row.num_repeats * row.img_count for row in rows if not row.is_reg),
        num_reg_images=sum(row.num_repeats * row.img_count for row in rows if row.is_reg),
        buckets=counted.buckets,
        subsets=rows,
        refused=counted.refused,
        unplaced=counted.unplaced,
    )


def _kind(subsets: list[Subset]) -> Mode:
    if subsets and all(subset.masked for subset in subsets):
        return "controlnet"
    return "finetuning" if any(subset.metadata_file for subset in subsets) else "dreambooth"


def _subset(subset: Subset, part: SubsetEpoch) -> SubsetSteps:
    return SubsetSteps(
        image_dir=subset.options.get("image_dir") or str(subset.image_dir),
        metadata_file=str(subset.metadata_file) if subset.metadata_file is not None else None,
        num_repeats=subset.num_repeats,
        img_count=part.img_count,
        is_reg=subset.is_reg,
        class_tokens=subset.class_tokens,
        entries_per_epoch=part.entries,
    )


def document(counted: TrainingSteps) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "datasets": [_dataset_document(dataset) for dataset in counted.datasets],
        "totals": {
            "batches_per_epoch": counted.batches_per_epoch,
            "update_steps_per_epoch": counted.update_steps_per_epoch,
            "max_train_steps": counted.max_train_steps,
            "num_epochs": counted.num_epochs,
        },
    }


def _dataset_document(dataset: DatasetSteps) -> dict[str, Any]:
    return {
        "kind": dataset.kind,
        "batch_size": dataset.batch_size,
        "resolution": list(dataset.resolution) if dataset.resolution else None,
        "batches_per_epoch": dataset.batches_per_epoch,
        "num_train_images": dataset.num_train_images,
        "num_reg_images": dataset.num_reg_images,
        "buckets": [{"resolution": list(size), "count": count} for size, count in dataset.buckets.items()],
        "subsets": [{key: getattr(row, key) for key in SubsetSteps.__slots__} for row in dataset.subsets],
        "refused": dataset.refused,
        "unplaced": [str(path) for path in dataset.unplaced],
    }
