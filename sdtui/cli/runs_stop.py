"""``sdtui runs stop``: end a run, now or after its next save or samples."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtui.base.errors import NeedsConsentError, RunError, UsageError
from sdtui.base.text import plural
from sdtui.cli.output import can_ask, narrate, print_json, require_consent
from sdtui.cli.run_heard import PATIENCE, until_heard
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument
from sdtui.cli.run_text import document, ending

if TYPE_CHECKING:
    from sdtui.runs.following.followable import Followable
    from sdtui.runs.record import RunView
    from sdtui.runs.supervising.letterbox import StopAfter


_LOOK_EVERY = 0.25
"""Seconds between two looks at a run that is ending."""


@click.command("stop")
@place_argument
@which_argument
@click.option(
    "--after",
    type=click.Choice(["save", "epoch", "sample"]),
    help="Stop once the next checkpoint, the one at the epoch's end, or the next samples are written.",
)
@click.option("--cancel", is_flag=True, help="Take an earlier --after back: the run goes on.")
@click.option("--now", is_flag=True, help="Kill it, without giving it time to end.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait/--no-wait", default=None, help="Wait until it has ended (default, but not with --after and --cancel)."
)
@json_option
def stop_command(
    directory: Path,
    run_id: str | None,
    after: str | None,
    cancel: bool,
    now: bool,
    yes: bool,
    wait: bool | None,
    as_json: bool,
) -> None:
    """Stop a run. The trainer saves nothing when it is stopped, so --after save loses least.

    Without --after it is interrupted, then terminated, then killed, each after a grace.

    Exit status 0 when it has ended or was asked to, 3 when it could not be: it has ended before, or runs elsewhere.
    """
    from sdtui.runs.following.lineage import follower_of
    from sdtui.runs.supervising.letterbox import StopAfter

    if sum((after is not None, cancel, now)) > 1:
        raise UsageError("--after, --cancel and --now exclude each other")
    home, record = find_run(directory, run_id)
    follower = follower_of(home, record)
    view = follower.poll()
    if view.state.ended:
        raise RunError(f"{view.id} {ending(view)}")
    done = _ask(home, follower, view, StopAfter(after) if after else None, cancel=cancel, now=now, yes=yes)
    if done is None:
        narrate("It goes on.")
        return
    if wait or (wait is None and after is None and not cancel):
        view = _wait_for_end(home, follower)
        done = ending(view)
    else:
        until_heard(home, view.id)
        view = follower.poll()
    if as_json:
        print_json(document(view))
    else:
        narrate(f"{view.id} {done}.")


def _wait_for_end(home: Path, follower: Followable) -> RunView:
    """Until the run has ended, saying each signal that is sent, or that nobody listens."""
    from sdtui.runs.supervising.letterbox import signal_words
    from sdtui.runs.supervising.stop import unheard

    told, patience = "", time.monotonic() + PATIENCE
    while not (view := follower.poll()).state.ended:
        words = signal_words(follower.ending(), time.time())
        stage = words.partition(";")[0]
        if stage and stage != told:
            narrate(words)
            told = stage
        if not told and time.monotonic() >= patience and (sentence := unheard(home, view.id)) is not None:
            narrate(sentence)
            patience = float("inf")
        time.sleep(_LOOK_EVERY)
    return view


def _ask(
    home: Path, follower: Followable, view: RunView, after: StopAfter | None, *, cancel: bool, now: bool, yes: bool
) -> str | None:
    """Ask the run for it, and say what was done; None where the person did not agree."""
    from sdtui.runs.supervising.stop import request_stop, request_stop_after, take_back_stop
    from sdtui.runs.supervising.stop_cost import awaited_words, stop_cost

    if cancel:
        take_back_stop(home, view.id)
        return "goes on"
    if after is not None:
        _refuse_what_never_comes(follower, view, after)
        request_stop_after(home, view.id, after)
        return f"stops after {awaited_words(after.value)}; --cancel takes that back"
    narrate(stop_cost(follower, view).sentences())
    if not yes and not can_ask():
        raise NeedsConsentError("The run goes on, because nobody could be asked", remedy="Say --yes to stop it.")
    if not require_consent(f"Stop {view.id}?", yes=yes):
        return None
    request_stop(home, view.id, now=now)
    return "was asked to stop"


def _refuse_what_never_comes(follower: Followable, view: RunView, after: StopAfter) -> None:
    from sdtui.runs.supervising.stop_cost import awaited_words, comes

    if not comes(follower, view, after):
        left = f" in the {plural(view.total_steps - view.step, 'step')} that are left" if view.total_steps else ""
        raise RunError(
            f"{view.id} does not come to {awaited_words(after.value)}{left}",
            remedy="It saves at its end; or stop it at once, without --after.",
        )
