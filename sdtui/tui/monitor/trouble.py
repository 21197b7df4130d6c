"""When a run ended badly: why, what to do, and the log at the line where it happened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sdtui.runs.again.remedies import Remedy
from sdtui.runs.record import RunState, RunView
from sdtui.tui.commands import key_of
from sdtui.tui.monitor.phrases import advice, verdict
from sdtui.tui.widgets.lines import Line, wrap

# The launcher's own traceback comes last and only says that the trainer ended; the cause stands above it.
_LAUNCHER = re.compile(r"subprocess\.CalledProcessError|ChildFailedError|torch\.distributed\.elastic")
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit|Warning)\b(:|$)|^\S+: error: |\bKilled\b")

_OTHER_ROWS = 7
"""Header, footer, status, and the blank lines between them."""
_LONGEST = 3
"""Rows of the line that names the error."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the log it happened."""

    line: int
    """Index of the line that names the error."""
    certain: bool
    """False where no error was recognized and the end of the log is the best guess."""


def place_of_error(log: Sequence[str]) -> Place:
    """The last line that names an error and is not the launcher's; the end of the log where there is none."""
    for index in range(len(log) - 1, -1, -1):
        if _EXCEPTION.search(log[index]) and not _LAUNCHER.search(log[index]):
            return Place(index, certain=True)
    return Place(max(0, len(log) - 1), certain=False)


def ending_rows(drawn: bool, height: int) -> int:
    """Rows for how a run ended, on a terminal of ``height``: half of it, all where nothing was ``drawn`` besides."""
    return max(6, height // 2 if drawn else height - _OTHER_ROWS)


def ending_lines(
    view: RunView,
    log: Sequence[str],
    width: int,
    rows: int,
    remedies: Sequence[Remedy] = (),
    *,
    ours: bool = True,
    resumable: bool = False,
) -> list[Line]:
    """Why the run ended, what to do, and (where it ended badly) the log there, in ``rows`` lines of ``width`` cells.

    Nothing while the run goes on. ``ours``: it can be started again from here. ``resumable``: or gone on with.
    """
    said = verdict(view)
    if said is None:
        return []
    what, role = said
    sentence, remedy = first_sentence(what)
    bad = view.state in (RunState.FAILED, RunState.LOST)
    lines: list[Line] = [*wrap(sentence, width, f"{role} strong" if role == "bad" else role, indent=2)]
    rest = " ".join(filter(None, (remedy, advice(view, ours=ours, resumable=resumable))))
    lines += [[("  ", "plain"), *line] for line in wrap(rest, width - 2, "plain")]
    lines += helping_lines(remedies if ours else (), width)
    if not bad:
        return lines
    return [*lines, [("", "plain")], *excerpt(log, rows - len(lines) - 1, width)]


def helping_lines(remedies: Sequence[Remedy], width: int) -> list[Line]:
    """``x  starts it again with: Batch size 1 · Cached latents``; nothing where nothing is known."""
    if not remedies:
        return []
    titles = " · ".join(remedy.title for remedy in remedies)
    key = key_of("monitor.remedies")
    rest = wrap(f"starts it again with what would help: {titles}", width - 4 - len(key), "plain")
    return [[(f"  {key if not number else ' ' * len(key)}  ", "accent"), *line] for number, line in enumerate(rest)]


def first_sentence(text: str) -> tuple[str, str]:
    """The sentence that says what happened, and the rest, which says what to do. A dot inside a name ends nothing."""
    found = re.search(r"(?<=[.!?]) (?=[A-Z])", text)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def excerpt(log: Sequence[str], rows: int, width: int) -> list[Line]:
    """``rows`` lines of ``width`` cells of the log that end at the error, which is marked and wrapped."""
    if rows < 1:
        return []
    log = [line for line in log if line.strip()]
    place = place_of_error(log)
    wrapped = wrap(log[place.line], width - 2, "bad" if place.certain else "dim") if log else []
    error: list[Line] = [[("  " if number else "▸ ", "bad"), *line] for number, line in enumerate(wrapped)]
    most = max(1, min(rows, _LONGEST))
    if len(error) > most:
        error = [*error[: most - 1], [*error[most - 1], ("…", "bad")]]
    room = rows - len(error)
    before = log[max(0, place.line - room) : place.line]
    after = log[place.line + 1 :][: room - len(before)]
    return [*_dim(before), *error, *_dim(after)]


def _dim(lines: Sequence[str]) -> list[Line]:
    return [[("  ", "plain"), (line, "dim")] for line in lines]
