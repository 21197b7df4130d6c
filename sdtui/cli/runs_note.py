"""``sdtui runs note|star``: what a person thinks of a run."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import RunError, UsageError
from sdtui.base.text import safe, safe_lines
from sdtui.cli.output import narrate, print_json
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument


@click.command("note")
@place_argument
@which_argument
@click.option("--text", metavar="TEXT", help="What to note; it replaces what was noted before.")
@click.option("--clear", is_flag=True, help="Take the note away.")
@json_option
def note_command(directory: Path, run_id: str | None, text: str | None, clear: bool, as_json: bool) -> None:
    """Print what was noted about a run, or note something."""
    from sdtui.runs.past.notes import read_note, write_note

    if clear and text is not None:
        raise UsageError("--text and --clear are two different things", remedy="Leave one of them out.")
    home, record = find_run(directory, run_id)
    if text is not None or clear:
        note = write_note(home, record.id, text or "")
    else:
        note, problem = read_note(home, record.id)
        if problem is not None:
            raise RunError(problem)
    if as_json:
        print_json({"id": record.id, "note": note.text, "starred": note.starred})
    elif text is not None or clear:
        narrate(f"{safe(record.id)}: {'noted' if note.text else 'no note any more'}.")
    elif note.text:
        click.echo(safe_lines(note.text))
    else:
        narrate(f"Nothing was noted about {safe(record.id)}. Note something with --text.")


@click.command("star")
@place_argument
@which_argument
@click.option("--off", is_flag=True, help="Take the star away.")
@json_option
def star_command(directory: Path, run_id: str | None, off: bool, as_json: bool) -> None:
    """Give a run a star."""
    from sdtui.runs.past.notes import set_star

    home, record = find_run(directory, run_id)
    note = set_star(home, record.id, not off)
    if as_json:
        print_json({"id": record.id, "note": note.text, "starred": note.starred})
    else:
        narrate(f"{safe(record.id)} {'has a star' if note.starred else 'has no star'}.")
