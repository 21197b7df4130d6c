"""What Monitor says about a run, as text with roles; the view gives each role its colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sdtui.base.text import count, duration, plural, safe, speed
from sdtui.runs.record import Checkpoint, RunState, RunView
from sdtui.tui.commands import key_of

Span = tuple[str, str]
"""Text, and the role that it plays: name, state, good, warn, bad, bar, rest, plain, dim."""

GAP = ("  ", "dim")

_STATE_ROLE = {RunState.DONE: "good", RunState.STOPPED: "warn", RunState.FAILED: "bad", RunState.LOST: "bad"}


def state_role(state: RunState) -> str:
    """The role of a state's word."""
    return _STATE_ROLE.get(state, "state")


def doing(view: RunView) -> Span:
    """The state in a word, and its role."""
    return ("paused", "warn") if view.paused else (view.state.value, state_role(view.state))


def share_done(view: RunView) -> float | None:
    """How much of the run is done, 0 to 1; None where its length is not known yet."""
    if not view.total_steps:
        return None
    return min(1.0, view.step / view.total_steps)


def bar(share: float | None, width: int) -> list[Span]:
    """``━━━━━╸────`` in ``width`` cells."""
    if width < 1:
        return []
    halves = round((share or 0.0) * width * 2)
    whole, half = divmod(halves, 2)
    done = "━" * whole + ("╸" if half else "")
    return [(done, "bar"), ("─" * (width - len(done)), "rest")]


def mark(view: RunView, waiting: int = 0) -> str:
    """What the header says beside the mode: ``▶62%`` while it runs, a sign when it failed; ``+2`` that wait."""
    behind = f"+{waiting}" if waiting else ""
    return " ".join(filter(None, (_mark(view), behind)))


def _mark(view: RunView) -> str:
    if view.state.ended:
        return "✗" if view.state in (RunState.FAILED, RunState.LOST) else ""
    if view.state is RunState.QUEUED:
        return ""
    share = share_done(view)
    return f"▶{round(share * 100)}%" if share is not None else "▶"


def elapsed(view: RunView, now: float) -> float | None:
    """Seconds since it started, until its end where it has ended."""
    if view.started is None:
        return None
    return max(0.0, (view.ended if view.ended is not None else now) - view.started)


def _spent(view: RunView, now: float) -> str:
    """``2 h 14 m so far``, ``took 2 h 14 m``; empty where it has not begun."""
    seconds = elapsed(view, now)
    if seconds is None:
        return ""
    return f"took {duration(seconds)}" if view.state.ended else f"{duration(seconds)} so far"


def left(view: RunView) -> str | None:
    """``4 m 22 s left``, ``estimating``; None when it ends or has ended."""
    if view.state.ended or view.state is RunState.STOPPING:
        return None
    if view.paused:
        return None
    return "estimating" if view.eta_s is None else f"{duration(view.eta_s)} left"


def steps(view: RunView) -> str:
    """``step 1,240/2,000``."""
    return f"step {count(view.step)}/" + (count(view.total_steps) if view.total_steps else "·")


_DISPENSABLE = ("speed", "spent", "epoch")
"""Facts that a narrow terminal can do without, the first to go first."""


def facts(view: RunView, now: float, stop: str = "", width: int | None = None) -> str:
    """Epoch, speed, time: what stands right of the bar, each at its own width so that nothing jumps.

    ``stop`` says how far a stop is. In ``width`` cells the stop and the time that is left come before all others.
    """
    if view.state is RunState.QUEUED:
        return safe(view.waiting or "waiting")
    of = f"/{count(view.epochs)}" if view.epochs else ""
    said = {
        "stop": stop,
        "epoch": f"epoch {count(view.epoch)}{of}" if view.epoch is not None else "",
        "speed": f"{speed(view.it_per_s):>9}" if view.it_per_s else "",
        "spent": _spent(view, now),
        "left": left(view) or "",
    }
    for fact in _DISPENSABLE:
        if width is not None and len(_spaced(said.values())) > width:
            del said[fact]
    return _spaced(said.values())


def _spaced(said: Iterable[str]) -> str:
    return "   ".join(filter(None, said))


def status(view: RunView, now: float, width: int, stop: str = "") -> list[list[Span]]:
    """One line where ``width`` allows a bar of 16 cells beside all facts, else two. ``stop``: how far a stop is."""
    head: list[Span] = [(safe(view.name), "name"), GAP, doing(view), GAP]
    step: list[Span] = [(steps(view), "plain"), (" ", "dim")]
    share = share_done(view)
    percent: list[Span] = [(f" {round(share * 100)}%" if share is not None else "", "plain")]
    tail = facts(view, now, stop)
    room = width - sum(len(text) for text, _ in [*head, *step, *percent]) - len(tail) - 3
    if room >= 16:
        return [[*head, *step, *bar(share, room), *percent, ("   " + tail, "dim")]]
    below = [[(facts(view, now, stop, width), "dim")]]
    room = width - sum(len(text) for text, _ in [*head, *step, *percent])
    if room >= 8:
        return [[*head, *step, *bar(share, room), *percent], *below]
    return [[*head, *step[:1]], [*bar(share, max(8, width - 5)), *percent], *below]


def verdict(view: RunView) -> Span | None:
    """Why the run ended as it did, with its sign; None while it goes on."""
    if not view.state.ended:
        return None
    sign = {RunState.DONE: "✓", RunState.STOPPED: "■"}.get(view.state, "✗")
    return f"{sign} {safe(view.reason) if view.reason else ending(view)}", state_role(view.state)


def ending(view: RunView) -> str:
    """The plain fact of an end, for where nothing better is known."""
    at = f"at step {count(view.step)}" + (f" of {count(view.total_steps)}" if view.total_steps else "")
    saved = plural(len(view.checkpoints), "checkpoint")
    return {
        RunState.DONE: f"Done {at}, {saved}.",
        RunState.STOPPED: f"Stopped {at}, {saved}.",
        RunState.LOST: f"The run was lost {at}: its process is gone and left no word.",
    }.get(view.state, f"Failed {at}.")


def advice(view: RunView, *, ours: bool = True, resumable: bool = False) -> str:
    """What is left of the run that has ended, and the keys that lead on where it is one of this project.

    ``resumable``: it left a state to go on from.
    """
    newest = last_checkpoint(view.checkpoints)
    kept = f"The newest checkpoint is {safe(_name(newest))}." if newest else "No checkpoint was saved."
    if view.state is RunState.DONE or not ours:
        return kept
    on = f"{key_of('monitor.resume')} goes on from a saved state, " if resumable else ""
    return f"{kept} {on}{key_of('monitor.again')} starts it again with changes."


def last_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The newest weights file, as the run lists them."""
    return checkpoints[-1] if checkpoints else None


def _name(checkpoint: Checkpoint) -> str:
    return checkpoint.path.rsplit("/", 1)[-1]


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """``epoch 6     circle-000006.safetensors``: first what cannot be told from the beginning of a long name."""
    when = f"step {count(checkpoint.step)}" if checkpoint.step is not None else ""
    when = when or (f"epoch {checkpoint.epoch}" if checkpoint.epoch is not None else "last")
    return f"{when:<10}  {safe(_name(checkpoint))}"


def trend(now: float | None, before: float | None) -> str:
    """``▼`` when the smoothed loss goes down, ``▲`` when it goes up, a space when it stays."""
    if now is None or before is None or before == 0 or abs(now - before) < 0.01 * abs(before):
        return " "
    return "▼" if now < before else "▲"
