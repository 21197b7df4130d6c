"""``sdtui filters``: the filters that a project has saved under names."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.text import safe
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import home_of
from sdtui.cli.output import narrate, print_json
from sdtui.cli.where import FILTER_HELP, pointing
from sdtui.dataset.saved_filters import delete, load, save

_directory = click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path, exists=True))


@click.group(cls=NearestGroup)
def command() -> None:
    """List, save and forget filters. --where @NAME means a saved one."""


@command.command("list")
@_directory
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: the filters by their names.")
def list_command(directory: Path, as_json: bool) -> None:
    """List the saved filters, in the order of their saving."""
    filters = load(home_of(directory))
    if as_json:
        print_json(filters)
        return
    if not filters:
        narrate("No filter is saved here yet.")
    for name, text in filters.items():
        click.echo(f"{safe(name)}\t{safe(text)}")


@command.command("save", epilog=FILTER_HELP)
@_directory
@click.argument("name")
@click.argument("text", metavar="FILTER")
def save_command(directory: Path, name: str, text: str) -> None:
    """Save FILTER as NAME, in the place of one of the same name."""
    with pointing():
        save(home_of(directory), name, text)


@command.command("delete")
@_directory
@click.argument("name")
def delete_command(directory: Path, name: str) -> None:
    """Forget the filter saved as NAME."""
    delete(home_of(directory), name)
