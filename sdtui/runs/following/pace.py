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
_LATELY = 20
_ODD = 600.0
_ODD_TIMES = 20
"""A pause of more seconds than this, and so many times longer than others, is no pause of the trainer's."""


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


class Recorded:
    """Learns the same from the wall times that stand beside scalars, of a run that nobody need have watched.

    Each point is looked at once. Times that are far longer than a step are pauses: samples, saving, validation. One
    that is far longer than all others is none of these (the computer slept, the run was held) and counts for nothing.
    """

    def __init__(self) -> None:
        self._read = 0
        self._last: tuple[int, float] | None = None
        self._usual: float | None = None
        """Seconds of a step, as they were lately."""
        self._pauses: list[float] = []
        self._in_a_row = 0
        self._steps = 0

    def see(self, steps: Sequence[int], times: Sequence[float]) -> None:
        """Go on with what is new at the end of both: steps, and seconds by any clock."""
        for place in range(self._read, len(steps)):
            step, moment = steps[place], times[place]
            if self._last is not None and step > self._last[0]:
                self._span(step - self._last[0], moment - self._last[1])
            if self._last is None or step > self._last[0]:
                # Of several points of a step the first: with accumulation each part of a step writes one.
                self._last = (step, moment)
        self._read = len(steps)

    @property
    def pause_per_step(self) -> float:
        """Seconds of pauses for each step, over all that was seen; 0.0 as long as there was none."""
        if not self._pauses or not self._steps:
            return 0.0
        ordered = sorted(self._pauses)
        longest = max(_ODD, _ODD_TIMES * ordered[(len(ordered) - 1) // 2])
        return sum(pause for pause in ordered if pause <= longest) / self._steps

    def _span(self, steps: int, seconds: float) -> None:
        if seconds < 0:
            return  # the clock was set
        self._steps += steps
        each = seconds / steps
        if self._usual is None:
            self._usual = each
        elif each > 5 * self._usual + 0.001:
            self._pauses.append(seconds - steps * self._usual)
            self._in_a_row += 1
            if self._in_a_row == _ENOUGH_STEPS:  # these are no pauses: it has become slow
                del self._pauses[-_ENOUGH_STEPS:]
                self._usual = each
            return
        self._in_a_row = 0
        self._usual += (each - self._usual) / _LATELY


def recorded_speed(steps: Sequence[int], times: Sequence[float]) -> float | None:
    """Steps a second by the wall times (seconds) that stand beside scalars, oldest first; None for too few.

    Pauses that are much longer than a step are left out.
    """
    recent = _first_of_each(steps[-_RECENT:], times[-_RECENT:])
    spans = [(t2 - t1, s2 - s1) for (s1, t1), (s2, t2) in itertools.pairwise(recent) if s2 > s1 and t2 >= t1]
    if len(spans) < 3:
        return None
    usual = sorted(seconds / count for seconds, count in spans)[len(spans) // 2]
    plain = [(seconds, count) for seconds, count in spans if seconds / count <= 5 * usual + 0.001]
    seconds = sum(span[0] for span in plain)
    return sum(span[1] for span in plain) / seconds if seconds > 0 else None


def _first_of_each(steps: Sequence[int], times: Sequence[float]) -> list[tuple[int, float]]:
    """Of several points of a step the first: with accumulation each part of a step writes one."""
    points = list(zip(steps, times, strict=True))
    return points[:1] + [now for before, now in itertools.pairwise(points) if now[0] != before[0]]


def with_pauses(it_per_s: float | None, pause_per_step: float) -> float | None:
    """Steps a second with pauses counted; None where the speed is not known."""
    return 1 / (1 / it_per_s + pause_per_step) if it_per_s else None


def seconds_left(step: int, total: int | None, overall: float | None) -> float | None:
    """What remains at the ``overall`` speed (steps a second, samples and saving counted).

    None ("estimating") until more than 30 steps are done.
    """
    if total is None or overall is None or overall <= 0 or step <= _ENOUGH_STEPS:
        return None
    return max(0, total - step) / overall
