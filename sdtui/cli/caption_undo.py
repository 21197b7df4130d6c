"""``sdtui captions undo``, ``redo`` and ``recover``: take back, do again, and settle what was interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.text import plural, safe
from sdtui.cli.interrupted import Settling, home_of, settle, settle_interrupted
from sdtui.cli.output import narrate, print_json, progress_line, require_consent
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Entry, EntryState, Settled

_directory = click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
_id = click.argument("entry", metavar="[ID]", required=False)
_yes = click.option("--yes", is_flag=True, help="Do not ask.")
_keep_going = click.option("--keep-going", is_flag=True, help="Go on with the rest where a file cannot be written.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_PARTLY = 3
"""Exit status where some files could not be taken along."""


@click.command("undo")
@_directory
@_id
@click.option("--list", "listed", is_flag=True, help="List what was done in this project, the newest first.")
@_keep_going
@_yes
@_json
def undo_command(directory: Path, entry: str | None, listed: bool, keep_going: bool, yes: bool, as_json: bool) -> int:
    """Take back the last thing that sdtui did to the files of a project, or the one called ID.

    Files that were changed since are left alone and named; the exit status is then 3. With --json: id, title, restored
    (paths) and left (each with path and reason); with --list: entries, each with id, title, created and state.
    """
    from sdtui.runs.live import held_paths

    if listed:
        _list(directory, as_json)
        return 0
    journal = _journal(directory)
    if entry is not None and entry not in {one.id for one in journal.unfinished()}:
        settle_interrupted(directory, dry_run=False, yes=yes)
    elif journal.unfinished():
        return _take_back_interrupted(journal, directory, keep_going=keep_going, yes=yes, as_json=as_json)
    found = _meant(journal, entry, EntryState.APPLIED, "take back")
    if not require_consent(f"Take back what was done {_when(found)}, {found.title}?", yes=yes):
        narrate("Nothing was changed.")
        return 0
    with progress_line("changes") as progress:
        undone = journal.undo(found.id, held_paths(journal.home), keep_going=keep_going, progress=progress)
    narrate(f"Taken back: {undone.title} ({plural(len(undone.restored), 'file')}).")
    _name_left(undone.refused)
    if as_json:
        print_json(_outcome(undone.id, undone.title, undone.refused, restored=undone.restored))
    return _PARTLY if undone.refused else 0


@click.command("redo")
@_directory
@_id
@_keep_going
@_yes
@_json
def redo_command(directory: Path, entry: str | None, keep_going: bool, yes: bool, as_json: bool) -> int:
    """Do again what was taken back last, or what is called ID.

    With --json: id, title, changed (paths) and left (each with path and reason).
    """
    from sdtui.runs.live import held_paths

    settle_interrupted(directory, dry_run=False, yes=yes)
    journal = _journal(directory)
    found = _meant(journal, entry, EntryState.UNDONE, "do again")
    if not require_consent(f"Do again what was done {_when(found)}, {found.title}?", yes=yes):
        narrate("Nothing was changed.")
        return 0
    with progress_line("changes") as progress:
        applied = journal.redo(found.id, held_paths(journal.home), keep_going=keep_going, progress=progress)
    narrate(f"Done again: {applied.title} ({plural(len(applied.changed), 'file')}).")
    _name_left(applied.left)
    if as_json:
        print_json(_outcome(applied.id, applied.title, applied.left, changed=applied.changed))
    return _PARTLY if applied.left else 0


@click.command("recover")
@_directory
@click.option("--finish", "how", flag_value="finish", help="Make the changes that are missing.")
@click.option("--roll-back", "how", flag_value="roll back", help="Take back the changes that were made.")
@_keep_going
@_yes
@_json
def recover_command(directory: Path, how: str | None, keep_going: bool, yes: bool, as_json: bool) -> int:
    """Finish or take back what was interrupted half-way by a crash or a kill.

    With neither --finish nor --roll-back you are asked; where nobody can be, it is only told and the exit status is 3.
    With --json: entries, each with id, title, state (finished, rolled back) and left (each with path and reason).
    """
    chosen = Settling(how) if how is not None else None
    journal = _journal(directory)
    entries = journal.unfinished()
    if not entries:
        narrate("Nothing was interrupted here.")
    elif chosen is not None:
        verb = "Finish" if chosen is Settling.FINISH else "Take back"
        if not require_consent(f'{verb} "{entries[0].title}"?', yes=yes):
            narrate("Nothing was changed.")
            return 0
    settled = settle(directory, chosen, keep_going=keep_going)
    if as_json:
        print_json({"entries": [_settled_document(one) for one in settled]})
    return _PARTLY if any(one.refused for one in settled) else 0


def _take_back_interrupted(journal: Journal, directory: Path, *, keep_going: bool, yes: bool, as_json: bool) -> int:
    """What was interrupted last is what there is to undo; nothing before it is."""
    titles = ", ".join(f'"{entry.title}"' for entry in journal.unfinished())
    if not require_consent(f"Take back {titles}, which was interrupted half-way?", yes=yes):
        narrate("Nothing was changed.")
        return 0
    settled = settle(directory, Settling.ROLL_BACK, keep_going=keep_going)
    if as_json:
        print_json({"entries": [_settled_document(one) for one in settled]})
    return _PARTLY if any(one.refused for one in settled) else 0


def _journal(directory: Path) -> Journal:
    if not directory.exists():
        raise UnreadableError("There is no such file or folder", path=directory, remedy="Check the path.")
    return Journal(home_of(directory))


def _meant(journal: Journal, id: str | None, state: EntryState, verb: str) -> Entry:
    """The entry called ``id``, else what undo or redo has next. Raises UsageError where it is not in ``state``."""
    if id is None:
        undo, redo = journal.upcoming()
        entry = undo if state is EntryState.APPLIED else redo
        if entry is None:
            raise UsageError(f"There is nothing to {verb} in this project")
        return entry
    found = next((one for one in journal.entries() if one.id == id), None)
    if found is None:
        raise UsageError(f'There is no entry "{id}" in the journal of this project', remedy="--list shows all.")
    if found.state is not state:
        raise UsageError(f'"{found.title}" is {found.state.value} now, so there is nothing to {verb}')
    return found


def _list(directory: Path, as_json: bool) -> None:
    entries = _journal(directory).entries()
    if as_json:
        print_json({"entries": [_entry_document(entry) for entry in entries]})
        return
    for entry in entries:
        click.echo(f"{entry.id}  {_when(entry)}  {entry.state.value:<10}  {safe(entry.title)}")
    if not entries:
        narrate("Nothing was changed by sdtui in this project yet.")


def _name_left(left: Sequence[tuple[Path, str]]) -> None:
    if left:
        narrate(f"{plural(len(left), 'file was left as it is', 'files were left as they are')}:")
    for path, reason in left:
        narrate(f"  {safe(str(path))}: {safe(reason)}")


def _when(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.created).strftime("%Y-%m-%d %H:%M")


def _entry_document(entry: Entry) -> dict[str, Any]:
    created = datetime.fromtimestamp(entry.created, timezone.utc).isoformat(timespec="seconds")
    return {"id": entry.id, "title": entry.title, "created": created, "state": entry.state.value}


def _outcome(id: str, title: str, left: Sequence[tuple[Path, str]], **paths: Sequence[Path]) -> dict[str, Any]:
    changed = {name: [str(path) for path in some] for name, some in paths.items()}
    return {"id": id, "title": title, **changed, "left": [{"path": str(p), "reason": why} for p, why in left]}


def _settled_document(settled: Settled) -> dict[str, Any]:
    return {
        "id": settled.id,
        "title": settled.title,
        "state": "finished" if settled.applied else "rolled back",
        "left": [{"path": str(path), "reason": reason} for path, reason in settled.refused],
    }
