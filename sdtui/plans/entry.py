"""One folder of the journal: a Plan that is being applied, was applied, or was taken back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import append_durable, kernel, sync_folder, write_error
from sdtui.plans import records, state
from sdtui.plans.pace import Pace
from sdtui.plans.plan import Plan
from sdtui.plans.records import Header, Step
from sdtui.plans.staging import stage_each
from sdtui.plans.state import State

Left = dict[int, str]
"""Changes that were left alone, by their place in the Plan, each with a sentence that says why."""


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
        """Raises UnreadableError."""
        return state.read_state(self.state_file)

    def steps(self) -> tuple[Step, ...]:
        """Raises SyntaxProblem when the journal is damaged."""
        return records.read_steps(self.journal, self.root)

    def begun(self) -> bool:
        """Whether any file may have been changed: False while the journal is not whole."""
        try:
            return self.header() is not None
        except SyntaxProblem:
            return True

    def create(
        self, plan: Plan, made_of: tuple[Step, ...], created: float, pace: Pace, *, keep_going: bool = False
    ) -> Left:
        """Make all new bytes ready, then write the Plan down: from then on it counts as begun.

        Returns what could not be made ready and is left alone, with ``keep_going``. Raises WriteError.
        """
        try:
            kernel.mkdir(self.folder)
        except OSError as error:
            raise write_error(error, self.folder) from error
        left = self.stage(enumerate(made_of), pace, forward=True, keep_going=keep_going)
        self.note(state.begin_line("apply", left=left, keep_going=keep_going))
        records.write_journal(self.journal, self.root, plan, made_of, created)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        return left

    def stage(self, todo: Iterable[tuple[int, Step]], pace: Pace, *, forward: bool, keep_going: bool = False) -> Left:
        """Make what the changes put in place ready beside the journal. Raises WriteError and WorkCancelled.

        After an error nothing stays staged; with ``keep_going`` what could not be made ready is returned instead.
        """
        listed = [(index, step, self.staged(index, forward=forward)) for index, step in todo]
        try:
            return stage_each(listed, pace, forward=forward, keep_going=keep_going)
        except BaseException:
            self.drop_staged()
            raise

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

    def staged(self, index: int, *, forward: bool) -> Path:
        """Where the bytes are made ready that change ``index`` puts in place, or that its taking back does."""
        return self.folder / f"staged-{'new' if forward else 'old'}-{index:06d}"

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
