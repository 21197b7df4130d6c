"""A filter that was understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sdtui.dataset.query.nodes import And, Node, Not, Or, Text
from sdtui.dataset.query.parser import understand
from sdtui.dataset.query.predicates import Predicate, predicate
from sdtui.dataset.query.subject import Subject


@dataclass(frozen=True)
class Query:
    """Says of each image whether it is meant. ``str()`` writes it so that ``parse`` reads the same."""

    root: Node | None
    """None means every image."""
    text: str = field(compare=False)
    """As it was typed."""

    @property
    def empty(self) -> bool:
        """Whether it means every image because nothing was asked for."""
        return self.root is None

    def asks_for(self, field: str) -> bool:
        """Whether a ``field:`` stands anywhere in it."""
        return any(isinstance(node, Text) and node.field == field for node in _within(self.root))

    def matches(self, subject: Subject) -> bool:
        """Whether the image is meant. Raises QueryError where a regular expression takes too long on it."""
        return self._predicate(subject)

    @cached_property
    def _predicate(self) -> Predicate:
        return predicate(self.root, self.text)

    def __str__(self) -> str:
        return "" if self.root is None else str(self.root)


def _within(node: Node | None) -> Iterator[Node]:
    if isinstance(node, Not):
        yield from _within(node.inside)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _within(part)
    elif node is not None:
        yield node


def parse(text: str) -> Query:
    """The filter that ``text`` says, in the language of this package's docstring. Raises QueryError."""
    return Query(understand(text), text)
