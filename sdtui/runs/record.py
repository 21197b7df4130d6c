"""What a run is on disk (``run.json``), and what is known about it right now (``RunView``)."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec

Moment = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
"""Seconds since the epoch. What is beyond was never written by a clock, and could not be told as a date."""


class RunState(str, Enum):
    """What a run is doing. The last four are ends."""

    QUEUED = "queued"
    STARTING = "starting"
    CACHING = "caching latents"
    TRAINING = "training"
    SAMPLING = "sampling"
    SAVING = "saving"
    VALIDATING = "validating"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        return self in (RunState.DONE, RunState.STOPPED, RunState.FAILED, RunState.LOST)


class ProcessMark(msgspec.Struct, frozen=True):
    """A process that cannot be mistaken for another one with the same number."""

    pid: int
    start_time: float
    """Seconds after boot, as the kernel counts it (machine.processes)."""
    boot_id: str


class Continuation(msgspec.Struct, frozen=True):
    """Where a run goes on from a saved state of an earlier one."""

    state: str
    """The state folder that it was given (``--resume``)."""
    run: str | None
    """ID of the earlier run in the same project; None where the state is of no run that is known."""
    step: int
    """Steps that were trained before it, of all parts: sd-scripts counts from 0 again."""
    epoch: int
    """Whole epochs that were trained before it, of all parts."""
    steps_counted: int = 0
    """Steps of these that the trainer counts itself, in the names of its files and in TensorBoard (not in its bar)."""
    epochs_counted: int = 0
    """Epochs of these that the trainer counts itself."""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: written once at launch by the launcher, then only by the run's supervisor."""

    version: int = 1
    id: str
    """Sortable and unique in its project: ``20261121-214502-circle``."""
    name: str
    """output_name: what the checkpoints are called."""
    profile: str
    script: str
    command: tuple[str, ...]
    """The whole command line of the launcher. Secrets are kept out."""
    cwd: str
    env: dict[str, str] = {}
    """Variables that were set for the run beside those inherited."""
    output_dir: str
    logging_dir: str | None = None
    sample_dir: str | None = None
    dataset_config: str | None = None
    reads: tuple[str, ...] = ()
    """Absolute paths of folders and files that the run reads while it lives: not to be renamed under it."""
    created: Moment
    """Seconds since the epoch."""
    total_steps: int | None = None
    """Expected from the dataset and the settings, steps before a resume counted; the trainer's own word replaces it."""
    steps_per_epoch: int | None = None
    """Expected from the dataset and the settings."""
    settings: dict[str, str] = {}
    given: tuple[str, ...] | None = None
    """Which settings a person had set or taken out beside the profile's own; None: an older sdtui did not say."""
    trained_on: str | None = None
    """The file in which it stands what the dataset was when the run was started (runs/trained_on.py)."""
    gpus: tuple[int, ...] | None = None
    """The cards that it was given (CUDA_VISIBLE_DEVICES); None: it may use all."""
    continues: Continuation | None = None
    relaunch_of: str | None = None
    """ID of the run whose settings it was started with again."""
    start_in: str | None = None
    """``tmux`` or ``systemd``: where its supervisor was started (runs.inside); None: by itself."""
    queued: float | None = None
    """When it was put into the queue (seconds since the epoch); None for one that was started at once."""
    supervisor: ProcessMark | None = None
    trainer: ProcessMark | None = None
    """The launcher, which leads the process group that the trainer runs in."""
    host: str = ""
    """The machine (and container) whose processes ``supervisor`` and ``trainer`` name."""
    state_folder: str = ""
    """The run's lock, heartbeat and letterbox, in the state folder of the user who started it."""


class RunExit(msgspec.Struct, frozen=True, kw_only=True):
    """``exit.json``: written once by the supervisor, when the trainer is gone."""

    returncode: int | None
    """As subprocess counts it: negative for a signal. None where nobody was there to see it."""
    ended: Moment
    stop_requested: bool
    error: str | None = None
    """A sentence where the trainer could not even be started, or (``stop_requested``) was not to be."""
    after: str | None = None
    """What the stop waited for (letterbox.StopAfter), None where it was stopped at once or not at all."""
    why: str | None = None
    """Why it was stopped, a sentence, where no person asked for it."""
    oom_kills: int | None = None
    """How often the kernel killed a process of this machine for want of memory while the run lived; None: unknown."""


class Checkpoint(msgspec.Struct, frozen=True):
    """A weights file that the run wrote. ``step`` and ``epoch`` are None where its name does not say."""

    path: str
    step: int | None
    epoch: int | None


class SampleImage(msgspec.Struct, frozen=True):
    """A sample picture that the run made."""

    path: str
    step: int | None
    epoch: int | None
    prompt_index: int
    seed: int | None


class Part(msgspec.Struct, frozen=True):
    """An earlier part of a run that was resumed. Steps are counted over all parts."""

    id: str
    begins: int
    """Steps that were trained before it."""
    resumed_at: int
    """The step that the next part goes on from."""
    resumed_epoch: int
    """Whole epochs before that step."""
    given_up: int
    """Steps after it that this part had trained: they are in no curve any more."""
    state: str
    """The state folder that the next part went on from."""
    changes: tuple[str, ...] = ()
    """What the next part was started with otherwise, in settings and dataset: sentences."""


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a run at one moment: exactly the keys that ``runs show --json`` prints."""

    id: str
    name: str
    state: RunState
    reason: str | None
    """Why it ended as it did, a sentence; None while it goes on and for a run that is done."""
    step: int
    total_steps: int | None
    epoch: int | None
    epochs: int | None
    loss: float | None
    """The newest raw loss."""
    avr_loss: float | None
    """The trainer's own moving average."""
    lr: float | None
    it_per_s: float | None
    eta_s: float | None
    """Seconds left; None while it is being estimated and when the run has ended."""
    started: float | None
    ended: float | None
    exit_code: int | None
    checkpoints: tuple[Checkpoint, ...]
    samples: tuple[SampleImage, ...]
    warnings: tuple[str, ...]
    stop_after: str | None = None
    """``save``, ``epoch`` or ``sample``: it is to be stopped after the next one."""
    trouble: str | None = None
    """What kind of trouble ended it, where it is known: ``gpu-memory``, ``memory``, ``disk``, ``nan``, ``no-data``,
    ``module``, ``xformers``."""
    nan_steps: tuple[tuple[int, int], ...] = ()
    """Steps whose loss was not a number, as far as they are known: (first, last) of each stretch."""
    silent_s: float | None = None
    """Seconds without a new line, where that is far longer than usual: it may hang."""
    paused: bool = False
    """Its processes are held: they keep their memory and do nothing."""
    parts: tuple[Part, ...] = ()
    """The parts before this one, oldest first, where it was resumed: the curves, checkpoints and samples are theirs
    too, up to where the next part goes on. A part that is not known any more is left out."""
    first_step: int = 0
    """Steps that were trained before this part: 0 unless it was resumed."""
    waiting: str | None = None
    """What a queued run waits for, a sentence; None for any other."""


def run_folder(home: Path, run_id: str) -> Path:
    """The folder of a run in a project's ``.sdtui``."""
    return home / "runs" / run_id
