"""Going on with a run from one of its saved states, so that all its parts together are the training that was meant."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sdtui.base.errors import RunError, UnreadableError, UsageError
from sdtui.base.settings import UserSettings
from sdtui.base.text import count
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.runs import store
from sdtui.runs.again.changes import LENGTH, Change, changes_since
from sdtui.runs.again.relaunch import found_trainer, left_out, settings_of_run, source_of_run
from sdtui.runs.again.states import StatePoint, parts_of, state_at, states_of_run, steps_per_epoch_of
from sdtui.runs.live import life_of
from sdtui.runs.record import Continuation, RunRecord
from sdtui.runs.setup import naming
from sdtui.runs.setup.request import Prepared, make_request
from sdtui.runs.setup.taken import taken_names
from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.course import keeps_epoch, skips_steps
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings, with_pairs

_OF_AN_EARLIER_RESUME = (
    "resume",
    "resume_from_huggingface",
    "initial_step",
    "initial_epoch",
    "skip_until_initial_step",
)


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that could go on now. Nothing of it has been written yet."""

    prepared: Prepared
    point: StatePoint
    continues: Continuation
    changes: tuple[Change, ...]
    """What is not as it was in the run that is resumed."""
    settings: Settings

    @property
    def ends_at(self) -> int:
        """The step at which it ends, of all parts."""
        return self.continues.step + self.prepared.total_steps


def newest_state(home: Path, record: RunRecord) -> StatePoint:
    """The furthest whole state of a run and the parts before it. Raises RunError where there is none."""
    points = states_of_run(home, record)
    whole = next((point for point in points if point.state.problem is None), None)
    if whole is not None:
        return whole
    if points:
        raise RunError(f"No state of {record.name} can be resumed from. {points[0].state.problem}", path=points[0].path)
    raise RunError(
        f"{record.name} saved no state to go on from",
        path=record.output_dir,
        remedy="Runs that are to be resumed need save_state. Its last weights can still be trained on: set "
        "network_weights (LoRA) or pretrained_model_name_or_path (full model) to them.",
    )


def resume(
    home: Path,
    record: RunRecord,
    state: Path | None = None,
    changes: Mapping[str, str] | None = None,
    *,
    project: Project | None = None,
    install: TrainerInstall | None = None,
    user: UserSettings | None = None,
    now: Callable[[], float] = time.time,
) -> Resumed:
    """Prepare a run that goes on with ``record`` from ``state`` (None: its furthest), with its settings and changes.

    It gets a name of its own, since the trainer numbers its files from 0 again and would overwrite those of the earlier
    part. Where the trainer counts steps itself, it is told where it stands; where it does not, it is given the steps
    that are left. ``changes`` (as typed; an empty text leaves a setting out) win over all of that. ``project`` and
    ``install`` are looked for where they are not given. Raises UsageError, RunError where there is no state, and what
    ``make_request``, ``scan`` and ``require_trainer`` raise.
    """
    changes = dict(changes or {})
    point = _point(home, record, state)
    settings = settings_to_resume(home, record, point, changes)
    _refuse_the_end(settings, record, point, changes)
    project = project or open_project(source_of_run(home, record))
    install = install or found_trainer(settings, project.root, user)
    prepared = make_request(project, settings, install, user=user, now=now)
    rest = point.step % prepared.steps_per_epoch
    if rest and _may_skip(settings, changes):
        # The rest of the epoch first, with the images that it has not seen: else the whole of it comes once more.
        settings = settings.with_value("skip_until_initial_step", True)
        prepared = make_request(project, settings, install, user=user, now=now)
    if (continues := prepared.request.continues) is None:
        raise UsageError("resume was taken out of the settings", remedy="Start it anew with `sdtui runs again`.")
    notes = [*prepared.notes, *left_out(record)]
    if life_of(home, record).living:
        notes.append(f"{record.name} has not ended: both would train at once, unless this one waits in the queue.")
    prepared = replace(prepared, notes=tuple(notes))
    own = [key for key in LENGTH if not keeps_epoch(settings.script) and key not in changes]
    changed = tuple(change for change in changes_since(record, prepared) if change.what not in own)
    return Resumed(prepared, point, continues, changed, settings)


