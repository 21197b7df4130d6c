"""Which changes of a Plan belong together, so that one is not made where the other had to be left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdtui.plans.patch import Patch
from sdtui.plans.plan import Copy, MakeFolder, Move, Remove, Write
from sdtui.plans.records import Recorded


def leaders_of(changes: Sequence[Recorded]) -> dict[int, int]:
    """For a change that belongs to an earlier one, by their places: which one that is.

    The removal of a cache belongs to the caption whose name its own begins with, in the same folder; where the Plan has
    one Write alone (a metadata file), every removal belongs to that. The Moves or Copies that follow one of an image
    and begin with its name (its caption, mask and caches) belong to it.
    """
    writes = [(index, one.path) for index, one in enumerate(changes) if isinstance(one, (Write, Patch))]
    stems = {(path.parent, path.stem): index for index, path in writes}
    only = writes[0][0] if len(writes) == 1 else None
    leaders: dict[int, int] = {}
    head: int | None = None
    for index, change in enumerate(changes):
        if isinstance(change, Remove):
            leader = _longest_stem(change.path, stems)
            leader = only if leader is None else leader
            if leader is not None and leader < index:
                leaders[index] = leader
        elif isinstance(change, (Move, Copy)):
            if head is not None and _accompanies(change, changes[head]):
                leaders[index] = head
            else:
                head = index
        elif not isinstance(change, MakeFolder):
            head = None
    return leaders


def _longest_stem(path: Path, stems: dict[tuple[Path, str], int]) -> int | None:
    name = path.name
    for end in range(len(name), 0, -1):
        if name[end : end + 1] in ("", ".", "_") and (path.parent, name[:end]) in stems:
            return stems[path.parent, name[:end]]
    return None


def _accompanies(change: Move | Copy, head: Recorded) -> bool:
    if not isinstance(head, (Move, Copy)) or type(change) is not type(head):
        return False
    one, other = head.source, change.source
    if one.suffix == other.suffix and one.parent == other.parent:
        return False  # another image
    return bool(one.suffix) and other.name.startswith((f"{one.stem}.", f"{one.stem}_"))
