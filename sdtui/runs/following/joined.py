"""The curves of several parts of a run as one: each is cut where the next goes on, and the last one grows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdtui.runs.following.curves import Curve
from sdtui.runs.following.growing import Growing


@dataclass(frozen=True, slots=True)
class Piece:
    """The curves of one part, what its steps are shifted by, and where it is cut; both by tag."""

    curves: Mapping[str, Curve]
    shifts: Mapping[str, int]
    ends: Mapping[str, int | None]
    """The last step that counts, over all parts; None for the part that goes on."""


class JoinedCurve:
    """One scalar over all parts. What does not change any more is put together once."""

    def __init__(self) -> None:
        self._earlier: tuple[tuple[Curve, int, int | None], ...] = ()
        self._steps, self._values, self._times = Growing("q"), Growing("d"), Growing("d")
        self._shift = 0
        self._taken = 0
        """Points of the part that goes on."""
        self._last_step, self._last_value = 0, 0.0
        self._shown: Curve | None = None

    def joined(self, earlier: Sequence[tuple[Curve, int, int | None]], last: Curve | None, shift: int) -> Curve:
        """All of it; the same object until something was added."""
        if not self._goes_on(earlier, last, shift):
            self._begin(earlier, shift)
        if last is not None:
            self._grow(last, shift)
        if self._shown is None:
            whole = len(self._times) == len(self._steps)
            self._shown = Curve(self._steps.taken(), self._values.taken(), self._times.taken() if whole else ())
        return self._shown

    def _goes_on(self, earlier: Sequence[tuple[Curve, int, int | None]], last: Curve | None, shift: int) -> bool:
        """Whether what was put together still is the beginning of it."""
        same = len(earlier) == len(self._earlier) and all(
            mine[0] is other[0] and mine[1:] == other[1:] for mine, other in zip(self._earlier, earlier, strict=True)
        )
        if not same or shift != self._shift or last is None:
            return same and self._taken == 0
        # A log that was begun anew is another curve.
        return self._taken <= len(last) and (self._taken == 0 or last.steps[self._taken - 1] == self._last_step)

    def _grow(self, last: Curve, shift: int) -> None:
        if self._taken and last.values[self._taken - 1] != self._last_value:
            # The console tells the average of a step again, corrected.
            self._values.taken()[-1] = last.values[self._taken - 1]  # type: ignore[call-overload]
            self._shown = None
        if self._taken < len(last):
            self._extend(last, self._taken, len(last), shift)
            self._shown = None
        if len(last):
            self._taken, self._last_step, self._last_value = len(last), last.steps[-1], last.values[-1]

    def _begin(self, earlier: Sequence[tuple[Curve, int, int | None]], shift: int) -> None:
        self._steps, self._values, self._times = Growing("q"), Growing("d"), Growing("d")
        self._earlier, self._shift, self._shown, self._taken = tuple(earlier), shift, None, 0
        for curve, by, end in earlier:
            stop = len(curve) if end is None else bisect_right(curve.steps, end - by)
            self._extend(curve, 0, stop, by)

    def _extend(self, curve: Curve, start: int, stop: int, by: int) -> None:
        steps = curve.steps[start:stop]
        self._steps.extend([step + by for step in steps] if by else steps)
        self._values.extend(curve.values[start:stop])
        self._times.extend(curve.times[start:stop])


class JoinedCurves:
    """All scalars of a run over its parts."""

    def __init__(self) -> None:
        self._by_tag: dict[str, JoinedCurve] = {}

    def of(self, pieces: Sequence[Piece]) -> dict[str, Curve]:
        """``pieces`` oldest first; the last one is the part that goes on."""
        *earlier, last = pieces
        tags = dict.fromkeys(tag for piece in pieces for tag in piece.curves)
        return {tag: self._joined(tag, earlier, last) for tag in tags}

    def _joined(self, tag: str, earlier: Sequence[Piece], last: Piece) -> Curve:
        before = [(piece.curves[tag], piece.shifts[tag], piece.ends[tag]) for piece in earlier if tag in piece.curves]
        growing = self._by_tag.setdefault(tag, JoinedCurve())
        return growing.joined(before, last.curves.get(tag), last.shifts.get(tag, 0))
