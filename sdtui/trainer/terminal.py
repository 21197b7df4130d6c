"""A console's bytes as lines: UTF-8 in any cuts, escape sequences taken out, carriage returns understood."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LINE = 200_000
"""Characters of one line that are kept; what a line has beyond them is dropped, so that memory stays bounded."""

UP = "\v"
"""Stands where the cursor went up a line: tqdm does that after a bar that is drawn below another one."""

_STRING = r"[^\x07\x1b]{0,4000}"
_ESCAPE = re.compile(
    rf"\x1b(?:\[[0-?]{{0,64}}[ -/]{{0,8}}[@-~]|\]{_STRING}(?:\x07|\x1b\\)|[PX^_]{_STRING}\x1b\\"
    r"|[ -/]{0,8}[0-OQ-WYZ\\`-~])"
)
_UNFINISHED = re.compile(rf"\x1b(?:\[[0-?]{{0,64}}[ -/]{{0,8}}|[\]PX^_]{_STRING}\x1b?|[ -/]{{0,8}})\Z")
_UPWARDS = re.compile(r"\x1b\[\d*[AF]\Z")
_LINE_END = re.compile(r"\r+\n?|\n")


def row_text(row: bytes) -> str:
    """What is left to see of one line of a console's bytes (without its line feed), ``UP`` where the cursor went up."""
    row = row.rstrip(b"\r")
    text = row[row.rfind(b"\r") + 1 :].decode("utf-8", errors="replace")
    if "\x1b" in text:
        text = _ESCAPE.sub(lambda found: UP if _UPWARDS.match(found.group()) else "", text)
        text = _UNFINISHED.sub("", text).replace("\x1b", "")
    return text.rstrip(" ")


class Segment(NamedTuple):
    """Text up to where the cursor returned (``end`` is CR) or a line ended (``end`` is LF, CR LF counts as LF)."""

    text: str
    end: str


class ConsoleText:
    """Turns the bytes of a console log into segments. Any cuts of the bytes give the same segments."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._escape = ""
        self._returned = False
        self._parts: list[str] = []
        self._length = 0

    @property
    def partial(self) -> str:
        """What stands after the last segment, so far."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def feed(self, data: bytes) -> Iterator[Segment]:
        """The segments that ``data`` completes. Drive it to its end before feeding more."""
        yield from self._split(self._without_escapes(self._decoder.decode(data)))

    def close(self) -> Iterator[Segment]:
        """What is left as a last segment. The object is then as new."""
        yield from self._split(self._decoder.decode(b"", final=True))
        self._escape = ""
        if self._returned or self._length:
            yield self._finish("\r" if self._returned else "\n")

    def _without_escapes(self, text: str) -> str:
        text = self._escape + text
        self._escape = ""
        parts: list[str] = []
        position = 0
        while (start := text.find("\x1b", position)) >= 0:
            parts.append(text[position:start])
            if found := _ESCAPE.match(text, start):
                if _UPWARDS.match(found.group()):
                    parts.append(UP)
                position = found.end()
            elif _UNFINISHED.match(text, start):
                self._escape = text[start:]
                position = len(text)
            else:
                position = start + 1
        parts.append(text[position:])
        return "".join(parts)

    def _split(self, text: str) -> Iterator[Segment]:
        position = 0
        if self._returned and text:
            ahead = _LINE_END.match(text)
            position = ahead.end() if ahead else 0
            if ahead and position == len(text) and not ahead.group().endswith("\n"):
                return
            yield self._finish("\n" if ahead and ahead.group().endswith("\n") else "\r")
        while found := _LINE_END.search(text, position):
            self._keep(text[position : found.start()])
            position = found.end()
            if position == len(text) and not found.group().endswith("\n"):
                self._returned = True
                return
            yield self._finish("\n" if found.group().endswith("\n") else "\r")
        self._keep(text[position:])

    def _keep(self, text: str) -> None:
        text = text[: LONGEST_LINE - self._length]
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _finish(self, end: str) -> Segment:
        segment = Segment(self.partial, end)
        self._parts, self._length, self._returned = [], 0, False
        return segment
