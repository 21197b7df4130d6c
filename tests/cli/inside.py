"""The command line in this process: the same parsing, errors and exit status, without the start of another Python."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from sdtui.cli.main import _run
from tests.conftest import CliResult


def run_inside(monkeypatch: pytest.MonkeyPatch, *args: object) -> CliResult:
    """``sdtui *args`` with nobody at the terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with monkeypatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", ["sdtui", *map(str, args)])
        patched.setattr(sys, "stdin", io.StringIO())
        status = _run()
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return CliResult([str(arg) for arg in args], status, *texts)
