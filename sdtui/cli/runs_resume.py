"""``sdtui runs resume`` and ``sdtui runs again``: going on with a run, or starting it once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sdtui.base.settings import UserSettings, load_settings
from sdtui.base.text import count, file_size, plural, safe, safe_lines
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument
from sdtui.cli.starting import begin, document, may_overwrite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sdtui.dataset.project import Project
    from sdtui.runs.again.changes import Change
    from sdtui.runs.again.resume import Resumed
    from sdtui.runs.again.states import StatePoint
    from sdtui.runs.record import RunRecord
    from sdtui.runs.setup.request import Prepared
    from sdtui.trainer.location import TrainerInstall

Command = TypeVar("Command", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Asked:
    """What both commands are asked alike, by the names of ``asking_options``."""

    texts: tuple[str, ...]
    gpus: str | None
    dry_run: bool
    queueing: bool
    follow: bool
    yes: bool
    as_json: bool

    @property
    def settings(self) -> tuple[str, ...]:
        """Each KEY=VALUE; the cards are one of them."""
        return self.texts if self.gpus is None else (*self.texts, f"gpus={self.gpus}")


def asking_options(command: Command) -> Command:
    """``command`` with the options that ``Asked`` is made of."""
    for option in (
        json_option,
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--follow", is_flag=True, help="Print progress until the run ends."),
        click.option("--queue", "queueing", is_flag=True, help="Let it wait until its cards are free."),
        click.option("--dry-run", is_flag=True, help="Show what would be started; start nothing."),
        click.option("--gpus", metavar="0,1", help="Train on these cards only, as nvidia-smi counts them."),
        click.option(
            "--set", "texts", metavar="KEY=VALUE", multiple=True, help="Change a setting; KEY= leaves it out."
        ),
    ):
        command = option(command)
    return command


@click.command("resume")
@place_argument
@which_argument
@click.option(
    "--state",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The saved state to go on from (default: the furthest of the run).",
)
@click.option("--states", "list_states", is_flag=True, help="List the states that there are, and start nothing.")
@asking_options
def resume_command(directory: Path, run_id: str | None, state: Path | None, list_states: bool, **given: Any) -> None:
    """Go on with a run from one of its saved states (save_state).

    Steps are counted over all parts, and the curve goes on. It says what was changed since, in the settings and in the
    dataset. The new part gets a name of its own, so that nothing of the earlier one is overwritten.
    """
    from sdtui.runs.again.resume import resume, run_of_state
    from sdtui.runs.again.states import states_of_run
    from sdtui.trainer.profiles import pairs_of

    asked = Asked(**given)
    home, record = find_run(directory, run_id)
    if list_states:
        _show_states(states_of_run(home, record), as_json=asked.as_json)
        return
    if state is not None and run_id is None:
        record = run_of_state(home, record, state)
    user = _user()
    project = _project(home, record, asked)
    install = _install(record, asked, user, project)
    found = resume(home, record, state, pairs_of(asked.settings), project=project, install=install, user=user)
    _begin(home, found.prepared, found.changes, _resumed(found), asked)


@click.command("again")
@place_argument
@which_argument
@asking_options
def again_command(directory: Path, run_id: str | None, **given: Any) -> None:
    """Start a run once more, from its beginning, with the same settings or with changes."""
    from sdtui.runs.again.changes import changes_since
    from sdtui.runs.again.relaunch import again
    from sdtui.trainer.profiles import pairs_of

    asked = Asked(**given)
    home, record = find_run(directory, run_id)
    user = _user()
    project = _project(home, record, asked)
    install = _install(record, asked, user, project)
    prepared = again(home, record, pairs_of(asked.settings), project=project, install=install, user=user)
    changes = changes_since(record, prepared)
    _begin(home, prepared, changes, {"relaunch_of": record.id, "changes": _changes(changes)}, asked)


def _user() -> UserSettings:
    loaded = load_settings()
    for problem in loaded.problems:
        narrate(f"Note: {problem}")
    return loaded.settings


def _project(home: Path, record: RunRecord, asked: Asked) -> Project:
    """What the run trained on, as it stands now."""
    from sdtui.dataset.scan import scan
    from sdtui.runs.again.relaunch import source_of_run

    source = source_of_run(home, record)
    settle_interrupted(source, dry_run=asked.dry_run, yes=asked.yes)
    return run_work(scan(source))


def _install(record: RunRecord, asked: Asked, user: UserSettings, project: Project) -> TrainerInstall | None:
    """The trainer to go on with; what its script takes beside our table is asked where it is needed."""
    from sdtui.cli.given_settings import given_settings
    from sdtui.runs.again.relaunch import found_trainer, settings_of_run

    settings = settings_of_run(record)
    install = found_trainer(settings, project.root, user)
    if install is not None:
        own = [text for text in asked.texts if text.startswith("script=")] or [f"script={settings.script}"]
        given_settings(record.profile, [*own, *asked.settings], user, project.root)
    return install


def _show_states(points: Sequence[StatePoint], *, as_json: bool) -> None:
    if as_json:
        print_json([_state(point) for point in points])
    elif points:
        click.echo("\n".join(_state_lines(points)))
    else:
        narrate("This run saved no state. Runs that are to be resumed need save_state.")


def _state(point: StatePoint) -> dict[str, Any]:
    return {
        "path": str(point.path),
        "run": point.run,
        "step": point.step,
        "epoch": point.epoch,
        "size": point.state.size,
        "saved": point.state.saved,
        "problem": point.state.problem,
    }


def _state_lines(points: Sequence[StatePoint]) -> list[str]:
    names = [safe(point.path.name) for point in points]
    width = max(5, *(len(name) for name in names))
    lines = [f"{'STATE':<{width}}  {'STEP':>9}  {'EPOCH':>5}  {'SIZE':>9}"]
    for name, point in zip(names, points, strict=True):
        line = f"{name:<{width}}  {count(point.step):>9}  {point.epoch:>5}  {file_size(point.state.size):>9}"
        lines.append(f"{line}  {point.state.problem}" if point.state.problem else line)
    return lines


def _resumed(found: Resumed) -> dict[str, Any]:
    """What JSON says beside what ``train`` says of any run."""
    return {
        "continues": {
            "run": found.continues.run,
            "state": found.continues.state,
            "step": found.continues.step,
            "epoch": found.continues.epoch,
        },
        "ends_at": found.ends_at,
        "changes": _changes(found.changes),
    }


def _changes(changes: Sequence[Change]) -> list[dict[str, str]]:
    return [{"kind": change.kind, "what": change.what, "sentence": change.sentence} for change in changes]


def _begin(home: Path, prepared: Prepared, changes: Sequence[Change], more: dict[str, Any], asked: Asked) -> None:
    """Say what was changed; then start it, or show what would be started. ``more`` goes into the JSON document."""
    _tell(prepared, changes)
    if asked.dry_run:
        _show(prepared, more, as_json=asked.as_json)
    elif may_overwrite(prepared, yes=asked.yes):
        begin(home, prepared, queueing=asked.queueing, follow=asked.follow, as_json=asked.as_json, more=more)


def _tell(prepared: Prepared, changes: Sequence[Change]) -> None:
    for note in prepared.notes:
        narrate(f"Note: {safe(note)}")
    if changes:
        narrate("Changed since the earlier run was started:")
    for change in changes:
        narrate(f"  {safe(change.sentence)}")


def _show(prepared: Prepared, more: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({**document(prepared), **more})
        return
    click.echo(safe_lines(prepared.shell))
    narrate(f"{plural(prepared.total_steps, 'step')}, {count(prepared.steps_per_epoch)} an epoch.")
