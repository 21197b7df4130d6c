"""From a project and settings to everything that a launch needs: configs to be written, the command, what it reads."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import ChangedOutsideError, SdtuiError, TrainerError, UsageError
from sdtui.base.files import kernel, make_folder, read_if_there, write_atomic, write_error
from sdtui.base.settings import UserSettings
from sdtui.base.text import plural
from sdtui.base.there import is_folder, is_there
from sdtui.dataset.project import Project, ProjectKind
from sdtui.edits.dataset_config import verify
from sdtui.plans.plan import Change, MakeFolder, Plan, Write
from sdtui.runs.again.continuing import Epochs, resumption, start_unknown
from sdtui.runs.launch import LaunchRequest
from sdtui.runs.record import RunRecord
from sdtui.runs.redact import redact_command
from sdtui.runs.setup import cards, naming
from sdtui.runs.setup.dataset_input import DatasetInput, exported, from_config
from sdtui.runs.setup.named_paths import folders_written_to, paths_that_are_there, with_paths
from sdtui.runs.setup.sample_prompts import PromptText, prompts_for
from sdtui.runs.setup.taken import taken_names
from sdtui.runs.setup.trained_on import FILE, write_trained_on
from sdtui.runs.supervising import inside
from sdtui.trainer.command import RunPaths, build, ends_by_steps, shell_text, train_script
from sdtui.trainer.fields import Value
from sdtui.trainer.launcher import Launcher, elsewhere, launcher_of, unheard
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings
from sdtui.trainer.steps import max_train_steps, steps_per_epoch

_SCRIPT_STEPS = 1600
"""max_train_steps of the trainer when nothing is said (library/train_util.py, add_training_arguments)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that could be started now. Nothing of it has been written yet."""

    request: LaunchRequest
    inputs: Path
    """A folder of the run's own under ``.sdtui/inputs``, not made yet."""
    plan: Plan
    """What makes that folder and the files in it that the run reads, all new, and the folders that it writes to."""
    notes: tuple[str, ...]
    """Sentences to read before starting: what is left out of the dataset, where prompts come from, ..."""
    overwrites: tuple[Path, ...]
    """Files of an earlier run of the same name: the trainer overwrites them without asking."""
    steps_per_epoch: int
    total_steps: int
    """Steps that it trains itself: those before a resume are not among them."""
    arguments: Mapping[str, Value | None]
    """Of the script, by name."""
    project: Project

    @property
    def shell(self) -> str:
        """The command as a person pastes it into a shell, with secrets hidden."""
        return shell_text(redact_command(self.request.command, {}), cwd=self.request.cwd, env=self.request.env)

    @property
    def script(self) -> str:
        """The text of ``train.sh``, secrets and all: without them it would not run."""
        return train_script(self.request.command, cwd=self.request.cwd, env=self.request.env)


def make_request(
    project: Project,
    settings: Settings,
    install: TrainerInstall | None = None,
    *,
    user: UserSettings | None = None,
    now: Callable[[], float] = time.time,
    inputs: Path | None = None,
    waited: RunRecord | None = None,
) -> Prepared:
    """Prepare a run of ``project``. ``install`` is needed for all profiles but the rehearsal.

    ``inputs``: the folder for what the run reads, instead of a new one of its own. ``waited``: this is the run's turn
    in the queue, so that its own name is not taken.

    Checkpoints go to the project's ``model`` folder and logs to ``log``; a rehearsal keeps both in ``.sdtui``. The
    dataset config is made anew from the folders, so that it says what stands there now; a project that is a config
    trains with it as it is. Raises UsageError, TrainerError, UnreadableError, NotADatasetError.
    """
    if install is None and not settings.profile.rehearsal:
        raise TrainerError("sd-scripts was not found", remedy="Set SD_SCRIPTS to its folder, or use profile rehearsal.")
    if install is not None and install.problem and not settings.profile.rehearsal:
        raise TrainerError(install.problem, path=install.folder)
    draft = _Draft(project, settings, user or UserSettings(), now(), inputs, waited)
    return draft.finish(install)


