"""Finds marked images again whose paths have changed: a subset with other repeats, an image in another subset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from sdtui.trainer.names import parse_folder_name

K = TypeVar("K")

_LOOKS = 5000
"""Files whose sizes are asked for at most: a subset that was taken away must not make every start slow."""


def follow(
    lost: Mapping[str, int], present: Iterable[str], marked: Mapping[str, int], sizes: Mapping[int, int], root: Path
) -> dict[int, str]:
    """Where the images of ``lost`` (path to number) are now, as far as that is certain.

    ``present`` are the paths of the project's images; those in ``marked`` have marks of their own. An image whose
    folder is gone stands in the one that differs in its repeats only; any other is known by its name and the bytes of
    its file. Where two come into question it is neither.
    """
    folders = {_folder(path) for path in present}
    free = [path for path in present if path not in marked]
    gone = ((_without_repeats(path), number) for path, number in lost.items() if _folder(path) not in folders)
    found = _matched(gone, ((_without_repeats(path), path) for path in free))
    left = {path: number for path, number in lost.items() if number not in found and sizes.get(number)}
    taken = set(found.values())
    names = {_name(path) for path in left}
    candidates = [path for path in free if _name(path) in names and path not in taken][:_LOOKS]
    moved = _matched(
        (((_name(path), sizes[number]), number) for path, number in left.items()),
        (((_name(path), size_of(root / path)), path) for path in candidates),
    )
    return {**found, **moved}


def _matched(wanted: Iterable[tuple[K, int]], places: Iterable[tuple[K, str]]) -> dict[int, str]:
    """The place of each number where a key has just one of either."""
    numbers, paths = defaultdict(list), defaultdict(list)
    for key, number in wanted:
        numbers[key].append(number)
    for key, path in places:
        paths[key].append(path)
    return {some[0]: paths[key][0] for key, some in numbers.items() if len(some) == len(paths.get(key, ())) == 1}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def size_of(path: Path) -> int:
    """Bytes of a file, 0 where they cannot be told."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _without_repeats(path: str) -> str:
    *folders, name = path.split("/")
    bare = [parsed.class_tokens if (parsed := parse_folder_name(folder)) else folder for folder in folders]
    return "/".join([*bare, name])
