"""The layout that a dataset TOML or JSON describes: its subsets, their folders found as the trainer would find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UnreadableError
from sdtui.base.there import is_there
from sdtui.dataset.layout import Layout, unique_names
from sdtui.dataset.listing import absolute, holds_images
from sdtui.dataset.project import DatasetOptions, Ignored, ProjectKind
from sdtui.dataset.subset_folders import Place
from sdtui.trainer.caches import IMAGE_INFO_CACHE
from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection, SubsetSection, load
from sdtui.trainer.dataset_problems import why_foreign

_WINDOWS_PATH = re.compile(r"^([A-Za-z]):[\\/]")


def config_layout(path: Path, command_line: Mapping[str, Any] | None = None) -> Layout:
    """The layout of a dataset config. Raises UnreadableError, SyntaxProblem, and NotADatasetError without a subset.

    Relative paths start where training is started from, not at the config (library/train_util.py opens them as they
    are); where nothing is there, the config's own folder is tried, and a note says so.
    """
    config = load(path, command_line)
    finder = _Finder(path.parent)
    places: list[Place] = []
    ignored: list[Ignored] = []
    for number, section in enumerate(config.datasets):
        seen: set[str] = set()
        for position, subset in enumerate(section.subsets):
            found = _place(finder, section, subset, seen)
            if isinstance(found, Ignored):
                ignored.append(found)
            else:
                places.append(replace(found, dataset=number, position=position))
    if not places and not ignored:
        foreign = why_foreign(config.data)
        raise NotADatasetError(
            "This config names no subset", path=path, remedy=foreign or next(iter(config.problems), None)
        )
    names = unique_names(_namesakes(places))
    return Layout(
        root=path.parent,
        kind=ProjectKind.TOML,
        places=tuple(replace(place, name=name) for place, name in zip(places, names, strict=True)),
        ignored=tuple(ignored),
        datasets=tuple(dataset_options(section) for section in config.datasets),
        toml=path,
        notes=(*_refusals(config), *finder.notes(), *_remembered(places)),
    )


def dataset_options(section: DatasetSection) -> DatasetOptions:
    """The keys of a ``[[datasets]]`` that decide about buckets and steps."""
    options = section.options
    return DatasetOptions(
        resolution=options["resolution"],
        batch_size=options["batch_size"],
        enable_bucket=options["enable_bucket"],
        bucket_no_upscale=options["bucket_no_upscale"],
        bucket_reso_steps=options["bucket_reso_steps"],
        min_bucket_reso=options["min_bucket_reso"],
        max_bucket_reso=options["max_bucket_reso"],
        validation_split=options["validation_split"],
        validation_seed=options["validation_seed"],
        mode=section.mode,
    )


def _namesakes(places: list[Place]) -> list[Path]:
    """What the subsets are called by: their folders, or their metadata files where several share a folder."""
    folders = [place.image_dir for place in places]
    if len(set(folders)) == len(folders):
        return folders
    return [place.metadata_file or place.image_dir for place in places]


def _place(finder: _Finder, section: DatasetSection, subset: SubsetSection, seen: set[str]) -> Place | Ignored:
    """One subset, or why the trainer leaves it out (library/train_util.py, DreamBoothDataset and FineTuningDataset)."""
    options = subset.options
    written = options["metadata_file"] if section.mode == "finetuning" else options["image_dir"]
    if written is None:
        return Ignored(finder.base, "A subset in the config names no image_dir, so the trainer refuses the config.")
    path = finder.find(written)
    if options["num_repeats"] < 1:
        reason = "Its num_repeats is less than 1, so the trainer leaves it out"
        return Ignored(path, f"{reason}{_orphaned_masks(finder, section, options)}.")
    if written in seen:
        return Ignored(path, "The config names it twice in one dataset; the trainer uses the first only.")
    seen.add(written)
    if not is_there(path):
        reason = _missing(written, section.mode == "finetuning")
        return Ignored(path, f"{reason}{_orphaned_masks(finder, section, options)}.")
    return _found_place(finder, section, options, path)


def _found_place(finder: _Finder, section: DatasetSection, options: Any, path: Path) -> Place:
    finetuning = section.mode == "finetuning"
    image_dir = finder.find(options["image_dir"]) if options["image_dir"] else path.parent
    masks = options["conditioning_data_dir"]
    return Place(
        name="",
        image_dir=image_dir,
        num_repeats=int(options["num_repeats"]),
        is_reg=bool(options["is_reg"]) and section.mode == "dreambooth",
        class_tokens=options["class_tokens"] if section.mode == "dreambooth" else None,
        caption_extension=options["caption_extension"],
        mask_dir=finder.find(masks) if masks and section.mode == "controlnet" else None,
        metadata_file=path if finetuning else None,
        written_dir=finder.spelled(options["image_dir"]) if options["image_dir"] else None,
        options=dict(options),
    )


def _missing(written: str, metadata: bool) -> str:
    what = "The trainer stops at this: there is no such metadata file" if metadata else "There is no such folder"
    drive = _WINDOWS_PATH.match(written)
    if drive:
        linux = f"/mnt/{drive.group(1).lower()}/" + re.sub(r"[\\/]+", "/", written[3:])
        return f"{what}; {written} is a path of Windows, which WSL calls {linux}"
    return f"{what}; the config says {written}"


def _orphaned_masks(finder: _Finder, section: DatasetSection, options: Any) -> str:
    """What the masks of a subset that is left out do: they belong to no image."""
    masks = options["conditioning_data_dir"]
    if section.mode != "controlnet" or masks is None:
        return ""
    try:
        return ", and it refuses to start because of its masks" if holds_images(finder.find(masks)) else ""
    except UnreadableError:
        return ""


def _refusals(config: DatasetConfig) -> list[str]:
    return [f"The trainer refuses this config. {problem}" for problem in config.problems]


def _remembered(places: list[Place]) -> Iterator[str]:
    """Where ``cache_info`` makes the trainer go by what it once saw (library/train_util.py, load_dreambooth_dir)."""
    for place in places:
        if place.options.get("cache_info") and (place.image_dir / IMAGE_INFO_CACHE).is_file():
            yield (
                f"{place.image_dir.name} has cache_info, so the trainer reads images and captions from its "
                f"{IMAGE_INFO_CACHE} and notices no later change. Delete that file after one."
            )


class _Finder:
    """Turns paths of a config into absolute ones, and remembers which were relative."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.cwd = absolute(Path())
        self._by_cwd = 0
        self._by_base: list[str] = []

    def find(self, written: str) -> Path:
        """The absolute path that ``written`` means."""
        if Path(written).is_absolute() or _WINDOWS_PATH.match(written):
            return absolute(Path(written)) if Path(written).is_absolute() else Path(written)
        here, beside = absolute(self.cwd / written), absolute(self.base / written)
        if here != beside and not is_there(here) and is_there(beside):
            if written not in self._by_base:
                self._by_base.append(written)
            return beside
        self._by_cwd += 1
        return here

    def spelled(self, written: str) -> str:
        """The spelling that the trainer will be given: its underscores count for borrowed captions."""
        return str(self.find(written)) if written in self._by_base else written

    def notes(self) -> tuple[str, ...]:
        """Sentences about relative paths, if there were any."""
        if self._by_base:
            return (
                f"Relative paths such as {self._by_base[0]} are read from the folder that training is started in; "
                f"there is nothing in {self.cwd}, so they were looked up beside the config. "
                f"Start training in {self.base}.",
            )
        if self._by_cwd and self.cwd != self.base:
            return (
                f"Relative paths in the config are read from the folder that training is started in; here {self.cwd}.",
            )
        return ()
