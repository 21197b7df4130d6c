"""``sdtui tags``: which tags the captions have, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.where import FILTER_HELP, chosen, limit_option, marks_of, tell_unread, understood, where_option
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import scan
from sdtui.dataset.tags import TagCount, counting_tags


@click.command(epilog=FILTER_HELP)
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path), default=".")
@where_option
@limit_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, where: str, limit: str, as_json: bool) -> None:
    """Count the tags of captions: in how many images each stands, the most frequent first.

    Tags are what stands between the separators (caption_separator, a comma where none is set) in the text that the
    trainer reads. With --where, only the images that it means are counted, and beside that in how many of all.

    With --json: root, where, images (those that were counted), total (all), and tags, each with tag, images, total
    (images of the whole project that have it), and subsets (the counted images by subset).
    """
    tell_interrupted(directory)
    project = run_work(scan(directory))
    tell_unread(project)
    query = understood(where, project.home)
    every = [sample for subset in project.subsets for sample in subset.samples]
    everywhere = run_work(counting_tags(project))
    samples: Sequence[Sample] = every
    here = everywhere
    if not query.empty:
        samples = chosen(project, query, marks_of(project), int(limit))
        here = run_work(counting_tags(project, samples))
    totals = {row.tag: row.total for row in everywhere}
    if as_json:
        print_json(
            {
                "root": str(project.root),
                "where": query.text,
                "images": len(samples),
                "total": len(every),
                "tags": [_document(row, totals[row.tag]) for row in here],
            }
        )
        return
    for line in _table(project, here, totals, filtered=not query.empty):
        click.echo(line)
    of = f" of {count(len(every))}" if not query.empty else ""
    narrate(f"{plural(len(here), 'tag')} in {count(len(samples))}{of} {'image' if len(every) == 1 else 'images'}.")


def _document(row: TagCount, total: int) -> dict[str, Any]:
    return {"tag": row.tag, "images": row.total, "total": total, "subsets": dict(row.by_subset)}


def _table(project: Project, rows: Sequence[TagCount], totals: dict[str, int], *, filtered: bool) -> Iterator[str]:
    """One line a tag: how many images, of how many with a filter, the tag, and its subsets where not all have it."""
    for row in rows:
        of = f" of {count(totals[row.tag]):>6}" if filtered else ""
        partly = len(row.by_subset) < len(project.subsets)
        where = ", ".join(f"{safe(name)} {count(number)}" for name, number in row.by_subset.items())
        yield f"{count(row.total):>7}{of}  {safe(row.tag)}" + (f"  ({where})" if partly else "")
