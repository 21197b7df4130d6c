"""Findings about a run to be: its settings, its base model, its prompts, where it writes, and this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import UserSettings, load_settings
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.checks.base_model import base_model_findings, model_of, weights_of
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.machine import GpuRead, card_findings, install_findings, package_findings
from sdtui.checks.outputs import output_findings, outputs_of, room_findings
from sdtui.checks.sampling import sampling_findings
from sdtui.dataset.project import Project
from sdtui.machine import gpu
from sdtui.runs.setup.dataset_input import DatasetInput, exported, from_config
from sdtui.runs.setup.request import make_request
from sdtui.trainer.checkpoint_size import saved_sizes
from sdtui.trainer.command import RunPaths, run_arguments
from sdtui.trainer.conflicts import Conflict, conflicts
from sdtui.trainer.doubts import doubts
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings
from sdtui.trainer.run_arguments import RunArguments
from sdtui.trainer.saves import saves_of
from sdtui.trainer.steps import steps_per_epoch

RUN_REFUSED = "run-refused"
"""The code of what a start would refuse and no check has found."""
_OF_THE_CONFIG = frozenset({"dataset-kind", "masks-without-masked-loss", "bucket-steps"})
"""What the check of a config finds by itself, with the line."""
_OF_THE_MASKS = frozenset({"masks-without-masked-loss", "masks-random-crop"})
_STAGES = 4


def run_findings(
    project: Project,
    settings: Settings,
    install: TrainerInstall | None = None,
    *,
    user: UserSettings | None = None,
    read_gpus: GpuRead = gpu.read,
    cancelled: Cancelled = never_cancelled,
) -> Work[tuple[Finding, ...]]:
    """Findings about training ``project`` with ``settings`` on this machine. Raises WorkCancelled.

    ``install`` None: sd-scripts was not found, which is a finding of its own unless the profile is the rehearsal.
    ``user`` None: the settings in the user's file.
    """
    user = user or load_settings().settings
    found: list[Finding] = []
    yield _stage(0, "settings", cancelled)
    dataset = _dataset(project, settings)
    run = _run(settings, install, project, dataset)
    found += _of_settings(project, run)
    found += _token_length(project, settings)
    yield _stage(1, "sample prompts", cancelled)
    found += sampling_findings(project, settings)
    yield _stage(2, "output folders", cancelled)
    found += output_findings(project, settings)
    if not settings.profile.rehearsal:
        yield _stage(3, "models and machine", cancelled)
        found += base_model_findings(settings, user)
        found += _room(project, settings, run, dataset, user)
        found += install_findings(install, settings.script)
        if install is not None and install.problem is None:
            found += package_findings(run, install)
            found += card_findings(run, install, read_gpus)
    if not any(finding.severity is Severity.ERROR for finding in found):
        found += _refusal(project, settings, install, user)
    return tuple(found)


def _stage(done: int, what: str, cancelled: Cancelled) -> Progress:
    if cancelled():
        raise WorkCancelled
    return Progress(done, _STAGES, what)


def _dataset(project: Project, settings: Settings) -> DatasetInput | None:
    """The dataset as the run would see it, None where there is none to be had: a finding of other checks."""
    try:
        if project.toml is not None:
            return from_config(project, settings)
        return exported(project, settings, project.home / "inputs")
    except SdtuiError:
        return None


def _run(
    settings: Settings, install: TrainerInstall | None, project: Project, dataset: DatasetInput | None
) -> RunArguments:
    outputs = outputs_of(project, settings)
    # The prompts are looked at by themselves; what they are called does not matter.
    paths = RunPaths(Path("dataset.toml"), outputs.checkpoints, outputs.logs, Path("prompt.txt"))
    if dataset is None:
        return run_arguments(settings, install, paths)
    return run_arguments(
        settings, install, paths, masked=dataset.masked, dataset=dataset.arguments, facts=dataset.facts
    )


def _of_settings(project: Project, run: RunArguments) -> Iterator[Finding]:
    passed_over = _OF_THE_CONFIG | _OF_THE_MASKS if project.toml is not None else _OF_THE_MASKS
    refused = (one for one in conflicts(run) if one.code not in passed_over)
    yield from _as_findings(refused, Severity.ERROR, project.root)
    yield from _as_findings(doubts(run), Severity.WARNING, project.root)


def _token_length(project: Project, settings: Settings) -> Iterator[Finding]:
    if settings.given.get("max_token_length") == 75:
        message = "max_token_length=75 is left out of the command."
        why = "75 is what the trainer reads without it, and its parser refuses the number itself."
        yield Finding("max-token-length", Severity.INFO, message, project.root, why=why)


def _as_findings(conflicts: Iterable[Conflict], severity: Severity, path: Path) -> Iterator[Finding]:
    for one in conflicts:
        yield Finding(one.code, severity, f"{one.what}.", path, why=one.why, fix=one.remedy)


def _room(
    project: Project,
    settings: Settings,
    run: RunArguments,
    dataset: DatasetInput | None,
    user: UserSettings | None,
) -> Iterator[Finding]:
    model = model_of(settings, user)
    steps = run.training_steps
    if model is None or dataset is None or steps is None:
        return
    sizes = saved_sizes(run, weights_of(model))
    if sizes is None or not sizes.weights:
        return
    accumulation = max(1, int(run.number("gradient_accumulation_steps", 1)))
    per_epoch = steps_per_epoch(dataset.epoch.batches, processes=run.processes, accumulation=accumulation)
    yield from room_findings(outputs_of(project, settings).checkpoints, sizes, saves_of(run, per_epoch, steps))


def _refusal(
    project: Project, settings: Settings, install: TrainerInstall | None, user: UserSettings | None
) -> Iterator[Finding]:
    """What a start would refuse and nothing above has found."""
    try:
        make_request(project, settings, install, user=user)
    except SdtuiError as error:
        path = error.path or project.root
        yield Finding(RUN_REFUSED, Severity.ERROR, f"{error.what}.", path, fix=error.remedy)
