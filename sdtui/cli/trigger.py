"""``sdtui trigger``: what a trigger word is to CLIP, and which images are trained with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sdtui.base.text import count, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import scan

_NAMED = 10


@click.command()
@click.argument("directory", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.argument("word", metavar="WORD")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, word: str, as_json: bool) -> int:
    """Say how many CLIP tokens a trigger word is, and which images are not trained with it as they should be.

    It should stand at the front of every subject image's caption, once, and in no regularization image's. The exit
    status is 1 where that is not so. "sdtui captions edit DIR --where 'NOT is:reg' --trigger WORD" puts it there.

    With --json: word, tokens, pieces, single (the vocabulary has it as one word), clean, subject_images,
    regularization_images, and lists of paths: subject_missing, not_in_front, doubled, in_regularization, untold.
    """
    from sdtui.edits.trigger import audit

    tell_interrupted(directory)
    project = run_work(scan(directory))
    found = audit(project, word)
    kinds = {
        "subject_missing": ("without it", found.subject_missing),
        "not_in_front": ("not in front", found.not_in_front),
        "doubled": ("more than once", found.doubled),
        "in_regularization": ("regularization", found.in_regularization),
        "untold": ("unreadable", found.untold),
    }
    if as_json:
        print_json(
            {
                "word": found.word,
                "tokens": found.tokens,
                "pieces": list(found.pieces),
                "single": found.single,
                "clean": found.clean,
                "subject_images": found.subject_images,
                "regularization_images": found.regularization_images,
                **{kind: [str(sample.path) for sample in samples] for kind, (_, samples) in kinds.items()},
            }
        )
    else:
        for label, samples in kinds.values():
            _show(project, label, samples)
        for sentence in found.sentences():
            narrate(safe(sentence))
    return 0 if found.clean else 1


def _show(project: Project, label: str, samples: Sequence[Sample]) -> None:
    for sample in samples[:_NAMED]:
        click.echo(f"{label:<14}  {safe(str(sample.path).removeprefix(f'{project.root}/'))}")
    if len(samples) > _NAMED:
        click.echo(f"{label:<14}  ... and {count(len(samples) - _NAMED)} more; --json has all.")
