"""``sdtui captions edit``: one operation on many captions, shown before it is applied."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from sdtui.base.errors import InUseError
from sdtui.base.text import plural
from sdtui.cli.applying import apply_changes, tell_obstacles
from sdtui.cli.caption_operation import operation_of, operation_options
from sdtui.cli.caption_shown import document, show
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import can_ask, narrate, print_json, require_consent, run_work
from sdtui.cli.where import chosen, limit_option, marks_of, tell_unread, understood, where_option
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import scan
from sdtui.edits.bulk import propose
from sdtui.edits.operations import Trigger
from sdtui.edits.proposal import Proposal
from sdtui.edits.trigger import without_regularization
from sdtui.plans.outcome import Applied


@click.command("edit")
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@where_option
@operation_options
@limit_option
@click.option("--all-lines", is_flag=True, help="Also work on lines that the trainer does not read.")
@click.option(
    "--delete-stale/--keep-stale",
    default=None,
    help="Delete caches that hold the old text, or keep them. [ask; delete]",
)
@click.option("--keep-going", is_flag=True, help="Go on with the rest where a file cannot be written.")
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def edit_command(
    directory: Path,
    where: str,
    limit: str,
    all_lines: bool,
    delete_stale: bool | None,
    keep_going: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **operations: Any,
) -> int:
    """Change captions: all, or those of the images that --where means. Exactly one operation.

    It works on the lines that the trainer reads, the first or with enable_wildcard all; other lines stay as they are.
    So do the byte order mark, line ends, and every byte that the operation is not about. An image that borrows its
    caption gets a file of its own. In a metadata file captions and tags are changed in place.

    Without --yes you are asked; where nobody can be, nothing is written and the exit status is 3. With --keep-going it
    is 3 where some files could not be written. "sdtui captions undo" takes it back.

    With --json: title, applied, journal_id, limit, captions (each with image, subset, file, before, after,
    tokens_before, tokens_after, warnings), left_out and not_written (each with path and reason), stale (caches of the
    old text), stale_deleted, and warnings.
    """
    operation = operation_of(operations)
    settle_interrupted(directory, dry_run=dry_run, yes=yes)
    project = run_work(scan(directory))
    tell_unread(project)
    query = understood(where, project.home)
    samples = chosen(project, query, marks_of(project), int(limit))
    if isinstance(operation, Trigger) and not where:
        samples = _subjects(project, samples)
    proposal = run_work(propose(project, samples, operation, limit=int(limit), all_lines=all_lines))
    if not as_json:
        show(proposal, project.root, len(samples))
    applied, deleted = None, False
    if dry_run:
        tell_obstacles(project.home, proposal.to_apply(delete_stale=delete_stale is not False))
    else:
        applied, deleted = _apply(project.home, proposal, delete_stale, yes=yes, keep_going=keep_going)
    if as_json:
        print_json(document(proposal, applied, stale_deleted=deleted))
    return _tell(applied, directory)


def _subjects(project: Project, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    kept = without_regularization(project, samples)
    if len(kept) < len(samples):
        those = plural(len(samples) - len(kept), "regularization image")
        narrate(f"Note: no trigger word for {those}; --where is:reg asks for them all the same.")
    return kept


def _apply(
    home: Path, proposal: Proposal, delete_stale: bool | None, *, yes: bool, keep_going: bool
) -> tuple[Applied | None, bool]:
    """What came of it (None: the person said no), and whether the caches went too."""
    if proposal.empty:
        return Applied("", proposal.title, ()), False
    if not require_consent(f"Change {plural(len(proposal.edits), 'caption')}?", yes=yes):
        narrate("Nothing was changed.")
        return None, False
    delete = bool(proposal.stale) and _wants_deletion(proposal, delete_stale, yes=yes)
    try:
        return apply_changes(home, proposal.to_apply(delete_stale=delete), keep_going=keep_going), delete
    except InUseError as error:
        if not delete:
            raise
        remedy = (
            f"{error.remedy} With --keep-stale the caption is changed and the cache stays, with the old text in it."
        )
        raise InUseError(error.what, path=error.path, remedy=remedy) from error


def _wants_deletion(proposal: Proposal, said: bool | None, *, yes: bool) -> bool:
    caches = plural(len(proposal.stale), "cache of the old text", "caches of the old text")
    if said is None:
        said = yes or not can_ask() or click.confirm(f"Delete {caches} too?", default=True, err=True)
    if not said:
        narrate(f"Note: {caches} stay, and the trainer goes on with that text as long as they are there.")
    return said


def _tell(applied: Applied | None, directory: Path) -> int:
    if applied is None or not applied.id:
        return 0
    undo = f"sdtui captions undo {shlex.quote(str(directory))}"
    narrate(f"{plural(len(applied.changed), 'file')} changed. To take it back: {undo}")
    if not applied.left:
        return 0
    for path, reason in applied.left:
        narrate(f"Not written: {path}: {reason}")
    narrate(f"{plural(len(applied.left), 'file')} could not be written and stay as they were.")
    return 3
