"""Images of a metadata file for which the trainer takes a latent cache instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from posixpath import dirname, isabs, join

from sdtui.base.errors import SdtuiError
from sdtui.dataset.metadata import load_entries
from sdtui.dataset.project import Subset
from sdtui.trainer.cached_sizes import taken_for_images

Names = Callable[[Path], Iterable[str]]
"""The names of the caches in a folder."""


def misread(subset: Subset, suffixes: Iterable[str], names: Names) -> Mapping[Path, Path]:
    """By image the cache that is taken for it. Nothing where the metadata says each size, or nothing is cached."""
    if subset.metadata_file is None:
        return {}
    folders = dict.fromkeys(dirname(key) for key in subset.keys if isabs(key))
    caches = [join(folder, name) for folder in folders for name in sorted(names(Path(folder))) if name.endswith(".npz")]
    if not caches:
        return {}
    try:
        entries = load_entries(subset.metadata_file)
    except SdtuiError:
        return {}  # gone since the dataset was read
    unsized = [key for key, entry in entries.items() if isinstance(entry, dict) and entry.get("image_size") is None]
    found: dict[Path, Path] = {}
    for suffix in suffixes:
        of_kind = [cache for cache in caches if cache.endswith(suffix)]
        taken = taken_for_images(unsized, of_kind)
        found |= {subset.image_dir / key: Path(cache) for key, cache in taken.items()}
    return found
