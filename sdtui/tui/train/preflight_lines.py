"""What the checks know of the run to be: on the right side of Train, and before it is started."""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.base.text import plural, safe
from sdtui.checks.finding import Finding, Severity
from sdtui.tui.checks.checking import Checked
from sdtui.tui.checks.words import counted
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.widgets.lines import Line, Span, cells, wrap

_TOLD = 3
"""Errors that are told before a start."""
_ROWS = 3
"""Lines of the first error."""


def errors_of(checked: Checked | None) -> tuple[Finding, ...]:
    """What the trainer would stop at."""
    findings = checked.report.findings if checked is not None else ()
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def preflight_lines(checked: Checked | None, known: bool, width: int) -> list[Line]:
    """How many findings there are, and the first error; ``known``: they are about this run as it is set now."""
    heading: Line = [("CHECKS", "dim")]
    if checked is None:
        return [heading, [("· checking", "dim")]]
    if checked.trouble:
        return [heading, *wrap(safe(checked.trouble), width, "bad")]
    found: Line = counted(checked.report)
    beside = f"{key_of('mode.checks')} shows them" if checked.report.findings else ""
    first = [line for error in errors_of(checked)[:1] for line in _told(error, width)[:_ROWS]]
    if not known:
        # What was known stays where it is, so that nothing jumps while a value is changed.
        found, beside = [(text, "dim") for text, _role in found], "checking"
        first = [[(text, "dim") for text, _role in line] for line in first]
    if beside and cells(found) + 3 + len(beside) <= width:
        return [heading, [*found, (" " * 3 + beside, "dim")], *first]
    below: list[Line] = [[(beside, "dim")]] if beside else []
    return [heading, *_parted(found, width), *first, *below]


def _parted(found: Line, width: int) -> list[Line]:
    """In a narrow column what is only worth knowing has a line of its own."""
    if cells(found) <= width or len(found) < 3:
        return [found]
    return [found[:-2], found[-1:]]


def _told(error: Finding, width: int) -> list[list[Span]]:
    return wrap(f"{marks().stop} {safe(error.message)}", width, "bad", indent=2)


def told_errors(errors: Sequence[Finding]) -> str:
    """What the trainer would stop at, in sentences."""
    first = "\n".join(f"{marks().stop} {safe(error.message)}" for error in errors[:_TOLD])
    more = f"\nand {plural(len(errors) - _TOLD, 'error')} more" if len(errors) > _TOLD else ""
    return f"The trainer would stop, as far as the checks can tell:\n{first}{more}"