def settings_to_resume(home: Path, record: RunRecord, point: StatePoint, changes: Mapping[str, str]) -> Settings:
    """The settings of the part to be: those of ``record``, what the trainer must be told, and ``changes`` on top.

    Raises UsageError.
    """
    settings = settings_of_run(record)
    for key in _OF_AN_EARLIER_RESUME:
        settings = settings.without(key)
    settings = settings.with_value("resume", str(point.path))
    if "output_name" not in changes:
        settings = settings.with_value("output_name", _name(home, record))
    return with_pairs(_told(settings, record, point, changes), changes)


def _point(home: Path, record: RunRecord, state: Path | None) -> StatePoint:
    if state is None:
        return newest_state(home, record)
    try:
        return state_at(home, Path.cwd() / state)
    except UnreadableError:
        # A name alone is one in the run's own folder.
        return state_at(home, Path(record.output_dir) / state)


def _name(home: Path, record: RunRecord) -> str:
    """The first part's name, numbered on: nothing of an earlier part is overwritten."""
    names = [part.name for part in parts_of(home, record)]
    output_dir = Path(record.output_dir)
    return naming.free_name(output_dir, names[0], {*taken_names(home, output_dir), *names})


def _told(settings: Settings, record: RunRecord, point: StatePoint, changes: Mapping[str, str]) -> Settings:
    """What the trainer must be told so that it goes on from ``point`` to the end that was meant."""
    script = changes.get("script") or settings.script
    told = point.state.told_step
    if keeps_epoch(script) and (told is not None or _takes(script, "initial_step")):
        said = {"initial_step", "initial_epoch"} & changes.keys()
        if told != point.step and point.step and not said and _takes(script, "initial_step"):
            # The state of a run that was resumed itself says how many steps that part had, not all.
            settings = settings.with_value("initial_step", point.step)
        return settings
    if any(key in changes for key in LENGTH):
        return settings
    return _with_what_is_left(settings, record, point)


def _with_what_is_left(settings: Settings, record: RunRecord, point: StatePoint) -> Settings:
    """For a script that counts from 0: only the steps that are left, in epochs where they are whole."""
    left, per_epoch = (record.total_steps or 0) - point.step, steps_per_epoch_of(record)
    if left <= 0:
        return settings
    if per_epoch and left % per_epoch == 0:
        return settings.with_value("max_train_steps", None).with_value("max_train_epochs", left // per_epoch)
    return settings.with_value("max_train_epochs", None).with_value("max_train_steps", left)


def _refuse_the_end(settings: Settings, record: RunRecord, point: StatePoint, changes: Mapping[str, str]) -> None:
    """A script that counts from 0 would train all of it once more."""
    total = record.total_steps
    if keeps_epoch(settings.script) or total is None or point.step < total or any(key in changes for key in LENGTH):
        return
    raise UsageError(
        f"The state stands at step {count(point.step)}, and the run ended at step {count(total)}: nothing is left",
        path=point.path,
        remedy="Say how many epochs more with max_train_epochs; they come on top.",
    )


def _takes(script: str, key: str) -> bool:
    """Whether the script goes on with an epoch, and the version that is installed takes this argument for it."""
    return skips_steps(script) and key in script_arguments(script)


def _may_skip(settings: Settings, changes: Mapping[str, str]) -> bool:
    return (
        _takes(settings.script, "skip_until_initial_step")
        and "skip_until_initial_step" not in changes
        and settings.number("gradient_accumulation_steps", 1) == 1
    )


def run_of_state(home: Path, record: RunRecord, state: Path) -> RunRecord:
    """The run of the project that wrote ``state`` (as ``resume`` takes it); ``record`` where none did.

    Raises UnreadableError for no state.
    """
    point = _point(home, record, state)
    return store.load(home, point.run) if point.run is not None else record
