"""The command that shows a run in TensorBoard, and the ssh line that brings it to the person's own computer."""

from __future__ import annotations

import getpass
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdtui.runs.following.curves import EventFiles
from sdtui.runs.record import RunRecord

PORT = 6006


@dataclass(frozen=True, slots=True)
class TensorBoard:
    """What to type, where."""

    command: str
    """Here."""
    tunnel: str
    """On the person's own computer."""
    url: str
    """In a browser there."""

    @property
    def text(self) -> str:
        """All of it, for the screen."""
        return "\n\n".join(
            (f"Here:\n{self.command}", f"On your own computer:\n{self.tunnel}", f"Then open {self.url} in its browser.")
        )


def tensorboard_of(record: RunRecord, env: Mapping[str, str] = os.environ, ended: float | None = None) -> TensorBoard:
    """``ended`` in seconds since the epoch. ``env`` says how the person came here (SSH_CONNECTION, see ssh(1))."""
    logging_dir = Path(record.logging_dir or record.output_dir)
    folder = EventFiles(logging_dir, record.created).folder(ended)
    words = [_program(record), "--logdir", str(folder), "--port", str(PORT)]
    return TensorBoard(shlex.join(words), shlex.join(_tunnel(env)), f"http://localhost:{PORT}")


def _program(record: RunRecord) -> str:
    """The trainer's own, which can read what it wrote, where it has one."""
    beside = Path(record.command[0]).with_name("tensorboard") if record.command else None
    return str(beside) if beside is not None and beside.is_absolute() and beside.is_file() else "tensorboard"


def _tunnel(env: Mapping[str, str]) -> list[str]:
    forward = ["ssh", "-N", "-L", f"{PORT}:localhost:{PORT}"]
    came = env.get("SSH_CONNECTION", "").split()
    if len(came) != 4:
        return [*forward, f"{_user()}@{os.uname().nodename}"]
    _, _, host, port = came
    return [*forward, *(["-p", port] if port != "22" else []), f"{_user()}@{host}"]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
