"""``sdtui images``: throw images away, and take them to other subsets, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sdtui.base.errors import UsageError
from sdtui.base.text import count, file_size, plural
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import home_of, settle_interrupted
from sdtui.cli.output import narrate, print_json, require_consent, run_work
from sdtui.cli.proposed import applying_options, carry_out, proposal_document, show_files
from sdtui.cli.where import chosen, limit_option, marks_of, understood
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import scan
from sdtui.edits.proposal import Proposal

_directory = click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
_where = click.option(
    "--where", metavar="FILTER", required=True, help="The images that are meant; @NAME is a filter saved in sdtui."
)
_to = click.option("--to", "target", metavar="SUBSET", required=True, help="Where they go, with or without its number.")
_make = click.option("--make", is_flag=True, help="Make the subset where there is none of that name.")


@click.group(cls=NearestGroup)
def command() -> None:
    """Throw images away, and move or copy them to another subset.

    Captions, masks and caches go along. What an image that stays needs too stays as well: one of the same name with
    another ending, or one that borrows the caption. "sdtui captions undo" takes any of it back.
    """


@command.command("trash")
@_directory
@_where
@limit_option
@applying_options
def trash_command(directory: Path, where: str, limit: str, **how: Any) -> None:
    """Put images into the trash of the project, .sdtui/trash.

    With --json: title, applied, journal_id, images (how many), changes, warnings, left_out.
    """
    from sdtui.edits.images import trash

    _carry_out(directory, where, limit, lambda project, samples: trash(project, samples), **how)


@command.command("move")
@_directory
@_where
@_to
@_make
@limit_option
@applying_options
def move_command(directory: Path, where: str, target: str, make: bool, limit: str, **how: Any) -> None:
    """Move images to another subset.

    Where a name is taken there, a number is put behind it. A borrowed caption becomes the image's own. With --json:
    title, applied, journal_id, images (how many), changes, warnings, left_out.
    """
    from sdtui.edits.images import move

    _carry_out(
        directory, where, limit, lambda project, samples: move(project, samples, _target(project, target, make)), **how
    )


@command.command("copy")
@_directory
@_where
@_to
@_make
@limit_option
@applying_options
def copy_command(directory: Path, where: str, target: str, make: bool, limit: str, **how: Any) -> None:
    """Copy images to another subset; as "sdtui images move", but they stay where they are too."""
    from sdtui.edits.images import copy

    _carry_out(
        directory, where, limit, lambda project, samples: copy(project, samples, _target(project, target, make)), **how
    )


@command.command("empty-trash")
@_directory
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def empty_trash_command(directory: Path, yes: bool, as_json: bool) -> None:
    """Delete what lies in the trash for good: this cannot be taken back. With --json: files, size (bytes), deleted."""
    from sdtui.edits.trash import empty_trash, trash_size

    home = home_of(directory)
    size = trash_size(home)
    question = f"Delete {plural(size.files, 'file')} ({file_size(size.size)}) for good?"
    deleted = bool(size.files) and require_consent(question, yes=yes)
    if deleted:
        empty_trash(home)
    narrate(f"{plural(size.files, 'file')} deleted." if deleted else "Nothing was deleted.")
    if as_json:
        print_json({"files": size.files, "size": size.size, "deleted": deleted})


def _target(project: Project, name: str, make: bool) -> str:
    """``name``, if it is that of a subset or may be one's to be made. Raises UsageError: a slip makes no folder."""
    from sdtui.edits.image_target import target_of

    if not make and target_of(project, name, ()).is_new:
        names = ", ".join(subset.name for subset in project.subsets)
        raise UsageError(f'There is no subset "{name}"', remedy=f"There are: {names}. To make it, say --make.")
    return name


def _carry_out(
    directory: Path,
    where: str,
    limit: str,
    propose: Callable[[Project, tuple[Sample, ...]], Proposal],
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    settle_interrupted(directory, dry_run=dry_run, yes=yes)
    project = run_work(scan(directory))
    query = understood(where, project.home)
    if query.empty:
        raise UsageError("An empty filter means every image", remedy='To mean all of them, say so: --where "name:*".')
    samples = chosen(project, query, marks_of(project), int(limit))
    proposal = propose(project, samples)
    if not as_json:
        show_files(proposal, project.root)
        click.echo(f"{count(len(samples))} of {plural(sum(one.img_count for one in project.subsets), 'image')} meant.")
    applied = carry_out(project.home, proposal, dry_run=dry_run, yes=yes)
    if as_json:
        print_json({"images": len(samples), **proposal_document(proposal, applied)})
