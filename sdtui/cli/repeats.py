"""``sdtui repeats``: change how often subsets repeat."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import UsageError
from sdtui.cli.applying import apply_plan, plan_document, show_plan, tell_obstacles
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import print_json, run_work


@click.command()
@click.argument("folder", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.argument("wanted", metavar="NAME=N...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(folder: Path, wanted: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Set the repeats of subsets: NAME is a subset's name, with or without its number.

    Where repeats stand in the names of folders, the folders are renamed, and paths to them in the TOML and JSON files
    of the project follow. Where the project is a dataset TOML, its num_repeats are changed.
    """
    from sdtui.dataset.scan import scan
    from sdtui.edits.repeats import find_subset, repeats_plan

    numbers = [_parsed(one) for one in wanted]
    settle_interrupted(folder, dry_run=dry_run, yes=yes)
    project = run_work(scan(folder))
    repeats: dict[str, int] = {}
    for name, number in numbers:
        subset = find_subset(project, name)
        if repeats.setdefault(subset.name, number) != number:
            raise UsageError(f"{subset.name} is given two different numbers")
    plan = repeats_plan(project, repeats)
    if not as_json:
        show_plan(plan)
    if dry_run:
        tell_obstacles(project.home, plan)
    applied = None if dry_run else apply_plan(project.home, plan, yes=yes)
    if as_json:
        subsets = [
            {"name": one.name, "from": one.num_repeats, "to": repeats[one.name]}
            for one in project.subsets
            if one.name in repeats
        ]
        print_json({"subsets": subsets, **plan_document(plan, applied)})


def _parsed(one: str) -> tuple[str, int]:
    name, equals, number = one.rpartition("=")
    if not equals or not name:
        raise UsageError(f'"{one}" is not of the form NAME=N', remedy="For example: sdtui repeats DIR circle=12")
    try:
        return name, int(number)
    except ValueError:
        raise UsageError(f'"{number}" is no whole number, in "{one}"') from None
