"""``sdtui marks``: images marked as reviewed, flagged or starred, as on the Review screen."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import UsageError
from sdtui.base.text import safe
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.where import FILTER_HELP, chosen, limit_option, understood
from sdtui.dataset.marks import MarkBook, Marking
from sdtui.dataset.scan import scan

_directory = click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(cls=NearestGroup)
def command() -> None:
    """Mark images as reviewed, flagged or starred, and take markings back.

    Marks stand beside the project in .sdtui; no image and no caption is touched. "sdtui captions list" shows them, and
    the filters is:reviewed, is:flagged and is:starred find them.
    """


@command.command("set", epilog=FILTER_HELP)
@_directory
@click.option(
    "--where", metavar="FILTER", required=True, help='The images to mark; @NAME is a saved filter, "" means all.'
)
@limit_option
@click.option("--reviewed/--not-reviewed", default=None, help="Set or take away this mark.")
@click.option("--flagged/--not-flagged", default=None, help="Set or take away this mark.")
@click.option("--starred/--not-starred", default=None, help="Set or take away this mark.")
@_json
def set_command(
    directory: Path,
    where: str,
    limit: str,
    reviewed: bool | None,
    flagged: bool | None,
    starred: bool | None,
    as_json: bool,
) -> None:
    """Mark the images that --where means; what is not named stays as it is.

    With --json, here and for undo and redo: changed (the paths of the images whose marks are other than before), and
    title (what was done, null where nothing was).
    """
    if reviewed is flagged is starred is None:
        raise UsageError("No mark is named", remedy="For example: --reviewed, or --not-flagged.")
    tell_interrupted(directory)
    project = run_work(scan(directory))
    query = understood(where, project.home)
    book = MarkBook(project)
    samples = chosen(project, query, book.marks, int(limit))
    _told(book.set(samples, reviewed=reviewed, flagged=flagged, starred=starred), as_json=as_json)


@command.command("undo")
@_directory
@_json
def undo_command(directory: Path, as_json: bool) -> None:
    """Take back the newest marking, wherever it was made; again for the one before."""
    _told(MarkBook(run_work(scan(directory))).undo(), as_json=as_json)


@command.command("redo")
@_directory
@_json
def redo_command(directory: Path, as_json: bool) -> None:
    """Bring back the marking that was taken back last."""
    _told(MarkBook(run_work(scan(directory))).redo(), as_json=as_json)


def _told(marking: Marking | None, *, as_json: bool) -> None:
    if as_json:
        changed = [str(path) for path in marking.images] if marking else []
        print_json({"changed": changed, "title": marking.title if marking else None})
    else:
        narrate(safe(marking.title) if marking else "Nothing to change.")
