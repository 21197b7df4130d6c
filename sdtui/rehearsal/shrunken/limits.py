"""Keeps a rehearsal short and without traces: nothing is cached on disk, and reading and encoding end in time.

Each function puts something of the trainer's own library in another's place; where a version of the trainer does not
have it, it is left as it is.
"""

from __future__ import annotations

import functools
import importlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from .orders import Report

_FIRST_PIECE, _LARGEST_PIECE = 4, 16
_SAMPLES = 2
_SIDE = 64
_SAMPLE_STEPS = 4
"""Fewer are not enough for pndm."""
_NO_CACHE = ".a-rehearsal-reads-no-cache"


class Budget:
    """Some seconds, which begin with the first question after them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end: float | None = None

    def left(self) -> bool:
        """Whether there is time left."""
        if self._end is None:
            self._end = time.monotonic() + self._seconds
        return time.monotonic() < self._end


def leave_caches_alone() -> None:
    """No cache beside the images is read or written, neither latents nor sizes and captions (``cache_info``)."""
    train_util = importlib.import_module("library.train_util")
    for name in ("DreamBoothSubset", "ControlNetSubset"):
        subset = getattr(train_util, name, None)
        if subset is not None:
            subset.__init__ = _without_cached_facts(subset.__init__)
    base = getattr(train_util, "LatentsCachingStrategy", None)
    for module in ("library.strategy_sd", "library.strategy_sdxl"):
        _import_if_there(module)
    for strategy in base.__subclasses__() if base is not None else ():
        strategy.cache_suffix = property(lambda _strategy: _NO_CACHE)


def cache_in_time(report: Report, seconds: float) -> None:
    """Let latents and text encoder outputs be made for as many images as there is time, and made up for the others."""
    train_util = importlib.import_module("library.train_util")
    dataset = train_util.BaseDataset
    images, texts = Budget(seconds), Budget(seconds)

    def read(count: int) -> None:
        report.images_read += count
        report.save()

    def encoded(count: int) -> None:
        report.captions_encoded += count
        report.save()

    for name, budget, tell, make_up in (
        ("new_cache_latents", images, read, _make_up_latents),
        ("cache_latents", images, read, _make_up_latents),
        ("new_cache_text_encoder_outputs", texts, encoded, _make_up_texts),
        ("cache_text_encoder_outputs", texts, encoded, _make_up_texts),
    ):
        original = getattr(dataset, name, None)
        if original is not None:
            setattr(dataset, name, _in_pieces(original, budget, tell, make_up))
    group = train_util.DatasetGroup
    group.set_max_train_steps = _after_reading_the_rest(group.set_max_train_steps, images, report, train_util)


def make_small_samples() -> bool:
    """Sample pictures get a few steps at 64 pixels, for the first prompts only. False where that cannot be done."""
    train_util: Any = importlib.import_module("library.train_util")
    original = getattr(train_util, "sample_image_inference", None)
    if original is None:
        return False

    @functools.wraps(original)
    def small(accelerator: Any, args: Any, pipeline: Any, save_dir: Any, prompt: Any, *rest: Any, **more: Any) -> None:
        if prompt.get("enum", 0) < _SAMPLES:
            prompt = {**prompt, "width": _SIDE, "height": _SIDE, "sample_steps": _SAMPLE_STEPS}
            original(accelerator, args, pipeline, save_dir, prompt, *rest, **more)

    train_util.sample_image_inference = small
    return True


def _without_cached_facts(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def made(subset: Any, *args: Any, **kwargs: Any) -> None:
        original(subset, *args, **kwargs)
        if hasattr(subset, "cache_info"):
            subset.cache_info = False

    return made


def _in_pieces(
    original: Callable[..., None],
    budget: Budget,
    tell: Callable[[int], None],
    make_up: Callable[[Any, list[Any], list[Any]], None],
) -> Callable[..., None]:
    """``original``, which caches something for all images of a dataset, for a growing handful of them at a time."""

    @functools.wraps(original)
    def limited(dataset: Any, *args: Any, **kwargs: Any) -> None:
        everything = dataset.image_data
        waiting = list(everything.items())
        random.Random(0).shuffle(waiting)
        done: list[Any] = []
        size = _FIRST_PIECE
        try:
            while waiting and (not done or budget.left()):
                piece = dict(waiting[:size])
                dataset.image_data = piece
                original(dataset, *args, **kwargs)
                tell(len(piece))
                done += piece.values()
                del waiting[:size]
                size = min(size * 2, _LARGEST_PIECE)
        finally:
            dataset.image_data = everything
        make_up(dataset, done, [info for _, info in waiting])

    return limited


def _make_up_latents(dataset: Any, done: list[Any], missing: list[Any]) -> None:
    """Grey latents of the right shape (as library/strategy_base.py, _default_cache_batch_latents, gives them).

    Images of one bucket share them: for tens of thousands there would be no memory.
    """
    train_util: Any = importlib.import_module("library.train_util")
    dtype = done[0].latents.dtype if done else None
    latents = functools.cache(lambda width, height: torch.zeros((4, height // 8, width // 8), dtype=dtype))
    masks = functools.cache(lambda width, height: torch.ones((height, width)))
    for info in missing:
        subset = dataset.image_to_subset[info.image_key]
        info.latents = latents(*info.bucket_reso)
        info.latents_original_size = info.image_size
        info.latents_crop_ltrb = train_util.BucketManager.get_crop_ltrb(info.bucket_reso, info.image_size)
        if subset.flip_aug:
            info.latents_flipped = info.latents
        if getattr(subset, "alpha_mask", False):
            info.alpha_mask = masks(*info.bucket_reso)


def _make_up_texts(_dataset: Any, done: list[Any], missing: list[Any]) -> None:
    """The outputs of another caption: they have the same shape."""
    made = {key: value for key, value in vars(done[0]).items() if key.startswith("text_encoder_")} if done else {}
    for info in missing:
        vars(info).update(made)


def _after_reading_the_rest(
    original: Callable[..., None], budget: Budget, report: Report, train_util: Any
) -> Callable[..., None]:
    """Before the first step: open the images that were not read for a cache, as long as there is time."""

    @functools.wraps(original)
    def set_max_train_steps(group: Any, *args: Any, **kwargs: Any) -> None:
        original(group, *args, **kwargs)
        report.images = sum(len(dataset.image_data) for dataset in group.datasets)
        for path, alpha in _unread(group):
            if not budget.left():
                break
            train_util.load_image(path, alpha)
            report.images_read += 1
        report.reach("ready")

    return set_max_train_steps


def _unread(group: Any) -> Iterator[tuple[str, bool]]:
    for dataset in group.datasets:
        inner = getattr(dataset, "dreambooth_dataset_delegate", dataset)
        for key, info in inner.image_data.items():
            if getattr(info, "latents", None) is None:
                yield info.absolute_path, bool(getattr(inner.image_to_subset[key], "alpha_mask", False))


def _import_if_there(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        return  # an older trainer
