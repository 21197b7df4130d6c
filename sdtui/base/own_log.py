"""What a process without a terminal says: its standard error is a file, and may stand on a disk that is full."""

from __future__ import annotations

import contextlib
import os


def note(sentence: str) -> None:
    """Write a line to standard error where that can be; nothing ends because it cannot.

    Past ``sys.stderr``, which keeps what it could not write and makes of it another exit status at the end.
    """
    with contextlib.suppress(OSError):
        os.write(2, f"{sentence}\n".encode("utf-8", errors="replace"))
