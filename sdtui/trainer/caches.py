"""The files that the trainer caches beside an image. It never notices that the image or its caption has changed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from posixpath import splitext

TEXT_SUFFIXES = (
    "_te_outputs.npz",
    "_sd3_te.npz",
    "_flux_te.npz",
    "_lumina_te.npz",
    "_hi_te.npz",
    "_anima_te.npz",
)
"""Endings of text encoder caches: SDXL, SD3, FLUX, Lumina, HunyuanImage, Anima.

(get_outputs_npz_path of library/strategy_sdxl.py and its like)
"""

_LATENTS = re.compile(
    r"^(?P<stem>.*)_(?P<width>\d{4,})x(?P<height>\d{4,})_(sd|sdxl|sd3|flux|lumina|hi|anima)\.npz$", re.DOTALL
)

IMAGE_INFO_CACHE = "metadata_cache.json"
"""What ``cache_info`` writes into a subset's folder (library/train_util.py, DreamBoothDataset)."""


def stale_text_caches(image: Path) -> tuple[Path, ...]:
    """The text encoder caches of ``image`` that stand on disk: after its caption has changed they hold the old text."""
    stem = splitext(str(image))[0]
    return tuple(Path(stem + suffix) for suffix in TEXT_SUFFIXES if os.path.lexists(stem + suffix))


def stale_latent_caches(image: Path) -> tuple[Path, ...]:
    """The latent caches of ``image`` that stand on disk, of any size and model, the old ``<stem>.npz`` too."""
    try:
        beside = sorted(image.parent.iterdir())
    except OSError:
        return ()
    return tuple(path for path in beside if latents_stem(path.name) == image.stem)


def text_stem(name: str) -> str | None:
    """The stem of the image whose text encoder cache is called ``name``; None where that is no such cache."""
    return next((name[: -len(suffix)] for suffix in TEXT_SUFFIXES if name.endswith(suffix)), None)


def latents_stem(name: str) -> str | None:
    """The stem of the image whose latent cache is called ``name``; None where that is no such cache.

    The old ``<stem>.npz`` too (library/strategy_sd.py, get_latents_npz_path).
    """
    match = _LATENTS.match(name)
    if match is not None:
        return match["stem"]
    return name[: -len(".npz")] if name.endswith(".npz") and text_stem(name) is None else None


def is_cache(name: str) -> bool:
    """True for the name of a file that the trainer caches."""
    return name.endswith(".npz") or name == IMAGE_INFO_CACHE
