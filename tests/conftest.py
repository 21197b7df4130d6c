"""Every test has a home of its own: no test reads or writes the developer's settings, caches or runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.zygote import Zygote, needs_new_interpreter

# A test run that was started in the background or by nohup ignores these, and so would every program that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Tests start hundreds of processes, each of which would compile all of sdtui anew where no bytecode is written.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples each time, so that a change is judged by what it changed; "search" looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("search", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

_MARKED = re.compile(r"^pytestmark = pytest\.mark\.(\w+)$", re.MULTILINE)
"""A file all of whose tests are marked."""

CliResult = subprocess.CompletedProcess[str]
Cli = Callable[..., CliResult]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file whose tests are all left out by -m is not imported either: some take seconds, as torch does."""
    left_out = re.findall(r"\bnot (\w+)", config.option.markexpr)
    if not left_out or collection_path.suffix != ".py":
        return None
    marked = _MARKED.search(collection_path.read_text("utf-8"))
    return True if marked is not None and marked[1] in left_out else None


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HOME and the XDG folders in a folder of this test's own; variables that change behaviour are unset."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in (("CONFIG", ".config"), ("STATE", ".local/state"), ("CACHE", ".cache"), ("DATA", ".data")):
        monkeypatch.setenv(f"XDG_{variable}_HOME", str(home / folder))
    for variable in ("NO_COLOR", "SD_SCRIPTS", "KOHYA_SS_PATH", "SD_MODELS_PATH", "COLUMNS", "LINES"):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where command lines are forked from."""
    forking = Zygote()
    yield forking
    forking.close()


@pytest.fixture
def sdtui(zygote: Zygote) -> Cli:
    """Run the real command line in a process of its own: ``sdtui("scan", folder, "--json")``."""

    def run(
        *args: object, stdin: str | None = None, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> CliResult:
        if not needs_new_interpreter(env or {}):
            return zygote.run([*map(str, args)], stdin or "", {**os.environ, **(env or {})}, str(cwd or Path.cwd()))
        return subprocess.run(
            [sys.executable, "-m", "sdtui", *map(str, args)],
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            timeout=240,
            check=False,
        )

    return run
