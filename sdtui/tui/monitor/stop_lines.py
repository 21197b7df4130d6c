"""What the stop dialog says, as text with roles: what would be lost, what can be waited for, how far the stop is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdtui.base.text import duration, plural
from sdtui.runs.record import RunView
from sdtui.runs.supervising.escalation import NEXT, Stage
from sdtui.runs.supervising.letterbox import Status, StopAfter
from sdtui.runs.supervising.stop_cost import Moment, StopOutlook, awaited_words
from sdtui.tui.monitor.following import Followed
from sdtui.tui.widgets.lines import Line, wrap

_KEYS = {StopAfter.EPOCH: "e", StopAfter.SAVE: "n", StopAfter.SAMPLE: "p"}
_STAGES = (
    (Stage.INTERRUPTING, "SIGINT", "asked to end"),
    (Stage.TERMINATING, "SIGTERM", "told to end"),
    (Stage.KILLING, "SIGKILL", "killed"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A key of the dialog, and what it does."""

    key: str
    words: str
    note: str = ""
    after: StopAfter | None = None


STOP = Choice("s", "stop now")
TAKE_BACK = Choice("g", "go on, and do not stop")
HARDER = Choice("h", "the next signal now")
KILL = Choice("k", "kill it")


def choices(view: RunView, outlook: StopOutlook) -> tuple[Choice, ...]:
    """What can be answered to the question, without the key that leaves."""
    waits = [
        Choice(_KEYS[moment.after], f"stop after {moment.words}", _when(moment, view), moment.after)
        for moment in outlook.moments
        if moment.after.value != view.stop_after
    ]
    return (STOP, *waits, *([TAKE_BACK] if view.stop_after else []))


def _when(moment: Moment, view: RunView) -> str:
    """``in 59 steps, about 1 m 10 s``."""
    if moment.steps_away is None:
        return ""
    if moment.steps_away == 0:
        return "being written now"
    about = f", about {duration(moment.steps_away / view.it_per_s)}" if view.it_per_s else ""
    return f"in {plural(moment.steps_away, 'step')}{about}"


def question_lines(view: RunView, outlook: StopOutlook, width: int) -> list[Line]:
    """What would be lost now, and the choices below it."""
    lines: list[Line] = []
    leave = "leave it so" if view.stop_after else "let it go on"
    if view.stop_after:
        lines += [[(f"It stops after {awaited_words(view.stop_after)}.", "accent")], [("", "plain")]]
    lines += wrap(f"{outlook.cost.sentences()} The trainer saves nothing when it is interrupted.", width, "plain")
    return [*lines, [("", "plain")], *choice_lines(choices(view, outlook), leave, width)]


def choice_lines(offered: Sequence[Choice], leave: str, width: int) -> list[Line]:
    """A line a choice, the notes in a column; the last leaves."""
    all_of = (*offered, Choice("esc", leave))
    column = max(len(choice.words) for choice in all_of)
    lines: list[Line] = []
    for choice in all_of:
        beside = 5 + column + 2 + len(choice.note) <= width
        lines.append(
            [
                (f"{choice.key:<5}", "accent"),
                (f"{choice.words:<{column}}" if beside else choice.words, "plain"),
                (f"  {choice.note}" if choice.note and beside else "", "dim"),
            ]
        )
        if choice.note and not beside:
            lines.append([(f"     {choice.note}", "dim")])
    return lines


def stopping_lines(ending: Status | None, now: float, width: int, unheard: str = "") -> list[Line]:
    """Which signals were sent, and when the next one follows. ``now`` in seconds since the epoch.

    ``unheard``: what to do where the supervisor does not hear.
    """
    if ending is None or not ending.stop_requested:
        return [*wrap(unheard or "Its supervisor is being asked.", width, "warn" if unheard else "plain")]
    order = [stage for stage, _, _ in _STAGES]
    reached = order.index(ending.stage) if ending.stage in order else -1
    lines: list[Line] = []
    for index, (_stage, name, what) in enumerate(_STAGES):
        role = "strong" if index == reached else "plain" if index == reached + 1 else "dim"
        mark = "▸" if index == reached else "✓" if index < reached else " "
        lines.append([(f"{mark} {name:<9}{what:<14}", role), (_moment(index - reached, ending, now), "dim")])
    note = "The run is over when all its processes are gone; what was saved stays."
    return [*lines, [("", "plain")], *wrap(note, width, "dim")]


def _moment(ahead: int, ending: Status, now: float) -> str:
    if ahead == 0:
        return f"{duration(max(0.0, now - ending.since))} ago"
    if ahead == 1 and ending.harder_at is not None:
        return f"in {duration(max(0.0, ending.harder_at - now))}"
    return ""


def stop_note(followed: Followed) -> str:
    """How far a stop is, for the status line: ``stops after the next save``, ``SIGTERM in 12 s``, empty for none."""
    view, outlook = followed.view, followed.stopping
    if view.stop_after:
        return f"stops after {awaited_words(view.stop_after)}"
    ending = outlook.ending if outlook is not None else None
    if ending is None or not ending.stop_requested or ending.harder_at is None:
        return ""
    following = next((name for stage, name, _ in _STAGES if stage is NEXT.get(ending.stage)), "")
    return f"{following} in {duration(max(0.0, ending.harder_at - followed.now))}" if following else ""
