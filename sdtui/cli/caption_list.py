"""``sdtui captions list``: images with the text that the trainer reads for them, all or those that a filter means."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.where import FILTER_HELP, chosen, limit_option, marks_of, tell_unread, understood, where_option
from sdtui.dataset.marks import Mark, Marks
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.dataset.scan import scan
from sdtui.dataset.trained import texts_of

_WIDEST = 40
"""Columns that a path is given at most before what follows it is pushed aside."""
_UNTOLD = {CaptionSource.NONE: "(no text)", CaptionSource.CLASS: "(class tokens)"}


@click.command("list", epilog=FILTER_HELP)
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path), default=".")
@where_option
@limit_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(directory: Path, where: str, limit: str, as_json: bool) -> None:
    """List images with their captions as the trainer reads them from the files, in the project's order.

    With --json: root, where, limit, total (images in the project) and images, each with path, subset, width, height,
    caption (null where there is none that can be used), caption_source (own, borrowed, class, none), caption_file
    (what it was read from, or null), trained (the texts that are trained, with prefix and suffix: one, with
    enable_wildcard one a line, none where the trainer stops), tokens (of the longest of these), marks (of reviewed,
    flagged, starred), and problem (a sentence, or null).
    """
    tell_interrupted(directory)
    project = run_work(scan(directory))
    tell_unread(project)
    query = understood(where, project.home)
    marks = marks_of(project)
    samples = chosen(project, query, marks, int(limit))
    total = sum(subset.img_count for subset in project.subsets)
    if as_json:
        subsets = {subset.name: subset for subset in project.subsets}
        print_json(
            {
                "root": str(project.root),
                "where": query.text,
                "limit": int(limit),
                "total": total,
                "images": [_document(subsets[sample.subset], sample, marks) for sample in samples],
            }
        )
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _lines(project, samples, marks, int(limit)):
        click.echo(line if width is None or cell_len(line) <= width else f"{set_cell_size(line, width - 1)}…")
    narrate(f"{count(len(samples))} of {plural(total, 'image')}.")


def _document(subset: Subset, sample: Sample, marks: Marks) -> dict[str, Any]:
    return {
        "path": str(sample.path),
        "subset": sample.subset,
        "width": sample.width,
        "height": sample.height,
        "caption": sample.caption,
        "caption_source": sample.caption_source.value,
        "caption_file": str(sample.caption_read_from) if sample.caption_read_from else None,
        "trained": list(texts_of(subset, sample)),
        "tokens": sample.tokens,
        "marks": [name for name, is_set in asdict(marks.of(sample)).items() if is_set],
        "problem": sample.problem,
    }


def _lines(project: Project, samples: Sequence[Sample], marks: Marks, limit: int) -> Iterator[str]:
    paths = [safe(_beneath(sample, project)) for sample in samples]
    width = min(_WIDEST, max(map(cell_len, paths), default=0))
    for path, sample in zip(paths, samples, strict=True):
        space = " " * (width - cell_len(path))
        over = "▲" if sample.tokens > limit else " "
        yield f"{path}{space} {over}{sample.tokens:>4}/{limit} tok {_signs(marks.of(sample))}  {_told(sample)}".rstrip()


def _beneath(sample: Sample, project: Project) -> str:
    return str(sample.path).removeprefix(f"{project.root}/")


def _signs(mark: Mark) -> str:
    signs = (("✓", mark.reviewed), ("⚑", mark.flagged), ("★", mark.starred))
    return "".join(sign if is_set else " " for sign, is_set in signs)


def _told(sample: Sample) -> str:
    if sample.problem:
        return safe(f"! {sample.problem}")
    if sample.caption:
        borrowed = "≈ " if sample.caption_source is CaptionSource.BORROWED else ""
        return borrowed + safe(sample.caption)
    return _UNTOLD.get(sample.caption_source, "(empty)")
