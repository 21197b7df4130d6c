"""``sdtui runs remedies|tensorboard|notify``: what to do about a run, and how to hear of it."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from sdtui.base.errors import RunError, UsageError
from sdtui.base.text import safe, safe_lines
from sdtui.cli.output import narrate, print_json
from sdtui.cli.run_place import find_run, home_of, json_option, place_argument, which_argument
from sdtui.runs.following.lineage import follower_of


@click.command("remedies")
@place_argument
@which_argument
@json_option
def remedies_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """What to change about a run that failed so that it goes through, each as a command."""
    from sdtui.runs.again.remedies import remedies_of

    home, record = find_run(directory, run_id)
    view = follower_of(home, record).poll()
    found = remedies_of(home, record, view)
    commands = {remedy.name: _again(home, record.id, dict(remedy.changes)) for remedy in found}
    if as_json:
        print_json(
            [
                {
                    "name": remedy.name,
                    "title": remedy.title,
                    "help": remedy.sentence,
                    "changes": dict(remedy.changes),
                    "command": commands[remedy.name],
                }
                for remedy in found
            ]
        )
    elif found:
        for remedy in found:
            click.echo(f"{remedy.title}\n  {remedy.sentence}\n  {safe(commands[remedy.name])}")
    elif not view.state.ended:
        narrate(f"{safe(record.id)} has not ended.")
    else:
        narrate(f"No setting is known that would help {safe(record.id)}.")


def _again(home: Path, run_id: str, changes: dict[str, str]) -> str:
    words = ["sdtui", "runs", "again", str(home.parent), run_id]
    return shlex.join([*words, *(word for key, text in changes.items() for word in ("--set", f"{key}={text}"))])


@click.command("tensorboard")
@place_argument
@which_argument
@json_option
def tensorboard_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """The command that shows a run in TensorBoard, and the ssh line for your own computer."""
    from sdtui.runs.past.tensorboard_command import tensorboard_of

    home, record = find_run(directory, run_id)
    if record.logging_dir is None:
        raise RunError(f"{record.id} writes no TensorBoard files", remedy="Set a logging_dir for the next run.")
    found = tensorboard_of(record, ended=follower_of(home, record).poll().ended)
    if as_json:
        print_json({"command": found.command, "tunnel": found.tunnel, "url": found.url})
    else:
        click.echo(safe_lines(found.text))


@click.command("notify")
@place_argument
@click.option("--test", "testing", is_flag=True, help="Send a notice now.")
@json_option
def notify_command(directory: Path, testing: bool, as_json: bool) -> None:
    """How you are told of runs when you look at no screen: what your settings say, and whether it works.

    In settings.toml: bell = true rings the terminal, desktop_notice = true asks it for a notice on the desktop (both
    while sdtui is open); notice_command = "..." runs a command, which reads $SDTUI_TEXT, $SDTUI_EVENT, $SDTUI_NAME,
    $SDTUI_RUN, $SDTUI_PROJECT and the run as JSON on its standard input; notice_webhook = "https://..." gets the same
    JSON; on_nan = "tell", "pause" or "stop" is for a loss that is not a number.
    """
    from sdtui.base.settings import load_settings, settings_path

    loaded = load_settings()
    for problem in loaded.problems:
        narrate(f"Note: {problem}")
    settings = loaded.settings
    problems = _try(home_of(directory).parent) if testing else ()
    ways = {
        "bell": settings.bell,
        "desktop_notice": settings.desktop_notice,
        "notice_command": settings.notice_command is not None,
        "notice_webhook": settings.notice_webhook is not None,
        "on_nan": settings.on_nan,
    }
    if as_json:
        print_json({"settings": str(settings_path()), **ways, "problems": list(problems)})
    else:
        for key, value in ways.items():
            click.echo(f"{key:<16}{value if isinstance(value, str) else 'set' if value else 'not set'}")
        narrate(f"They stand in {settings_path()}.")
    if problems:
        raise RunError(" ".join(problems))
    if testing and not as_json:
        narrate("The notice was sent.")


def _try(project: Path) -> tuple[str, ...]:
    from sdtui.base.settings import load_settings
    from sdtui.runs.supervising.notices import Kind, Notice
    from sdtui.runs.supervising.notify import deliver

    settings = load_settings().settings
    if not settings.notice_command and not settings.notice_webhook:
        raise UsageError(
            "There is nothing to test: neither notice_command nor notice_webhook is set",
            remedy="See `sdtui runs notify --help`.",
        )
    return deliver(Notice(Kind.TEST, "", "", "sdtui can reach you."), None, project, settings)
