"""What a file of settings says, in the trainer's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Left:
    """A setting that found no place."""

    key: str
    """As the file writes it."""
    value: str
    why: str
    """A sentence."""


@dataclass(slots=True)
class Found:
    """What a file says; its reader fills it in."""

    kind: str
    """Who writes such files, for people."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """The trainer's own argument names with what the file has for each."""
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Sentences about what was understood otherwise than it is written."""
    script: str | None = None
    """The script that it is for; None where the file does not say it."""

    def leave(self, key: str, value: Any, why: str) -> None:
        """Name what has no place; what says nothing is passed over."""
        if not says_nothing(value):
            self.left.append(Left(key, shown(value), why))

    def leave_all(self, values: Mapping[str, Any], why: str) -> None:
        """Name several for the same reason."""
        for key, value in values.items():
            self.leave(key, value, why)


def says_nothing(value: Any) -> bool:
    """Whether a value is what programs write for "not set"."""
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def shown(value: Any) -> str:
    """A value of a file for people, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(shown(one) for one in value)
    return " ".join(str(value).split())
