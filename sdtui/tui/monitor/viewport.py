"""Which part of a run a chart shows, and where its cursor stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdtui.tui.monitor.series import Series

CLOSEST = 8.0
"""Steps that the closest look shows at least."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """All of the run, or ``width`` steps of it. With ``end`` None these are the newest, also when the run goes on."""

    width: float | None = None
    end: float | None = None
    cursor: float | None = None
    """The step that is read off; None: no cursor."""

    @property
    def is_all(self) -> bool:
        """Whether nothing is out of sight."""
        return self.width is None

    def bounds(self, first: float, last: float) -> tuple[float, float]:
        """The first and last step in sight, of a run that goes from ``first`` to ``last``."""
        last = max(last, first + 1.0)
        if self.width is None or self.width >= last - first:
            return first, last
        end = last if self.end is None else min(last, max(self.end, first + self.width))
        return end - self.width, end

    def zoomed(self, factor: float, first: float, last: float) -> Viewport:
        """``factor`` times as much in sight, around the cursor where there is one, else around what is in sight.

        A view that follows the newest step goes on doing so.
        """
        low, high = self.bounds(first, last)
        closest = max(CLOSEST, 1e-12 * abs(last))  # steps of 1e18 cannot be told apart any more
        width = max((high - low) * factor, min(closest, last - first))
        if width >= last - first:
            return replace(self, width=None, end=None)
        if self.cursor is None:
            end = self.end if self.end is None else (low + high + width) / 2
        else:
            share = (self.cursor - low) / (high - low) if low <= self.cursor <= high else 0.5
            end = self.cursor + (1.0 - share) * width
        return replace(self, width=width, end=self._settled(end, last))

    def panned(self, share: float, first: float, last: float) -> Viewport:
        """Moved by this share of what is in sight: earlier where negative."""
        low, high = self.bounds(first, last)
        if self.width is None:
            return self
        end = min(last, max(high + share * (high - low), first + self.width))
        return replace(self, end=self._settled(end, last))

    def at_begin(self, first: float) -> Viewport:
        """The earliest steps, and the cursor there."""
        return replace(self, end=None if self.width is None else first + self.width, cursor=first)

    def at_end(self) -> Viewport:
        """Following the newest step, without a cursor."""
        return replace(self, end=None, cursor=None)

    def pointed(self, step: float, first: float, last: float) -> Viewport:
        """The cursor at ``step``, which is brought into sight."""
        step = min(last, max(first, step))
        low, high = self.bounds(first, last)
        if self.width is None or low <= step <= high:
            return replace(self, cursor=step)
        end = step + 0.1 * self.width if step > high else step + 0.9 * self.width
        return replace(self, cursor=step, end=self._settled(min(last, max(end, first + self.width)), last))

    @staticmethod
    def _settled(end: float | None, last: float) -> float | None:
        """At the end of the run is with the run."""
        return None if end is None or end >= last else end


def neighbour(series: Series, step: float | None, by: float) -> float | None:
    """The step of a point that lies about ``by`` steps (at least one point) from ``step``; None without points.

    Without a ``step`` it is the newest point.
    """
    if not len(series):
        return None
    if step is None:
        return float(series.steps[-1])
    here = series.nearest(step)
    there = series.nearest(step + by)
    assert here is not None
    assert there is not None
    if there == here or (by > 0) != (there > here):
        there = min(len(series) - 1, max(0, here + (1 if by > 0 else -1)))
    return float(series.steps[there])
