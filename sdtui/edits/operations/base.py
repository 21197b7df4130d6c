"""What every bulk operation on captions is: a title, and a text from a text."""

from __future__ import annotations

from sdtui.edits.operations.setting import Setting

_LONGEST_IN_TITLE = 40


class Operation:
    """One change to be made to many captions. Frozen; making one raises UsageError where it can mean nothing.

    It works on the lines that the trainer reads (the first, or with ``enable_wildcard`` all that are not blank), unless
    it says otherwise: what stands in other lines is neither looked at nor lost.
    """

    __slots__ = ()

    @property
    def title(self) -> str:
        """A few words for the journal and the head of the diff: ``replace 'cat' by 'dog'``."""
        raise NotImplementedError

    def apply(self, text: str, setting: Setting) -> str:
        """``text``, a whole caption with every newline as ``\\n``, as it will be. Changes nothing else."""
        raise NotImplementedError

    def objection(self, text: str, setting: Setting) -> str | None:
        """Why this caption is better left alone, as a sentence; None where nothing speaks against it."""
        return None

    def caution(self, before: str, after: str, setting: Setting) -> str | None:
        """What a person should know of this change to a caption before agreeing, as a sentence."""
        return None


def quoted(text: str) -> str:
    """``text`` in quotes on one line, shortened where it is long; single ones, for titles are told in double ones."""
    line = " ⏎ ".join(text.split("\n"))
    return f"'{line}'" if len(line) <= _LONGEST_IN_TITLE else f"'{line[:_LONGEST_IN_TITLE].rstrip()}…'"
