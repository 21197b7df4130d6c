"""The lines under the list of a proposal: what is decided before it is applied, a refusal, how far it is."""

from __future__ import annotations

from sdtui.base.text import count, plural, safe
from sdtui.base.work import Progress
from sdtui.tui.commands import key_of
from sdtui.tui.widgets.cells import bar
from sdtui.tui.widgets.lines import Line

_BAR = 24


def caches_line(stale: int, *, delete: bool) -> Line:
    """What becomes of the caches of the old text."""
    caches = f"{plural(stale, 'cache')} of the old text {'is' if stale == 1 else 'are'}"
    key = (f" {key_of('plan.caches')} ", "accent")
    if delete:
        return [key, (f"{caches} deleted", "plain"), (": the trainer makes them anew", "dim")]
    return [key, (f"{caches} kept", "warn"), (": the trainer goes on with the old text", "warn")]


def going_line(*, keep_going: bool) -> Line:
    """What happens where a file cannot be written."""
    going = "go on with the rest, and list what is left" if keep_going else "stop, and take all back"
    return [(f" {key_of('plan.going')} ", "accent"), ("where a file cannot be written: ", "dim"), (going, "plain")]


def progress_line(progress: Progress, *, stopping: bool) -> Line:
    """How far a write is."""
    total = progress.total or 0
    drawn = bar(progress.done / total if total else 0, _BAR)
    some = f"{count(progress.done)} of {count(total)} {safe(progress.what)}" if total else "it is written down first"
    leave = "it is being taken back" if stopping else f"{key_of('plan.leave')} stops, and takes all back"
    return [(" ", "plain"), (drawn, "bar"), (f" {some}", "plain"), (f"   {leave}", "dim")]
