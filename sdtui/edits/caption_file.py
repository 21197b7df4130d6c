"""A caption is bytes first: what stands in the file stays, byte for byte, but for what the person changed."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.files import read_if_there

_NEWLINE = re.compile(r"\r\n|\n|\r")
_COMPARED_AT_MOST = 250_000
"""Pairs of lines; beyond that they are taken one by one, because looking for equal ones takes quadratic time."""


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """One caption file as it was read. ``data`` is None where there is no file."""

    path: Path
    data: bytes | None
    undecodable: bool = False
    """It is not UTF-8, so the trainer would end with an error; it is shown, and never rewritten."""
    bom: bool = False
    newline: str = "\n"
    """The newline that most lines end with; what a new line gets."""
    _lines: tuple[str, ...] = field(default=(), repr=False)
    _endings: tuple[str, ...] = field(default=(), repr=False)
    """The newline after each line; empty after the last one where the file has no final newline."""

    @property
    def text(self) -> str:
        """The whole text for an editor, every newline as ``\\n``, without the BOM. Undecodable bytes are shown as �."""
        return "".join(line + ("\n" if ending else "") for line, ending in zip(self._lines, self._endings, strict=True))

    @property
    def final_newline(self) -> bool:
        return bool(self._endings) and self._endings[-1] != ""

    def with_text(self, new: str) -> bytes:
        """The bytes to be saved when the editor holds ``new``: untouched lines keep their newline, BOM and all.

        The text as it was read gives the bytes as they were read. An empty text gives one newline, because the
        trainer ends at an empty file (library/train_util.py, read_caption: ``assert len(lines) > 0``); a file that was
        empty already stays as it is. Raises WriteError when the file is not UTF-8, or ``new`` cannot be encoded.
        """
        if self.undecodable:
            raise WriteError(
                "The caption is not UTF-8 text, so it is not rewritten",
                path=self.path,
                remedy="Convert it to UTF-8 first, for example with iconv.",
            )
        if new == self.text and self.data is not None:
            return self.data
        body = self._restored(_NEWLINE.sub("\n", new)) or self.newline
        try:
            return (codecs.BOM_UTF8 if self.bom else b"") + body.encode("utf-8")
        except UnicodeEncodeError as error:
            raise WriteError(
                f"The caption has a character at {error.start + 1} that UTF-8 cannot hold",
                path=self.path,
                remedy="Remove it; it came from a broken paste or file name.",
            ) from error

    def _restored(self, new: str) -> str:
        """``new`` with the newlines of the file: each line that was there before keeps its own."""
        if len(set(self._endings) - {""}) <= 1:
            return new.replace("\n", self.newline)
        lines = new.split("\n")
        endings = [self.newline] * (len(lines) - 1) + [""]
        for old, fresh in _same_lines(self._lines, lines):
            if fresh < len(lines) - 1 and self._endings[old]:
                endings[fresh] = self._endings[old]
        for at, ending in enumerate(endings[:-1]):
            if ending == "\r" and (lines[at + 1] + endings[at + 1]).startswith("\n"):
                endings[at] = "\r\n"  # else the two would be read as one line end
        return "".join(line + ending for line, ending in zip(lines, endings, strict=True))


def read(path: Path) -> CaptionFile:
    """The caption file at ``path``; one that does not exist is empty, with ``data`` None. Raises UnreadableError."""
    return parse(path, read_if_there(path))


def parse(path: Path, data: bytes | None) -> CaptionFile:
    """``data`` as it was read from ``path``."""
    if data is None:
        return CaptionFile(path, None)
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    try:
        text, undecodable = body.decode("utf-8"), False
    except UnicodeDecodeError:
        text, undecodable = body.decode("utf-8", errors="replace"), True
    lines = tuple(_NEWLINE.split(text))
    endings = (*_NEWLINE.findall(text), "")
    if lines[-1] == "":
        lines, endings = lines[:-1], endings[:-1]
    return CaptionFile(path, data, undecodable, bom, _commonest(endings), lines, endings)


def _same_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which line of ``old`` became which of ``new``: those at the ends that are equal, then what fits best between."""
    shorter = min(len(old), len(new))
    front = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    back = next((at for at in range(shorter - front) if old[-1 - at] != new[-1 - at]), shorter - front)
    yield from ((at, at) for at in range(front))
    yield from ((len(old) - 1 - at, len(new) - 1 - at) for at in range(back))
    middle, fresh = old[front : len(old) - back], new[front : len(new) - back]
    if len(middle) * len(fresh) > _COMPARED_AT_MOST:
        yield from ((front + at, front + at) for at in range(min(len(middle), len(fresh))))
        return
    matcher = difflib.SequenceMatcher(None, middle, fresh, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            pairs = zip(range(old_from, old_to), range(new_from, new_to), strict=False)
            yield from ((front + one, front + two) for one, two in pairs)


def _commonest(endings: tuple[str, ...]) -> str:
    present = [ending for ending in endings if ending]
    return max(("\n", "\r\n", "\r"), key=present.count) if present else "\n"
