"""Deleting a run: into the project's trash by a Plan, from which undo brings it back, or for good.

Checkpoints are large and a full disk is why runs are deleted, so there are both. What is deleted for good goes past the
journal, as emptying the trash does: keeping a copy for undo is what must not happen then.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import RunError
from sdtui.base.files import write_error
from sdtui.base.text import file_size, plural
from sdtui.base.work import Progress, Work
from sdtui.edits.proposal import Proposal
from sdtui.edits.trash import TRASH_FOLDER, free_folder, within
from sdtui.plans.held import Held, refuse_held
from sdtui.plans.lock import only_writer
from sdtui.plans.plan import Change, MakeFolder, Move, Plan
from sdtui.runs import store
from sdtui.runs.live import Life, held_paths, life_of
from sdtui.runs.past.belongings import Belonging, Belongings, Kind, belongings, size_of
from sdtui.runs.past.history import PastRun, past_run
from sdtui.runs.record import RunRecord

ALL = tuple(Kind)
_OTHER_DISK = "It stands on another disk than the project's trash, so it can only be deleted for good."


@dataclass(frozen=True, slots=True)
class Deletion:
    """What would be deleted of a run. Nothing has been."""

    past: PastRun
    belongings: Belongings
    followers: tuple[str, ...]
    """IDs of runs that go on from a state of this one."""

    whole: Belonging | None
    """The folder that holds nothing but this run's files (a rehearsal's), to go as one where all of it goes."""

    def of(self, kinds: Collection[Kind]) -> tuple[Belonging, ...]:
        """What goes where these kinds are deleted."""
        items = self.belongings.of(kinds)
        if self.whole is None or set(kinds) != set(Kind):
            return items
        return (self.whole, *(item for item in items if self.whole.path not in item.path.parents))

    def warnings(self, kinds: Collection[Kind]) -> tuple[str, ...]:
        """What a person should know before these kinds are deleted."""
        return tuple(self._warned(kinds))

    def _warned(self, kinds: Collection[Kind]) -> Iterator[str]:
        if self.past.note.starred:
            yield "This run has a star."
        best = self.past.best
        if best is not None and any(Path(best.path) == item.path for item in self.belongings.of(kinds)):
            yield f"Its best checkpoint is among them: {Path(best.path).name}."
        if self.followers and Kind.RECORD in kinds:
            yield f"{_named(self.followers)} on from a state of it, and will begin at that without it."


def prepare_deletion(home: Path, record: RunRecord) -> Deletion:
    """Look at what belongs to a run. Raises RunError where it has not ended yet."""
    life = life_of(home, record)
    if life is Life.QUEUED:
        raise RunError(f"{record.id} waits in the queue", remedy="Take it out of the queue first.")
    if life.living:
        raise RunError(f"{record.id} has not ended yet", remedy="Stop it first, or wait.")
    records = store.list_runs(home)
    followers = tuple(one.id for one in records if one.continues is not None and one.continues.run == record.id)
    found = belongings(home, record)
    return Deletion(past_run(home, record), found, followers, _rehearsal(home, record, found, records))


def to_trash(home: Path, deletion: Deletion, kinds: Collection[Kind] = ALL, now: float | None = None) -> Proposal:
    """The Plan that moves what belongs to the run into the trash, the record last; undo brings it back.

    ``now`` is in seconds since the epoch, for the name of the trash's folder. Raises RunError where there is nothing
    that could be moved.
    """
    folder = free_folder(home / TRASH_FOLDER / time.strftime("%Y%m%d-%H%M%S", time.localtime(now)))
    moved, left = [], list(deletion.belongings.doubtful)
    for item in deletion.of(kinds):
        if not os.path.lexists(item.path):
            continue
        if item.path.lstat().st_dev == home.stat().st_dev:
            moved.append(item)
        else:
            left.append((item.path, _OTHER_DISK))
    if not moved:
        reason = left[0][1] if left else "It has no such files."
        raise RunError(f"There is nothing of {deletion.past.record.id} to put into the trash. {reason}".rstrip("."))
    warnings = [
        *deletion.warnings(kinds),
        f"{file_size(sum(item.size for item in moved))} go to the trash; the space is free once that is emptied.",
    ]
    plan = Plan(f"delete the run {deletion.past.record.id}", tuple(_moves(home, folder, moved)), tuple(warnings))
    return Proposal(plan.title, plan, left_out=tuple(left))


def delete_for_good(home: Path, deletion: Deletion, kinds: Collection[Kind] = ALL) -> Work[tuple[Path, ...]]:
    """Delete what belongs to the run, the record last, and return what is gone. This cannot be undone.

    Killed half-way, what is left is still listed and can be deleted again. Raises InUseError where a live run reads
    some of it, RunError where the run lives again, WriteError; then what came before in the order is gone.
    """
    record = deletion.past.record
    gone: list[Path] = []
    with only_writer(home):
        if life_of(home, record).living:
            raise RunError(f"{record.id} has not ended yet", remedy="Stop it first, or wait.")
        items = deletion.of(kinds)
        _refuse_read(items, held_paths(home))
        for number, item in enumerate(items):
            yield Progress(number, len(items), "files")
            _remove(item.path)
            gone.append(item.path)
    return tuple(gone)


def sentence(deletion: Deletion, kinds: Collection[Kind], *, for_good: bool) -> str:
    """What was done, for a person."""
    items = deletion.of(kinds)
    size = file_size(sum(item.size for item in items))
    number = plural(len(items), "file or folder", "files and folders")
    name = deletion.past.record.id
    return f"{'Deleted for good' if for_good else 'Put into the trash'}: {number} of {name} ({size})."


def _rehearsal(home: Path, record: RunRecord, found: Belongings, records: Sequence[RunRecord]) -> Belonging | None:
    """The folder that a rehearsal wrote to, where no other run did and nothing in it is doubtful."""
    top, output = home / "rehearsals", Path(os.path.normpath(record.output_dir))
    if top not in output.parents:
        return None
    folder = top / output.relative_to(top).parts[0]
    shared = any(folder in Path(one.output_dir).parents for one in records if one.id != record.id)
    doubtful = any(folder in path.parents for path, _ in found.doubtful)
    if shared or doubtful or not folder.is_dir():
        return None
    return Belonging(Kind.CHECKPOINTS, folder, size_of(folder))


def _moves(home: Path, folder: Path, items: Sequence[Belonging]) -> Iterator[Change]:
    made: set[Path] = set()
    for item in items:
        target = folder / within(home.parent, item.path)
        if target.parent not in made:
            made.add(target.parent)
            yield MakeFolder(target.parent)
        yield Move(item.path, target)


def _refuse_read(items: Sequence[Belonging], held: Sequence[Held]) -> None:
    refuse_held((Move(item.path, item.path.with_name(".gone")) for item in items), held)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise write_error(error, Path(error.filename or path)) from error


def _named(ids: Sequence[str]) -> str:
    more = f" and {plural(len(ids) - 1, 'other run')}" if len(ids) > 1 else ""
    return f"{ids[0]}{more} {'go' if len(ids) > 1 else 'goes'}"