def write_inputs(prepared: Prepared) -> None:
    """Write what the run reads, and read its dataset config back as the trainer will. Raises WriteError.

    Not through the journal: these are sdtui's own files, new ones, and undoing the last edit must not take a run's
    config away. Raises ChangedOutsideError for what was started already: each run is prepared anew.
    """
    make_folder(prepared.inputs.parent)
    try:
        kernel.mkdir(prepared.inputs)
    except FileExistsError as error:
        raise ChangedOutsideError(
            "Another run was started with the same inputs", path=prepared.inputs, remedy="Prepare this one again."
        ) from error
    except OSError as error:
        raise write_error(error, prepared.inputs) from error
    try:
        _write(prepared)
    except SdtuiError:
        shutil.rmtree(prepared.inputs, ignore_errors=True)  # half of what a run reads is of no use to any
        raise


def _write(prepared: Prepared) -> None:
    for change in prepared.plan.changes:
        if isinstance(change, MakeFolder):
            make_folder(change.path)
        elif isinstance(change, Write):
            write_atomic(change.path, change.after)
            if str(change.path) == prepared.request.dataset_config:
                verify(change.path)
    write_trained_on(prepared.inputs, prepared.project)


class _Draft:
    """Settles one thing after the other: names, folders, inputs, command."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        user: UserSettings,
        now: float,
        inputs: Path | None,
        waited: RunRecord | None,
    ) -> None:
        self.project = project
        self._waited = waited
        self.user = user
        self.notes: list[str] = []
        self.settings, looked_for = with_paths(settings, user)
        self.notes += looked_for
        self.folder = inputs or self._input_folder(now)
        base = project.home / "rehearsals" / self.folder.name if settings.profile.rehearsal else project.root
        self.output_dir, self.logging_dir = folders_written_to(self.settings, base)
        self.name, self.overwrites = self._settle_name()

    def finish(self, install: TrainerInstall | None) -> Prepared:
        place = None if self.user.start_in == inside.NONE else self.user.start_in
        dataset = self._dataset()
        prompts = self._prompts()
        changes = [*dataset.changes, *self._own_changes(prompts)]
        paths = RunPaths(dataset.config, self.output_dir, self.logging_dir, self._prompt_path(prompts))
        settings = self.settings.with_text("output_name", self.name)
        command = build(settings, install, paths, masked=dataset.masked, dataset=dataset.arguments, facts=dataset.facts)
        launcher = launcher_of(settings)
        processes = launcher.processes
        accumulation = settings.number("gradient_accumulation_steps", 1)
        per_epoch = dataset.epoch.steps(processes=processes, accumulation=accumulation)
        total = _total_steps(settings, dataset.epoch.batches, processes, accumulation)
        length = Epochs(per_epoch, steps_per_epoch(dataset.epoch.batches, processes=processes), total, accumulation)
        resumed = resumption(self.project.home, self.settings, length)
        request = LaunchRequest(
            name=self.name,
            profile=settings.profile.name,
            script=settings.script,
            command=command.words,
            env=cards.variables(self.settings),
            cwd=str(dataset.cwd or (install.folder if install and not settings.profile.rehearsal else self.folder)),
            output_dir=str(self.output_dir),
            logging_dir=str(self.logging_dir),
            sample_dir=str(self.output_dir / "sample"),
            dataset_config=str(dataset.config),
            reads=tuple(dict.fromkeys(str(path) for path in (*dataset.reads, *self._reads(paths)))),
            total_steps=resumed.ends_at if resumed else total,
            steps_per_epoch=per_epoch,
            trained_on=str(self.folder / FILE),
            continues=resumed.continues if resumed else None,
            settings={**settings.as_text(), **_settled(command.words, launcher)},
            given=tuple(self.settings.given),
            start_in=place,
        )
        return Prepared(
            request=request,
            inputs=self.folder,
            plan=Plan(f"write what {self.name} reads", tuple(dict.fromkeys(changes))),
            notes=(
                *(resumed.notes if resumed else start_unknown(settings)),
                *dataset.notes,
                *self.notes,
                *unheard(settings),
                *elsewhere(launcher),
                *inside.notes(place),
            ),
            overwrites=self.overwrites,
            steps_per_epoch=per_epoch,
            total_steps=resumed.course.steps if resumed else total,
            arguments=command.arguments,
            project=self.project,
        )

    def _input_folder(self, now: float) -> Path:
        stem = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
        inputs = self.project.home / "inputs"
        for number in range(1, 10_000):
            folder = inputs / (stem if number == 1 else f"{stem}-{number}")
            if not is_there(folder):
                return folder
        raise UsageError("There are too many runs in this second", path=inputs, remedy="Try again.")

    def _settle_name(self) -> tuple[str, tuple[Path, ...]]:
        """The run's name, and the files of an earlier run that it would overwrite (none for a name of our own)."""
        here = str(self.output_dir)
        taken = taken_names(self.project.home, self.output_dir, but=self._waited)
        chosen = self.settings.text("output_name")
        if not chosen:
            wanted = naming.name_for(self.project.toml.stem if self.project.toml else self.project.root.name)
            if self.settings.profile.rehearsal:
                wanted = f"{wanted}-rehearsal"
            return naming.free_name(self.output_dir, wanted, taken), ()
        naming.check_name(chosen)
        if chosen in taken:
            raise UsageError(
                f"A run called {chosen} {taken[chosen]}",
                path=here,
                remedy="Set another output_name.",
            )
        overwrites = naming.files_of(self.output_dir, chosen)
        if overwrites:
            self.notes.append(
                f"{plural(len(overwrites), 'file')} of an earlier run called {chosen} may be overwritten "
                f"({overwrites[0].name}{', ...' if len(overwrites) > 1 else ''})."
            )
        return chosen, overwrites

    def _dataset(self) -> DatasetInput:
        if self.project.kind is ProjectKind.TOML:
            return from_config(self.project, self.settings)
        return exported(self.project, self.settings, self.folder)

    def _prompts(self) -> PromptText | None:
        settings = self.settings
        wanted = settings.text("sample_prompts")
        asked = settings["sample_every_n_epochs"] or settings["sample_every_n_steps"] or settings["sample_at_first"]
        if not asked:
            return None
        prompts = prompts_for(self.project, wanted, settings.number("width", 512), settings.number("height", 512))
        if prompts is None:
            self.notes.append("There are no sample prompts and no captions to take for them: no samples are made.")
        elif prompts.source is None:
            self.notes.append(
                f"There is no model/sample/prompt.txt: {plural(len(prompts.prompts), 'caption')} of the dataset "
                f"{'serves' if len(prompts.prompts) == 1 else 'serve'} as sample prompts."
            )
        else:
            dropped = [f"--{part}" for prompt in prompts.prompts for part in prompt.unknown]
            if dropped:
                self.notes.append(f"The trainer knows no option {dropped[0]!r} in sample prompts and drops it.")
        return prompts

    def _prompt_path(self, prompts: PromptText | None) -> Path | None:
        return self.folder / prompts.name if prompts else None

    def _own_changes(self, prompts: PromptText | None) -> Iterator[Change]:
        for folder in (self.folder, self.output_dir, self.logging_dir):
            if not is_folder(folder):
                yield MakeFolder(folder)
        if prompts is not None:
            # A copy: the trainer reads the file again for each sample, and an edit meanwhile can end the run.
            path = self.folder / prompts.name
            yield Write(path, read_if_there(path), prompts.data)

    def _reads(self, paths: RunPaths) -> Iterator[Path]:
        yield paths.dataset_config
        if paths.sample_prompts is not None:
            yield paths.sample_prompts
        yield from paths_that_are_there(self.settings)


def _settled(command: Sequence[str], launcher: Launcher) -> dict[str, str]:
    """Settings that were left open, as they were settled."""
    return {
        "masked_loss": "true" if "--masked_loss" in command else "false",
        "num_processes": str(launcher.processes),
        "num_machines": str(launcher.machines),
    }


def _total_steps(settings: Settings, batches: int, processes: int, accumulation: int) -> int:
    epochs = settings["max_train_epochs"]
    if ends_by_steps(settings) or not isinstance(epochs, int):
        return settings.number("max_train_steps", _SCRIPT_STEPS)
    return max_train_steps(epochs, batches, processes=processes, accumulation=accumulation)
