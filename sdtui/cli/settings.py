"""``sdtui settings``: training settings from other programs, and for the trainer's own ``--config_file``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.text import plural, safe, safe_lines
from sdtui.cli.groups import NearestGroup
from sdtui.cli.output import narrate, print_json, run_work

if TYPE_CHECKING:
    from sdtui.runs.setup.settings_export import ExportedSettings
    from sdtui.trainer.settings_import.importing import Imported


@click.group(cls=NearestGroup)
def command() -> None:
    """Take over training settings of other programs, and write them down for the trainer."""


@command.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--profile", metavar="NAME", help="The profile to put them into; by default what suits the script.")
@click.option("--script", metavar="NAME", help="The script that they are for, where the file does not say it.")
@click.option("--into", metavar="DIR_OR_TOML", type=click.Path(path_type=Path, exists=True), help="A project to set.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_command(file: Path, profile: str | None, script: str | None, into: Path | None, as_json: bool) -> None:
    """Read settings from a --config_file of sd-scripts, from kohya_ss' GUI or from LoRA_Easy_Training_Scripts.

    What has no place in sdtui is listed. With --into, the project's Train screen has them; they take the place of what
    was set for that profile.
    """
    from sdtui.trainer.settings_import.importing import to_settings
    from sdtui.trainer.settings_import.reading import read_settings

    imported = to_settings(read_settings(file), profile=profile, script=script)
    for note in imported.notes:
        narrate(f"Note: {safe(note)}")
    if into is not None:
        _remember(into, imported)
    if as_json:
        print_json(_document(imported))
    else:
        _show(imported)


def _remember(project: Path, imported: Imported) -> None:
    from sdtui.cli.interrupted import home_of
    from sdtui.runs.setup.remembered import recall, remember, with_settings

    home = home_of(project)
    remembered, problem = recall(home)
    if problem is not None:
        narrate(f"Note: {safe(problem)}")
    remember(home, with_settings(remembered, imported.settings))
    narrate(f"{safe(str(project))} trains with them now: sdtui open, then 5; or sdtui train with --set.")


def _show(imported: Imported) -> None:
    from sdtui.runs.redact import redact_settings

    settings = imported.settings
    click.echo(f"{imported.kind}: {plural(len(imported.taken), 'setting')} for {settings.script}")
    shown = redact_settings({key: settings.text(key) for key in settings.given})
    for key, text in shown.items():
        if text and text != "false":
            click.echo(f"  {key}={safe(text)}")
    if imported.left:
        click.echo(f"{plural(len(imported.left), 'setting has', 'settings have')} no place here:")
    for left in imported.left:
        click.echo(f"  {safe(left.key)}={safe(left.value)}\n      {safe(left.why)}")


def _document(imported: Imported) -> dict[str, Any]:
    from sdtui.runs.redact import redact_settings

    settings = imported.settings
    return {
        "kind": imported.kind,
        "script": settings.script,
        "profile": settings.profile.name,
        "settings": redact_settings({key: settings.text(key) for key in settings.given}),
        "taken": list(imported.taken),
        "left": [{"key": left.key, "value": left.value, "why": left.why} for left in imported.left],
        "notes": list(imported.notes),
    }


@command.command("export")
@click.argument("folder", metavar="DIR_OR_TOML", type=click.Path(path_type=Path, exists=True))
@click.option("--profile", metavar="NAME", help="What to train; by default what the Train screen has.")
@click.option("--set", "texts", metavar="KEY=VALUE", multiple=True, help="Change a setting; KEY= leaves it out.")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A TOML."
)
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--yes", is_flag=True, help="Replace a file that stands there without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def export_command(
    folder: Path, profile: str | None, texts: tuple[str, ...], output: Path, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Write the settings as a --config_file of sd-scripts, with the dataset config and prompts that it names.

    The trainer then runs them without sdtui. Without --profile it takes what was set on the Train screen.
    """
    from sdtui.base.settings import load_settings
    from sdtui.cli.applying import apply_plan, plan_document, show_plan
    from sdtui.cli.interrupted import settle_interrupted
    from sdtui.dataset.scan import scan
    from sdtui.runs.setup.remembered import recall, settings_of
    from sdtui.runs.setup.settings_export import export_settings
    from sdtui.trainer.location import require_trainer
    from sdtui.trainer.profiles import Settings, find_profile, with_texts

    settle_interrupted(folder, dry_run=dry_run, yes=yes)
    project = run_work(scan(folder))
    remembered, _ = recall(project.home)
    start = settings_of(remembered, remembered.profile) if profile is None else Settings(find_profile(profile))
    settings = with_texts(start, texts)
    user = load_settings().settings
    made = export_settings(project, settings, require_trainer(user, near=project.root), output, user=user)
    for note in made.notes:
        narrate(f"Note: {safe(note)}")
    if dry_run and not as_json:
        show_plan(made.plan)
    applied = None if dry_run else apply_plan(project.home, made.plan, yes=yes or not made.replaces)
    if as_json:
        print_json({"path": str(made.path), "text": made.text, **plan_document(made.plan, applied)})
    elif applied is not None:
        click.echo(safe_lines(_how_to(made)))


def _how_to(made: ExportedSettings) -> str:
    return f"{made.path}\nTrain with it: {made.command}"
