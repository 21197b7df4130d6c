"""``sdtui runs log``: any part of what a run's trainer said, as people read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.errors import UsageError
from sdtui.base.text import count
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument

if TYPE_CHECKING:
    from sdtui.runs.log.log_file import LogFile
    from sdtui.runs.log.log_notes import Note
    from sdtui.trainer.log_lines import LogLine

_MOST = 100_000


@click.command("log")
@place_argument
@which_argument
@click.option("--lines", "wanted", metavar="N", type=click.IntRange(min=1), default=40, help="How many (40).")
@click.option(
    "--from", "first", metavar="LINE", type=click.IntRange(min=1), help="Begin at this line, not near the end."
)
@click.option("--search", metavar="TEXT", help="All lines in which this stands; ~/.../ is a regular expression.")
@click.option("--errors", is_flag=True, help="The warnings and errors of the whole log, each with its line.")
@json_option
def log_command(
    directory: Path, run_id: str | None, wanted: int, first: int | None, search: str | None, errors: bool, as_json: bool
) -> None:
    """Print the end of a run's log, or any part of it.

    Bars stand as they were drawn last, wrapped messages on one line, without colours; also once the log is compressed.
    """
    from sdtui.runs.following.lineage import follower_of
    from sdtui.runs.log.log_file import LogFile
    from sdtui.runs.log.log_notes import notes
    from sdtui.runs.log.log_search import Wanted, find_all

    if sum((first is not None, search is not None, errors)) > 1:
        raise UsageError("--from, --search and --errors exclude each other")
    pattern = Wanted(search) if search is not None else None
    home, record = find_run(directory, run_id)
    follower = follower_of(home, record)
    log = LogFile(follower.console)
    follower.close()
    run_work(log.count())
    if errors:
        _print_notes(log, run_work(notes(log)), as_json=as_json)
    elif pattern is not None:
        _print_lines(log, run_work(find_all(log, pattern, _MOST)), as_json=as_json, numbered=True)
    else:
        _print_lines(log, log.lines(first - 1, wanted) if first else log.last_lines(wanted), as_json=as_json)


def _print_lines(log: LogFile, lines: tuple[LogLine, ...], *, as_json: bool, numbered: bool = False) -> None:
    if as_json:
        print_json(_document(log, [{"line": line.row + 1, "text": line.text} for line in lines]))
    elif lines:
        click.echo("\n".join(f"{line.row + 1}: {line.text}" if numbered else line.text for line in lines))
    if len(lines) >= _MOST:
        narrate(f"It stands in more lines than these {count(_MOST)}.")


def _print_notes(log: LogFile, found: tuple[Note, ...], *, as_json: bool) -> None:
    if as_json:
        listed = [
            {"line": note.row + 1, "severity": note.severity, "text": note.text, "times": note.times} for note in found
        ]
        print_json(_document(log, listed))
    elif found:
        click.echo("\n".join(f"{note.row + 1}: {note.severity}: {note.text}{_times(note)}" for note in found))
    else:
        narrate("No warnings and no errors stand in this log.")


def _document(log: LogFile, listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {"log": str(log.path), "lines": log.rows, "found": listed}


def _times(note: Note) -> str:
    return f" ({count(note.times)}×)" if note.times > 1 else ""
