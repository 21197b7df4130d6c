"""Benchmarks: two ways of doing one thing, timed in turn in the same process, printed as a ratio. Nothing asserted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

Compare = Callable[..., float]


@pytest.fixture
def compare(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Compare:
    """``compare("what", ours, "baseline's name", baseline, rounds=5)`` prints and returns baseline time / our time."""

    def run(
        what: str, ours: Callable[[], object], baseline_name: str, baseline: Callable[[], object], rounds: int = 5
    ) -> float:
        mine: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            for function, times in ((ours, mine), (baseline, theirs)):
                start = time.perf_counter()
                function()
                times.append(time.perf_counter() - start)
        ratio = statistics.median(b / a for a, b in zip(mine, theirs, strict=True))
        with capsys.disabled():
            print(
                f"\n  {what}: {ratio:.2f} times as fast as {baseline_name}"
                f" (median of {rounds}: {statistics.median(mine) * 1000:.2f} ms"
                f" against {statistics.median(theirs) * 1000:.2f} ms)"
            )
        return ratio

    return run
