"""What the metadata files of a project say once images that they name are gone, or stand elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from sdtui.base.files import read_bytes
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.metadata_entries import entry_of, with_entries, without_entries
from sdtui.plans.plan import Change, Write


class MetadataMoves:
    """Collects which entries go and which come; each file is read and written once. Raises UnreadableError."""

    def __init__(self, project: Project) -> None:
        self._named: dict[Path, list[tuple[Path, str]]] = defaultdict(list)
        for subset in project.subsets:
            if subset.metadata_file is not None:
                for sample, key in zip(subset.samples, subset.keys, strict=True):
                    self._named[sample.path].append((subset.metadata_file, key))
        self._gone: dict[Path, dict[str, None]] = defaultdict(dict)
        self._come: dict[Path, dict[str, dict[str, Any]]] = defaultdict(dict)
        self._before: dict[Path, bytes] = {}

    def files_of(self, image: Path) -> frozenset[Path]:
        """The metadata files that name ``image``."""
        return frozenset(file for file, _ in self._named.get(image, ()))

    def leave(self, image: Path) -> None:
        """No metadata file names ``image`` any more."""
        for file, key in self._named.get(image, ()):
            self._gone[file][key] = None

    def enter(self, sample: Sample, place: Path, subset: Subset, size: tuple[int, int] | None = None) -> None:
        """The file of ``subset`` names ``place``, with what is said of ``sample`` now.

        ``size``: that of the image from now on, for an entry that says one.
        """
        assert subset.metadata_file is not None
        file, key = self._named[sample.path][0]
        entry = entry_of(file, self._read(file), key)
        if size is not None and "image_size" in entry:
            entry["image_size"] = list(size)
        self._come[subset.metadata_file][_key(subset, place)] = entry

    def changes(self) -> tuple[Change, ...]:
        """The files as they will be. Raises WriteError where more than the entries would change."""
        return tuple(self._write(file) for file in dict.fromkeys((*self._gone, *self._come)))

    def _write(self, file: Path) -> Write:
        before = self._read(file)
        after = without_entries(file, before, self._gone[file])
        return Write(file, before, with_entries(file, after, self._come[file]))

    def _read(self, file: Path) -> bytes:
        if file not in self._before:
            self._before[file] = read_bytes(file)
        return self._before[file]


def images_folder(subset: Subset) -> Path:
    """The folder that most images of a subset with a metadata file stand in."""
    folders = Counter(sample.path.parent for sample in subset.samples)
    return folders.most_common(1)[0][0] if folders else subset.image_dir


def _key(subset: Subset, place: Path) -> str:
    """How the file of ``subset`` names its images: by full paths, or within ``image_dir``."""
    within = place.is_relative_to(subset.image_dir) and any(not Path(key).is_absolute() for key in subset.keys)
    return str(place.relative_to(subset.image_dir) if within else place)
