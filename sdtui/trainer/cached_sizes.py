"""What the trainer takes from the names of latent caches: the size of an image, without opening it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import basename, splitext

SUFFIXES = ("_sd.npz", "_sdxl.npz", "_sd3.npz", "_flux.npz", "_lumina.npz", "_hi.npz", "_anima.npz")
"""Endings of latent caches (cache_suffix of library/strategy_*.py)."""

_BY_BEGINNING = (
    ("sdxl", "_sdxl.npz"),
    # These two say sd=False to SdSdxlLatentsCachingStrategy, though they train SD 1 and 2.
    ("train_db", "_sdxl.npz"),
    ("fine_tune", "_sdxl.npz"),
    ("sd3", "_sd3.npz"),
    ("flux", "_flux.npz"),
    ("lumina", "_lumina.npz"),
    ("hunyuan", "_hi.npz"),
    ("anima", "_anima.npz"),
)
_ONLY_WITH_CACHE = frozenset(
    {
        "sdxl_train.py",
        "fine_tune.py",
        "flux_train.py",
        "flux_train_control_net.py",
        "lumina_train.py",
        "sd3_train.py",
        "anima_train.py",
    }
)

_TEXT_SUFFIXES = (
    ("sdxl", "_te_outputs.npz"),
    ("sd3", "_sd3_te.npz"),
    ("flux", "_flux_te.npz"),
    ("lumina", "_lumina_te.npz"),
    ("hunyuan", "_hi_te.npz"),
    ("anima", "_anima_te.npz"),
)
OLD_SUFFIXES = ("_sd.npz", "_sdxl.npz")
"""Where these are the ending, an old ``<stem>.npz`` is taken before them."""

Size = tuple[int, int]


def text_suffix_of(script: str) -> str | None:
    """The ending of the text encoder caches of ``script``; None where it makes none."""
    return next((suffix for beginning, suffix in _TEXT_SUFFIXES if script.startswith(beginning)), None)


def suffix_of(script: str) -> str:
    """The ending of the latent caches of ``script``, such as ``train_network.py``."""
    return next((suffix for beginning, suffix in _BY_BEGINNING if script.startswith(beginning)), "_sd.npz")


def goes_by_names(script: str, *, cache_latents: bool) -> bool:
    """Whether ``script`` looks at the names of latent caches at all: most do, also where they cache nothing.

    As each sets its LatentsCachingStrategy, before the dataset is made.
    """
    return cache_latents or script not in _ONLY_WITH_CACHE


def matched_caches(images: Sequence[str], caches: Sequence[str]) -> list[str | None]:
    """For each of ``images`` the one of ``caches`` whose name tells the trainer its size; None: it opens the image.

    Both are paths as the trainer is given them, ``images`` sorted. An image goes by the first cache whose path begins
    as its own, so that ``a.png`` takes the size of ``a_b.png`` where it has no cache itself. (library/train_util.py,
    DreamBoothDataset, load_dreambooth_dir)
    """
    ordered = sorted(caches, key=lambda path: path.rsplit("_", maxsplit=2)[0])
    found: list[str | None] = []
    at = 0
    for image in images:
        stem = splitext(image)[0]
        length = len(stem)
        while at < len(ordered) and ordered[at][:length] < stem:
            at += 1
        matches = at < len(ordered) and ordered[at][:length] == stem
        found.append(ordered[at] if matches else None)
    return found


def taken_for_images(keys: Iterable[str], caches: Iterable[str]) -> dict[str, str]:
    """The cache that the trainer takes for the image itself, for each of ``keys`` that has one.

    ``keys`` are those of a metadata file without an ``image_size``, ``caches`` the paths of all latent caches in its
    folders. What is not cached on disk in this run is then opened as a picture, at which the trainer stops.
    (library/train_util.py, FineTuningDataset)
    """
    left = sorted(caches, key=lambda path: len(basename(path)), reverse=True)
    found: dict[str, str] = {}
    for key in sorted(keys, key=len, reverse=True):
        stem = splitext(key)[0]
        cache = next((path for path in left if path.startswith(stem)), None)
        if cache is not None:
            left.remove(cache)
            found[key] = cache
    return found


def size_in_name(cache: str) -> Size:
    """Width and height in the name of a latent cache. Raises ValueError where the trainer would: there is none.

    (library/strategy_base.py, get_image_size_from_disk_cache_path)
    """
    try:
        width, height = splitext(cache)[0].split("_")[-2].split("x")
    except IndexError as error:
        raise ValueError(cache) from error
    return int(width), int(height)


def cache_name(image: str, size: Size, suffix: str) -> str:
    """The latent cache that belongs to an image of ``size`` (get_latents_npz_path of library/strategy_*.py).

    SD and SDXL take an old ``<stem>.npz`` instead where there is one.
    """
    return f"{splitext(image)[0]}_{size[0]:04d}x{size[1]:04d}{suffix}"
