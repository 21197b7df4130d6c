"""Where a run's supervisor is started: by itself, in a tmux session, or in a scope of the user's systemd.

Only where the user chose it: a run outlives its terminal without. tmux shows its progress to whoever attaches; a scope
is kept by systemd when it ends the processes of a login (with lingering).
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sdtui.base.errors import RunError, UsageError

NONE = "none"
TMUX = "tmux"
SYSTEMD = "systemd"
_PROGRAMS = {TMUX: "tmux", SYSTEMD: "systemd-run"}
_LINGERING = Path("/var/lib/systemd/linger")
_PATIENCE = 60.0
"""Seconds for tmux to open a session with a Python in it."""


def check_place(place: str | None) -> None:
    """Raises UsageError where what it needs is not installed."""
    program = _PROGRAMS.get(place or NONE)
    if program is not None and shutil.which(program) is None:
        raise UsageError(
            f"Runs are to be started in {place}, but {program} was not found",
            remedy=f"Install it, or set start_in = {NONE!r} in the settings, or say --in {NONE}.",
        )


def notes(place: str | None) -> Iterator[str]:
    """What is to be known before a run is started there."""
    if place == SYSTEMD and not (_LINGERING / getpass.getuser()).exists():
        yield (
            "systemd ends what you started when you log out everywhere, this run with it. "
            "`loginctl enable-linger` lets it go on."
        )


def how_to_look(place: str | None, run_id: str) -> str | None:
    """The command that shows where the run lives; None where that is nowhere in particular."""
    name = _name(run_id)
    return {TMUX: f"tmux attach -t {name}", SYSTEMD: f"systemctl --user status {name}.scope"}.get(place or NONE)


class NoPlaceError(RunError):
    """Nothing was started there."""


@contextmanager
def opened(
    place: str | None, folder: Path, words: Sequence[str], log: int, env: Mapping[str, str]
) -> Iterator[socket.socket]:
    """Start ``words`` there, and give the connection that is their standard input and output.

    ``folder`` is the run's; what they say besides goes into ``log``. Raises OSError, NoPlaceError.
    """
    if place == TMUX:
        with _in_tmux(folder, words, env) as connection:
            yield connection
        return
    if place == SYSTEMD:
        scope = ("systemd-run", "--user", "--scope", "--quiet", "--collect", f"--unit={_name(folder.name)}", "--")
        words = (*scope, *words)
    ours, theirs = socket.socketpair()
    with (
        ours,
        subprocess.Popen(
            words,
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=log,
            cwd="/",
            env=dict(env),
            start_new_session=True,
        ),
    ):
        theirs.close()
        yield ours


@contextmanager
def _in_tmux(folder: Path, words: Sequence[str], env: Mapping[str, str]) -> Iterator[socket.socket]:
    with tempfile.TemporaryDirectory(prefix="sdtui-") as scratch, socket.socket(socket.AF_UNIX) as door:
        path = Path(scratch) / "door"
        door.bind(str(path))
        door.listen(1)
        door.settimeout(_PATIENCE)
        pane = (sys.executable, "-m", "sdtui.runs.supervising.pane", str(path), str(folder), *words)
        kept = [f"{name}={value}" for name, value in env.items() if name == "PYTHONPATH" or name.startswith("XDG_")]
        command = f"exec {shlex.join(['env', *kept, *pane])}"
        done = subprocess.run(
            ["tmux", "new-session", "-d", "-s", _name(folder.name), "-x", "120", "-y", "40", "-c", "/", command],
            capture_output=True,
            text=True,
            errors="replace",
            env=dict(env),
            check=False,
        )
        if done.returncode:
            raise NoPlaceError(f"tmux opened no session ({done.stderr.strip() or 'it did not say why'})")
        try:
            connection, _ = door.accept()
        except TimeoutError as error:
            raise NoPlaceError("Nothing answered from the tmux session that was opened for the run") from error
        with connection:
            yield connection


def _name(run_id: str) -> str:
    """Of the session or the scope: plain letters, which both take."""
    return "sdtui-" + (re.sub(r"[^A-Za-z0-9_-]+", "-", run_id).strip("-") or str(os.getpid()))
