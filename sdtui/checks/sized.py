"""A project with the resolution and the bucket rules that a run of it would have."""

from __future__ import annotations

from dataclasses import replace

from sdtui.base.errors import UsageError
from sdtui.dataset.project import DatasetOptions, Project
from sdtui.edits.export_parts import ExportOptions
from sdtui.runs.setup.dataset_input import export_options
from sdtui.trainer.profiles import Settings


def as_run(project: Project, settings: Settings | None) -> Project:
    """``project`` with what its ``[[datasets]]`` leave open filled in from ``settings``.

    A folder gets the options of the config that is made from it at launch. As it is without ``settings``, and where
    the trainer would refuse these (which is another finding).
    """
    if settings is None:
        return project
    size = (settings.number("width", 512), settings.number("height", 512))
    if project.toml is not None:
        options = tuple(replace(one, resolution=one.resolution or size) for one in project.datasets)
        return replace(project, datasets=options)
    try:
        settled = export_options(settings).settled(project)
    except UsageError:
        return project
    return replace(project, datasets=tuple(_filled(one, settled, size) for one in project.datasets))


def _filled(options: DatasetOptions, settled: ExportOptions, size: tuple[int, int]) -> DatasetOptions:
    return replace(
        options,
        resolution=size,
        enable_bucket=settled.enable_bucket,
        bucket_no_upscale=bool(settled.bucket_no_upscale),
        bucket_reso_steps=settled.bucket_reso_steps,
        min_bucket_reso=settled.min_bucket_reso,
        max_bucket_reso=settled.max_bucket_reso or options.max_bucket_reso,
    )
