"""Project, Subset, Sample: one frozen picture of a dataset, as the trainer will read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.trainer.dataset_keys import Mode


class CaptionSource(str, Enum):
    """Where the text that is trained for an image comes from (library/train_util.py, read_caption)."""

    OWN = "own"
    BORROWED = "borrowed"
    CLASS = "class"
    NONE = "none"


class ProjectKind(str, Enum):
    """How a project was laid out, and so where its repeats are written down."""

    SUBSETS = "subsets"
    """A folder of ``N_name`` folders: repeats stand in the folder's name."""
    PLAIN = "plain"
    """A folder of subset folders without repeats in their names: each counts once."""
    SINGLE = "single"
    """One folder of images."""
    INIT = "init"
    """``images/`` and ``regularization/`` with ``N_name`` folders (the layout of sd-train-init.sh)."""
    TOML = "toml"
    """A dataset TOML: repeats stand in it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One image that the trainer reads, with the text that it trains on."""

    path: Path
    subset: str
    """Name of the subset that it belongs to."""
    width: int
    """Pixels as stored, orientation tags ignored as the trainer does; 0 where the size could not be read."""
    height: int
    caption: str | None
    """What the trainer reads from the caption file (its first line, stripped), None where there is no usable text."""
    caption_path: Path
    """The image's own caption file, whether it exists or not: what the editor writes."""
    caption_read_from: Path | None
    """The file that ``caption`` came from: ``caption_path``, a borrowed one, or None."""
    caption_source: CaptionSource
    tokens: int
    """CLIP tokens of the text that is trained (prefix, suffix and class tokens counted), before truncation."""
    mask_path: Path | None = None
    problem: str | None = None
    """A sentence when the image or its caption cannot be used (truncated, undecodable, empty file), else None."""

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Subset:
    """One folder (or metadata file) that the trainer reads as a subset."""

    name: str
    """The folder's name; made unique in a project by its parents' names where needed."""
    image_dir: Path
    num_repeats: int
    is_reg: bool
    class_tokens: str | None
    caption_extension: str
    samples: tuple[Sample, ...]
    dataset: int = 0
    """Index of the ``[[datasets]]`` that it stands in."""
    position: int = 0
    """Index among the subsets of that dataset."""
    mask_dir: Path | None = None
    metadata_file: Path | None = None
    options: dict[str, Any] = field(default_factory=dict)
    """Subset keys with fallbacks applied, as sd-scripts would see them (caption_prefix, flip_aug, ...)."""
    keys: tuple[str, ...] = ()
    """How a metadata file names each of ``samples``; empty where there is none. Of equal keys in one dataset the
    trainer keeps the last image only."""

    @property
    def masked(self) -> bool:
        return self.mask_dir is not None

    @property
    def img_count(self) -> int:
        return len(self.samples)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file or folder that stands in the dataset and that the trainer would not read."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class DatasetOptions:
    """Keys of one ``[[datasets]]`` with fallbacks applied (resolution, enable_bucket, ...)."""

    resolution: tuple[int, int] | None
    batch_size: int = 1
    enable_bucket: bool = False
    bucket_no_upscale: bool = False
    bucket_reso_steps: int = 64
    min_bucket_reso: int = 256
    max_bucket_reso: int = 1024
    validation_split: float = 0.0
    validation_seed: int | None = None
    mode: Mode | None = None
    """What it is to the trainer; None where no config says it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A dataset as it stands on disk now."""

    root: Path
    """The folder that was opened, or the folder of the TOML."""
    kind: ProjectKind
    caption_extension: str
    subsets: tuple[Subset, ...]
    ignored: tuple[Ignored, ...] = ()
    datasets: tuple[DatasetOptions, ...] = ()
    toml: Path | None = None
    notes: tuple[str, ...] = ()
    """Sentences for the person who opened it ("this is one subset; its parent folder is the dataset")."""

    @property
    def home(self) -> Path:
        """The folder of sdtui's own records of this project."""
        return self.root / PROJECT_FOLDER

    def subset(self, name: str) -> Subset | None:
        """The subset called ``name``, or None."""
        return next((subset for subset in self.subsets if subset.name == name), None)
