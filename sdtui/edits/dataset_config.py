"""Writing the dataset config that sd-scripts reads, from the folders of a project. An output, never a second truth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UsageError, WriteError
from sdtui.dataset.config_layout import dataset_options
from sdtui.dataset.project import Project, ProjectKind, Subset
from sdtui.edits.export_parts import ExportOptions, Kind, Parts, parts_of
from sdtui.edits.metadata_file import caption_of_image, metadata_bytes
from sdtui.edits.stamp import stamped, writing
from sdtui.edits.toml_text import assignments
from sdtui.plans.plan import Plan
from sdtui.trainer.dataset_config import DatasetConfig, interpret, load, parse
from sdtui.trainer.names import parse_folder_name
from sdtui.trainer.scripts import support_of


@dataclass(frozen=True, slots=True)
class Export:
    """A config to be written: ``plan`` writes it, ``text`` is the TOML, and ``left_out`` says what is not in it."""

    kind: Kind
    plan: Plan
    toml_path: Path
    text: str
    left_out: tuple[str, ...]
    masked: bool
    """It has masks, so that the trainer needs ``--masked_loss``; a ControlNet script takes them without."""
    replaces: tuple[Path, ...]
    """Files that stand there and are not as sdtui wrote them: ask before they are replaced."""


_TITLES: Mapping[Kind, str] = {"lora": "LoRA", "finetune": "full fine-tune", "controlnet": "ControlNet"}
_SCRIPTS: Mapping[Kind, str] = {"lora": "train_network", "finetune": "fine_tune", "controlnet": "train_control_net"}
"""A script that takes no other kind of datasets, or the least of them."""


def export(
    project: Project,
    kind: Kind,
    folder: Path | None = None,
    *,
    output: Path | None = None,
    options: ExportOptions | None = None,
) -> Export:
    """The config of ``project`` for ``kind`` of training, in ``folder`` (default: ``config`` in the project).

    ``output`` names the TOML itself. Nothing is written until the Plan is applied; then ``verify`` reads it back.
    Raises UsageError for a project that is a config already or options that the trainer refuses, NotADatasetError
    when no subset is left.
    """
    if project.kind is ProjectKind.TOML:
        raise UsageError(
            f"{project.toml} is a dataset config already",
            remedy="Train with it as it is, or open the folder of its images to write a new one.",
        )
    settled = (options or ExportOptions()).settled(project)
    parts = parts_of(project, kind, settled)
    if not parts.plain and not parts.masked:
        raise NotADatasetError("No subset is left to train on", path=project.root, remedy=" ".join(parts.left_out))
    path = output or (folder or project.root / "config") / f"dataset-{kind}.toml"
    path = path if path.is_absolute() else Path.cwd() / path
    if path.suffix.lower() != ".toml":
        raise UsageError(f"{path.name} does not end in .toml, and the trainer would not read it")
    metadata = _metadata_files(path.parent, parts.plain) if kind == "finetune" else {}
    try:
        body = _body(parts, settled, {name: file for name, (file, _) in metadata.items()})
    except ValueError as error:
        raise _unwritable(path, f"it cannot read {error}") from error
    text = stamped(ascii(str(project.root))[1:-1], body, list(metadata.values()))
    _check(path, text, parts, kind)
    changes, replaces = writing(path, [*metadata.values(), (path, text.encode("utf-8"))])
    replaced = [f"{one} was not written by sdtui as it stands, and would be replaced." for one in replaces]
    title = f"write {path.name} for a {_TITLES[kind]}"
    plan = Plan(title, tuple(changes), (*parts.left_out, *parts.warnings, *replaced))
    masked = kind == "lora" and bool(parts.masked)
    return Export(kind, plan, path, text, parts.left_out, masked, tuple(replaces))


def as_config(project: Project, config: DatasetConfig) -> Project:
    """``project`` with the subsets and the options that ``config`` has, which was made from it."""
    by_folder = {str(subset.image_dir): subset for subset in project.subsets}
    subsets = [
        replace(by_folder[written.options["image_dir"]], dataset=number, position=position)
        for number, section in enumerate(config.datasets)
        for position, written in enumerate(section.subsets)
    ]
    options = tuple(dataset_options(section) for section in config.datasets)
    return replace(project, subsets=tuple(subsets), datasets=options)


def verify(path: Path) -> DatasetConfig:
    """Read the config at ``path`` back as the trainer will, and check that it can be trained with.

    Raises UnreadableError, SyntaxProblem, and WriteError where the trainer would refuse it or a folder is missing.
    """
    config = load(path)
    problems = [*config.problems, *_missing(config)]
    if problems:
        raise WriteError(f"The config was written, but the trainer would refuse it: {problems[0]}", path=path)
    return config


def _missing(config: DatasetConfig) -> Iterator[str]:
    for section in config.datasets:
        for subset in section.subsets:
            for key in ("image_dir", "conditioning_data_dir", "metadata_file"):
                value = subset.options[key]
                if value is not None and not Path(value).exists():
                    yield f"{key} = {value} does not exist"


def _check(path: Path, text: str, parts: Parts, kind: Kind) -> None:
    """The text, read back by the trainer's parser, says what was meant."""
    config = interpret(path, parse(path, text.encode("utf-8")), support=support_of(_SCRIPTS[kind]))
    read = [
        (one.options["image_dir"], one.options["num_repeats"]) for section in config.datasets for one in section.subsets
    ]
    meant = [(str(one.image_dir), one.num_repeats) for one in (*parts.plain, *parts.masked)]
    if config.problems or read != meant:
        raise _unwritable(path, config.problems[0] if config.problems else "it reads other values than were meant")


