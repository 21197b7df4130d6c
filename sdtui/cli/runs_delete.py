"""``sdtui runs delete``: runs with all that they wrote, after everything was listed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.errors import UsageError
from sdtui.base.text import file_size, plural, safe
from sdtui.cli.output import also_unread, narrate, print_json, require_consent, run_work
from sdtui.cli.run_place import find_run, home_of, json_option
from sdtui.cli.runs_compare import split_words

if TYPE_CHECKING:
    from sdtui.runs.past.belongings import Kind
    from sdtui.runs.past.deletion import Deletion

_KINDS = ("checkpoints", "states", "samples", "logs", "record")


@click.command("delete")
@click.argument("words", metavar="[DIR] ID...", nargs=-1, required=True)
@click.option(
    "--only", "only", type=click.Choice(_KINDS), multiple=True, help="Delete only these; say it again for more."
)
@click.option("--for-good", is_flag=True, help="Free the space now. This cannot be undone.")
@click.option("--dry-run", is_flag=True, help="Only list what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete_command(
    words: tuple[str, ...], only: tuple[str, ...], for_good: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Delete runs that have ended: checkpoints, states, samples, TensorBoard files and the record.

    They go to the project's trash (.sdtui/trash), and undo brings them back; with --for-good they are gone at once.
    What another run may have written as well stays.
    """
    from sdtui.runs.past.belongings import Kind
    from sdtui.runs.past.deletion import prepare_deletion

    directory, wanted = split_words(words)
    kinds = tuple(Kind(name) for name in only) or tuple(Kind)
    if not wanted:
        raise UsageError("It was not said which run to delete", remedy="Name it by its ID: see `sdtui runs list`.")
    home = home_of(directory)
    records = {record.id: record for record in (find_run(directory, word)[1] for word in wanted)}
    deletions = [prepare_deletion(home, record) for record in records.values()]
    if not as_json:
        _show(deletions, kinds)
    for warning in (warning for one in deletions for warning in one.warnings(kinds)):
        narrate(f"Note: {safe(warning)}")
    agreed = not dry_run and require_consent(_question(deletions, kinds, for_good=for_good), yes=yes)
    left = _delete(home, deletions, kinds, for_good=for_good) if agreed else _doubts(deletions)
    if as_json:
        print_json(_document(deletions, kinds, left, deleted=agreed, for_good=for_good))
    elif not agreed and not dry_run:
        narrate("Nothing was deleted.")
    elif agreed and not for_good:
        narrate(_way_back(home))


def _delete(
    home: Path, deletions: Sequence[Deletion], kinds: Sequence[Kind], *, for_good: bool
) -> list[tuple[Path, str]]:
    """Do it; what stays, each with the reason."""
    from sdtui.cli.applying import apply_changes
    from sdtui.runs.past.deletion import delete_for_good, sentence, to_trash

    left: list[tuple[Path, str]] = []
    for one in deletions:
        if for_good:
            run_work(delete_for_good(home, one, kinds))
            left += one.belongings.doubtful
        else:
            proposal = to_trash(home, one, kinds)
            apply_changes(home, proposal.plan)
            left += proposal.left_out
        narrate(sentence(one, kinds, for_good=for_good))
    for path, why in left:
        narrate(f"Left as it is: {safe(str(path))}: {safe(why)}")
    return left


def _doubts(deletions: Sequence[Deletion]) -> list[tuple[Path, str]]:
    return [doubt for one in deletions for doubt in one.belongings.doubtful]


@also_unread()
def _show(deletions: Sequence[Deletion], kinds: Sequence[Kind]) -> None:
    for one in deletions:
        click.echo(safe(one.past.record.id))
        for item in one.of(kinds):
            click.echo(f"  {item.kind.value:<11}  {file_size(item.size):>9}  {safe(str(item.path))}")
        for path, why in one.belongings.doubtful:
            click.echo(f"  {'stays':<11}  {'':>9}  {safe(str(path))}: {safe(why)}")


def _question(deletions: Sequence[Deletion], kinds: Sequence[Kind], *, for_good: bool) -> str:
    items = [item for one in deletions for item in one.of(kinds)]
    size = file_size(sum(item.size for item in items))
    what = f"{plural(len(items), 'file or folder', 'files and folders')} of {plural(len(deletions), 'run')} ({size})"
    return f"Delete {what} for good? This cannot be undone." if for_good else f"Put {what} into the trash?"


def _way_back(home: Path) -> str:
    folder = shlex.quote(safe(str(home.parent)))
    return f"Take back: sdtui captions undo {folder}. Free the space: sdtui images empty-trash {folder}"


def _document(
    deletions: Sequence[Deletion],
    kinds: Sequence[Kind],
    left: Sequence[tuple[Path, str]],
    *,
    deleted: bool,
    for_good: bool,
) -> dict[str, Any]:
    return {
        "runs": [one.past.record.id for one in deletions],
        "deleted": deleted,
        "for_good": for_good,
        "items": [
            {"run": one.past.record.id, "kind": item.kind.value, "path": str(item.path), "size": item.size}
            for one in deletions
            for item in one.of(kinds)
        ],
        "left": [{"path": str(path), "reason": reason} for path, reason in left],
        "warnings": [warning for one in deletions for warning in one.warnings(kinds)],
    }
