"""Python tracebacks in a console: plain ones, rich's boxed ones, and what the launcher says of the trainer's end."""

from __future__ import annotations

import re
from collections import deque

from sdtui.trainer.events import LauncherFailed, Traceback

HEADING = "Traceback (most recent call last)"
MOST_LINES = 200
LONGEST = 2000
_BOX = ("│", "╭", "╰", "❱")
_MOST_WRAPPED = 5

_STATUS = re.compile(r"returned non-zero exit status (-?\d+)")
_SIGNAL = re.compile(r"died with (?:<Signals\.\w+: (\d+)>|unknown signal (\d+))")
_EXITCODE = re.compile(r"\s*exitcode\s*:\s*(-?\d+)\b")


class TracebackReader:
    """Collects the lines of one traceback: from its heading to the line that names the exception."""

    def __init__(self, heading: str) -> None:
        self._boxed = heading.lstrip().startswith("╭")
        self._lines: deque[str] = deque([heading[:LONGEST]], maxlen=MOST_LINES)
        self._error = ""
        self._wrapped = 0

    @property
    def named(self) -> bool:
        """True once the exception's name was read: from here on a log message is no part of it."""
        return bool(self._error)

    def take(self, line: str) -> bool:
        """Add ``line`` when it belongs to the traceback; False when the traceback ended before it."""
        if self._error:
            return self._take_detail(line)
        indented = line[:1].isspace() or line.startswith(_BOX)
        self._lines.append(line[:LONGEST])
        if not indented:
            self._error = line
        return True

    def _take_detail(self, line: str) -> bool:
        # rich wraps the error's sentence; plain Python indents what belongs to it (the keys of a state_dict).
        belongs = not line.startswith(_BOX) and HEADING not in line if self._boxed else line[:1].isspace()
        if not belongs or self._wrapped >= (_MOST_WRAPPED if self._boxed else MOST_LINES):
            return False
        self._wrapped += 1
        self._lines.append(line[:LONGEST])
        if self._boxed:
            self._error = f"{self._error.rstrip()} {line.strip()}"
        return True

    def result(self) -> Traceback | LauncherFailed:
        """The traceback; or, where accelerate raised it about the trainer, how the trainer ended."""
        error = self._error.strip()
        return launcher_failure(error) or Traceback(lines=tuple(self._lines), error=error[:LONGEST])


def launcher_failure(error: str) -> LauncherFailed | None:
    """How the trainer ended, from what accelerate raises about it; None for other lines."""
    if "CalledProcessError" not in error[:60]:
        return None
    if found := _SIGNAL.search(error):
        return LauncherFailed(returncode=None, signal=int(found.group(1) or found.group(2)))
    if found := _STATUS.search(error):
        return LauncherFailed(returncode=int(found.group(1)), signal=None)
    return None


def elastic_exit(line: str) -> LauncherFailed | None:
    """How a process of a run on several GPUs ended, from torch's ``exitcode  : -9 (pid: 5)``; None for other lines."""
    found = _EXITCODE.match(line)
    if found is None:
        return None
    code = int(found.group(1))
    return LauncherFailed(None, -code) if code < 0 else LauncherFailed(code, None)
