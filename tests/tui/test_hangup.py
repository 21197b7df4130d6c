"""A terminal that goes away ends the program, also where the signal that says so is ignored."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset.making import image


@pytest.mark.slow
@pytest.mark.parametrize("ignored", [False, True])
def test_the_program_ends_with_its_terminal(tmp_path: Path, ignored: bool) -> None:
    image(tmp_path / "3_cat" / "a.png", 64, 64, "a cat")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sdtui", "open", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=(lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) if ignored else None,  # type: ignore[arg-type,return-value]
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    seen = b""
    while b"a cat" not in seen:
        seen += os.read(ours, 65536)
    os.close(ours)
    assert process.wait(timeout=60) in (0, 129, -signal.SIGHUP)
