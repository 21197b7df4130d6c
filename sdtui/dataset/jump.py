"""Fuzzy search over names, the way fzf does it: terms by spaces, ``'exact``, ``^start``, ``end$``, ``!not``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

# The weights of fzf (src/algo/algo.go): what makes one way of matching better than another.
_MATCH = 16
_GAP_START = -3
_GAP_NEXT = -1
_BREAK = 8
_SLASH = 9
_CAMEL = 7
_IN_A_ROW = 4
_FIRST_TIMES = 2

Hit = tuple[int, Sequence[int]]
"""Score and positions."""


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate that matches."""

    index: int
    score: int
    positions: tuple[int, ...]
    """Code points of the candidate that matched, ascending, for marking them."""


def fuzzy(query: str, candidates: Sequence[str], limit: int | None = 100) -> list[Match]:
    """The best ``limit`` candidates, best first; of equal ones the shorter, then the earlier.

    Case counts only in terms with a capital letter. An empty query matches all, in their order.
    """
    # Longer terms match less often, so that most candidates are done with after the first.
    words = sorted(query.split(), key=len, reverse=True)
    terms = [term for word in words if (term := _term(word)) is not None]
    if not terms:
        return [Match(index, 0, ()) for index in range(len(candidates))[:limit]]
    found: list[tuple[int, int, int, Hit]] = []
    for index, candidate in enumerate(candidates):
        hit = _all_terms(terms, candidate)
        if hit is not None:
            found.append((-hit[0], len(candidate), index, hit))
    best = sorted(found, key=_rank) if limit is None else nsmallest(limit, found, key=_rank)
    return [Match(index, hit[0], tuple(sorted(set(hit[1])))) for _, _, index, hit in best]


def _rank(found: tuple[int, int, int, Hit]) -> tuple[int, int, int]:
    return found[:3]


Term = Callable[[str, str], "Hit | None"]
"""What one term makes of a candidate and of its lower case; None where it does not match."""


def _all_terms(terms: Sequence[Term], candidate: str) -> Hit | None:
    lower = _lower(candidate)
    if len(terms) == 1:
        return terms[0](candidate, lower)
    score = 0
    positions: list[int] = []
    for term in terms:
        hit = term(candidate, lower)
        if hit is None:
            return None
        score += hit[0]
        positions += hit[1]
    return score, positions


def _term(word: str) -> Term | None:
    """The meaning of one word of a query, None while only its sign is typed."""
    if word.startswith("!"):
        return _negated(_anchored(word[1:])) if word[1:] else None
    if word.startswith(("'", "^")) or (word.endswith("$") and len(word) > 1):
        return _anchored(word.removeprefix("'")) if word.strip("'^$") else None
    return _loose(word)


def _negated(term: Term) -> Term:
    return lambda candidate, lower: (0, ()) if term(candidate, lower) is None else None


def _anchored(word: str) -> Term:
    """``^start``, ``end$``, both, or anywhere in one piece."""
    at_start, at_end = word.startswith("^"), word.endswith("$")
    text = word.removeprefix("^").removesuffix("$")
    cased = _is_cased(text)

    def find(candidate: str, lower: str) -> Hit | None:
        where = candidate if cased else lower
        at = len(where) - len(text) if at_end else where.find(text)
        if at < 0 or not where.startswith(text, at) or (at_start and at != 0):
            return None
        positions = range(at, at + len(text))
        return _score(candidate, positions), positions

    return find


def _loose(text: str) -> Term:
    """The letters of ``text`` in their order, with gaps; from the first way that fits, its tightest end."""
    cased = _is_cased(text)
    last = len(text) - 1

    def find(candidate: str, lower: str) -> Hit | None:
        where = candidate if cased else lower
        at = -1
        for letter in text:
            at = where.find(letter, at + 1)
            if at < 0:
                return None
        positions = [at] * (last + 1)
        for index in range(last - 1, -1, -1):
            at = where.rfind(text[index], 0, at)
            positions[index] = at
        return _score(candidate, positions), positions

    return find


def _is_cased(text: str) -> bool:
    return text != text.lower()


def _lower(candidate: str) -> str:
    lower = candidate.lower()
    # A few letters become two when lowered (İ); positions would be off.
    return lower if len(lower) == len(candidate) else "".join(letter.lower()[0] for letter in candidate)


def _score(candidate: str, positions: Sequence[int]) -> int:
    score = 0
    before = -2
    run_bonus = 0
    for at in positions:
        bonus = _bonus(candidate, at)
        if at == before + 1:
            run_bonus = max(run_bonus, bonus)
            score += max(run_bonus, bonus, _IN_A_ROW)
        else:
            run_bonus = bonus
            if before >= 0:
                score += bonus + _GAP_START + _GAP_NEXT * (at - before - 2)
            else:
                score += bonus * _FIRST_TIMES
        score += _MATCH
        before = at
    return score


def _bonus(candidate: str, at: int) -> int:
    """What a match is worth for where it stands: at the beginning of a name, a word, a number."""
    if at == 0:
        return _SLASH
    before, here = candidate[at - 1], candidate[at]
    if before == "/":
        return _SLASH
    if not before.isalnum():
        return _BREAK if here.isalnum() else 0
    if (before.islower() and here.isupper()) or (here.isdigit() and not before.isdigit()):
        return _CAMEL
    return 0
