"""Run as a process of its own: the command line, killed with SIGKILL at the n-th system call that writing makes.

``python -m tests.cli.dying N whole|torn ARGUMENT...``; with N = 0 it lives, and the number of its calls is the last
line of stderr.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from sdtui.__main__ import main as run
from sdtui.base import files

CALLS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir")


class Killer:
    """Counts calls, and kills this process at one of them; ``torn`` lets a write get half-way first."""

    def __init__(self, at: int, *, torn: bool) -> None:
        self.at, self.torn = at, torn
        self.calls = 0
        self._lock = threading.Lock()

    def wrap(self, name: str) -> None:
        real = getattr(files.kernel, name)

        def counting(*args: Any) -> Any:
            with self._lock:
                self.calls += 1
                mine = self.calls
            if mine == self.at:
                self._die(real if self.torn and name == "write" else None, args)
            return real(*args)

        setattr(files.kernel, name, counting)

    def _die(self, write: Callable[..., Any] | None, args: tuple[Any, ...]) -> None:
        if write is not None:
            write(args[0], args[1][: len(args[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    killer = Killer(int(sys.argv[1]), torn=sys.argv[2] == "torn")
    for name in CALLS:
        killer.wrap(name)
    sys.argv[1:] = sys.argv[3:]
    try:
        run()
    finally:
        print(killer.calls, file=sys.stderr)


if __name__ == "__main__":
    main()
