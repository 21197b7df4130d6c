"""Which run a command is about: the project's folder and the run's ID."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import UnreadableError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.dataset.listing import absolute
from sdtui.runs import store
from sdtui.runs.record import RunRecord

place_argument = click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
which_argument = click.argument("run_id", metavar="[ID]", required=False)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def home_of(directory: Path) -> Path:
    """Where the records of the project in ``directory`` (or of the dataset TOML of that name) stand.

    Raises UnreadableError where there is neither.
    """
    root = absolute(directory)
    if not root.exists():
        raise UnreadableError("There is no such folder", path=root, remedy="Check the path.")
    return (root.parent if root.is_file() else root) / PROJECT_FOLDER


def find_run(directory: Path, run_id: str | None) -> tuple[Path, RunRecord]:
    """The folder of the project's records and the run that is meant.

    Raises UnreadableError where there is no such folder, else as ``store.resolve``.
    """
    if run_id is None and not directory.exists() and len(directory.parts) == 1:
        directory, run_id = Path(), directory.name  # `sdtui runs show ID` in the project's folder
    home = home_of(directory)
    return home, store.resolve(home, run_id)
