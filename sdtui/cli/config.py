"""``sdtui config``: the dataset config that the trainer reads, and the folders around it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import click

from sdtui.base.errors import UsageError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural, safe
from sdtui.cli.applying import apply_plan, plan_document, show_plan
from sdtui.cli.config_moved import folders, remap
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import narrate, print_json, run_work

_KINDS = ("lora", "finetune", "controlnet")


@click.group(cls=NearestGroup)
def command() -> None:
    """Write and check the dataset config that the trainer reads."""


command.add_command(remap)
command.add_command(folders)


@command.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--kind", type=click.Choice(["lora", "finetune", "controlnet"]), required=True, help="What is to be trained."
)
@click.option("--resolution", metavar="N|WxH", help="Pixels; by default 1024 for large images, else 512.")
@click.option(
    "--bucket-reso-steps", type=click.IntRange(1), default=64, show_default=True, help="Step of bucket sides."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The TOML; by default in DIR/config.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--yes", is_flag=True, help="Replace what others wrote without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def new(
    folder: Path,
    kind: str,
    resolution: str | None,
    bucket_reso_steps: int,
    output: Path | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write a dataset config for the images in DIR.

    Caption files and masks for a LoRA, metadata files for a full fine-tune, caption files and conditioning images for a
    ControlNet; masks and conditioning images stand in a folder "conditioning" in the folder of their images.

    Subsets at which the trainer would stop are left out, and named. A file that sdtui did not write, or that was
    changed since, is only replaced when you agree.
    """
    from sdtui.dataset.scan import scan
    from sdtui.edits.dataset_config import export, verify
    from sdtui.edits.export_parts import ExportOptions, Kind

    options = ExportOptions(resolution=_resolution(resolution), bucket_reso_steps=bucket_reso_steps)
    settle_interrupted(folder, dry_run=dry_run, yes=yes)
    project = run_work(scan(folder))
    made = export(project, cast("Kind", kind), output=output, options=options)
    if dry_run and not as_json:
        show_plan(made.plan)
    elif not as_json:
        for warning in made.plan.warnings:
            narrate(f"Note: {safe(warning)}")
    applied = None if dry_run else apply_plan(project.home, made.plan, yes=yes or not made.replaces)
    checked = None
    if applied is not None:
        checked = verify(made.toml_path)
        subsets = sum(len(section.subsets) for section in checked.datasets)
        narrate(f"Read back with the trainer's parser: {plural(subsets, 'subset')}, nothing that it would refuse.")
        if made.masked:
            narrate("It has masks: train with --masked_loss.")
        elif kind == "controlnet":
            narrate("Train with a ControlNet script, such as train_control_net.py or sdxl_train_control_net.py.")
    if as_json:
        print_json(_document(made.toml_path, made.text, made.left_out, made.masked, plan_document(made.plan, applied)))
    elif applied is not None:
        click.echo(safe(str(made.toml_path)))


