"""``sdtui subsets``: make, rename, and mark subsets as regularization images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sdtui.cli.applying import show_plan
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import print_json, run_work
from sdtui.cli.proposed import applying_options, carry_out, proposal_document
from sdtui.dataset.project import Project
from sdtui.dataset.scan import scan
from sdtui.edits.proposal import Proposal

_directory = click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
_subset = click.argument("subset", metavar="SUBSET")


@click.group(cls=NearestGroup)
def command() -> None:
    """Make and rename subsets, and mark them as regularization images.

    A subset's name may be written with or without its number. With --json each prints title, applied, journal_id,
    changes, warnings and left_out. "sdtui captions undo" takes any of it back.
    """


@command.command("make")
@_directory
@click.argument("name", metavar="NAME")
@click.option("--repeats", type=click.IntRange(min=1), default=1, show_default=True, help="Where NAME has no number.")
@applying_options
def make_command(directory: Path, name: str, repeats: int, **how: Any) -> None:
    """Make an empty subset; where the project is a dataset TOML, it gets another [[datasets.subsets]]."""
    from sdtui.edits.subsets import make_subset

    _carry_out(directory, lambda project: make_subset(project, name, repeats), **how)


@command.command("rename")
@_directory
@_subset
@click.argument("name", metavar="NAME")
@applying_options
def rename_command(directory: Path, subset: str, name: str, **how: Any) -> None:
    """Rename the folder of a subset; paths to it in the TOML and JSON files of the project follow."""
    from sdtui.edits.repeats import find_subset
    from sdtui.edits.subsets import rename_subset

    _carry_out(directory, lambda project: rename_subset(project, find_subset(project, subset), name), **how)


@command.command("regularization")
@_directory
@_subset
@click.option("--on/--off", "is_reg", default=True, help="--off makes it a subset of subject images again.")
@applying_options
def regularization_command(directory: Path, subset: str, is_reg: bool, **how: Any) -> None:
    """Make a subset one of regularization images.

    It moves to the folder regularization (or reg); where the project is a dataset TOML, is_reg is set there.
    """
    from sdtui.edits.repeats import find_subset
    from sdtui.edits.subsets import mark_regularization

    _carry_out(directory, lambda project: mark_regularization(project, find_subset(project, subset), is_reg), **how)


def _carry_out(
    directory: Path, propose: Callable[[Project], Proposal], *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    settle_interrupted(directory, dry_run=dry_run, yes=yes)
    project = run_work(scan(directory))
    proposal = propose(project)
    if not as_json:
        show_plan(proposal.plan)
    applied = carry_out(project.home, proposal, dry_run=dry_run, yes=yes)
    if as_json:
        print_json(proposal_document(proposal, applied))
