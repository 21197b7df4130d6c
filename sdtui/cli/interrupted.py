"""What a command that was killed left half-way in a project: told, and finished or taken back, as the person says."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtui.base.errors import NeedsConsentError, SdtuiError, WriteError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import safe
from sdtui.cli.output import can_ask, narrate
from sdtui.dataset.listing import absolute
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Entry, Settled

if TYPE_CHECKING:
    from sdtui.plans.held import Held


class Settling(Enum):
    """What becomes of a change that is half done."""

    FINISH = "finish"
    ROLL_BACK = "roll back"


def tell_interrupted(directory: Path) -> None:
    """Say that a change of the project in ``directory`` (or of the config of that name) is half done."""
    if not directory.exists():
        return  # reading it says so better
    try:
        entries = Journal(home_of(directory)).unfinished()
    except SdtuiError as error:  # who may not look into the journal may still look at the dataset
        narrate(f"Note: {error.sentence()}")
        return
    for entry in entries:
        narrate(f"Note: A change was interrupted half-way: {_named(entry)}. {_how_to_settle(directory)}")


def settle_interrupted(directory: Path, *, dry_run: bool, yes: bool) -> None:
    """Have the person say what becomes of what is half done in the project in ``directory``, before it is read.

    ``yes``: it is taken back, so that what is asked for now is done to files as they were before. ``dry_run``: only say
    so. Raises NeedsConsentError, InUseError, and WriteError when the person stops or it cannot be settled.
    """
    if dry_run:
        tell_interrupted(directory)
    elif directory.exists():
        settle(directory, Settling.ROLL_BACK if yes else None)


def settle(directory: Path, how: Settling | None, *, keep_going: bool = False) -> tuple[Settled, ...]:
    """Finish or take back everything that is half done, as ``how`` says or, where it is None, the person is asked.

    ``keep_going``: what cannot be written is named, and the rest is done.
    Raises NeedsConsentError, InUseError, and WriteError when the person stops or it cannot be settled.
    """
    from sdtui.runs.live import held_paths

    home = home_of(directory)
    journal = Journal(home)
    entries = journal.unfinished()
    if not entries:
        return ()
    how = how or _asked(entries[0], directory)
    return _settle_all(journal, entries, how, held_paths(home), keep_going=keep_going)


def take_back(journal: Journal, held: Sequence[Held]) -> None:
    """Take back everything that is half done, and say so. Raises InUseError and WriteError."""
    _settle_all(journal, journal.unfinished(), Settling.ROLL_BACK, held)


def home_of(directory: Path) -> Path:
    """Where the project's records are, or would be. Raises UnreadableError where the working folder is gone."""
    path = absolute(directory)
    return (path.parent if path.is_file() else path) / PROJECT_FOLDER


def _settle_all(
    journal: Journal, entries: Sequence[Entry], how: Settling, held: Sequence[Held], *, keep_going: bool = False
) -> tuple[Settled, ...]:
    carry_out = journal.finish if how is Settling.FINISH else journal.roll_back
    settled = tuple(carry_out(entry.id, held, keep_going=keep_going) for entry in entries)
    for one in settled:
        done = "finished" if one.applied else "taken back"
        narrate(f'An earlier change was interrupted and has been {done}: "{safe(one.title)}".')
        for path, reason in one.refused:
            narrate(f"  but for {safe(str(path))}: {reason}")
    return settled


def _asked(entry: Entry, directory: Path) -> Settling:
    if not can_ask():
        raise NeedsConsentError(
            f"Nothing was written, because an earlier change was interrupted half-way, {_named(entry)}, and nobody "
            "could be asked what becomes of it",
            remedy=_how_to_settle(directory),
        )
    narrate(f"An earlier change was interrupted half-way: {_named(entry)}.")
    answer = click.prompt(
        "Finish it (f), take it back (t), or leave it and stop (s)?", type=click.Choice(["f", "t", "s"]), err=True
    )
    if answer == "s":
        raise WriteError("Nothing was changed, because an earlier change is half done", path=absolute(directory))
    return Settling.FINISH if answer == "f" else Settling.ROLL_BACK


def _named(entry: Entry) -> str:
    return f'"{safe(entry.title)}"'


def _how_to_settle(directory: Path) -> str:
    command = f"sdtui captions recover {shlex.quote(safe(str(directory)))}"
    return f"To finish it: {command} --finish --yes. To take it back: {command} --roll-back --yes."
