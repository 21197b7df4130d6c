"""``sdtui quality``: tiers of quality, each a prefix of captions and repeats for one subset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtui.base.errors import UsageError
from sdtui.base.text import plural, safe
from sdtui.cli.applying import plan_document, show_plan
from sdtui.cli.caption_shown import document, show
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import also_unread, print_json, run_work
from sdtui.cli.proposed import applying_options, carry_out
from sdtui.cli.where import limit_option
from sdtui.dataset.project import Project
from sdtui.dataset.scan import scan
from sdtui.plans.plan import Plan

if TYPE_CHECKING:
    from sdtui.edits.proposal import Proposal
    from sdtui.edits.quality_table import QualityTable


@click.command()
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.argument("wanted", metavar="[SUBSET=PREFIX:REPEATS...]", nargs=-1)
@click.option("--trigger", metavar="WORD", help="The prefix goes behind this word where it is the first tag.")
@click.option("--keep-stale", is_flag=True, help="Keep caches that hold the old text.")
@limit_option
@applying_options
def command(
    directory: Path,
    wanted: tuple[str, ...],
    trigger: str | None,
    keep_stale: bool,
    limit: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Put a quality in front of the captions of each subset, and set its repeats.

    \b
    sdtui quality DIR "circle=high quality:40" "square=low quality:10"
    sdtui quality DIR "circle=best quality"     another prefix; repeats as they are
    sdtui quality DIR "circle="                 the prefix taken away again
    sdtui quality DIR                           the table once more, for new images

    The table is kept with the project, so that only what was put there is ever replaced or taken away. All of it is one
    change, which "sdtui captions undo" takes back.

    With --json: tiers (by subset: prefix, repeats), changes, and what "sdtui captions edit" prints.
    """
    from sdtui.edits.quality import propose
    from sdtui.edits.quality_table import load_table

    settle_interrupted(directory, dry_run=dry_run, yes=yes)
    project = run_work(scan(directory))
    table = _table(project, load_table(project.home), wanted, trigger)
    proposal = run_work(propose(project, table, limit=int(limit)))
    if not as_json:
        _show(project, table, proposal)
    applied = carry_out(project.home, proposal, dry_run=dry_run, yes=yes, keep_stale=keep_stale)
    if as_json:
        tiers = {name: {"prefix": tier.prefix, "repeats": tier.repeats} for name, tier in table.tiers.items()}
        deleted = bool(applied and applied.id and proposal.stale and not keep_stale)
        changes = plan_document(proposal.plan, applied)["changes"]
        print_json({"tiers": tiers, **document(proposal, applied, stale_deleted=deleted), "changes": changes})


def _table(project: Project, table: QualityTable, wanted: tuple[str, ...], trigger: str | None) -> QualityTable:
    import msgspec

    from sdtui.edits.quality import with_tier
    from sdtui.edits.repeats import find_subset, stable_name, subsets_called

    for one in wanted:
        name, equals, tier = one.partition("=")
        if not equals or not name:
            raise UsageError(
                f'"{one}" is not of the form SUBSET=PREFIX:REPEATS',
                remedy='For example: sdtui quality DIR "circle=high quality:40"',
            )
        if name not in table.tiers and not subsets_called(project, name):
            find_subset(project, name)  # says which names there are
        known = subsets_called(project, name)
        prefix, repeats = _tier(tier)
        stable = stable_name(known[0]) if known else name
        standing = table.tiers.get(stable)
        if prefix and repeats is None and standing is not None:
            repeats = standing.repeats
        table = with_tier(table, stable, prefix, repeats)
    return table if trigger is None else msgspec.structs.replace(table, trigger=trigger.strip())


def _tier(text: str) -> tuple[str, int | None]:
    """``high quality:40`` as its two parts; a colon before anything but a number belongs to the prefix."""
    prefix, colon, number = text.rpartition(":")
    if colon and number.strip().isdecimal():
        return prefix, int(number)
    return text, None


@also_unread()
def _show(project: Project, table: QualityTable, proposal: Proposal) -> None:
    for name, tier in table.tiers.items():
        often = "" if tier.repeats is None else f"  {tier.repeats}×"
        click.echo(f"{safe(name)}: {safe(tier.prefix) or '(no prefix)'}{often}")
    files = {edit.path for edit in proposal.edits}
    others = tuple(one for one in proposal.plan.changes if getattr(one, "path", None) not in files)
    if proposal.edits or not others:
        show(proposal, project.root, sum(subset.img_count for subset in project.subsets))
    if others:
        show_plan(Plan(plural(len(others), "change"), others))
