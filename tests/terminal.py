"""A real terminal for tests: a program on a pty, its screen as pyte draws it, keys as a person presses them."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "backspace": "\x7f",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


class Terminal:
    """``sdtui`` with ``args`` on a pty of ``columns`` x ``rows``, as over SSH: 256 colours, no COLORTERM."""

    def __init__(
        self, *args: object, cwd: Path, columns: int = 120, rows: int = 40, term: str = "xterm-256color"
    ) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in ("COLORTERM", "NO_COLOR")}
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes_seen = 0
        self.received = bytearray()
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            sys.executable,
            ["-m", "sdtui", *map(str, args)],
            dimensions=(rows, columns),
            env={**environment, "TERM": term},
            cwd=str(cwd),
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        """Press named keys (``KEYS``) or single characters, one after the other."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type text as it is."""
        self.child.send(text)

    def wait_for(self, pattern: str, timeout: float = 30) -> re.Match[str]:
        """Read until the screen matches ``pattern``; fails with the screen as it then is."""
        end = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.text)
            if found:
                return found
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{pattern!r} did not appear within {timeout} s. The screen:\n{self.text}")

    def until(self, condition: Callable[[], object], timeout: float = 60) -> None:
        """Read until ``condition`` holds; fails with the screen as it then is."""
        end = time.monotonic() + timeout
        while not condition():
            if not self._read(end - time.monotonic(), 0.02):
                raise AssertionError(f"It did not come to that within {timeout} s. The screen:\n{self.text}")

    def wait_until_gone(self, pattern: str, timeout: float = 30) -> None:
        """Read until nothing on the screen matches ``pattern``."""
        end = time.monotonic() + timeout
        while re.search(pattern, self.text):
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{pattern!r} stayed for {timeout} s. The screen:\n{self.text}")

    def wait_for_exit(self, timeout: float = 30) -> int:
        """Read until the program ends; its exit status, negative for a signal."""
        end = time.monotonic() + timeout
        while self.child.isalive():
            if not self._read(end - time.monotonic()) and time.monotonic() > end:
                raise AssertionError(f"It did not end within {timeout} s. The screen:\n{self.text}")
        return -self.child.signalstatus if self.child.signalstatus else int(self.child.exitstatus or 0)

    def kill(self) -> None:
        """SIGKILL the program, as a crash or the kernel would."""
        self.child.kill(signal.SIGKILL)
        self.child.wait()

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size, as a window is dragged."""
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def read(self) -> bool:
        """Take in what has come; False where nothing will come any more."""
        return self._read(1.0, 0.02)

    def _read(self, seconds: float, at_most: float = 1.0) -> bool:
        if seconds <= 0:
            return False
        try:
            data = self.child.read_nonblocking(size=65536, timeout=min(seconds, at_most))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.bytes_seen += len(data)
        self.received += data
        self._stream.feed(data)
        return True
