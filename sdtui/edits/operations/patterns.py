"""Find and replace by a regular expression that can neither hang nor be misread in silence."""

from __future__ import annotations

from dataclasses import dataclass, field

import regex

from sdtui.base.errors import UsageError
from sdtui.base.regexes import too_large
from sdtui.edits.operations.base import Operation, quoted
from sdtui.edits.operations.setting import Setting, on_read_lines

_GROUP = regex.compile(r"\\(?:g<(?P<name>[^>]*)>|(?P<number>\d+))")

LONGEST_S = 2.0
"""Seconds that a pattern may take for one caption."""


class PatternError(UsageError):
    """A pattern or its replacement cannot be read: ``text`` at ``position`` (code points from 0)."""

    def __init__(self, what: str, text: str, position: int) -> None:
        self.text = text
        self.position = min(position, len(text))
        super().__init__(f"{what} (character {self.position + 1})")


@dataclass(frozen=True, slots=True)
class Regex(Operation):
    """What ``pattern`` finds in a line becomes ``new``, in which ``\\1`` and ``\\g<name>`` are the groups it found.

    Raises PatternError where one of the two cannot be read.
    """

    pattern: str
    new: str
    ignore_case: bool = False
    _compiled: regex.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.pattern:
            raise UsageError("There is no pattern to look for")
        object.__setattr__(self, "_compiled", _compiled(self.pattern, ignore_case=self.ignore_case))
        _check_replacement(self.pattern, self.new)

    @property
    def title(self) -> str:
        return f"replace the pattern {quoted(self.pattern)} by {quoted(self.new)}"

    def apply(self, text: str, setting: Setting) -> str:
        """As ever; raises UsageError where the pattern would take longer than ``LONGEST_S``."""
        return on_read_lines(text, setting, self._on_line)

    def _on_line(self, line: str) -> str:
        try:
            return self._compiled.sub(self.new, line, timeout=LONGEST_S, concurrent=True)
        except TimeoutError:
            raise UsageError(
                f"The pattern {quoted(self.pattern)} takes longer than {LONGEST_S:g} seconds on the caption "
                f"{quoted(line)}, so it was given up",
                remedy="Repeats inside repeats, such as (a+)+, are what makes a pattern slow.",
            ) from None
        except MemoryError:  # a pattern that calls itself without end
            raise UsageError(f"The pattern {quoted(self.pattern)} would fill the memory") from None


def _compiled(pattern: str, *, ignore_case: bool) -> regex.Pattern[str]:
    if (at := too_large(pattern)) is not None:
        raise PatternError("The pattern is too large: it repeats too often", pattern, at)
    try:
        return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error as error:
        raise _unreadable("pattern", error, pattern) from None
    except (RecursionError, OverflowError, MemoryError):
        raise UsageError(f"The pattern {quoted(pattern)} is too large") from None


def _check_replacement(pattern: str, new: str) -> None:
    """A replacement is only read where something is found, which may be in the last of 10,000 captions."""
    everywhere = regex.compile(f"|{pattern}")  # finds nothing at once, and knows all groups of the pattern
    try:
        everywhere.sub(new, "", count=1)
    except (IndexError, regex.error) as error:
        if getattr(error, "pos", None) is not None:
            raise _unreadable("replacement", error, new) from None
        at = _unknown_group(everywhere, new)
        raise PatternError("The replacement names a group that the pattern does not have", new, at) from None
    except MemoryError:
        raise UsageError(f"The pattern {quoted(pattern)} would fill the memory") from None


def _unreadable(what: str, error: Exception, text: str) -> PatternError:
    said = str(error).partition(" at position")[0]
    return PatternError(f"The {what} cannot be read, {said}", text, getattr(error, "pos", None) or 0)


def _unknown_group(pattern: regex.Pattern[str], new: str) -> int:
    """Where in ``new`` the first group is named that ``pattern`` does not have."""
    for found in _GROUP.finditer(new):
        name = found["name"] or found["number"]
        if name not in pattern.groupindex and not (name.isdecimal() and int(name) <= pattern.groups):
            return found.start()
    return 0
