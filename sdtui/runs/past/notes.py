"""What a person wrote about a run, and whether it bears a star: ``note.json`` in the run's folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, SdtuiError
from sdtui.base.files import read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.plans.lock import only_writer
from sdtui.runs import store
from sdtui.runs.record import run_folder

NOTE = "note.json"


class RunNote(msgspec.Struct, frozen=True):
    """The file. ``text`` may have several lines."""

    text: str = ""
    starred: bool = False


NO_NOTE = RunNote()


def read_note(home: Path, run_id: str) -> tuple[RunNote, str | None]:
    """What was noted about a run, and a sentence where its file cannot be read."""
    path = run_folder(home, run_id) / NOTE
    try:
        data = read_if_there(path)
        return (decode(data, RunNote) if data is not None else NO_NOTE), None
    except (SdtuiError, msgspec.MsgspecError) as error:
        return NO_NOTE, f"The note of this run could not be read ({error}): {path}"


def write_note(home: Path, run_id: str, text: str) -> RunNote:
    """Replace what was noted about the run; an empty text takes the note away. Raises as ``_change``."""
    return _change(home, run_id, text=text)


def set_star(home: Path, run_id: str, starred: bool) -> RunNote:
    """Give the run a star, or take it away. Raises as ``_change``."""
    return _change(home, run_id, starred=starred)


def _change(home: Path, run_id: str, **changes: str | bool) -> RunNote:
    """Raises UsageError where there is no such run, RunError where its note is damaged, WriteError."""
    with only_writer(home):  # a note and a star that are set at once are both kept
        store.load(home, run_id)
        before, problem = read_note(home, run_id)
        path = run_folder(home, run_id) / NOTE
        if problem is not None:
            raise RunError(
                "What was noted about this run cannot be read, so it is not replaced",
                path=path,
                remedy="Mend it or delete it.",
            )
        note = msgspec.structs.replace(before, **changes)
        # What was typed in a broken locale holds lone surrogates, which no UTF-8 can.
        note = msgspec.structs.replace(note, text=note.text.encode("utf-8", errors="replace").decode("utf-8").strip())
        if note != before:
            write_atomic(path, msgspec.json.format(msgspec.json.encode(note), indent=2))
    return note
