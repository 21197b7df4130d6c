"""``--where``: the images that a command is about, and a filter's error shown under the character that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.cells import cell_len

from sdtui.base.errors import UsageError
from sdtui.base.text import safe
from sdtui.cli.output import narrate, run_work
from sdtui.dataset.marks import MarkBook, Marks
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.query import LANGUAGE, Query, QueryError, parse, selecting
from sdtui.dataset.saved_filters import load
from sdtui.tokens.encoding import LIMITS

_AROUND = 60
"""Characters of a long filter that are shown to either side of an error."""

where_option = click.option(
    "--where",
    metavar="FILTER",
    default="",
    help='Only images that this means (see "sdtui captions list --help"); @NAME is a filter saved in sdtui.',
)
FILTER_HELP = "\b\nFILTER:\n" + "\n".join(f"  {example:<33}  {meaning}" for example, meaning in LANGUAGE)
"""The end of a command's help."""
limit_option = click.option(
    "--limit",
    type=click.Choice([str(limit) for limit in LIMITS]),
    default=str(LIMITS[0]),
    show_default=True,
    help="Tokens that is:over and warnings go by: the trainer's --max_token_length; 75 when it is not set.",
)


def understood(where: str, home: Path) -> Query:
    """The filter of ``--where``, or the one saved as ``@NAME`` in ``home``.

    Raises QueryError, told with a caret already; UsageError for a name that there is not; and UnreadableError.
    """
    with pointing():
        return parse(_saved(where[1:], home) if where.startswith("@") else where)


def chosen(project: Project, query: Query, marks: Marks, limit: int) -> tuple[Sample, ...]:
    """The images that ``query`` means. Raises QueryError, told with a caret already."""
    with pointing():
        return run_work(selecting(project, query, marks, limit))


def tell_unread(project: Project) -> None:
    """Say which subsets of a config could not be read: a broken metadata file, a folder that is not there."""
    folders = {subset.image_dir for subset in project.subsets}
    for entry in project.ignored if project.toml is not None else ():
        if entry.path.parent not in folders:
            narrate(f"Note: A subset is left out: {safe(str(entry.path))}: {safe(entry.reason)}")


def marks_of(project: Project) -> Marks:
    """The marks of ``project``; what is wrong with them goes to stderr."""
    book = MarkBook(project)
    if book.trouble:
        narrate(f"Note: {safe(book.trouble)}")
    return book.marks


@contextmanager
def pointing() -> Iterator[None]:
    """Show a filter that cannot be understood, with a caret under the character, before the sentence about it."""
    try:
        yield
    except QueryError as error:
        point_at(error.text, error.position)
        raise


def point_at(text: str, position: int) -> None:
    """``text`` on stderr with a caret under the character at ``position``."""
    start = max(0, position - _AROUND)
    before = ("…" if start else "") + safe(text[start:position])
    after = safe(text[position : position + _AROUND])
    more = "…" if len(text) > position + _AROUND else ""
    narrate(f"  {before}{after}{more}".rstrip() + f"\n  {' ' * cell_len(before)}^")


def _saved(name: str, home: Path) -> str:
    saved = load(home)
    if name not in saved:
        names = ", ".join(f"@{one}" for one in saved)
        raise UsageError(
            f'There is no filter saved as "{name}"',
            remedy=f"There are: {names}."
            if saved
            else "None is saved in this project. In quotes it is text: '\"@...\"'",
        )
    return saved[name]
