"""The dataset config of a run, and the dataset as the trainer will see it through that config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UsageError
from sdtui.base.text import plural
from sdtui.base.there import is_there
from sdtui.dataset.config_layout import dataset_options
from sdtui.dataset.epoch import Epoch, epoch_of
from sdtui.dataset.project import Project
from sdtui.edits.dataset_config import as_config, export
from sdtui.edits.export_parts import ExportOptions
from sdtui.plans.plan import Change
from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection, interpret, load, parse
from sdtui.trainer.dataset_keys import Support
from sdtui.trainer.fields import Value
from sdtui.trainer.profiles import Settings
from sdtui.trainer.run_arguments import DatasetFacts

_CAPTION_CHANGERS = ("shuffle_caption", "caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step")
_IMAGE_CHANGERS = ("color_aug", "random_crop")
_BUCKETS = ("min_bucket_reso", "max_bucket_reso", "bucket_no_upscale", "bucket_reso_steps")


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """What a run trains on."""

    config: Path
    changes: tuple[Change, ...]
    """What writes the config; empty for a project that is one."""
    masked: bool
    epoch: Epoch
    reads: tuple[Path, ...]
    arguments: Mapping[str, Value] = field(default_factory=dict)
    """For the command line: what the config leaves open."""
    cwd: Path | None = None
    """Where the trainer must start so that relative paths in the config are found; None: anywhere."""
    notes: tuple[str, ...] = ()
    facts: DatasetFacts = field(default_factory=DatasetFacts)
    """What the trainer's assertions look at."""


def exported(project: Project, settings: Settings, folder: Path) -> DatasetInput:
    """A config made from the folders of ``project``, to be written into ``folder``."""
    made = export(project, settings.profile.dataset_kind, folder, options=export_options(settings))
    config = interpret(made.toml_path, parse(made.toml_path, made.text.encode("utf-8")), _command_line(settings))
    trained = as_config(project, config)
    epoch = _epoch(trained)
    return DatasetInput(
        config=made.toml_path,
        changes=made.plan.changes,
        masked=made.masked,
        epoch=epoch,
        reads=tuple(_reads(trained)),
        notes=made.plan.warnings,
        facts=facts_of(config, epoch.batches),
    )


def export_options(settings: Settings) -> ExportOptions:
    """What ``settings`` say about the config that is made from folders."""
    return ExportOptions(
        resolution=(settings.number("width", 512), settings.number("height", 512)),
        bucket_reso_steps=settings.number("bucket_reso_steps", settings.profile.bucket_steps),
        min_bucket_reso=settings.number("min_bucket_reso", 256),
        max_bucket_reso=settings.number("max_bucket_reso", 0) or None,
        bucket_no_upscale=bool(settings["bucket_no_upscale"]),
    )


def from_config(project: Project, settings: Settings) -> DatasetInput:
    """The config that ``project`` was opened by, as it is. Raises UsageError for one that the trainer would refuse."""
    assert project.toml is not None
    if not any(subset.samples for subset in project.subsets):
        raise NotADatasetError("There is nothing to train on in this config", path=project.toml)
    config = load(project.toml, _command_line(settings), Support())
    if config.problems:
        raise UsageError(f"The trainer would refuse this config: {config.problems[0]}", path=project.toml)
    options = tuple(dataset_options(section) for section in config.datasets)
    trained = replace(project, datasets=options)
    epoch = _epoch(trained)
    return DatasetInput(
        config=project.toml,
        changes=(),
        masked=any(subset.masked for subset in project.subsets),
        epoch=epoch,
        reads=tuple(_reads(trained)),
        arguments=_open_arguments(config, settings),
        cwd=_start_folder(project.toml, config),
        notes=(*_overruled(config, settings), *_stoppers(project)),
        facts=facts_of(config, epoch.batches),
    )


