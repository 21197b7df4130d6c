"""The trainer as a child of its supervisor: how it is started, and why it was not."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sdtui.base.errors import RunError
from sdtui.base.files import explain

_PR_SET_CHILD_SUBREAPER = 36


def inherit_what_is_left_behind() -> None:
    """From now on, whatever a child starts and leaves behind becomes our child: nothing is ever lost sight of."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(command: Sequence[str], env: Mapping[str, str], cwd: str, console: int) -> int:
    """Start ``command`` as the leader of a new session, writing to the open file ``console``, and return its pid.

    Whoever calls waits for it. Raises OSError.
    """
    child = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=console,
        stderr=console,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
    )
    child.returncode = 0  # or Popen would wait for it
    return child.pid


def why_not_started(error: OSError, program: str) -> RunError:
    """What ``spawn`` came to, as a sentence. ``program``: what was to be started."""
    what, remedy = explain(error)
    missing = error.filename if error.filename is not None else program
    if isinstance(error, FileNotFoundError) and Path(missing).is_file():
        what = "Its first line names a Python that does not exist"
        remedy = "Its environment was moved: make it anew."
    return RunError(f"The trainer could not be started. {what}", path=missing, remedy=remedy)
