"""What a command that was killed left half-way in a project: told, and taken back before the project is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError, WriteError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import safe
from sdtui.cli.output import narrate, require_consent
from sdtui.dataset.listing import absolute
from sdtui.plans.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdtui.plans.held import Held


def tell_interrupted(directory: Path) -> None:
    """Say that a change of the project in ``directory`` (or of the config of that name) is half done."""
    if not directory.exists():
        return  # reading it says so better
    try:
        entries = Journal(_home(directory)).unfinished()
    except SdtuiError as error:  # who may not look into the journal may still look at the dataset
        narrate(f"Note: {error.sentence()}")
        return
    for entry in entries:
        narrate(
            f'Note: A change was interrupted half-way: "{safe(entry.title)}". It is taken back before anything else '
            "is changed here; sdtui open can also bring it to its end."
        )


def settle_interrupted(directory: Path, *, dry_run: bool, yes: bool) -> None:
    """Ask, then take back what is half done in the project in ``directory``, so that it is read as it was before.

    ``dry_run``: only say so. Raises NeedsConsentError, InUseError, and WriteError when the person says no or it cannot
    be taken back.
    """
    from sdtui.runs.live import held_paths

    if dry_run:
        tell_interrupted(directory)
        return
    home = _home(directory)
    journal = Journal(home)
    entries = journal.unfinished() if directory.exists() else ()
    if not entries:
        return
    title = safe(entries[0].title)
    if not require_consent(f'An earlier change was interrupted half-way: "{title}". Take it back?', yes=yes):
        raise WriteError(
            "Nothing was changed, because an earlier change is half done",
            path=home.parent,
            remedy="Open the project in sdtui to finish it.",
        )
    take_back(journal, held_paths(home))


def take_back(journal: Journal, held: Sequence[Held]) -> None:
    """Take back everything that is half done, and say so. Raises InUseError and WriteError."""
    for entry in journal.unfinished():
        settled = journal.roll_back(entry.id, held)
        narrate(f'An earlier change was interrupted and has been taken back: "{safe(settled.title)}".')
        for path, reason in settled.refused:
            narrate(f"  but for {safe(str(path))}: {reason}")


def _home(directory: Path) -> Path:
    """Where the project's records are, or would be. Raises UnreadableError where the working folder is gone."""
    path = absolute(directory)
    return (path.parent if path.is_file() else path) / PROJECT_FOLDER
