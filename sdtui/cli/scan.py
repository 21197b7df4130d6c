"""``sdtui scan``: what the trainer would read from a dataset, and what it would leave out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from sdtui.base.paths import shown
from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.project import Project, Subset
from sdtui.dataset.scan import scan
from sdtui.dataset.totals import Totals, lacks_text, totals_of
from sdtui.tokens.encoding import Mode

SHOWN = 10
"""Problems and ignored files that are written out; ``--json`` has all."""
_NARROWEST = 12
"""Cells that a subset's name gets on the narrowest terminal."""


@click.command("scan")
@click.argument("path", metavar="DIR_OR_TOML", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--mode",
    type=click.Choice(["ftfy", "plain"]),
    default="ftfy",
    show_default=True,
    help="How the trainer's tokenizer cleans text.",
)
def command(path: Path, as_json: bool, mode: Mode) -> None:
    """Say what the trainer would read from a dataset: subsets, images, captions, and what it ignores."""
    tell_interrupted(path)
    project = run_work(scan(path, mode=mode))
    if as_json:
        for note in project.notes:
            narrate(safe(note))
        print_json(_document(project))
    else:
        # A pipe gets the names whole: what reads it looks for them.
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        click.echo("\n".join(report(project, width)))


def _document(project: Project) -> dict[str, Any]:
    return {
        "root": str(project.root),
        "kind": project.kind.value,
        "caption_extension": project.caption_extension,
        "subsets": [
            {
                "name": subset.name,
                "image_dir": str(subset.image_dir),
                "num_repeats": subset.num_repeats,
                "is_reg": subset.is_reg,
                "masked": subset.masked,
                "class_tokens": subset.class_tokens,
                "img_count": subset.img_count,
            }
            for subset in project.subsets
        ],
        "images": [
            {
                "path": str(sample.path),
                "subset": sample.subset,
                "width": sample.width,
                "height": sample.height,
                "caption_source": sample.caption_source.value,
                "tokens": sample.tokens,
                "problem": sample.problem,
            }
            for subset in project.subsets
            for sample in subset.samples
        ],
        "ignored": [{"path": str(entry.path), "reason": entry.reason} for entry in project.ignored],
        "totals": asdict(totals_of(project)),
    }


def report(project: Project, width: int | None = None) -> Iterator[str]:
    """What the trainer would read, line by line for a person; the table is at most ``width`` cells wide."""
    totals = totals_of(project)
    yield f"{safe(shown(project.toml or project.root))}  ({project.kind.value}, captions {project.caption_extension})"
    yield ""
    yield from _table(project, width)
    yield ""
    yield from _sums(totals)
    for note in project.notes:
        yield f"note: {safe(note)}"
    problems = [sample for subset in project.subsets for sample in subset.samples if sample.problem]
    yield from _listed("problem", [(sample.path, sample.problem or "") for sample in problems], project.root)
    yield from _listed("ignored", [(entry.path, entry.reason) for entry in project.ignored], project.root)


def _table(project: Project, width: int | None) -> Iterator[str]:
    shares = {subset.name: subset for subset in epoch_of(project).subsets}
    rows = [("SUBSET", "REPEATS", "IMAGES", "PER EPOCH", "SHARE", "NO TEXT", "OVER 75", "")]
    for subset in project.subsets:
        part = shares[subset.name]
        rows.append(
            (
                safe(subset.name),
                f"{subset.num_repeats}×",
                count(subset.img_count),
                count(part.entries),
                f"{part.share:.0%}",
                _some(sum(lacks_text(sample) for sample in subset.samples)),
                _some(sum(sample.tokens > 75 for sample in subset.samples)),
                _marks(subset),
            )
        )
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is not None:
        others = sum(widths[1:]) + 2 * (len(widths) - 1)
        widths[0] = min(widths[0], max(_NARROWEST, width - others))
    for row in rows:
        cells = (_padded(text, room, left=text is row[0]) for text, room in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _padded(text: str, width: int, *, left: bool) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    space = " " * (width - cell_len(text))
    return text + space if left else space + text


def _some(number: int) -> str:
    return count(number) if number else "·"


def _marks(subset: Subset) -> str:
    marks = ["reg"] if subset.is_reg else []
    return ", ".join(marks + (["masked"] if subset.masked else []))


def _sums(totals: Totals) -> Iterator[str]:
    reg = f" + {plural(totals.reg_images, 'regularization image')}" if totals.reg_images else ""
    yield f"{plural(totals.images, 'image')}{reg} · {plural(totals.entries_per_epoch, 'entry', 'entries')} per epoch"
    facts = [
        (totals.without_text, "without text"),
        (totals.borrowed, "with a borrowed caption"),
        (totals.over_75, "over 75 tokens"),
        (totals.over_225, "over 225"),
        (totals.problems, "with a problem"),
    ]
    said = [f"{count(number)} {what}" for number, what in facts if number]
    if said:
        yield " · ".join(said)


def _listed(what: str, entries: Sequence[tuple[Path, str]], root: Path) -> Iterator[str]:
    for path, reason in entries[:SHOWN]:
        yield f"{what}: {safe(_beneath(path, root))}: {safe(reason)}"
    if len(entries) > SHOWN:
        yield f"{what}: and {count(len(entries) - SHOWN)} more; --json lists all."


def _beneath(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path != root and path.is_relative_to(root) else shown(path)
