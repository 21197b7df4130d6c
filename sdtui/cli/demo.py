"""``sdtui demo``: a demo dataset, a run of the built-in trainer on it, and the screen (or plain lines) to watch it."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import NotADatasetError, RunError, UsageError
from sdtui.base.files import read_bytes
from sdtui.base.paths import pasted, shown
from sdtui.base.text import plural, safe, safe_lines
from sdtui.cli.open import open_screen, why_no_screen
from sdtui.cli.output import narrate, run_work
from sdtui.dataset.project import Project
from sdtui.dataset.scan import scan
from sdtui.prepare.demo import make_demo, other_content
from sdtui.runs.record import RunRecord, RunState
from sdtui.trainer.profiles import Settings, parse_settings

DEFAULT_FOLDER = "sdtui-demo"


@click.command(short_help="Make a demo dataset, train a small model on it, and watch.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT_FOLDER, type=click.Path(path_type=Path))
@click.option("--set", "texts", metavar="KEY=VALUE", multiple=True, help="Change a setting of the run.")
def command(folder: Path, texts: tuple[str, ...]) -> None:
    """Make a demo dataset in DIR (default: ./sdtui-demo), train a tiny model on it, and watch it learn.

    A dataset that stands in DIR already is used as it is. The run is a real one, needs no GPU, and goes on when this
    terminal is closed. Where standard output is no terminal, lines are printed instead of the screen.
    """
    folder = folder.absolute()
    settings = parse_settings("rehearsal", texts)
    project = _dataset_in(folder)
    on_screen = why_no_screen() is None
    if not on_screen:
        _summarize(project)
    record = _live_run(project) or _start(project, settings)
    if on_screen:
        open_screen(folder, mode="monitor")
    else:
        _follow(project, record)


def _dataset_in(folder: Path) -> Project:
    """The dataset in ``folder``, made if there is none. Raises WriteError where something else stands there."""
    if folder.is_file():
        raise UsageError("The demo needs a folder, and this is a file", path=folder)
    if other_content(folder) is not None:
        try:
            return run_work(scan(folder))
        except NotADatasetError:
            narrate("There is no dataset in this folder.")
    made = run_work(make_demo(folder))
    if made.written:
        narrate(f"Made a demo dataset in {safe(shown(folder))}: {plural(made.written, 'file')}.")
    return run_work(scan(folder))


def _live_run(project: Project) -> RunRecord | None:
    """The newest run that has not ended: it is watched instead of starting another beside it."""
    from sdtui.runs.live import live_runs

    running = live_runs(project.home)
    if not running:
        return None
    narrate(f"{safe(running[0].id)} is still running here, so no other run is started.")
    return running[0]


def _start(project: Project, settings: Settings) -> RunRecord:
    from sdtui.runs.launch import launch
    from sdtui.runs.setup.request import make_request, write_inputs

    prepared = make_request(project, settings)
    for note in prepared.notes:
        narrate(f"Note: {safe(note)}")
    write_inputs(prepared)
    record = launch(project.home, prepared.request)
    narrate(f"{safe(record.id)} has started: {plural(prepared.total_steps, 'step')}.")
    return record


def _summarize(project: Project) -> None:
    from sdtui.cli.scan import report

    click.echo("\n".join(report(project)))


def _follow(project: Project, record: RunRecord) -> None:
    """Print the config and progress to the end. Raises RunError where the run does not end well."""
    from sdtui.cli.run_following import follow
    from sdtui.cli.run_text import ending

    if record.dataset_config is not None:
        config = Path(record.dataset_config)
        click.echo(f"\n{safe(shown(config))}\n")
        click.echo(safe_lines(read_bytes(config).decode("utf-8", errors="replace")))
    view = follow(project.home, record, as_json=False)
    if view.state is not RunState.DONE:
        raise RunError(f"{view.id} {ending(view)}")
    narrate(f"See it on the screen with: sdtui open {safe(pasted(project.root))}")
