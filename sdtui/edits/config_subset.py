"""A subset in a dataset config: one more of them, and whether the config still finds one whose folder is renamed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.errors import WriteError
from sdtui.base.files import read_bytes
from sdtui.dataset.project import Project, Subset
from sdtui.edits.config_value import with_subset
from sdtui.plans.plan import Change, Write
from sdtui.trainer.dataset_config import DatasetConfig, interpret, parse


@dataclass(frozen=True, slots=True)
class Added:
    """The change that adds a subset to a config, and what the trainer will then read of it."""

    changes: tuple[Write, ...]
    """None where the config names the folder already."""
    dataset: int
    options: Mapping[str, Any]
    """Fallbacks applied."""


def adding(project: Project, config: Path, folder: Path, repeats: int) -> Added:
    """Add ``folder`` to the dataset of captions that most of its neighbours stand in.

    Its path is spelled as theirs are. Raises WriteError where the config has no such dataset, UnreadableError.
    """
    before = read_bytes(config)
    now = interpret(config, parse(config, before))
    standing = next((one for one in _every(now) if _leads_to(one[1], folder, project.root)), None)
    if standing is not None:
        return Added((), *standing[::2])
    fitting = [number for number, section in enumerate(now.datasets) if section.mode == "dreambooth"]
    if not fitting:
        raise WriteError(
            "Every dataset in this config has metadata files or masks, and a subset of captions does not go with those",
            path=config,
            remedy="Write another [[datasets]] into it in an editor.",
        )
    beside = [one for one in project.subsets if one.image_dir.parent == folder.parent and one.dataset in fitting]
    places = [one.dataset for one in beside] or fitting[:1]
    dataset = max(places, key=places.count)
    neighbour = next((one for one in beside if one.dataset == dataset), None)
    keys: dict[str, Any] = {"image_dir": _spelled(neighbour, folder), "num_repeats": repeats}
    extensions = {
        one.written["caption_extension"] for one in now.datasets[dataset].subsets if _own_extension(one.written)
    }
    if len(extensions) == 1:
        keys["caption_extension"] = extensions.pop()
    try:
        after = with_subset(config, before, dataset, keys)
    except ValueError as error:
        raise WriteError(
            f"The trainer's parser would not read {folder.name} right in this config", path=config
        ) from error
    added = interpret(config, parse(config, after)).datasets[dataset].subsets[-1]
    return Added((Write(config, before, after),), dataset, added.options)


def _every(config: DatasetConfig) -> Iterator[tuple[int, str | None, Mapping[str, Any]]]:
    """Of each subset the dataset that it stands in, its folder as it is written, and its options."""
    for number, section in enumerate(config.datasets):
        for subset in section.subsets:
            yield number, subset.options["image_dir"], subset.options


def _leads_to(written: str | None, folder: Path, root: Path) -> bool:
    """Whether a config in ``root`` means ``folder`` by ``written``; relative paths start here, or at the config."""
    if not written:
        return False
    return str(folder) in {os.path.normpath(base / written) for base in (Path.cwd(), root)}


def require_followed(project: Project, old: Path, new: Path, changes: Iterable[Change]) -> None:
    """Raise WriteError where the project's config would not find ``new`` once ``changes`` are made.

    It may name the folder by a path that leads there over a link.
    """
    if project.toml is None:
        return
    after = next((one.after for one in changes if isinstance(one, Write) and one.path == project.toml), None)
    config = interpret(project.toml, parse(project.toml, after if after is not None else read_bytes(project.toml)))
    for subset in project.subsets:
        for key, path in (("image_dir", subset.image_dir), ("metadata_file", subset.metadata_file)):
            if path is None or not path.is_relative_to(old):
                continue
            written = _written(config, subset, key)
            if written is not None and not _ends_with(written, new / path.relative_to(old), new):
                raise WriteError(
                    f"The config names it as {written}, which cannot be made to follow a new name",
                    path=old,
                    remedy="Rename the folder and change the config in an editor.",
                )


def _own_extension(written: Mapping[str, Any]) -> bool:
    return isinstance(written.get("caption_extension"), str)


def _spelled(neighbour: Subset | None, folder: Path) -> str:
    """The path of ``folder``, as a config that names its neighbour would write it."""
    written = (neighbour.options.get("image_dir") or "").rstrip("/\\") if neighbour is not None else ""
    if neighbour is None or not written.endswith(neighbour.image_dir.name):
        return str(folder)
    return str(written[: len(written) - len(neighbour.image_dir.name)] + folder.name)


def _written(config: DatasetConfig, subset: Subset, key: str) -> str | None:
    written = config.datasets[subset.dataset].subsets[subset.position].options[key]
    return written if isinstance(written, str) else None


def _ends_with(written: str, path: Path, folder: Path) -> bool:
    """Whether ``written`` ends as ``path`` does, from the name of ``folder`` on."""
    wanted = path.relative_to(folder.parent).parts
    parts = tuple(part for part in os.path.normpath(written.replace("\\", "/")).split("/") if part)
    return parts[-len(wanted) :] == wanted
