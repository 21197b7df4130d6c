"""What a person is told about a run who does not look at it: that it ended, or that it needs somebody."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

import msgspec

from sdtui.base.json_record import decode
from sdtui.base.settings import UserSettings
from sdtui.base.text import duration, plural, safe
from sdtui.runs.record import RunState, RunView

NOTICES = "notices.jsonl"

_DESKTOP = 200
"""Characters of a notice of the desktop."""
_NOT_BY_THE_PERSON = ("Stopped by itself", "Ended from outside")


class Kind(str, Enum):
    """What a notice is about. The values are what commands and webhooks get."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """By somebody or something other than the person."""
    LOST = "lost"
    NAN = "nan"
    HANG = "hang"
    DISK = "disk"
    TEST = "test"

    @property
    def bad(self) -> bool:
        """Whether a person would rather have heard something else."""
        return self not in (Kind.DONE, Kind.TEST)

    @property
    def ends(self) -> bool:
        """Whether the run has ended with it."""
        return self in (Kind.DONE, Kind.FAILED, Kind.STOPPED, Kind.LOST)


_ENDS = {
    RunState.DONE: Kind.DONE,
    RunState.FAILED: Kind.FAILED,
    RunState.STOPPED: Kind.STOPPED,
    RunState.LOST: Kind.LOST,
}


class Notice(msgspec.Struct, frozen=True):
    """One thing to tell."""

    kind: Kind
    run: str
    """The run's ID."""
    name: str
    text: str
    """A sentence or two, safe to show."""


def attention(notice: Notice, settings: UserSettings, *, in_tmux: bool | None = None) -> str:
    """What to write to the terminal: its bell and a notice of the desktop (OSC 9), as far as ``settings`` want them.

    iTerm2, kitty, WezTerm, Ghostty and foot show OSC 9; tmux hands it on where its option allow-passthrough is on.
    """
    written = "\a" if settings.bell else ""
    if settings.desktop_notice:
        sequence = f"\x1b]9;sdtui: {safe(notice.text)[:_DESKTOP]}\x1b\\"
        if in_tmux if in_tmux is not None else "TMUX" in os.environ:
            sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        written += sequence
    return written


class Told(msgspec.Struct, frozen=True):
    """A line of ``notices.jsonl``: what was told outside of the screen, and what came of it."""

    at: float
    """Seconds since the epoch."""
    kind: Kind
    text: str
    problems: tuple[str, ...] = ()
    """A sentence for each way in which it could not be told. No secret stands in them."""


class News:
    """Says what is new about one run, each thing once."""

    def __init__(self, told: Iterable[Kind] = ()) -> None:
        """``told``: what the person knows already."""
        self._told = set(told)

    def see(self, view: RunView, disk_left: float | None = None) -> tuple[Notice, ...]:
        """What to tell now. ``disk_left``: seconds until the disk of its checkpoints is full, where that is soon."""
        if view.silent_s is None:
            self._told.discard(Kind.HANG)  # it went on, and may hang again
        found = {kind: text for kind, text in _all(view, disk_left) if kind not in self._told}
        self._told |= set(found)
        return tuple(Notice(kind, view.id, view.name, safe(text)) for kind, text in found.items())


def _all(view: RunView, disk_left: float | None) -> Iterator[tuple[Kind, str]]:
    if view.state.ended:
        kind = _ENDS[view.state]
        if kind is not Kind.STOPPED or (view.reason or "").startswith(_NOT_BY_THE_PERSON):
            yield kind, _ending(view)
        return
    if nan := next((text for text in view.warnings if text.startswith("The loss is not a number")), None):
        yield Kind.NAN, f"{view.name}: {nan}"
    if view.silent_s is not None:
        hang = next((text for text in view.warnings if text.startswith("No new line")), "It says nothing any more.")
        yield Kind.HANG, f"{view.name}: {hang}"
    if disk_left is not None:
        yield Kind.DISK, f"{view.name}: the disk of its checkpoints is full in {duration(disk_left)} at this rate."


def _ending(view: RunView) -> str:
    if view.state is RunState.STOPPED and view.reason:
        return f"{view.name}: {view.reason}"
    if view.state is not RunState.DONE:
        return f"{view.name} {_HOW[view.state]}: {view.reason or 'it did not say why.'}"
    took = f" in {duration(view.ended - view.started)}" if view.ended is not None and view.started is not None else ""
    loss = f", average loss {view.avr_loss:.4g}" if view.avr_loss is not None else ""
    return f"{view.name} is done: {plural(view.step, 'step')}{took}{loss}."


_HOW = {RunState.FAILED: "failed", RunState.STOPPED: "was stopped", RunState.LOST: "is lost"}


class Record:
    """``notices.jsonl`` of a run."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the run's."""
        self._path = folder / NOTICES
        self._stamp: tuple[int, int] | None = None
        self._lines: tuple[Told, ...] = ()

    def lines(self) -> tuple[Told, ...]:
        """Everything that was told, oldest first. A damaged line is left out."""
        try:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) != self._stamp:
                data = self._path.read_bytes()
                self._stamp = (found.st_mtime_ns, found.st_size)
                self._lines = tuple(_read(data))
        except OSError:
            return ()
        return self._lines

    def failures(self) -> tuple[str, ...]:
        """Each different way in which something could not be told, once."""
        return tuple(dict.fromkeys(problem for line in self.lines() for problem in line.problems))

    def add(self, told: Told) -> None:
        """Write it down; a full disk loses it."""
        with contextlib.suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            try:
                os.write(handle, msgspec.json.encode(told) + b"\n")
            finally:
                os.close(handle)


def _read(data: bytes) -> Iterator[Told]:
    for line in data.splitlines():
        with contextlib.suppress(msgspec.MsgspecError):
            yield decode(line, Told)
