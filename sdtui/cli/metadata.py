"""``sdtui metadata``: the JSON that a full fine-tune reads captions and sizes from."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.text import plural, safe
from sdtui.cli.applying import apply_plan, plan_document
from sdtui.cli.groups import NearestGroup
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import narrate, print_json, run_work


@click.group(cls=NearestGroup)
def command() -> None:
    """Write and check the metadata JSON of a full fine-tune."""


@command.command("write")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="By default DIR/metadata.json.")
@click.option("--subset", "subsets", multiple=True, metavar="NAME", help="Only this subset; may be given again.")
@click.option("--captions/--no-captions", default=True, help="Whether captions go into it (by default).")
@click.option("--tags-extension", metavar="EXT", help="Tags stand in files with this ending beside the images.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.option("--yes", is_flag=True, help="Replace a file that stands there without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def write(
    folder: Path,
    output: Path | None,
    subsets: tuple[str, ...],
    captions: bool,
    tags_extension: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write one metadata file for the training images in DIR: full paths, captions and/or tags, and sizes."""
    from sdtui.dataset.scan import scan
    from sdtui.edits.metadata_file import write_metadata

    settle_interrupted(folder, dry_run=dry_run, yes=yes)
    project = run_work(scan(folder))
    path = (output or project.root / "metadata.json").absolute()
    made = write_metadata(project, path, subsets=subsets, captions=captions, tags_extension=tags_extension)
    for warning in made.plan.warnings:
        narrate(f"Note: {safe(warning)}")
    applied = None if dry_run else apply_plan(project.home, made.plan, yes=yes or not made.replaces)
    if as_json:
        left_out = [{"path": str(image), "reason": reason} for image, reason in made.left_out]
        plan = plan_document(made.plan, applied)
        print_json({"path": str(path), "entries": made.entries, "left_out": left_out, **plan})
    else:
        click.echo(f"{safe(str(path))}: {plural(made.entries, 'image')}")


@command.command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--image-dir", type=click.Path(path_type=Path), help="The subset's image_dir, for relative keys.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(file: Path, image_dir: Path | None, as_json: bool) -> int:
    """Say what the trainer would stop at in a metadata file, or train otherwise than was meant.

    Exit status 1 where there is an error or a warning.
    """
    from sdtui.checks.finding import Severity
    from sdtui.checks.metadata import check_metadata
    from sdtui.cli.findings import show_findings

    findings = run_work(check_metadata(file.absolute(), image_dir.absolute() if image_dir else None))
    ok = not any(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        print_json({"ok": ok, "findings": [finding.document() for finding in findings]})
    else:
        show_findings(findings)
        if not findings:
            click.echo("Nothing is wrong with it.")
    return 1 if any(finding.severity is not Severity.INFO for finding in findings) else 0
