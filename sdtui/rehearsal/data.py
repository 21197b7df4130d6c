"""The dataset as the rehearsal trains it: each image of each ``[[datasets]]``, in its bucket, in memory."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from sdtui.base.errors import UsageError
from sdtui.dataset.config_layout import dataset_options
from sdtui.dataset.epoch import bucket_rules, uses
from sdtui.dataset.listing import list_folder
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.dataset.scan import open_project
from sdtui.rehearsal.arguments import Arguments
from sdtui.rehearsal.captions import Caption, token_ids
from sdtui.rehearsal.pictures import Shrink, alpha_mask, load_mask, load_picture, to_tensor
from sdtui.trainer.buckets import Buckets, Placement, Size, why_refused
from sdtui.trainer.captions import CaptionRules
from sdtui.trainer.dataset_config import load
from sdtui.trainer.dataset_keys import Support

log = logging.getLogger(__name__)

Batch = dict[str, Tensor]
"""``pixels`` (n, 3, h, w) from -1 to 1, ``weight`` (n, 1, h, w) from 0 to 1, ``ids`` and ``real`` (n, tokens)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image in memory. ``pixels`` are bytes (3, h, w); ``mask`` is (1, h, w) from 0 to 1."""

    pixels: Tensor
    mask: Tensor | None
    caption: Caption
    flips: bool


def read_project(arguments: Arguments) -> Project:
    """The dataset that ``--dataset_config`` describes. Raises UnreadableError, SyntaxProblem, and UsageError."""
    path = Path(arguments.dataset_config).resolve()
    config = load(path, arguments.dataset, Support(masks=arguments.masked_loss))
    if config.problems:
        raise UsageError(config.problems[0], path=path)
    project = open_project(path)
    options = tuple(dataset_options(section) for section in config.datasets)
    for number, each in enumerate(options):
        if refused := why_refused(bucket_rules(each)):
            raise UsageError(f"[[datasets]] {number + 1}: {refused}", path=path)
    return replace(project, datasets=options)


class Batches(Dataset[Batch]):
    """An epoch's batches, each from one bucket; ``start_epoch`` mixes the images of each bucket anew."""

    def __init__(self, project: Project, arguments: Arguments) -> None:
        self._limit = arguments.max_token_length or 75
        self._seed = arguments.seed
        self._chance = random.Random(arguments.seed)
        self._buckets: list[tuple[int, list[Picture]]] = []
        bar = tqdm(total=sum(subset.img_count for subset in project.subsets))
        for number, options in enumerate(project.datasets):
            found: dict[Size, list[Picture]] = {}
            for bucket, picture, count in _pictures(project, number, bar):
                found.setdefault(bucket, []).extend([picture] * count)
            self._buckets += [(options.batch_size, found[bucket]) for bucket in sorted(found)]
        bar.close()
        self._batches: list[list[Picture]] = []
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Mix the buckets; the same for the same seed and epoch, also after a resume."""
        self._epoch = epoch
        self._chance = random.Random(f"{self._seed} {epoch}")
        self._batches = []
        for size, pictures in self._buckets:
            mixed = self._chance.sample(pictures, len(pictures))
            self._batches += [mixed[start : start + size] for start in range(0, len(mixed), size)]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> Batch:
        pictures = self._batches[index]
        pixels, weights = zip(*(self._pixels(picture) for picture in pictures), strict=True)
        ids, real = token_ids([picture.caption.draw(self._chance, self._epoch) for picture in pictures], self._limit)
        return {
            "pixels": torch.stack(pixels).float() / 127.5 - 1,
            "weight": torch.stack(weights),
            "ids": ids,
            "real": real,
        }

    def _pixels(self, picture: Picture) -> tuple[Tensor, Tensor]:
        pixels = picture.pixels
        weight = picture.mask if picture.mask is not None else torch.ones(1, *pixels.shape[1:])
        if picture.flips and self._chance.random() < 0.5:
            return pixels.flip(2), weight.flip(2)
        return pixels, weight


def _pictures(project: Project, number: int, bar: tqdm[Any]) -> Iterator[tuple[Size, Picture, int]]:
    options = project.datasets[number]
    buckets = Buckets(bucket_rules(options))
    shrink = Shrink(buckets.rules.resolution)
    _check_masks([subset for subset in project.subsets if subset.dataset == number and subset.mask_dir is not None])
    for subset, sample, count in uses(project, number):
        bar.update(1)
        placed = buckets.place(sample.width, sample.height)
        if placed.bucket is None or placed.problem:
            raise ValueError(f"{sample.path} {placed.problem}")
        caption = Caption(_caption(subset, sample), CaptionRules.from_options(subset.options))
        pixels, mask = _load(subset, sample, placed, shrink.size(*placed.bucket))
        yield placed.bucket, Picture(pixels, mask, caption, bool(subset.options.get("flip_aug"))), count


def _load(subset: Subset, sample: Sample, placed: Placement, size: Size) -> tuple[Tensor, Tensor | None]:
    try:
        picture = load_picture(sample.path, placed, size)
    except Exception as error:
        log.error(f"Could not load image: {error}, path: {sample.path}")
        raise
    mask = alpha_mask(picture) if subset.options.get("alpha_mask") else None
    if sample.mask_path is not None:
        mask = load_mask(sample.mask_path, placed, size)
    if sample.problem is not None:
        raise ValueError(f"{sample.path}: {sample.problem}")
    return to_tensor(picture)[:3].contiguous(), mask


def _check_masks(subsets: Sequence[Subset]) -> None:
    """Every image has its mask and every mask its image (library/train_util.py, ControlNetDataset)."""
    missing = [sample.path.stem for subset in subsets for sample in subset.samples if sample.mask_path is None]
    assert not missing, (
        f"missing conditioning data for {len(missing)} images / 制御用画像が見つかりませんでした: {missing}"
    )
    extra = [str(mask) for subset in subsets for mask in _masks_without_image(subset)]
    assert not extra, f"extra conditioning data for {len(extra)} images / 余分な制御用画像があります: {extra}"


def _masks_without_image(subset: Subset) -> Iterator[Path]:
    assert subset.mask_dir is not None
    stems = {sample.path.stem for sample in subset.samples}
    yield from (subset.mask_dir / name for name in list_folder(subset.mask_dir).images if Path(name).stem not in stems)


def _caption(subset: Subset, sample: Sample) -> str:
    """The caption, or the error that ends the trainer (library/train_util.py, read_caption)."""
    if sample.caption is not None:
        return sample.caption
    if sample.caption_source in (CaptionSource.CLASS, CaptionSource.NONE):
        return subset.class_tokens or ""
    if subset.metadata_file is not None:
        raise ValueError(f"{sample.problem} ({sample.path})")
    path = sample.caption_read_from or sample.caption_path
    data = path.read_bytes()
    assert data, f"caption file is empty / キャプションファイルが空です: {path}"
    log.error(f"illegal char in file (not UTF-8) / ファイルにUTF-8以外の文字があります: {path}")
    return data.decode("utf-8")


def dataset_facts(project: Project) -> Mapping[str, str]:
    """What a checkpoint says about the dataset, under sd-scripts' names."""
    images = {False: 0, True: 0}
    for subset in project.subsets:
        images[subset.is_reg] += subset.num_repeats * subset.img_count
    folders = {
        subset.image_dir.name: {"n_repeats": subset.num_repeats, "img_count": subset.img_count}
        for subset in project.subsets
        if not subset.is_reg
    }
    return {
        "ss_num_train_images": str(images[False]),
        "ss_num_reg_images": str(images[True]),
        "ss_dataset_dirs": json.dumps(folders, ensure_ascii=False),
    }
