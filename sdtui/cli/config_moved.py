"""``sdtui config remap`` and ``to-folders``: a config whose files stand elsewhere now, or shall."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from sdtui.base.errors import UsageError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural, safe
from sdtui.cli.applying import apply_plan, plan_document, show_plan
from sdtui.cli.interrupted import settle_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.proposed import applying_options, carry_out, show_files

_NAMED = 5
"""Paths that are named before the rest is counted; ``--json`` has all."""


@click.command("remap")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--from", "old", metavar="OLD", help="The folder that paths begin with now.")
@click.option("--to", "new", metavar="NEW", help="What they begin with instead; it need not be there yet.")
@click.option(
    "--search", multiple=True, metavar="DIR", type=click.Path(path_type=Path), help="Look for the files in here too."
)
@click.option("--absolute", "spelling", flag_value="absolute", help="Write absolute paths.")
@click.option("--relative", "spelling", flag_value="relative", help="Write paths from the folder of the config.")
@click.option("--windows", "spelling", flag_value="windows", help=r"Write /mnt/g/data as G:\data.")
@click.option("--linux", "spelling", flag_value="linux", help=r"Write G:\data as /mnt/g/data.")
@applying_options
def remap(
    file: Path,
    old: str | None,
    new: str | None,
    search: tuple[Path, ...],
    spelling: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Let a dataset config name its folders and files as they are called now, and change no other byte.

    Without --from and --to, what is not where the config says is looked for around the config, by as much of the end of
    its path as can be found. The images in metadata files follow.
    """
    from sdtui.edits.config_place import written_place
    from sdtui.edits.config_remap import Spelling
    from sdtui.edits.config_remap import remap as made

    if (old is None) != (new is None):
        raise UsageError("--from and --to go together")
    if old == "":
        raise UsageError("--from names no folder", remedy="Say what the paths begin with now.")
    prefix = (old, new) if old is not None and new is not None else None
    settle_interrupted(file.parent, dry_run=dry_run, yes=yes)
    found = made(file, prefix=prefix, spelling=Spelling(spelling or "as they are"), search=search)
    if not as_json:
        show_plan(found.plan)
    applied = None if dry_run else apply_plan(file.absolute().parent / PROJECT_FOLDER, found.plan, yes=yes)
    for lost in found.not_found[:_NAMED]:
        narrate(f"Not found on this machine: {safe(lost)}")
    if len(found.not_found) > _NAMED:
        narrate(f"Not found either: {plural(len(found.not_found) - _NAMED, 'more path')}; --json has all.")
    if as_json:
        paths = [{"place": written_place(one.place), "from": one.before, "to": one.after} for one in found.paths]
        print_json(
            {
                "paths": paths,
                "images": found.images,
                "not_found": list(found.not_found),
                **plan_document(found.plan, applied),
            }
        )


@click.command("to-folders")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--output", required=True, metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Made in here."
)
@click.option("--dataset", type=click.IntRange(0), metavar="N", help="Which [[datasets]], from 0 on, of several.")
@applying_options
def folders(file: Path, output: Path, dataset: int | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Make folders of a dataset config: images/N_name and regularization/N_name, with copies of images and captions.

    The words that --train_data_dir needs beside it, to train the same, are printed; so is what neither can say.
    """
    from sdtui.dataset.scan import scan
    from sdtui.edits.proposal import Proposal
    from sdtui.edits.to_folders import to_folders
    from sdtui.trainer.dataset_config import load

    output = output.absolute()
    project = run_work(scan(file))
    made = to_folders(project, load(file), output, dataset)
    proposal = Proposal(made.plan.title, made.plan)
    if not as_json:
        show_files(proposal, output)
    applied = carry_out(output / PROJECT_FOLDER, proposal, dry_run=dry_run, yes=yes)
    if as_json:
        print_json(
            {
                "train_data_dir": str(made.train),
                "reg_data_dir": str(made.reg) if made.reg is not None else None,
                "arguments": list(made.arguments),
                "lost": list(made.lost),
                **plan_document(made.plan, applied),
            }
        )
    else:
        click.echo(safe(shlex.join(made.arguments)))
