"""The file that marks are kept in: lines are only ever added, by several processes, and a torn one does no harm."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdtui.base import files
from sdtui.base.errors import WriteError
from sdtui.base.files import append, make_home, read_error, write_atomic, write_error
from sdtui.dataset.marks_history import History, head_line
from sdtui.plans.lock import only_writer

_WASTED = 1000
"""Lines that say nothing any more, beyond which the log is written anew (once they are the most of it)."""
_HEAD = 64
"""Bytes; the first line fits into it and is never the same twice."""


class MarksLog:
    """The log in a project's ``home``, and the History that its lines tell."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "marks.jsonl"
        self.history = History()
        self._head = b""
        self._offset = 0

    def catch_up(self) -> bool:
        """Read what was added since the last time, here or by others. True when there was anything. UnreadableError."""
        try:
            with self.path.open("rb") as file:
                head = file.read(_HEAD).partition(b"\n")[0]
                size = file.seek(0, os.SEEK_END)
                anew = head != self._head or size < self._offset
                if anew:
                    self.history, self._head, self._offset = History(), head, 0
                file.seek(self._offset)
                return self._take(file.read()) or anew
        except (FileNotFoundError, NotADirectoryError):
            gone = bool(self._head)
            self.history, self._head, self._offset = History(), b"", 0
            return gone
        except OSError as error:
            raise read_error(error, self.path) from error

    def _take(self, data: bytes) -> bool:
        # What has no line feed at its end was torn, or is being written by another process now.
        whole = data[: data.rfind(b"\n") + 1]
        for line in whole.splitlines(keepends=True):
            self.history.read(line)
        self._offset += len(whole)
        return bool(whole)

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """Be the only one who writes, knowing all that was written; True where others wrote since.

        Raises WriteError and UnreadableError.
        """
        make_home(self.home)
        with only_writer(self.path):
            yield self.catch_up()

    def add(self, lines: bytes) -> None:
        """Add whole lines and let them happen; within ``writing``. Raises WriteError, and then nothing was added.

        They outlive this process at once, and a power cut once the system has written them: no key waits for a disk.
        """
        if not self._head:
            lines = head_line(secrets.token_hex(8)) + lines
        try:
            handle = files.kernel.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise write_error(error, self.path) from error
        try:
            if os.fstat(handle).st_size > self._offset:
                os.ftruncate(handle, self._offset)  # a line that a killed process left half written
            append(handle, lines, self.path)
        except OSError as error:
            raise write_error(error, self.path) from error
        except WriteError:
            os.ftruncate(handle, self._offset)
            raise
        finally:
            os.close(handle)
        self.catch_up()
        self._compact()

    def _compact(self) -> None:
        if self.history.wasted < max(_WASTED, self.history.lines // 2):
            return
        try:
            write_atomic(self.path, head_line(secrets.token_hex(8)) + b"".join(self.history.whole()))
        except WriteError:
            return  # the log is only longer than it need be
        self.catch_up()
