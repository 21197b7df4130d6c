"""One folder of the journal: a Plan that is being applied, was applied, or was taken back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from sdtui.base.errors import SyntaxProblem, WriteError
from sdtui.base.files import append_durable, kernel, stage, sync_folder, write_error
from sdtui.plans import records, steps
from sdtui.plans.plan import Plan, Write
from sdtui.plans.records import Header, State, Step
from sdtui.plans.steps import Standing

Refused = tuple[tuple[Path, str], ...]


class EntryFolder:
    """``home/journal/ID``: ``journal.jsonl``, ``state.jsonl``, staged new bytes and kept removed files."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def journal(self) -> Path:
        return self.folder / "journal.jsonl"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.jsonl"

    def header(self) -> Header | None:
        """None where nothing was begun. Raises SyntaxProblem when the journal is damaged."""
        return records.read_header(self.journal)

    def state(self) -> State:
        return records.read_state(self.state_file)

    def steps(self) -> tuple[Step, ...]:
        """Raises SyntaxProblem when the journal is damaged."""
        return records.read_steps(self.journal, self.root)

    def begun(self) -> bool:
        """Whether any file may have been changed: False while the journal is not whole."""
        try:
            return self.header() is not None
        except SyntaxProblem:
            return True

    def create(self, plan: Plan, made_of: tuple[Step, ...], created: float) -> None:
        """Make all new bytes ready, then write the Plan down: from then on it counts as begun. Raises WriteError."""
        try:
            kernel.mkdir(self.folder)
        except OSError as error:
            raise write_error(error, self.folder) from error
        stage_all(self, enumerate(made_of), forward=True)
        self.note(records.begin_line("apply"))
        records.write_journal(self.journal, self.root, plan, made_of, created)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)

    def note(self, line: bytes) -> None:
        """Append a line to ``state.jsonl`` and wait for the disk. Raises WriteError."""
        handle = records.open_for_appending(self.state_file)
        try:
            # On a line of its own, whatever a power cut left of the one before.
            append_durable(handle, b"\n" + line, self.state_file)
        finally:
            os.close(handle)

    def kept(self, index: int) -> Path:
        """Where the file that change ``index`` removed is kept."""
        return self.folder / f"kept-{index:06d}"

    def staged(self, index: int) -> Path:
        """Where the bytes that change ``index`` will put in place are made ready."""
        return self.folder / f"staged-{index:06d}"

    def discard(self) -> None:
        """Remove an entry of which nothing was done."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()

    def drop_staged(self) -> None:
        """Remove what was made ready and not used."""
        with contextlib.suppress(OSError):
            for path in self.folder.glob("staged-*"):
                path.unlink()


def stage_all(entry: EntryFolder, todo: Iterable[tuple[int, Step]], *, forward: bool) -> None:
    """Make the bytes of all Writes ready beside the journal, so that a full disk is met before any file changes.

    Raises WriteError; then nothing stays staged.
    """
    try:
        for index, step in todo:
            change = step.change
            if isinstance(change, Write):
                data = change.after if forward else change.before
                if data is not None:
                    entry.staged(index).unlink(missing_ok=True)
                    stage(entry.staged(index), data, meant_for=change.path)
    except WriteError:
        entry.drop_staged()
        raise


def go_forward(
    entry: EntryFolder, made_of: tuple[Step, ...], *, skip: frozenset[int] = frozenset(), first: int = 0
) -> Refused:
    """Do what is not done yet from change ``first`` on, but for those in ``skip``.

    What is neither done nor undone is left alone and named. Raises WriteError.
    """
    todo = [index for index in range(first, len(made_of)) if index not in skip]
    return _walk(entry, made_of, todo, forward=True)


def go_back(entry: EntryFolder, made_of: tuple[Step, ...], *, limit: int | None = None) -> Refused:
    """Take back what is done of the changes before ``limit``, last first.

    What somebody else changed is left alone and named. Raises WriteError.
    """
    return _walk(entry, made_of, list(reversed(range(len(made_of))[:limit])), forward=False)


def _walk(entry: EntryFolder, made_of: tuple[Step, ...], todo: list[int], *, forward: bool) -> Refused:
    refused: dict[Path, str] = {}
    unsynced: set[Path] = set()
    already = Standing.DONE if forward else Standing.UNDONE
    for index in todo:
        step, kept, staged = made_of[index], entry.kept(index), entry.staged(index)
        standing = steps.standing(step, kept)
        structural = steps.structural(step.change)
        if standing is already or standing is Standing.OTHER:
            if standing is Standing.OTHER:
                refused.setdefault(steps.path_of(step), steps.why_other(step, kept))
            elif not forward:
                steps.drop_copy(step, kept)
            if structural:
                entry.note(records.mark_line(index, None if standing is Standing.OTHER else forward))
            continue
        if structural:
            # What came before must be on the disk first: recovery tells by this step whether they were done.
            _sync(unsynced)
        if forward:
            steps.do(step, staged, kept)
        elif sentence := steps.take_back(step, staged, kept):
            refused.setdefault(steps.path_of(step), sentence)
        unsynced.update(steps.touched_folders(step.change))
        if structural:
            _sync(unsynced)
            entry.note(records.mark_line(index, forward))
    _sync(unsynced)
    return tuple(refused.items())


def _sync(folders: set[Path]) -> None:
    for folder in folders:
        sync_folder(folder)
    folders.clear()


def reach(entry: EntryFolder, made_of: tuple[Step, ...]) -> tuple[int, int]:
    """How far an interrupted Plan got: all changes before the first number are done, none from the second on is.

    Of a file in a folder that was renamed afterwards the disk cannot tell whether it was written. But a rename or
    removal is only begun when all before it is on the disk, and is written down at once, so those are done up to a
    place that is one off at most; the disk tells which, and that is written down too. Raises WriteError.
    """
    state = entry.state()
    marks = {index: state.marks.get(index, state.phase == "undo") for index in range(len(made_of))}
    structural = [
        index
        for index, step in enumerate(made_of)
        if steps.structural(step.change) and index not in state.skip and marks[index] is not None
    ]
    done = sum(bool(marks[index]) for index in structural)

    def stands(at: int) -> Standing:
        return steps.standing(made_of[structural[at]], entry.kept(structural[at]))

    if done < len(structural) and stands(done) is Standing.DONE:
        entry.note(records.mark_line(structural[done], True))
        done += 1
    elif done > 0 and stands(done - 1) in (Standing.UNDONE, Standing.HALF):
        done -= 1
        entry.note(records.mark_line(structural[done], False))
    first = structural[done - 1] + 1 if done else 0
    if done == len(structural):
        return first, len(made_of)
    return first, structural[done] + (stands(done) is Standing.HALF)
