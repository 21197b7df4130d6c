"""Folders of a project renamed or moved within it, and every path to them in its own files with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.dataset.project import Project
from sdtui.edits.captions import removals
from sdtui.edits.links import refuse_broken_links
from sdtui.edits.path_rewrite import project_files, rewritten
from sdtui.edits.stamp import restamped
from sdtui.plans.checks import name_taken
from sdtui.plans.names import is_other_case, present
from sdtui.plans.plan import Change, Move, Write
from sdtui.trainer.caches import IMAGE_INFO_CACHE


def renaming(project: Project, renames: Mapping[Path, Path]) -> tuple[Change, ...]:
    """The changes that make each folder of ``renames`` be called as it says; two may swap their names.

    The paths in the TOML and JSON files of the project follow, and the trainer's own lists of old paths go. Raises
    WriteError where a name is taken, or a link to a file of these folders would be broken; UnreadableError.
    """
    _refuse_taken(renames)
    refuse_broken_links(project, renames)
    return (*_stale_lists(renames), *_followed(project, renames), *_moves(renames))


def _followed(project: Project, renames: Mapping[Path, Path]) -> Iterator[Change]:
    """The files of the project with the paths of renamed folders; what sdtui wrote goes on to bear its stamp."""
    metadata = (subset.metadata_file for subset in project.subsets if subset.metadata_file is not None)
    files = dict.fromkeys((*project_files(project.root), *metadata))
    found = {file: pair for file in files if (pair := rewritten(file, renames, project.root)) is not None}
    for file, (before, after) in found.items():
        beside = {other.name: pair for other, pair in found.items() if other.parent == file.parent}
        yield Write(file, before, restamped(before, after, beside) if file.suffix.lower() == ".toml" else after)


def _refuse_taken(renames: Mapping[Path, Path]) -> None:
    for source, target in renames.items():
        if present(target) and target not in renames and not is_other_case(source, target):
            raise name_taken(target)
    targets = list(renames.values())
    for target in targets:
        if targets.count(target) > 1:
            raise WriteError("Two subsets would get the same name", path=target, remedy="Choose other numbers.")


def _moves(renames: Mapping[Path, Path]) -> list[Change]:
    """The renames in an order in which no target stands there still; a circle is broken by a name in between."""
    waiting = dict(renames)
    moves: list[Change] = []
    while waiting:
        free = next((source for source, target in waiting.items() if target not in waiting or target == source), None)
        if free is not None:
            moves.append(Move(free, waiting.pop(free)))
            continue
        source, target = next(iter(waiting.items()))
        between = source.with_name(f".{source.name}.sdtui-swap")
        moves.append(Move(source, between))
        del waiting[source]
        waiting[between] = target
    return moves


def _stale_lists(renames: Mapping[Path, Path]) -> tuple[Change, ...]:
    """``metadata_cache.json`` of ``cache_info`` holds the old paths, and the trainer would look for images there."""
    return removals(cache for folder in renames if (cache := folder / IMAGE_INFO_CACHE).is_file())
