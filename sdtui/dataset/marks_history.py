"""What was marked, in the order of its doing: read from the lines of a log, undone, redone, and written as lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

REVIEWED, FLAGGED, STARRED = 1, 2, 4
_LETTERS = {"r": REVIEWED, "f": FLAGGED, "s": STARRED}


@dataclass(frozen=True, slots=True)
class Turn:
    """The marks that one marking set on an image and those that it took away; only what was not so before."""

    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Step:
    """One marking of one or many images."""

    at: float
    """Seconds since 1970."""
    turns: Mapping[int, Turn]
    """By the numbers of the images."""


@dataclass
class History:
    """The markings of a project. An image is a number, so that it stays the same one when its path changes."""

    numbers: dict[str, int] = field(default_factory=dict)
    """Of each path that was marked and not left since."""
    bits: dict[int, int] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    """Bytes of the image files when they were last marked, where known."""
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    """The one that is redone next comes last."""
    lines: int = 0
    unread: list[bytes] = field(default_factory=list)
    """Lines that are damaged or that a newer version wrote."""
    _next: int = 0

    # -- reading -------------------------------------------------------------------------------------------------------

    def read(self, line: bytes) -> None:
        """Let happen what a line of the log says."""
        self.lines += 1
        try:
            self._happen(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
            self.unread.append(line)

    def _happen(self, record: dict[str, Any]) -> None:
        if "turn" in record:
            self._mark(float(record["at"]), _turns_of(record["turn"]))
        elif "moved" in record:
            self._move(_texts(record["moved"]))
        elif record.get("undo"):
            self.undone.append(self._taken_back(self.done.pop()))
        elif record.get("redo"):
            self.done.append(self._turned(self.undone.pop()))
        elif "marks" not in record:
            raise ValueError

    def _mark(self, at: float, marked: Mapping[str, tuple[Turn, int]]) -> None:
        turns: dict[int, Turn] = {}
        for path, (turn, size) in marked.items():
            number = self._number(path)
            turns[number] = turn
            if size:
                self.sizes[number] = size
        self.undone.clear()
        self.done.append(self._turned(Step(at, turns)))

    def _number(self, path: str) -> int:
        if path not in self.numbers:
            self.numbers[path] = self._next
            self._next += 1
        return self.numbers[path]

    def _move(self, moved: Mapping[str, str]) -> None:
        known = {new: self.numbers.pop(old) for old, new in moved.items() if old in self.numbers}
        self.numbers.update(known)

    def _turned(self, step: Step) -> Step:
        for number, turn in step.turns.items():
            self.bits[number] = (self.bits.get(number, 0) | turn.on) & ~turn.off
        return step

    def _taken_back(self, step: Step) -> Step:
        for number, turn in step.turns.items():
            self.bits[number] = (self.bits.get(number, 0) | turn.off) & ~turn.on
        return step

    # -- writing -------------------------------------------------------------------------------------------------------

    @property
    def wasted(self) -> int:
        """Lines that say nothing any more: what was undone and then replaced by something else."""
        return self.lines - len(self.done) - 2 * len(self.undone) - len(self.unread)

    def whole(self) -> Iterator[bytes]:
        """The lines that say all of this anew: the same marks, the same to undo and to redo."""
        paths = {number: path for path, number in self.numbers.items()}
        yield from self.unread
        for step in (*self.done, *reversed(self.undone)):
            yield turn_line(step.at, {paths[n]: (turn, self.sizes.get(n, 0)) for n, turn in step.turns.items()})
        for _ in self.undone:
            yield undo_line()


def turn_line(at: float, turns: Mapping[str, tuple[Turn, int]]) -> bytes:
    """A marking: each path with what was turned and the bytes of its file, 0 where they are not known."""
    grouped: dict[str, dict[str, int]] = {}
    for path, (turn, size) in turns.items():
        grouped.setdefault(_written(turn), {})[path] = size
    return _line({"at": at, "turn": grouped})


def undo_line() -> bytes:
    return _line({"undo": 1})


def redo_line() -> bytes:
    return _line({"redo": 1})


def moved_line(moved: Mapping[str, str]) -> bytes:
    """Images that were found again under another path."""
    return _line({"moved": moved})


def head_line(generation: str) -> bytes:
    """The first line of a log, another one each time that it is written anew."""
    return _line({"marks": 1, "generation": generation})


def _line(record: Mapping[str, Any]) -> bytes:
    # ASCII only: a name that is not UTF-8 holds lone surrogates, which only an escape can carry.
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _written(turn: Turn) -> str:
    return "".join(
        sign + letter
        for sign, bits in (("+", turn.on), ("-", turn.off))
        for letter, bit in _LETTERS.items()
        if bits & bit
    )


def _turns_of(grouped: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[Turn, int]]:
    found: dict[str, tuple[Turn, int]] = {}
    for written, paths in grouped.items():
        turn = Turn(_bits(written, "+"), _bits(written, "-"))
        for path, size in paths.items():
            found[path] = (turn, int(size))
    return found


def _bits(written: str, sign: str) -> int:
    letters: Iterable[str] = (letter for at, letter in enumerate(written) if at % 2 and written[at - 1] == sign)
    return sum(_LETTERS[letter] for letter in set(letters))


def _texts(moved: Mapping[str, str]) -> dict[str, str]:
    if not all(isinstance(new, str) for new in moved.values()):
        raise TypeError
    return dict(moved)
