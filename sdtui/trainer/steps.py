"""How many entries, batches and steps an epoch has."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SubsetImages:
    """One subset as the counting needs it."""

    num_repeats: int
    is_reg: bool
    images: tuple[str, ...]
    """The path of each image, as the trainer writes it; one path counts once in a dataset."""


def entries(subsets: Sequence[SubsetImages]) -> tuple[tuple[int, ...], ...]:
    """How often each image of each subset is used in an epoch of one ``[[datasets]]``; 0 for an unused reg image.

    Regularization images are first taken once each with their own repeats, then one more each in turn, until they are
    as many as the training images with repeats (library/train_util.py, DreamBoothDataset).
    """
    places = [[0] * len(subset.images) for subset in subsets]
    holder: dict[str, tuple[int, int]] = {}
    trained = 0
    for at, subset in enumerate(subsets):
        if not subset.is_reg:
            trained += subset.num_repeats * len(subset.images)
            for index, path in enumerate(subset.images):
                _register(path, (at, index), subset.num_repeats, places, holder)
    reg = [(at, index) for at, subset in enumerate(subsets) if subset.is_reg for index in range(len(subset.images))]
    repeats = used_reg_repeats(trained, [subsets[at].num_repeats for at, _ in reg])
    for (at, index), used in zip(reg, repeats, strict=True):
        if used:
            _register(subsets[at].images[index], (at, index), used, places, holder)
    return tuple(tuple(subset) for subset in places)


def _register(
    path: str, place: tuple[int, int], repeats: int, places: list[list[int]], holder: dict[str, tuple[int, int]]
) -> None:
    """A path that is registered twice counts as it was registered last (library/train_util.py, register_image)."""
    if path in holder:
        subset, index = holder[path]
        places[subset][index] = 0
    holder[path] = place
    places[place[0]][place[1]] = repeats


def used_reg_repeats(trained: int, repeats: Sequence[int]) -> tuple[int, ...]:
    """How often each regularization image is used against ``trained`` training images, repeats counted in both."""
    used = [0] * len(repeats)
    count = 0
    for index, own in enumerate(repeats):
        if count >= trained:
            return tuple(used)
        used[index] = own
        count += own
    if not repeats or count >= trained:
        return tuple(used)
    rounds, rest = divmod(trained - count, len(repeats))
    return tuple(own + rounds + (index < rest) for index, own in enumerate(used))


def batches(bucket_counts: Iterable[int], batch_size: int) -> int:
    """Batches of an epoch: each bucket's last batch may be short (library/train_util.py, make_buckets)."""
    return sum(_parts(count, batch_size) for count in bucket_counts)


def steps_per_epoch(batch_count: int, *, processes: int = 1, accumulation: int = 1) -> int:
    """Optimizer steps of an epoch, each process taking its part of the batches (train_network.py, train)."""
    return _parts(_parts(batch_count, processes), accumulation)


def max_train_steps(epochs: int, batch_count: int, *, processes: int = 1, accumulation: int = 1) -> int:
    """What ``--max_train_epochs`` becomes (train_network.py, train: "override steps")."""
    return epochs * _parts(batch_count, processes * accumulation)


def epochs_of(steps: int, batch_count: int, *, processes: int = 1, accumulation: int = 1) -> int:
    """Epochs that ``--max_train_steps`` takes, the last one perhaps in part (train_network.py, num_train_epochs)."""
    each = steps_per_epoch(batch_count, processes=processes, accumulation=accumulation)
    return _parts(steps, each) if each else 0


def _parts(whole: int, size: int) -> int:
    """How many parts of ``size`` hold ``whole``, the last perhaps not full; exact for any number."""
    return -(-whole // size)


def training_part(images: Sequence[T], split: float, seed: int | None) -> tuple[T, ...]:
    """The images of a subset that are trained where ``validation_split`` is above 0.

    (library/train_util.py, split_train_val) Without ``validation_seed`` the trainer's choice depends on its run; then
    the first ones stand for it, and only their number is exact. Regularization subsets are not split.
    """
    mixed = list(images)
    if seed is not None:
        random.Random(seed).shuffle(mixed)
    return tuple(mixed[: math.ceil(len(mixed) * (1 - split))])


def validation_count(images: int, split: float) -> int:
    """How many of a subset's images validate (library/train_util.py, split_train_val)."""
    return round(images * split)
