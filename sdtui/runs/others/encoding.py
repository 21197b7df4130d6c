"""A log that Windows PowerShell has written (``> log.txt``, ``Tee-Object``): UTF-16, of which sdtui makes UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import tempfile
from pathlib import Path

_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PIECE = 1 << 20


def encoding_of(log: Path) -> str | None:
    """``utf-16-le`` or ``utf-16-be`` where its byte order mark says so, else None."""
    try:
        with log.open("rb") as file:
            return _MARKS.get(file.read(2))
    except OSError:
        return None


class Utf8Copy:
    """What a UTF-16 log holds, as UTF-8 in a file that is gone when this is closed or forgotten."""

    def __init__(self, log: Path, encoding: str) -> None:
        self._log = log
        self._encoding = encoding
        self._file = tempfile.NamedTemporaryFile(prefix="sdtui-", suffix=".log")  # noqa: SIM115 (open as long as this)
        self.path = Path(self._file.name)
        self._begin()

    def read_new(self) -> None:
        """Go on with what was appended to the log; from the beginning where it has become shorter."""
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            if log.seek(0, 2) < self._offset:
                self._file.seek(0)
                self._file.truncate()
                self._begin()
            log.seek(self._offset)
            while data := log.read(_PIECE):
                self._offset += len(data)
                self._file.write(self._decoder.decode(data).encode("utf-8", "replace"))
            self._file.flush()

    def close(self) -> None:
        """Take the copy away."""
        self._file.close()

    def _begin(self) -> None:
        self._offset = 2
        self._decoder = codecs.getincrementaldecoder(self._encoding)("replace")
