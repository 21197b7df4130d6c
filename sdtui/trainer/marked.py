"""Text whose every character carries where it came from, through all that the trainer does to a caption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby


class PartKind(str, Enum):
    """Where a part of a trained text comes from."""

    CAPTION = "caption"
    PREFIX = "prefix"
    """caption_prefix, and the space after it."""
    SUFFIX = "suffix"
    """caption_suffix, and the space before it."""
    TAGS = "tags"
    """The tags of a metadata entry, joined after its caption."""
    CLASS_TOKENS = "class tokens"
    """class_tokens, for want of a caption."""
    CHOICE = "choice"
    """One alternative of ``{a|b}``, the longest; another one is taken in other uses."""
    SEPARATOR = "separator"
    """What the trainer puts between tags, and between the caption and the tags of a metadata entry."""
    SECONDARY = "secondary separator"
    """caption_separator in place of secondary_separator, put there at the very end: it divides no tags."""


class Fate(str, Enum):
    """What becomes of a part from one use of the caption to the next."""

    AS_WRITTEN = "as written"
    """No tag is shuffled, dropped or held back."""
    KEPT = "kept"
    """Stays where it stands while other tags are shuffled, dropped or held back."""
    LOOSE = "loose"
    """Shuffled, dropped or held back with the other loose tags, whichever of these is on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one character of a trained text carries."""

    kind: PartKind
    fate: Fate = Fate.AS_WRITTEN
    alternatives: tuple[str, ...] = ()
    """What stands between ``{`` and ``}``, this one included; empty but for a choice."""


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a trained text, in code points."""

    kind: PartKind
    start: int
    stop: int
    fate: Fate = Fate.AS_WRITTEN
    alternatives: tuple[str, ...] = ()
    """Of a choice: all that can stand here, this one included."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the mark of each of its characters. Its methods do as those of ``str``."""

    text: str
    marks: list[Mark]

    @classmethod
    def of(cls, text: str, mark: Mark) -> Marked:
        """``text``, all of it with one mark."""
        return cls(text, [mark] * len(text))

    def __str__(self) -> str:
        return self.text

    def __len__(self) -> int:
        return len(self.text)

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __add__(self, other: Marked) -> Marked:
        return Marked(self.text + other.text, self.marks + other.marks)

    def __getitem__(self, part: slice) -> Marked:
        return Marked(self.text[part], self.marks[part])

    def join(self, parts: Iterable[Marked]) -> Marked:
        """``parts`` with this between them."""
        several = list(parts)
        marks: list[Mark] = []
        for at, part in enumerate(several):
            if at:
                marks += self.marks
            marks += part.marks
        return Marked(self.text.join(part.text for part in several), marks)

    def split(self, separator: str, most: int = -1) -> list[Marked]:
        """The parts between the first ``most`` separators."""
        found = []
        at = 0
        for text in self.text.split(separator, most):
            found.append(Marked(text, self.marks[at : at + len(text)]))
            at += len(text) + len(separator)
        return found

    def strip(self) -> Marked:
        """Without white space around it."""
        return self[len(self.text) - len(self.text.lstrip()) : len(self.text.rstrip())]

    def replace(self, old: str, new: str) -> Marked:
        """``new`` for each ``old``, with the mark that the first character of ``old`` had."""
        return self.replaced(old, new, lambda mark: mark)

    def replaced(self, old: str, new: str, mark: Callable[[Mark], Mark]) -> Marked:
        """``new`` for each ``old``, marked by what its first character was marked with."""
        first, *rest = self.split(old)
        if not rest:
            return self
        marks = list(first.marks)
        at = len(first)
        for part in rest:
            marks += [mark(self.marks[at])] * len(new)
            marks += part.marks
            at += len(old) + len(part)
        return Marked(self.text.replace(old, new), marks)

    def with_fate(self, fate: Fate) -> Marked:
        """The same, with another fate."""
        marks: list[Mark] = []
        for _, run in self._runs():
            marks += [Mark(run[0].kind, fate, run[0].alternatives)] * len(run)
        return Marked(self.text, marks)

    def parts(self) -> tuple[Part, ...]:
        """Its ranges of one mark each, which cover it without a gap."""
        return tuple(Part(run[0].kind, at, at + len(run), run[0].fate, run[0].alternatives) for at, run in self._runs())

    def _runs(self) -> Iterator[tuple[int, list[Mark]]]:
        # By identity: two choices side by side are two, though they may offer the same.
        at = 0
        for _, group in groupby(self.marks, key=id):
            run = list(group)
            yield at, run
            at += len(run)
