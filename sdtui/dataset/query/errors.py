"""What is wrong with a filter, and where."""

from __future__ import annotations

from sdtui.base.errors import UsageError


class QueryError(UsageError):
    """A filter that cannot be understood; ``position`` is where in ``text``, in code points from 0 to its length."""

    def __init__(self, what: str, text: str, position: int, *, remedy: str | None = None) -> None:
        self.text = text
        self.position = min(max(position, 0), len(text))
        super().__init__(what, remedy=remedy)
