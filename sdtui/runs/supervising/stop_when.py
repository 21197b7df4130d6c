"""Tells the supervisor when the trainer has come to the end of what a stop waits for: a save, or samples.

Nothing that is being written may be cut off, so that the end is told only when the trainer has gone on: by its bar at a
later step, or by its next epoch. The bar alone may be drawn again in the middle of a long save (tqdm's monitor).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from sdtui.runs.record import RunRecord
from sdtui.runs.supervising.letterbox import StopAfter
from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.outputs import parse_checkpoint_name, parse_sample_name

_BEFORE = 1 << 18
"""Bytes before the end of the console that say what the trainer is doing just now."""
_PIECE = 1 << 20


class Awaited:
    """What one stop waits for. ``come`` is asked again and again; each time it reads only what is new."""

    def __init__(self, after: StopAfter, console: Path, record: RunRecord) -> None:
        """Raises OSError where the console cannot be read."""
        self.after = after
        self._name = record.name
        output = Path(record.output_dir)
        sample = Path(record.sample_dir) if record.sample_dir else output / "sample"
        self._folder = _NewEntries(sample if after is StopAfter.SAMPLE else output, self._is_sign)
        self._parser = ConsoleParser()
        self._step = 0
        self._began_at: int | None = None
        """The step at which it was last seen being written; None before it has begun."""
        self._handle = os.open(console, os.O_RDONLY | os.O_CLOEXEC)
        self._offset = max(0, os.fstat(self._handle).st_size - _BEFORE)
        self._read()  # what is being written already is the next one; what was written before is not

    def come(self) -> bool:
        """Whether it has been written since, and the trainer has gone on."""
        if self._folder.look() and self._began_at is None:
            self._began_at = self._step
        return self._read()

    def close(self) -> None:
        """It is not waited for any more."""
        os.close(self._handle)

    def _read(self) -> bool:
        over = False
        with contextlib.suppress(OSError):  # a network file system that is away for a moment
            while data := os.pread(self._handle, _PIECE, self._offset):
                self._offset += len(data)
                for event in self._parser.feed(data):
                    over |= self._see(event)
        return over

    def _see(self, event: e.Event) -> bool:
        """Take in what the trainer did; True when with this it has gone on after the end."""
        if isinstance(event, e.StepDone):
            self._step = event.step
        if self._is_busy(event):
            # Of one step samples may come before its save, or behind it: the last of them counts.
            if self._began_at is not None or self._is_begin(event):
                self._began_at = self._step
            return False
        went_on = isinstance(event, e.EpochStarted) or (
            isinstance(event, e.StepDone) and self._began_at is not None and event.step > self._began_at
        )
        if self._began_at is None or not went_on:
            return False
        self._began_at = None
        return True

    @staticmethod
    def _is_busy(event: e.Event) -> bool:
        return isinstance(event, e.SavingCheckpoint | e.SavingState | e.SamplingStarted | e.SamplingProgress)

    def _is_begin(self, event: e.Event) -> bool:
        if self.after is StopAfter.SAMPLE:
            return isinstance(event, e.SamplingStarted | e.SamplingProgress)
        if not isinstance(event, e.SavingCheckpoint | e.SavingState):
            return False
        return self.after is StopAfter.SAVE or self._is_sign(os.path.basename(event.path))  # noqa: PTH119

    def _is_sign(self, name: str) -> bool:
        """Whether a file of this name is what is waited for."""
        if self.after is StopAfter.SAMPLE:
            return parse_sample_name(name, self._name) is not None
        parsed = parse_checkpoint_name(name, self._name)
        return parsed is not None and (self.after is StopAfter.SAVE or parsed.epoch is not None)


class _NewEntries:
    """New files of a folder: what they tell where the trainer's words go elsewhere (``--console_log_file``)."""

    def __init__(self, folder: Path, wanted: Callable[[str], bool]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._changed = self._time()
        self._known = self._names()

    def look(self) -> bool:
        """Whether there is one more than at the beginning. Lists the folder only when it has changed."""
        changed = self._time()
        if changed == self._changed:
            return False
        self._changed = changed
        new = self._names() - self._known
        self._known |= new
        return bool(new)

    def _names(self) -> frozenset[str]:
        try:
            return frozenset(name for name in os.listdir(self._folder) if self._wanted(name))  # noqa: PTH208
        except OSError:
            return frozenset()

    def _time(self) -> int | None:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return None
