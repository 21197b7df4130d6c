"""A dataset as a training command would read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.cli.output import run_work

if TYPE_CHECKING:
    from sdtui.dataset.project import Project
    from sdtui.trainer.dataset_arguments import DatasetArguments


def read_as_trained(path: Path, arguments: DatasetArguments, *, by_arguments: bool) -> tuple[Project, tuple[str, ...]]:
    """What a training command makes of the dataset at ``path``, and what a person should know of it.

    ``by_arguments``: the words of a command were given, so a folder is what ``--train_data_dir`` reads; else it is what
    sdtui would export.
    """
    from sdtui.dataset.project import DatasetOptions
    from sdtui.dataset.scan import scan
    from sdtui.edits.as_trained import as_trained

    project = run_work(scan(path, command_line=arguments.config))
    if project.toml is not None:
        return project, project.notes
    if by_arguments:
        keys = DatasetOptions.__dataclass_fields__
        said = {key: value for key, value in arguments.config.items() if key in keys}
        options = DatasetOptions(**{"resolution": None, **said})
        subsets = tuple(replace(subset, dataset=0, mask_dir=None) for subset in project.subsets)
        return replace(project, subsets=subsets, datasets=(options,)), project.notes
    trained, left_out = as_trained(project, arguments.config)
    return trained, (*project.notes, *left_out)
