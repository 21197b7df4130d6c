"""The command line without a process of its own, as a fixture."""

from __future__ import annotations

import pytest

from tests.cli.inside import run_inside
from tests.conftest import Cli, CliResult


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Cli:
    """As the fixture ``sdtui``, in this process: starting Python again and again would be most of a test."""

    def run(*args: object) -> CliResult:
        return run_inside(monkeypatch, *args)

    return run
