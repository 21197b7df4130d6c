"""A project as a training will read it: a config as it is, folders as they would be exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtui.dataset.project import Project
from sdtui.edits.dataset_config import as_config, export
from sdtui.edits.export_parts import ExportOptions
from sdtui.trainer.dataset_config import interpret, parse

_OPTIONS = ("resolution", "batch_size", "bucket_reso_steps", "min_bucket_reso")


def as_trained(project: Project, command_line: Mapping[str, Any] | None = None) -> tuple[Project, tuple[str, ...]]:
    """What is trained of ``project``, and a sentence for each subset that the export leaves out.

    ``command_line``: what a training command says by the config's names. Raises UsageError for options that the trainer
    refuses, NotADatasetError where nothing is left.
    """
    if project.toml is not None:
        return project, ()
    said = command_line or {}
    options = ExportOptions(**{key: said[key] for key in _OPTIONS if key in said})
    made = export(project, "lora", options=options)
    config = interpret(made.toml_path, parse(made.toml_path, made.text.encode("utf-8")), said)
    return as_config(project, config), made.left_out
