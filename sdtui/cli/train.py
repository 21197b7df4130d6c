"""``sdtui train``: start a training run, or show what it would be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from sdtui.base.errors import UsageError
from sdtui.base.settings import load_settings
from sdtui.base.text import count, plural, safe, safe_lines
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import narrate, print_json, require_consent, run_work
from sdtui.cli.starting import begin, document, may_overwrite

if TYPE_CHECKING:
    from sdtui.runs.setup.request import Prepared
    from sdtui.trainer.profiles import Settings


@click.command()
@click.argument("folder", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.option("--profile", metavar="NAME", help="What to train: sdxl-lora, sdxl-finetune, sd15-lora or rehearsal.")
@click.option("--set", "texts", metavar="KEY=VALUE", multiple=True, help="Change a setting; KEY= leaves it out.")
@click.option("--dry-run", is_flag=True, help="Show the command and what would be written; start nothing.")
@click.option(
    "--script", "script_file", metavar="FILE", type=click.Path(path_type=Path), help="Write the command to FILE."
)
@click.option(
    "--rehearse", "rehearsing", is_flag=True, help="Rehearse with sd-scripts on a tiny model; start nothing else."
)
@click.option("--gpus", metavar="0,1", help="Train on these cards only, as nvidia-smi counts them.")
@click.option("--queue", "queueing", is_flag=True, help="Let it wait until its cards are free, behind those that wait.")
@click.option(
    "--stop-on-failure", is_flag=True, help="With --queue: let the others wait if this run does not end well."
)
@click.option(
    "--in",
    "place",
    type=click.Choice(["none", "tmux", "systemd"]),
    help="Start it in a tmux session or a systemd scope of yours; by default as start_in in the settings says.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--follow", is_flag=True, help="Print progress until the run ends; Ctrl+C ends only the printing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; with --follow JSON Lines.")
def command(
    folder: Path,
    profile: str | None,
    texts: tuple[str, ...],
    dry_run: bool,
    script_file: Path | None,
    rehearsing: bool,
    gpus: str | None,
    queueing: bool,
    stop_on_failure: bool,
    place: str | None,
    yes: bool,
    follow: bool,
    as_json: bool,
) -> int:
    """Train on a dataset. The run goes on when this terminal is closed.

    A setting's KEY is the trainer's own argument name, such as learning_rate or max_train_epochs; width and height set
    the resolution. `sdtui train DIR --profile NAME --dry-run --json` lists them with their help.

    With --follow, exit status 0 when the run is done, 3 when it failed, was stopped or lost, 130 after Ctrl+C.
    """
    from sdtui.cli.given_settings import given_settings
    from sdtui.dataset.scan import scan
    from sdtui.runs.setup.request import make_request, write_inputs
    from sdtui.trainer.installed_arguments import learn_kept
    from sdtui.trainer.location import require_trainer
    from sdtui.trainer.profiles import PROFILES

    if profile is None:
        raise UsageError("It was not said what to train", remedy=f"Name one with --profile: {', '.join(PROFILES)}.")
    if rehearsing and (dry_run or follow or script_file is not None):
        raise UsageError("--rehearse starts no run", remedy="Leave --dry-run, --follow and --script out.")
    if stop_on_failure and not queueing:
        raise UsageError("--stop-on-failure is about runs that wait behind this one", remedy="Say --queue too.")
    if queueing and (rehearsing or script_file is not None):
        raise UsageError("--queue starts a run later", remedy="Leave --rehearse and --script out.")
    user = load_settings()
    for problem in user.problems:
        narrate(f"Note: {problem}")
    texts = (*texts, f"gpus={gpus}") if gpus is not None else texts
    settings = given_settings(profile, texts, user.settings, folder.absolute())
    settle_interrupted(folder, dry_run=dry_run, yes=yes)
    project = run_work(scan(folder))
    install = None if settings.profile.rehearsal else require_trainer(user.settings, near=project.root)
    if install is not None:
        learn_kept(install, settings.script)
    if rehearsing:
        from sdtui.cli.rehearse import rehearse_now

        return rehearse_now(project, settings, install, user.settings, as_json=as_json)
    chosen = replace(user.settings, start_in=place) if place is not None else user.settings
    prepared = make_request(project, settings, install, user=chosen)
    for note in prepared.notes:
        narrate(f"Note: {safe(note)}")
    if dry_run:
        _show(prepared, settings, as_json=as_json)
        return 0
    if not may_overwrite(prepared, yes=yes):
        return 0
    if script_file is not None:
        write_inputs(prepared)
        _write_script(script_file, prepared.script, yes=yes)
        return 0
    begin(project.home, prepared, queueing=queueing, stop_on_failure=stop_on_failure, follow=follow, as_json=as_json)
    return 0


def _show(prepared: Prepared, settings: Settings, *, as_json: bool) -> None:
    if as_json:
        print_json({**document(prepared), "settings": [_setting(settings, key) for key in settings.known_keys()]})
        return
    from sdtui.cli.applying import show_plan

    click.echo(safe_lines(prepared.shell))
    narrate(
        f"{plural(prepared.total_steps, 'step')}, {count(prepared.steps_per_epoch)} an epoch. It would write what it "
        "reads:"
    )
    show_plan(prepared.plan)


def _setting(settings: Settings, key: str) -> dict[str, Any]:
    from sdtui.runs.redact import redact_settings

    field = settings.field(key)
    return {
        "key": key,
        "title": field.title,
        "group": field.group,
        "kind": field.kind,
        "value": redact_settings({key: settings.text(key)})[key] or None,
        "limits": field.limits or None,
        "help": field.help,
    }


def _write_script(path: Path, text: str, *, yes: bool) -> None:
    from sdtui.base.files import read_if_there, write_atomic

    if path.is_dir():
        raise UsageError("This is a folder; name a file for the script", path=path)
    if read_if_there(path) not in (None, text.encode("utf-8")) and not require_consent(
        f"{path} stands there already. Replace it?", yes=yes
    ):
        narrate("The script was not written.")
        return
    write_atomic(path, text.encode("utf-8"))
    narrate(f"Written. Start it with: bash {path}")
