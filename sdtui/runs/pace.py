"""How fast a run goes and when it will end."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence

_WINDOW = 60.0
"""Seconds of training that the speed is taken from."""
_ENOUGH_STEPS = 30
_ENOUGH_SECONDS = 10.0
_RECENT = 200
"""Points that the speed is taken from where nobody watched the run."""


class Pace:
    """Learns from what is seen while it happens; time that goes into samples, saving and validation is left out."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        """(seconds of training, step), oldest first."""
        self._trained = 0.0
        self._last: float | None = None
        self._first: tuple[float, int] | None = None
        self._busy = True

    def see(self, now: float, step: int, *, training: bool) -> None:
        """At ``now`` (any clock that only goes forward, seconds) the run stood at ``step``."""
        if self._seen and step < self._seen[-1][1]:
            self._seen.clear()
        if self._last is not None and not self._busy:
            self._trained += max(0.0, now - self._last)
        if training and self._first is None:
            self._first = (now, step)
        self._last, self._busy = now, not training
        if not self._seen or step > self._seen[-1][1]:
            self._seen.append((self._trained, step))
        while len(self._seen) > 2 and self._seen[-1][0] - self._seen[1][0] >= _WINDOW:
            self._seen.popleft()

    @property
    def it_per_s(self) -> float | None:
        """Steps a second over the last minute of training; None until a few seconds and steps were seen."""
        if len(self._seen) < 3:
            return None
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        if ended - began < 3.0:
            return None
        return (last - first) / (ended - began)

    @property
    def overall(self) -> float | None:
        """Steps a second since this run was first seen training, samples and saving counted; None for too few."""
        if self._first is None or self._last is None or not self._seen:
            return None
        (began, first), last = self._first, self._seen[-1][1]
        enough = last - first > _ENOUGH_STEPS and self._last - began >= _ENOUGH_SECONDS
        return (last - first) / (self._last - began) if enough else None


def recorded_speed(steps: Sequence[int], times: Sequence[float]) -> float | None:
    """Steps a second by the wall times (seconds) that stand beside scalars, oldest first; None for too few.

    Pauses that are much longer than a step are left out.
    """
    recent = list(zip(steps[-_RECENT:], times[-_RECENT:], strict=True))
    spans = [(t2 - t1, s2 - s1) for (s1, t1), (s2, t2) in itertools.pairwise(recent) if s2 > s1 and t2 >= t1]
    if len(spans) < 3:
        return None
    usual = sorted(seconds / count for seconds, count in spans)[len(spans) // 2]
    plain = [(seconds, count) for seconds, count in spans if seconds / count <= 5 * usual + 0.001]
    seconds = sum(span[0] for span in plain)
    return sum(span[1] for span in plain) / seconds if seconds > 0 else None


def recorded_overall(steps: Sequence[int], times: Sequence[float]) -> float | None:
    """Steps a second from the first to the last scalar, samples and saving counted; None for too few."""
    if len(steps) < 2 or steps[-1] - steps[0] <= _ENOUGH_STEPS or times[-1] - times[0] < _ENOUGH_SECONDS:
        return None
    return (steps[-1] - steps[0]) / (times[-1] - times[0])


def seconds_left(step: int, total: int | None, overall: float | None) -> float | None:
    """What remains at the ``overall`` speed (steps a second, samples and saving counted).

    None ("estimating") until more than 30 steps are done.
    """
    if total is None or overall is None or overall <= 0 or step <= _ENOUGH_STEPS:
        return None
    return max(0, total - step) / overall
