"""``sdtui runs queue``: the runs that wait for their card, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.errors import NeedsConsentError, UsageError
from sdtui.base.paths import pasted, shown
from sdtui.base.text import safe
from sdtui.cli.output import can_ask, narrate, print_json, require_consent
from sdtui.cli.run_place import home_of

if TYPE_CHECKING:
    from sdtui.runs.queueing.queue_file import Waiting
    from sdtui.runs.queueing.view import Place, QueueView
    from sdtui.runs.record import RunRecord

_ACTIONS = ("list", "move", "pause", "go-on", "remove")
_ENDS = {"first": 1, "last": 1_000_000}


@click.command("queue")
@click.argument("words", metavar="[DIR] [list|move|pause|go-on|remove] [ID] [PLACE]", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout: the queue as it is afterwards.")
def queue_command(words: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """The runs that wait for their card, in order: `sdtui train DIR --queue` puts one there.

    The queue is this machine's, for all your projects; with DIR only runs of that project are listed and meant. It goes
    on without a screen or a terminal. After a restart of the computer it waits until you say go-on.

    \b
    list               What waits, and for what (also without a word).
    move ID PLACE      To that place: a number (1 is the next one), first, last, up or down.
                       ID may be the beginning of an ID, the run's name, or its place.
    pause [ID]         Start nothing; with ID only pass over that run. What runs goes on.
    go-on [ID]         Go on; with ID with that run.
    remove ID          Take it out. It stays in the list of runs, as stopped before it began.
    """
    from sdtui.runs.queueing.view import look

    directory, action, rest = _parse(words)
    home = home_of(directory) if directory is not None else None
    _ARITY[action](rest)
    if action != "list":
        _act(action, home, rest, yes=yes)
    view = look()
    places = [place for place in view.places if home is None or place.home == home]
    if as_json:
        print_json(_document(view, places))
    elif action == "list":
        _tell(view, places)


def _parse(words: Sequence[str]) -> tuple[Path | None, str, list[str]]:
    """The project, None for all; what to do; and the rest."""
    words = list(words)
    directory = Path(words.pop(0)) if words and words[0] not in _ACTIONS else None
    action = words.pop(0) if words else "list"
    if action not in _ACTIONS:
        raise UsageError(f"There is no {action!r} for the queue", remedy=f"There are: {', '.join(_ACTIONS)}.")
    return directory, action, words


def _takes(least: int, most: int, usage: str) -> Any:
    def check(rest: Sequence[str]) -> None:
        if not least <= len(rest) <= most:
            raise UsageError(f"It is said like this: sdtui runs queue [DIR] {usage}")

    return check


_ARITY = {
    "list": _takes(0, 0, "list"),
    "move": _takes(2, 2, "move ID PLACE"),
    "pause": _takes(0, 1, "pause [ID]"),
    "go-on": _takes(0, 1, "go-on [ID]"),
    "remove": _takes(1, 1, "remove ID"),
}


def _act(action: str, home: Path | None, rest: Sequence[str], *, yes: bool) -> None:
    from sdtui.runs.queueing import queue

    if not rest:
        if action == "pause":
            queue.pause()
            narrate("The queue is paused. What runs goes on.")
        else:
            queue.go_on()
            narrate("The queue goes on.")
        return
    if action == "go-on" and _put_back(home, rest[0]):
        return
    run = queue.resolve(rest[0], None if home is None else [home])
    if action == "move":
        queue.move(run, _place(run, rest[1]))
    elif action == "pause":
        queue.hold(run)
        narrate(f"{run.id} is passed over until you say go-on.")
    elif action == "go-on":
        queue.release(run)
        narrate(f"{run.id} has its turn again.")
    elif _agreed(run, yes=yes):
        queue.remove(run)
        narrate(f"{run.id} was taken out of the queue.")
    else:
        narrate("It stays in the queue.")


def _agreed(run: Waiting, *, yes: bool) -> bool:
    if not yes and not can_ask():
        raise NeedsConsentError(
            "It stays in the queue, because nobody could be asked", remedy="Say --yes to remove it."
        )
    return require_consent(f"Take {run.id} out of the queue?", yes=yes)


def _put_back(home: Path | None, wanted: str) -> bool:
    """Whether this was a run of the project that waits and stands in no queue here; it does now."""
    from sdtui.runs import store
    from sdtui.runs.queueing import queue, queue_file

    if home is None:
        return False
    queued = [record for record in store.list_runs(home) if store.is_queued(home, record)]
    known = {one.place for one in queue_file.read().waiting}
    lost = [record for record in queued if record.id.startswith(wanted) and (str(home), record.id) not in known]
    if len(lost) != 1:
        return False
    queue.put_back(home, lost[0])
    narrate(f"{lost[0].id} waits in the queue again.")
    return True


def _place(run: Waiting, text: str) -> int:
    """The place that is meant, from 1. Raises UsageError."""
    from sdtui.runs.queueing import queue_file

    now = next(number for number, one in enumerate(queue_file.read().waiting, start=1) if one.place == run.place)
    places = {**_ENDS, "up": now - 1, "down": now + 1}
    if text in places:
        return max(1, places[text])
    if not text.isascii() or not text.isdigit() or not int(text):
        raise UsageError(f"There is no place {text!r} in the queue", remedy="Say a number, first, last, up or down.")
    return int(text)


def _tell(view: QueueView, places: Sequence[Place]) -> None:
    if not places:
        narrate("Nothing waits. `sdtui train DIR --queue` puts a run into the queue.")
    for running in view.running:
        narrate(f"Running: {safe(running.record.id)} in {safe(shown(running.home.parent))}")
        if not running.home.exists() and running.record.supervisor is not None:
            pid = running.record.supervisor.pid
            narrate(f"  That folder is not there any more. If it was deleted, this ends what trains there: kill {pid}")
    if places:
        click.echo("\n".join(_table(places)))
    if view.stands is not None:
        narrate(f"{view.stands} To go on: sdtui runs queue go-on")
    elif places and not view.kept:
        from sdtui.runs.queueing import keeper, queue_file

        log = queue_file.folder() / keeper.LOG
        narrate(f"The process that starts the next run could not be started. {safe(str(log))} may say why.")
    elif held_up := next((place.held_up for place in places if place.held_up), None):
        narrate(held_up)


def _table(places: Sequence[Place]) -> Iterator[str]:
    width = max(len(place.waiting.id) for place in places)
    yield f"{'':>3} {'ID':<{width}}  {'GPU':<7} {'STEPS':>9}  WAITS FOR"
    for place in places:
        run = place.record
        gpus = "·" if run is None else "all" if run.gpus is None else ",".join(map(str, run.gpus))
        steps = f"{run.total_steps:,}" if run is not None and run.total_steps is not None else "·"
        yield f"{place.position:>3} {safe(place.waiting.id):<{width}}  {gpus:<7} {steps:>9}  {safe(place.short)}"


def _document(view: QueueView, places: Sequence[Place]) -> dict[str, Any]:
    return {
        "paused": view.paused,
        "restarted": view.restarted,
        "kept": view.kept,
        "runs": [_place_document(place) for place in places],
        "running": [
            {
                "id": one.record.id,
                "name": one.record.name,
                "project": str(one.home.parent),
                "gpus": None if one.record.gpus is None else list(one.record.gpus),
            }
            for one in view.running
        ],
    }


def _place_document(place: Place) -> dict[str, Any]:
    run = place.record
    return {
        "position": place.position,
        "id": place.waiting.id,
        "name": run.name if run is not None else None,
        "project": str(place.home.parent),
        "profile": run.profile if run is not None else None,
        "gpus": None if run is None or run.gpus is None else list(run.gpus),
        "total_steps": run.total_steps if run is not None else None,
        "queued": run.queued if run is not None else None,
        "held": place.waiting.held is not None,
        "stop_on_failure": place.waiting.stop_on_failure,
        "waits_for": place.reason,
    }


def told_queued(home: Path, record: RunRecord) -> str:
    """What is said of a run that was put into the queue."""
    from sdtui.runs.queueing.view import look

    view = look()
    own = next((place for place in view.places if place.waiting.id == record.id and place.home == home), None)
    place = f" at place {own.position}" if own is not None else ""
    why = f" {view.stands or own.reason}" if own is not None else ""
    return (
        f"{record.id} waits in the queue{place}.{why} It begins without this terminal. "
        f"See the queue with: sdtui runs queue {safe(pasted(home.parent))}"
    )