@command.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--trigger", metavar="WORDS", help="What the prompts ask for; by default the class that is trained most.")
@click.option("--resolution", metavar="N", type=click.IntRange(64), default=1024, help="Side in pixels (1024).")
@click.option("--dry-run", is_flag=True, help="Only show what would be made.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def init(folder: Path, trigger: str | None, resolution: int, dry_run: bool, as_json: bool) -> None:
    """Make the folders of a training in DIR (model, config, log), and model/sample/prompt.txt to begin with.

    Only what is missing is made.
    """
    from sdtui.dataset.scan import scan
    from sdtui.edits.layout import layout_plan, trigger_of

    settle_interrupted(folder, dry_run=dry_run, yes=False)
    project = run_work(scan(folder))
    plan = layout_plan(project.root, trigger or trigger_of(project), resolution=resolution)
    if not as_json:
        show_plan(plan)
    applied = None if dry_run else apply_plan(project.home, plan, yes=True)
    if as_json:
        print_json(plan_document(plan, applied))


@command.command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--script", metavar="NAME", default="train_network", show_default=True, help="Which script will read it.")
@click.option("--masked-loss/--no-masked-loss", default=True, help="Whether --masked_loss will be given (by default).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(file: Path, script: str, masked_loss: bool, as_json: bool) -> int:
    """Say what the trainer refuses in a dataset config, and what it silently ignores.

    Exit status 1 where the trainer's own validation would refuse it.
    """
    from sdtui.checks.config import check_config
    from sdtui.cli.findings import show_findings

    checked = check_config(file, script, masked_loss=masked_loss)
    if as_json:
        print_json({"ok": checked.ok, "findings": [finding.document() for finding in checked.findings]})
    else:
        show_findings(checked.findings)
        click.echo(f"{script} accepts it." if checked.ok else f"{script} refuses it.")
    return 0 if checked.ok else 1


@command.command("set")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("place", metavar="PLACE")
@click.argument("value", metavar="VALUE", required=False)
@click.option("--unset", is_flag=True, help="Take the key out instead.")
@click.option("--script", metavar="NAME", default="train_network", show_default=True, help="Which script will read it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def set_value(
    file: Path, place: str, value: str | None, unset: bool, script: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Set one key of a dataset config, such as datasets[0].subsets[1].num_repeats, and no other byte.

    VALUE is written as in TOML (10, true, [512, 768]); what is none of these is a text. What the trainer would refuse
    is refused. One that begins with - stands behind --.
    """
    from sdtui.edits.config_place import read_place, read_value, set_plan, unset_plan

    if unset == (value is not None):
        raise UsageError("Give a VALUE, or --unset without one")
    settle_interrupted(file.parent, dry_run=dry_run, yes=yes)
    where = read_place(place)
    plan = unset_plan(file, where, script) if value is None else set_plan(file, where, read_value(value), script)
    if not as_json:
        show_plan(plan)
    applied = None if dry_run else apply_plan(file.absolute().parent / PROJECT_FOLDER, plan, yes=yes)
    if as_json:
        print_json(plan_document(plan, applied))


@command.command("show")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(file: Path, as_json: bool) -> None:
    """Show what holds for each dataset and subset of a config, and from which level each value comes."""
    from sdtui.cli.config_text import config_lines
    from sdtui.trainer.dataset_config import load
    from sdtui.trainer.dataset_levels import levels_of
    from sdtui.trainer.dataset_problems import why_foreign

    config = load(file)
    foreign = why_foreign(config.data)
    if foreign is not None:
        raise UsageError(foreign.rstrip("."), path=file)
    levels = levels_of(config)
    if as_json:
        print_json({"path": str(file), "datasets": [dataset.document() for dataset in levels]})
    else:
        click.echo("\n".join(config_lines(levels)))


@command.command("keys")
@click.argument("words", metavar="[WORD...]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def keys(words: tuple[str, ...], as_json: bool) -> None:
    """List the keys of dataset configs: what each means, takes, and is where nothing is written.

    With WORDs only keys that hold one of them.
    """
    from sdtui.cli.config_text import key_lines
    from sdtui.trainer.dataset_key_rows import every_key

    found = [key for key in every_key() if not words or any(word in key.key for word in words)]
    if as_json:
        print_json({"keys": [key.document() for key in found]})
    elif found:
        click.echo("\n".join(key_lines(found)))
    else:
        narrate(f"The trainer has no key for datasets with {safe(' or '.join(words))} in its name.")


def _document(path: Path, text: str, left_out: tuple[str, ...], masked: bool, plan: dict[str, Any]) -> dict[str, Any]:
    return {"path": str(path), "text": text, "left_out": list(left_out), "masked": masked, **plan}


def _resolution(text: str | None) -> int | tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,5})(?:[x×,](\d{1,5}))?", text.strip(), re.ASCII)
    if found is None:
        raise UsageError(f'"{text}" is no resolution', remedy="Write one number, or width and height such as 832x1216.")
    width = int(found.group(1))
    return (width, int(found.group(2))) if found.group(2) else width
