"""Follows ``console.log``: tells its story from the beginning, and shows its last lines as a terminal would."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from sdtui.base.text import safe
from sdtui.runs.story import Story
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.terminal import UP, ConsoleText

_GAP = re.compile(r" {3,}(\S+\.py:\d+)$")
_PIECE = 1 << 20
_HEAD = 1 << 20
_TAIL = 6 << 20
"""Of a longer log, what is read in full at each end; the middle is only searched for the loss."""
_LOSS = re.compile(rb"\| *(\d+)/\d+ \[[^\]\r\n]{0,60}, avr_loss=([^,\]\s]{1,24})")
_OVERWRITTEN = re.compile(rb"[^\r\n]*\r(?=[^\r\n])")
_TAIL_STEP = 1 << 18
_TAIL_MOST = 2 << 20


class ConsoleLog:
    """One run's console. Of a log that is long already when it is opened, the middle is only skimmed."""

    def __init__(self, path: Path, new_story: Callable[[], Story] = Story) -> None:
        self.path = path
        self.story = new_story()
        self._new_story = new_story
        self._parser = ConsoleParser()
        self._offset = 0
        self._closed = False

    def read_new(self) -> bool:
        """Go on with what was appended since the last time; False where nothing was."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return False
        if size < self._offset:
            self._begin_anew()
        if size == self._offset or self._closed:
            return False
        with self.path.open("rb") as file:
            if self._offset == 0 and size > _HEAD + _TAIL:
                self._read(file.fileno(), _HEAD)
                self._skim(file.fileno(), size - _TAIL)
            self._read(file.fileno(), size)
        return True

    def close(self) -> None:
        """The trainer is gone: nothing will be appended."""
        if not self._closed:
            self._closed = True
            self.story.tell(self._parser.close())

    def settle(self) -> None:
        """Tell what only waited for more text, since none has come for a while; more may come all the same."""
        self.story.tell(self._parser.close())

    def last_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines as they would stand on a terminal: overwritten bars once, without colours.

        Reads backwards only as far as is needed, 2 MB at most. Safe to show.
        """
        try:
            with self.path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                span = _TAIL_STEP
                while True:
                    start = max(0, size - span)
                    lines = _screen(os.pread(file.fileno(), size - start, start), whole=start == 0)
                    if len(lines) >= count or start == 0 or span >= _TAIL_MOST:
                        return tuple(_tidy(line) for line in lines[-count:]) if count > 0 else ()
                    span *= 4
        except OSError:
            return ()

    def _read(self, handle: int, end: int) -> None:
        while self._offset < end:
            data = os.pread(handle, min(_PIECE, end - self._offset), self._offset)
            if not data:
                return
            self._offset += len(data)
            self.story.tell(self._parser.feed(data))

    def _skim(self, handle: int, end: int) -> None:
        """Take only the average loss from what stands before ``end``, and go on where a line or a bar begins."""
        self.story.tell(self._parser.feed(b"\n"))
        rest = b""
        while self._offset < end:
            data = rest + os.pread(handle, min(_PIECE, end - self._offset), self._offset)
            self._offset += len(data) - len(rest)
            for found in _LOSS.finditer(data):
                self.story.average(int(found[1]), _number(found[2]))
            rest = data[max(data.rfind(b"\r"), data.rfind(b"\n")) + 1 :][-4096:]
        self._offset -= len(rest)

    def _begin_anew(self) -> None:
        self.story, self._parser, self._offset = self._new_story(), ConsoleParser(), 0


def _tidy(line: str) -> str:
    """A line that is safe to show, without the gap that rich leaves before a source position at its right edge."""
    return safe(_GAP.sub(r"  \1", line))


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _screen(data: bytes, *, whole: bool) -> list[str]:
    """``data`` as lines of a terminal; the first, cut one is left out unless ``data`` is the ``whole`` log."""
    text = ConsoleText()
    lines, row = [""], 0
    for segment in (*text.feed(_OVERWRITTEN.sub(b"", data)), *text.close()):
        for number, part in enumerate(segment.text.split(UP)):
            row = max(0, row - (number > 0))  # a bar below another one: the cursor goes up again
            lines[row] = part + lines[row][len(part) :] if number == 0 else lines[row] + part
        if segment.end == "\n":
            row += 1
            lines += [""] * (row >= len(lines))
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip() for line in (lines if whole else lines[1:])]
