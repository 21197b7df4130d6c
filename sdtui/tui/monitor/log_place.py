"""Where in the log a person wants to go, as they type it; and where they are, in words."""

from __future__ import annotations

from sdtui.base.errors import UsageError
from sdtui.base.text import count
from sdtui.base.work import Progress
from sdtui.trainer.log_lines import LogLine
from sdtui.tui.widgets.lines import Line, Span


def row_of(text: str, rows: int) -> int:
    """The row (from 0) of ``1200`` or ``1,200`` (a line's number, from 1) or ``40%``, in a log of ``rows``.

    Raises UsageError.
    """
    said = text.strip().replace(",", "").replace("_", "")
    try:
        if said.endswith("%"):
            return max(0, min(rows - 1, round(float(said[:-1]) / 100 * (rows - 1))))
        return max(0, min(rows - 1, int(said) - 1))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no line", remedy="Say a number, as 1200, or a share of the log, as 40%."
        ) from error


def where(line: LogLine | None, rows: int, *, following: bool) -> list[Span]:
    """``line 1,204 of 5,609 · 21%``."""
    if line is None:
        return [("the log is empty", "dim")]
    share = round(100 * line.row / max(1, rows - line.rows))
    said: list[Span] = [("line ", "dim"), (count(line.row + 1), "plain"), (f" of {count(rows)} · {share}%", "dim")]
    return [*said, (" · following", "accent")] if following else said


def head(place: list[Span], note: list[Span], width: int) -> Line:
    """Where one is on the left, what is going on on the right."""
    gap = width - sum(len(text) for text, _ in [*place, *note])
    return [*place, (" " * max(2, gap), "dim"), *note]


def working(doing: str, progress: Progress | None, *, given_up: bool) -> list[Span]:
    """``searching 43% · esc gives up``, the end only for what can be ``given_up``."""
    share = f" {round(100 * progress.done / progress.total)}%" if progress is not None and progress.total else ""
    return [(f"{doing}{share}", "accent"), (" · esc gives up" if given_up else "", "dim")]
