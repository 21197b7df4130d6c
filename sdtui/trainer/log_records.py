"""The trainer's log as rich prints it: a level, a message, the file it came from; and the wrapping undone.

``RichHandler`` (library/utils.py, setup_logging) wraps at the console's width, which is 80 columns on a pipe, and
breaks long paths in the middle. With ``--console_log_simple`` and in versions before the logger, messages are plain
lines.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_HEAD = re.compile(
    r"\s*(?:\[?\d[\d/:\- ]{7,20}\]?\s+)?(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)(?P<pad> +)(?P<message>.*)"
)
_ORIGIN = re.compile(r"(?:(?<=\s)|^)[\w.\-]+\.py:\d+\s*$")
_BILINGUAL = re.compile(r"(?P<english>.+?) / [\x20-\x7e]{0,40}[^\x00-\x7f].*?(?P<file>: (?:/|\.|[A-Za-z]:\\).*)?")
INDENT = " " * 20
MOST_LINES = 200


@dataclass
class LogRecord:
    """One message of the log, as far as it was read."""

    level: str
    column: int | None
    """Cells that a line of the message has, None where the origin does not say."""
    pieces: list[str] = field(default_factory=list)
    before: str = ""
    """What stands before the message: the time and the level, padded."""
    origin: str = ""
    """``train_util.py:2090``; empty where it is not told."""

    def add(self, text: str) -> None:
        """One more line of the message."""
        if len(self.pieces) < MOST_LINES:
            self.pieces.append(text.strip())

    def filled(self) -> bool:
        """True when the last line has no cell left, so that a word may have been broken there."""
        return bool(self.pieces) and self.column is not None and width(self.pieces[-1]) >= self.column

    def _broken(self, piece: str) -> bool:
        """Whether a word goes on in the line below: rich breaks one that is longer than a line, from a line's start."""
        return self.column is not None and width(piece) >= self.column and " " not in piece

    def wraps_into(self, text: str) -> bool:
        """Whether ``text``, the line below, goes on with the message because the last line had no room for its word."""
        if self.column is None or not self.pieces or not text.startswith(INDENT) or not text.strip():
            return False
        return width(self.pieces[-1]) + 1 + width(text.split(None, 1)[0]) > self.column

    def text(self) -> str:
        """The message on one line."""
        whole = ""
        for index, piece in enumerate(self.pieces):
            broken = index > 0 and self._broken(self.pieces[index - 1])
            whole += piece if broken or not whole else (f" {piece}" if piece else "")
        return whole.strip()


def begin_record(line: str) -> LogRecord | None:
    """The record that ``line`` begins, None where it begins none."""
    found = _HEAD.match(line)
    if found is None:
        return None
    message = found["message"]
    origin = _ORIGIN.search(message)
    column = None
    if origin is not None:
        # rich pads the level to 8 cells, then one cell between the columns, also before the origin.
        start = found.start("level") + 9
        column = width(line[: found.start("message") + origin.start()]) - 1 - width(line[:start])
        message = message[: origin.start()]
    # Of a message without words the origin comes next, at the far end of a row that may be hundreds of cells wide.
    said = found.start("message") if message.strip() else found.start("level") + 9
    record = LogRecord(found["level"], column, before=line[:said], origin=origin.group().strip() if origin else "")
    record.add(message)
    return record


def english(text: str) -> str:
    """The English half of a bilingual message (``english / 日本語: /file``), with the file if it has one."""
    found = _BILINGUAL.fullmatch(text)
    return found["english"] + (found["file"] or "") if found else text


def width(text: str) -> int:
    """Cells that ``text`` takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text
    )
