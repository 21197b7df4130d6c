"""What the subset list says about a subset beside its name: how many captions are missing, how many are too long."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.dataset.project import CaptionSource, Sample, Subset


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over the samples of one subset."""

    images: int
    missing: int
    """Images that are trained without any text."""
    over: int
    """Images whose text has more tokens than the limit."""
    broken: int
    """Images that cannot be used as they are."""


def is_missing(sample: Sample) -> bool:
    """No text at all is trained for it: neither a caption nor class tokens."""
    return sample.caption_source is CaptionSource.NONE


class Tallies:
    """Tallies of a project's subsets, each counted once for each state of the subset and each limit."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Subset, int, Tally]] = {}

    def of(self, subset: Subset, limit: int) -> Tally:
        """The tally of ``subset`` where the trainer cuts at ``limit`` tokens."""
        known = self._known.get(subset.name)
        if known is not None and known[0] is subset and known[1] == limit:
            return known[2]
        missing = sum(map(is_missing, subset.samples))
        over = sum(sample.tokens > limit for sample in subset.samples)
        broken = sum(sample.problem is not None for sample in subset.samples)
        counted = Tally(len(subset.samples), missing, over, broken)
        self._known[subset.name] = (subset, limit, counted)
        return counted
