"""What a filter consists of once it is understood. ``str()`` of each writes it so that it is read back the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

TEXT_FIELDS = ("tag", "caption", "name", "path", "subset", "finding")
NUMBER_FIELDS = ("tags", "chars", "tokens", "width", "height", "repeats")
FLAGS = (
    "missing",
    "empty",
    "over",
    "borrowed",
    "broken",
    "masked",
    "reg",
    "reviewed",
    "flagged",
    "starred",
)

_SPECIAL = re.compile(r"\\(.)|[*?]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Glob:
    """Text with wildcards: ``*`` and ``?``, which ``\\*`` and ``\\?`` stand for themselves; ``\\\\`` is a backslash."""

    source: str
    quoted: bool = False
    """Inside quotes the letters are meant exactly; without, the underscore of a tag also stands for a blank."""

    @property
    def wild(self) -> bool:
        return any(match.group(1) is None for match in _SPECIAL.finditer(self.source))

    @property
    def literal(self) -> str:
        """The text that is meant, where there is no wildcard."""
        return _SPECIAL.sub(lambda match: match.group(1) or match.group(), self.source)

    def pieces(self) -> list[str]:
        """The text around the wildcards, and the wildcards: at odd places ``*`` or ``?``."""
        found = [""]
        at = 0
        for match in _SPECIAL.finditer(self.source):
            found[-1] += self.source[at : match.start()]
            if match.group(1) is None:
                found += [match.group(), ""]
            else:
                found[-1] += match.group(1)
            at = match.end()
        found[-1] += self.source[at:]
        return found

    def __str__(self) -> str:
        return '"' + self.source.replace('"', '\\"') + '"' if self.quoted else self.source


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression as it was written between the slashes, ``\\/`` for a slash."""

    pattern: str
    flags: str = ""
    position: int = field(default=0, compare=False)
    """Where it stands in the filter, for an error that only shows when it is used."""

    def __str__(self) -> str:
        return f"~/{self.pattern}/{self.flags}"


@dataclass(frozen=True, slots=True)
class Text:
    """``tag:solo``, ``caption:~/a+/``, or a bare word (``field`` is None): in the caption or in the name."""

    field: str | None
    value: Glob | Regex

    def __str__(self) -> str:
        return f"{self.field}:{self.value}" if self.field else str(self.value)


@dataclass(frozen=True, slots=True)
class Number:
    """``tokens>75``."""

    field: str
    sign: str
    """One of ``= != < > <= >=``."""
    value: int

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{self.value}"


@dataclass(frozen=True, slots=True)
class Is:
    """``is:over``."""

    flag: str

    def __str__(self) -> str:
        return f"is:{self.flag}"


@dataclass(frozen=True, slots=True)
class Not:
    """What the one inside does not match."""

    inside: Node

    def __str__(self) -> str:
        return f"NOT {_grouped(self.inside, And, Or)}"


@dataclass(frozen=True, slots=True)
class And:
    """What all of them match; two or more."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(_grouped(part, And, Or) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """What one of them matches; two or more."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_grouped(part, Or) for part in self.parts)


Node: TypeAlias = Text | Number | Is | Not | And | Or


def _grouped(node: Node, *weaker: type) -> str:
    return f"({node})" if isinstance(node, weaker) else str(node)


def both(parts: list[Node]) -> Node:
    """All of ``parts``, groups of the same kind taken apart."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(parts: list[Node]) -> Node:
    """One of ``parts``, groups of the same kind taken apart."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