def _unwritable(path: Path, reason: str) -> WriteError:
    return WriteError(f"The trainer's parser would not read this config right: {reason}", path=path)


def _body(parts: Parts, options: ExportOptions, metadata: dict[str, Path]) -> str:
    lines = ["[general]\n", *assignments({"shuffle_caption": False, "enable_bucket": options.enable_bucket})]
    for subsets in (parts.plain, parts.masked):
        if subsets:
            lines += ["\n[[datasets]]\n", *assignments(_dataset_keys(options))]
            for subset in subsets:
                keys = _subset_keys(subset, metadata.get(subset.name))
                lines += ["\n  [[datasets.subsets]]\n", *assignments(keys, "  ")]
    return "".join(lines)


def _dataset_keys(options: ExportOptions) -> dict[str, Any]:
    keys: dict[str, Any] = {"resolution": options.resolution}
    if options.batch_size is not None:
        keys["batch_size"] = options.batch_size
    if options.enable_bucket:
        keys["min_bucket_reso"] = options.min_bucket_reso
        keys["max_bucket_reso"] = options.max_bucket_reso
        keys["bucket_reso_steps"] = options.bucket_reso_steps
        if options.bucket_no_upscale is not None:
            keys["bucket_no_upscale"] = options.bucket_no_upscale
    return keys


def _subset_keys(subset: Subset, metadata: Path | None) -> dict[str, Any]:
    keys: dict[str, Any] = {"image_dir": str(subset.image_dir)}
    if metadata is not None:
        return {**keys, "metadata_file": str(metadata), "num_repeats": subset.num_repeats}
    # Without this key the trainer would look for ".caption" files.
    keys["caption_extension"] = subset.caption_extension
    if subset.masked:
        keys["conditioning_data_dir"] = str(subset.mask_dir)
    else:
        if subset.class_tokens:
            keys["class_tokens"] = subset.class_tokens
        if subset.is_reg:
            keys["is_reg"] = True
    return {**keys, "num_repeats": subset.num_repeats}


def _metadata_files(folder: Path, subsets: Sequence[Subset]) -> dict[str, tuple[Path, bytes]]:
    """For each subset its metadata file and what will stand in it: full paths with captions and sizes."""
    files: dict[str, tuple[Path, bytes]] = {}
    taken: Counter[str] = Counter()
    for subset in subsets:
        name = re.sub(r"[^\w.+-]+", "-", _short_name(subset))[:60]
        taken[name.casefold()] += 1
        number = taken[name.casefold()]
        files[subset.name] = (folder / f"metadata-{name}{f'-{number}' if number > 1 else ''}.json", _metadata(subset))
    return files


def _short_name(subset: Subset) -> str:
    """The folder's name without its repeats, so that the file keeps its name when they change."""
    parsed = parse_folder_name(subset.image_dir.name)
    return (parsed.class_tokens if parsed else "") or subset.image_dir.name


def _metadata(subset: Subset) -> bytes:
    entries = {
        str(sample.path): {
            "caption": caption_of_image(subset, sample),
            "image_size": [sample.width, sample.height],
        }
        for sample in subset.samples
    }
    return metadata_bytes(entries)
