"""Follows ``console.log``: tells its story from the beginning, and shows its last lines as a terminal would."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sdtui.base.text import safe
from sdtui.runs.story import Story
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.terminal import UP, ConsoleText

_GAP = re.compile(r" {3,}(\S+\.py:\d+)$")
_PIECE = 1 << 20
_HEAD = 4 << 20
_TAIL = 24 << 20
_TAIL_STEP = 1 << 18
_TAIL_MOST = 8 << 20


class ConsoleLog:
    """One run's console. Of a log that is very long already, the middle is left out when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.story = Story()
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
                self._skip_to(file.fileno(), size - _TAIL)
            self._read(file.fileno(), size)
        return True

    def close(self) -> None:
        """The trainer is gone: nothing will be appended."""
        if not self._closed:
            self._closed = True
            self.story.tell(self._parser.close())

    def last_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines as they would stand on a terminal: overwritten bars once, without colours.

        Reads backwards only as far as is needed, 8 MB at most. Safe to show.
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

    def _skip_to(self, handle: int, position: int) -> None:
        """Leave out up to ``position`` and on to where a line or a bar begins."""
        data = os.pread(handle, _PIECE, position)
        starts = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
        self.story.tell(self._parser.feed(b"\n"))
        self._offset = position + (min(starts) + 1 if starts else 0)

    def _begin_anew(self) -> None:
        self.story, self._parser, self._offset = Story(), ConsoleParser(), 0


def _tidy(line: str) -> str:
    """A line that is safe to show, without the gap that rich leaves before a source position at its right edge."""
    return safe(_GAP.sub(r"  \1", line))


def _screen(data: bytes, *, whole: bool) -> list[str]:
    """``data`` as lines of a terminal; the first, cut one is left out unless ``data`` is the ``whole`` log."""
    text = ConsoleText()
    lines: list[str] = []
    current = ""
    for segment in (*text.feed(data), *text.close()):
        ups = segment.text.count(UP)
        shown = segment.text.replace(UP, "")
        if ups:
            # A bar below another one: the cursor went up again, and what comes now stands on the line above.
            current = lines.pop() if lines and not current else current
        current = shown + current[len(shown) :] if shown else current
        if segment.end == "\n":
            lines.append(current.rstrip())
            current = ""
    if current.strip():
        lines.append(current.rstrip())
    return lines if whole else lines[1:]
