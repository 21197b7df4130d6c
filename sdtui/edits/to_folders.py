"""A dataset config as folders: ``images/N_name`` and ``regularization/N_name``, with copies of the images and texts.

That is what ``--train_data_dir`` and ``--reg_data_dir`` take, and what sdtui opens. What folders cannot say becomes
words of the training command where it holds for all subsets, and is told where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import splitext
from typing import Any

from sdtui.base.errors import NotADatasetError, UsageError
from sdtui.base.text import plural
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.dataset.subset_folders import MASK_FOLDER, REG_FOLDERS, TRAIN_FOLDERS
from sdtui.edits.subset_names import can_be_named
from sdtui.plans.checks import name_taken
from sdtui.plans.names import present
from sdtui.plans.plan import Change, Copy, MakeFolder, Plan, Write
from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection
from sdtui.trainer.dataset_words import DATASET_OPTIONS, SUBSET_OPTIONS, WITHOUT_ARGUMENT, dataset_words
from sdtui.trainer.names import bare_name, folder_name

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Folders:
    """What would be made, and how it is trained."""

    plan: Plan
    train: Path
    """For ``--train_data_dir``."""
    reg: Path | None
    """For ``--reg_data_dir``."""
    words: tuple[str, ...]
    """The rest of the training command that the dataset decides."""
    lost: tuple[str, ...]
    """Sentences: what neither folders nor that command can say."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """All words of the training command about the dataset."""
        reg = () if self.reg is None else (f"--reg_data_dir={self.reg}",)
        return (f"--train_data_dir={self.train}", *reg, *self.words)


def to_folders(project: Project, config: DatasetConfig, output: Path, dataset: int | None = None) -> Folders:
    """Folders in ``output`` for the images that ``project``, read from ``config``, trains on.

    ``dataset`` is the index of one ``[[datasets]]`` where there are several: folders are one dataset. Raises UsageError
    where it is not said or the trainer refuses the config, NotADatasetError where there is no image, WriteError where
    something stands there already, UnreadableError.
    """
    if config.problems:
        raise UsageError(f"The trainer refuses this config: {config.problems[0]}", path=config.path)
    number = _chosen(config, dataset)
    section = config.datasets[number]
    subsets = [subset for subset in project.subsets if subset.dataset == number]
    if not any(subset.samples for subset in subsets):
        raise NotADatasetError("The config names no image that is there", path=config.path)
    train, reg = output / TRAIN_FOLDERS[0], output / REG_FOLDERS[0]
    for folder in (train, reg):
        if present(folder):
            raise name_taken(folder)
    made = _Made(_extension(section, subsets))
    for subset in subsets:
        made.take(subset, reg if subset.is_reg else train)
    options, lost = _options(section, subsets, made.extension)
    left_out = [f"{ignored.path.name} is left out: {ignored.reason}" for ignored in project.ignored]
    plan = Plan(f"make folders of {config.path.name} in {output.name}", made.changes(), (*lost, *made.lost, *left_out))
    with_reg = reg if any(subset.is_reg for subset in subsets) else None
    return Folders(plan, train, with_reg, tuple(dataset_words(options)), (*lost, *made.lost))


def _chosen(config: DatasetConfig, dataset: int | None) -> int:
    if dataset is None and len(config.datasets) == 1:
        return 0
    if dataset is None:
        raise UsageError(
            f"There are {len(config.datasets)} [[datasets]] in it, and folders make one",
            path=config.path,
            remedy="Say which with --dataset, from 0 on, and make the others in folders of their own.",
        )
    if not 0 <= dataset < len(config.datasets):
        raise UsageError(f"There is no datasets[{dataset}]", path=config.path)
    return dataset


def _extension(section: DatasetSection, subsets: Sequence[Subset]) -> str:
    """The ending that all caption files will have."""
    endings = {subset.caption_extension for subset in subsets}
    return endings.pop() if len(endings) == 1 and section.mode != "finetuning" else ".txt"


def _options(
    section: DatasetSection, subsets: Sequence[Subset], extension: str
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """What a training command has to say, and sentences about what it cannot."""
    options = {key: section.options[key] for key in DATASET_OPTIONS}
    lost: list[str] = []
    for key in SUBSET_OPTIONS:
        if key == "caption_extension":
            options[key] = extension
            continue
        values = [subset.options.get(key) for subset in subsets]
        if all(value == values[0] for value in values):
            options[key] = values[0]
        else:
            lost.append(_differing(key, subsets))
    lost += [
        f"{key} is {options[key]}, which only a config can say."
        for key in WITHOUT_ARGUMENT
        if options.get(key) not in (None, 1.0, {})
    ]
    return options, tuple(lost)


def _differing(key: str, subsets: Sequence[Subset]) -> str:
    said = [f"{subset.options.get(key)} for {subset.name}" for subset in subsets[:_NAMED]]
    more = ", ..." if len(subsets) > _NAMED else ""
    return f"{key} is {', '.join(said)}{more}; with folders it is the same for all, and is left at its default."


@dataclass
class _Made:
    """Collects the files of the new folders, each once."""

    extension: str
    lost: list[str] = field(default_factory=list)
    _folders: dict[Path, None] = field(default_factory=dict)
    _copies: dict[Path, Path] = field(default_factory=dict)
    """By target."""
    _texts: dict[Path, str] = field(default_factory=dict)

    def take(self, subset: Subset, base: Path) -> None:
        """The images of ``subset``, as a folder in ``base``."""
        folder, by_name = self._folder(subset, base)
        self._folders[folder] = None
        stems: dict[str, Path] = {}
        for sample in subset.samples:
            if not sample.path.is_file():
                self.lost.append(f"{sample.path} is not there, and is left out.")
                continue
            target = folder / self._name(sample, stems)
            self._copies[target] = sample.path
            self._text(subset, sample, Path(splitext(target)[0] + self.extension), by_name=by_name)
            if sample.mask_path is not None:
                mask = folder / MASK_FOLDER / (splitext(target.name)[0] + sample.mask_path.suffix)
                self._folders[mask.parent] = None
                self._copies[mask] = sample.mask_path
        if subset.masked:
            self.lost.append(
                f"{subset.name} has masks; they stand in {folder.name}/{MASK_FOLDER}, where sdtui finds them, but with "
                "--train_data_dir the trainer reads none."
            )
        self._tell_of_names(subset, folder)

    def changes(self) -> tuple[Change, ...]:
        """Folders first."""
        return (
            *(MakeFolder(folder) for folder in self._folders),
            *(Copy(source, target) for target, source in self._copies.items()),
            *(Write(path, None, text.encode("utf-8")) for path, text in self._texts.items()),
        )

    def _folder(self, subset: Subset, base: Path) -> tuple[Path, bool]:
        """A folder that is not taken, and whether its name says the class tokens that some images are trained on."""
        by_class = any(sample.caption_source is CaptionSource.CLASS for sample in subset.samples)
        plain = bare_name(subset.image_dir.name)
        source = subset.metadata_file.stem if subset.metadata_file is not None else plain
        wanted = [subset.class_tokens] if by_class and subset.class_tokens is not None else []
        taken = {folder.name.casefold() for folder in self._folders if folder.parent == base}
        numbered = (f"{source}-{number}" for number in range(2, len(taken) + 3))
        for name in (*wanted, source, *numbered, "subset", *(f"subset-{one}" for one in range(2, len(taken) + 3))):
            called = folder_name(subset.num_repeats, name)
            if can_be_named(called) and called.casefold() not in taken:
                return base / called, name == subset.class_tokens
        raise AssertionError("a number is always free")

    def _name(self, sample: Sample, stems: dict[str, Path]) -> str:
        """Its own name; images of several folders that share one get numbers, since they would share a caption."""
        stem, ending = splitext(sample.name)
        free, number, own = stem, 1, sample.path.with_name(stem)
        while stems.setdefault(free, own) != own:
            number += 1
            free = f"{stem}-{number}"
        return free + ending

    def _text(self, subset: Subset, sample: Sample, target: Path, *, by_name: bool) -> None:
        """The text that is trained with it now, as a file of its own unless the folder's name says it."""
        source = sample.caption_source
        if subset.metadata_file is not None:
            if sample.caption:
                self._texts[target] = sample.caption + "\n"
        elif source in (CaptionSource.OWN, CaptionSource.BORROWED) and sample.caption_read_from is not None:
            self._copies[target] = sample.caption_read_from
        elif source is CaptionSource.CLASS and not by_name and (subset.class_tokens or "").strip():
            self._texts[target] = f"{subset.class_tokens}\n"

    def _tell_of_names(self, subset: Subset, folder: Path) -> None:
        tokens = bare_name(folder.name)
        without = sum(sample.caption_source is CaptionSource.NONE for sample in subset.samples)
        if without and tokens:
            images = plural(without, "image")
            self.lost.append(
                f"{images} of {subset.name} without text will be trained on {tokens!r}, the folder's name."
            )
        several = [one for one in subset.samples if subset.metadata_file is not None and "\n" in (one.caption or "")]
        if several and not subset.options.get("enable_wildcard"):
            self.lost.append(
                f"{several[0].name} has a caption of several lines, of which a caption file gives the first only."
            )
