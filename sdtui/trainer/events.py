"""What the trainer's console says, as values. Made by ``trainer.console``; every event is plain and small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TrainingHeader:
    """The block under ``running training / 学習開始``, told once its last line was printed.

    A number is None where the script does not print that line (sdxl_train.py prints no regularization images).
    """

    train_images: int | None = None
    """Images times repeats."""
    validation_images: int | None = None
    reg_images: int | None = None
    """Sum of repeats times count: what stands there, not what is used."""
    batches_per_epoch: int | None = None
    epochs: int | None = None
    batch_sizes: tuple[int, ...] = ()
    """One a ``[[datasets]]``, per device."""
    accumulation: int | None = None
    total_steps: int | None = None


@dataclass(frozen=True, slots=True)
class ScriptBegan:
    """A script reads its settings or its dataset: of a log that holds several runs, another one begins here.

    Each process of a run says it, and more than once.
    """

    settings: str | None = None
    """The ``--config_file`` that it reads, where this is what it says."""


@dataclass(frozen=True, slots=True)
class DeviceNamed:
    """``accelerator device: cuda`` (or ``cpu``, ``mps``, ``cuda:1``)."""

    device: str


@dataclass(frozen=True, slots=True)
class EpochStarted:
    """``epoch 2/10``; counts from 1."""

    epoch: int
    epochs: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """The bar ``steps:`` moved on. ``step`` 0 is the empty bar at the start.

    ``avr_loss`` is None where it is not known yet; a step that something interrupts between the bar's two refreshes
    (samples, a saved state) is told twice, the second time with its loss.
    """

    step: int
    total: int
    it_per_s: float | None
    """The bar's own average since the start (tqdm with smoothing=0), samples and saving counted."""
    avr_loss: float | None


@dataclass(frozen=True, slots=True)
class SavingCheckpoint:
    """Printed just before the weights file is written."""

    path: str


@dataclass(frozen=True, slots=True)
class CheckpointRemoved:
    """An old checkpoint is deleted (save_last_n_epochs and its like)."""

    path: str


@dataclass(frozen=True, slots=True)
class SavingState:
    """Printed just before a state folder is written."""

    path: str


@dataclass(frozen=True, slots=True)
class ModelSaved:
    """``model saved.``: the last line of a training that went to its end."""


@dataclass(frozen=True, slots=True)
class SamplingStarted:
    """Sample pictures are being made. ``step`` is None where it could not be read."""

    step: int | None


@dataclass(frozen=True, slots=True)
class SamplingProgress:
    """Denoising steps of the picture that is being made."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SamplingEnded:
    """Training went on (or went wrong) after samples."""


@dataclass(frozen=True, slots=True)
class CachingLatents:
    """Images done. ``total`` 0 and ``done`` 0 when it begins."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CachingText:
    """Batches of captions done. ``total`` 0 and ``done`` 0 when it begins."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Validation:
    """Batches of the validation set done."""

    done: int
    total: int
    avr_loss: float | None


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A WARNING of the trainer's log, unwrapped to one line; of a bilingual one the English half."""

    text: str


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """An ERROR or CRITICAL of the trainer's log, unwrapped to one line; of a bilingual one the English half."""

    text: str


@dataclass(frozen=True, slots=True)
class NoDataFound:
    """``No data found``: the script then exits with 0 without having trained."""


@dataclass(frozen=True, slots=True)
class NanLoss:
    """The average loss became nan or infinite; told once. Training goes on and saves, with rc 0."""

    step: int


@dataclass(frozen=True, slots=True)
class ArgumentsRefused:
    """argparse did not take the command line: ``train_network.py: error: unrecognized arguments: --x``."""

    message: str


@dataclass(frozen=True, slots=True)
class Traceback:
    """A Python traceback. ``lines`` are its last lines at most.

    ``error`` is the line that names the exception, empty where the console ended before it.
    """

    lines: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class LauncherFailed:
    """What accelerate says of the trainer's end. One of both is set; ``signal`` is a number as in signal(7)."""

    returncode: int | None
    signal: int | None


Event: TypeAlias = (
    TrainingHeader
    | ScriptBegan
    | DeviceNamed
    | EpochStarted
    | StepDone
    | SavingCheckpoint
    | CheckpointRemoved
    | SavingState
    | ModelSaved
    | SamplingStarted
    | SamplingProgress
    | SamplingEnded
    | CachingLatents
    | CachingText
    | Validation
    | WarningLine
    | ErrorLine
    | NoDataFound
    | NanLoss
    | ArgumentsRefused
    | Traceback
    | LauncherFailed
)

EVIDENCE = (
    StepDone,
    WarningLine,
    ErrorLine,
    NoDataFound,
    NanLoss,
    ArgumentsRefused,
    Traceback,
    LauncherFailed,
    ModelSaved,
)
"""What ``diagnose`` looks at. Whoever follows a run for days keeps the newest of each kind, not all."""
