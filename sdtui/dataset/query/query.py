"""A filter that was understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sdtui.dataset.query.nodes import Node
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

    def matches(self, subject: Subject) -> bool:
        """Whether the image is meant. Raises QueryError where a regular expression takes too long on it."""
        return self._predicate(subject)

    @cached_property
    def _predicate(self) -> Predicate:
        return predicate(self.root, self.text)

    def __str__(self) -> str:
        return "" if self.root is None else str(self.root)


def parse(text: str) -> Query:
    """The filter that ``text`` says, in the language of this package's docstring. Raises QueryError."""
    return Query(understand(text), text)
