"""``sdtui captions paste``: one image's caption for another, the previous one's unless it is named."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sdtui.base.errors import UsageError
from sdtui.cli.caption_shown import document, show
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import print_json, run_work
from sdtui.cli.proposed import applying_options, carry_out
from sdtui.cli.where import limit_option
from sdtui.dataset.listing import absolute
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import scan


@click.command("paste")
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.argument("image", metavar="IMAGE")
@click.option("--from", "source", metavar="IMAGE", help="The image whose caption it is. [the one before]")
@click.option("--append", is_flag=True, help="Put it behind the caption instead of in its place.")
@click.option("--keep-stale", is_flag=True, help="Keep caches that hold the old text.")
@limit_option
@applying_options
def paste_command(
    directory: Path,
    image: str,
    source: str | None,
    append: bool,
    keep_stale: bool,
    limit: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Give IMAGE the caption of the image before it in its subset, or of another one.

    IMAGE is a name, or a path, also one within the project. What is printed is as "sdtui captions edit" has it.
    """
    from sdtui.edits.paste import paste

    settle_interrupted(directory, dry_run=dry_run, yes=yes)
    project = run_work(scan(directory))
    meant = _image(project, image)
    other = None if source is None else _image(project, source)
    proposal = run_work(paste(project, meant, other, append=append, limit=int(limit)))
    if not as_json:
        show(proposal, project.root, 1)
    applied = carry_out(project.home, proposal, dry_run=dry_run, yes=yes, keep_stale=keep_stale)
    if as_json:
        deleted = bool(applied and applied.id and proposal.stale and not keep_stale)
        print_json(document(proposal, applied, stale_deleted=deleted))


def _image(project: Project, written: str) -> Sample:
    """The image that ``written`` names. Raises UsageError where none is, or several are."""
    every = [sample for subset in project.subsets for sample in subset.samples]
    paths = {os.path.normpath(project.root / written), str(absolute(Path(written)))}
    found = [sample for sample in every if str(sample.path) in paths]
    found = found or [sample for sample in every if sample.name == written]
    if len({sample.path for sample in found}) == 1:
        return found[0]
    if found:
        raise UsageError(f'"{written}" is the name of several images', remedy="Write its subset too: 10_circle/a.png")
    raise UsageError(f'There is no image "{written}" in this project')