def facts_of(config: DatasetConfig, batches: int | None = None) -> DatasetFacts:
    """What the trainer's assertions look at in ``config``."""
    return DatasetFacts(
        kinds=frozenset(section.mode for section in config.datasets if section.subsets),
        subsets=tuple(subset.options for section in config.datasets for subset in section.subsets),
        # Datasets with masks are not asked (library/train_util.py: ControlNetDataset keeps no steps of its own).
        bucket_steps=tuple(
            section.options["bucket_reso_steps"]
            for section in config.datasets
            if section.options["enable_bucket"] and section.mode != "controlnet"
        ),
        batches=batches,
    )


def _command_line(settings: Settings) -> dict[str, Any]:
    """What the command says about the dataset, by the config's names."""
    keys = (*_BUCKETS, *_CAPTION_CHANGERS, *_IMAGE_CHANGERS)
    given: dict[str, Any] = {key: settings.given[key] for key in keys if settings.given.get(key) is not None}
    size = (settings.number("width", 512), settings.number("height", 512))
    return {"batch_size": settings.number("train_batch_size", 1), "resolution": size, **given}


def _open_arguments(config: DatasetConfig, settings: Settings) -> dict[str, Value]:
    """The size where a ``[[datasets]]`` has none, and the bucket rules that a person set."""
    open_size = any(_written(config, section, "resolution") is None for section in config.datasets)
    size = f"{settings.number('width', 512)},{settings.number('height', 512)}"
    given = {key: value for key in _BUCKETS if (value := settings.given.get(key)) is not None}
    return {**({"resolution": size} if open_size else {}), **given}


def _written(config: DatasetConfig, section: DatasetSection, key: str) -> Any:
    general = config.data.get("general")
    return section.written.get(key, general.get(key) if isinstance(general, dict) else None)


def _overruled(config: DatasetConfig, settings: Settings) -> tuple[str, ...]:
    """Sentences: what a person set and the config says otherwise."""
    names = {"width": "resolution", "height": "resolution", "train_batch_size": "batch_size"}
    names |= {key: key for key in _BUCKETS}
    told = dict.fromkeys(
        names[key]
        for key in settings.given
        if key in names and any(_written(config, section, names[key]) is not None for section in config.datasets)
    )
    return tuple(f"{key} stands in the dataset config, which wins over the command line." for key in told)


def _start_folder(path: Path, config: DatasetConfig) -> Path | None:
    """The folder that the config's relative paths are meant from, as ``dataset.scan`` took them."""
    keys = ("image_dir", "metadata_file", "conditioning_data_dir")
    sections = [subset.options for section in config.datasets for subset in section.subsets]
    relative = [options[key] for options in sections for key in keys if options.get(key)]
    relative = [written for written in relative if not Path(written).is_absolute()]
    if not relative:
        return None
    here = Path.cwd()
    return here if all(is_there(here / written) for written in relative) else path.parent


def _epoch(project: Project) -> Epoch:
    """One epoch of what is trained. Raises UsageError for what the trainer asserts about its buckets."""
    epoch = epoch_of(project)
    for dataset in epoch.datasets:
        if dataset.refused:
            raise UsageError(f"The trainer would refuse the buckets. {dataset.refused}", path=project.toml)
        if dataset.unplaced:
            raise UsageError(
                f"{plural(len(dataset.unplaced), 'image')} would stop the trainer, because no bucket can take it",
                path=dataset.unplaced[0],
                remedy="Mend it, or take it out of the subset.",
            )
    return epoch


def _stoppers(project: Project) -> Iterator[str]:
    """A sentence for each subset with images or captions that cannot be used; an exported config leaves these out."""
    for subset in project.subsets:
        troubled = [sample for sample in subset.samples if sample.problem]
        if troubled:
            more = f" ({plural(len(troubled) - 1, 'more image')} with a problem)" if len(troubled) > 1 else ""
            yield f"{subset.name}: {troubled[0].name}: {troubled[0].problem}{more}"


def _reads(project: Project) -> Iterator[Path]:
    """Everything of the dataset that must not be renamed under the run."""
    for subset in project.subsets:
        yield subset.image_dir
        if subset.mask_dir is not None:
            yield subset.mask_dir
        if subset.metadata_file is not None:
            yield subset.metadata_file
        for sample in subset.samples:
            yield sample.path.parent
            if sample.caption_read_from is not None:
                yield sample.caption_read_from.parent
