"""Repeats that give each subset the share of an epoch that is wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOST_REPEATS = 100
"""Repeats of the subset that repeats most, up to which a better fit is looked for."""
_GOOD = 0.01
"""A fit that is off by less than this part of an epoch is good enough: fewer repeats win over a closer one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One subset that is trained; regularization follows by itself and is none."""

    name: str
    images: int
    repeats: int


def repeats_for(parts: Sequence[Part], shares: Mapping[str, float]) -> dict[str, int]:
    """The repeats, at least 1 each, that bring the named parts nearest to ``shares`` (0 to 1, of all entries).

    Parts that are not named keep their repeats where some are named, so that their entries are the measure for the
    rest. Raises ValueError where the shares are not above 0, or leave nothing for the parts that are not named, or do
    not add up to 1 where all are named.
    """
    wanted = {part.name: shares[part.name] for part in parts if part.name in shares and part.images}
    kept = [part for part in parts if part.name not in wanted and part.images]
    if any(share <= 0 for share in wanted.values()):
        raise ValueError("a share must be more than 0")
    total = math.fsum(wanted.values())
    if kept and total >= 1:
        raise ValueError(f"the shares add up to {total:.0%}, which leaves nothing for {kept[0].name}")
    if not kept and abs(total - 1) > 0.005:
        raise ValueError(f"the shares of all subsets add up to {total:.0%}, not to 100%")
    found = {part.name: part.repeats for part in parts}
    if kept:
        entries = sum(part.images * part.repeats for part in kept) / (1 - total)
        return found | {name: _nearest(share * entries, _images(parts, name)) for name, share in wanted.items()}
    return found | _fitted([part for part in parts if part.name in wanted], wanted)


def equal_repeats(parts: Sequence[Part]) -> dict[str, int]:
    """The repeats that let every part be seen about equally often."""
    filled = [part for part in parts if part.images]
    return repeats_for(parts, {part.name: 1 / len(filled) for part in filled}) if filled else {}


def weighted_repeats(parts: Sequence[Part], weights: Mapping[str, float]) -> dict[str, int]:
    """The repeats for entries in the ratio of ``weights``; a part without one weighs 1. Raises ValueError."""
    filled = [part for part in parts if part.images]
    total = math.fsum(weights.get(part.name, 1) for part in filled)
    return repeats_for(parts, {part.name: weights.get(part.name, 1) / total for part in filled}) if filled else {}


def divided(repeats: Mapping[str, int]) -> dict[str, int]:
    """The same ratios in the smallest numbers: divided by their greatest common divisor."""
    divisor = math.gcd(*repeats.values()) if repeats else 1
    return {name: count // max(1, divisor) for name, count in repeats.items()}


def shares_of(parts: Sequence[Part], repeats: Mapping[str, int]) -> dict[str, float]:
    """The share of all entries that each part has with ``repeats``."""
    entries = {part.name: part.images * repeats.get(part.name, part.repeats) for part in parts}
    total = sum(entries.values())
    return {name: count / total if total else 0.0 for name, count in entries.items()}


def _images(parts: Sequence[Part], name: str) -> int:
    return next(part.images for part in parts if part.name == name)


def _nearest(entries: float, images: int) -> int:
    return max(1, round(entries / images))


def _fitted(parts: Sequence[Part], wanted: Mapping[str, float]) -> dict[str, int]:
    """The smallest repeats whose shares are good enough, else those that come nearest."""
    per_image = {part.name: wanted[part.name] / part.images for part in parts}
    least, most = min(per_image.values()), max(per_image.values())
    best: tuple[float, dict[str, int]] | None = None
    # The part that repeats least repeats once, twice, ...; where one needs very many, that is the end of the search.
    for times in range(1, max(1, math.floor(_MOST_REPEATS * least / most)) + 1):
        found = {name: max(1, round(weight / least * times)) for name, weight in per_image.items()}
        off = max(abs(share - wanted[name]) for name, share in shares_of(parts, found).items())
        if best is None or off < best[0] - 1e-12:
            best = (off, found)
        if off < _GOOD:
            break
    assert best is not None
    return best[1]
