"""``sdtui steps``: how many steps a training takes, bucket by bucket, as the trainer counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json
from sdtui.cli.trained_project import read_as_trained

if TYPE_CHECKING:
    from sdtui.dataset.project import Project
    from sdtui.dataset.training_steps import DatasetSteps, TrainingSteps
    from sdtui.trainer.dataset_arguments import DatasetArguments

_COUNT = click.IntRange(1)


@click.command("steps", context_settings={"ignore_unknown_options": True})
@click.argument("path", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.option("--script", metavar="NAME", default="train_network", show_default=True, help="Which script will train.")
@click.option("--batch-size", type=_COUNT, metavar="N", help="--train_batch_size, where the config says none.")
@click.option("--epochs", type=_COUNT, metavar="N", help="--max_train_epochs.")
@click.option("--max-steps", type=_COUNT, metavar="N", help="--max_train_steps; 1600 where nothing is said.")
@click.option("--grad-accum", type=_COUNT, metavar="N", help="--gradient_accumulation_steps.")
@click.option("--processes", type=_COUNT, metavar="N", default=1, show_default=True, help="GPUs that train together.")
@click.option("--resolution", metavar="W,H", help="--resolution, where the config says none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.argument("trainer_args", metavar="[-- TRAINER_ARGS]", nargs=-1, type=click.UNPROCESSED)
def command(
    path: Path,
    script: str,
    batch_size: int | None,
    epochs: int | None,
    max_steps: int | None,
    grad_accum: int | None,
    processes: int,
    resolution: str | None,
    as_json: bool,
    trainer_args: tuple[str, ...],
) -> None:
    """Count the images, buckets, batches and steps of a training, as sd-scripts does.

    A config wins over the command line, as in the trainer. For a folder, what sdtui would export is counted; with
    TRAINER_ARGS, what sd-scripts would read by --train_data_dir and exactly these arguments.
    """
    from sdtui.dataset.training_steps import Length, document, training_steps
    from sdtui.trainer.dataset_arguments import read_arguments
    from sdtui.trainer.scripts import file_of, support_of

    support_of(script)
    given = {
        "train_batch_size": batch_size,
        "max_train_epochs": epochs,
        "max_train_steps": max_steps,
        "gradient_accumulation_steps": grad_accum,
        "resolution": resolution,
    }
    own = [word for key, value in given.items() if value is not None for word in (f"--{key}", str(value))]
    arguments = read_arguments([*trainer_args, *own], file_of(script))
    tell_interrupted(path)
    project, notes = read_as_trained(path, arguments, by_arguments=bool(trainer_args))
    length = Length(arguments.epochs, arguments.steps, arguments.accumulation, processes)
    counted = training_steps(project, length)
    stops = [*_unread(arguments, file_of(script)), *_stops(counted, project, file_of(script))]
    for note in (*notes, *stops):
        narrate(f"Note: {safe(note)}")
    if as_json:
        print_json({"script": script, **document(counted), "notes": [*notes, *stops]})
    else:
        click.echo("\n".join(_lines(counted, length.epochs)))


def _unread(arguments: DatasetArguments, script: str) -> Iterator[str]:
    """Sentences: what of the command could not be counted with."""
    if arguments.unknown:
        yield f"{script} knows no {' '.join(arguments.unknown)}, and stops at once."
    if arguments.config_file is not None:
        yield f"What stands in {arguments.config_file} is not counted with: write its arguments here."


def _stops(counted: TrainingSteps, project: Project, script: str) -> Iterator[str]:
    """Sentences: at what the trainer would stop."""
    from sdtui.trainer.buckets import step_unit

    unit = step_unit(script)
    if counted.assumed is not None:
        yield f"Nothing says a resolution, so {counted.assumed} is assumed; the trainer would stop without one."
    for number, dataset in enumerate(counted.datasets):
        options = project.datasets[number] if number < len(project.datasets) else None
        if dataset.refused:
            yield f"The trainer stops at the buckets of [[datasets]] {number + 1}. {dataset.refused}"
        elif options is not None and options.enable_bucket and options.bucket_reso_steps % unit:
            yield f"{script} takes a bucket_reso_steps that is a multiple of {unit} only."
        if dataset.unplaced:
            first = dataset.unplaced[0].name
            those = plural(len(dataset.unplaced), "image")
            yield f"No bucket takes {those}, and the trainer stops at the first: {first}"
    if not any(dataset.subsets for dataset in counted.datasets):
        yield "There is nothing to train on; the trainer says so in a line of its log, and ends as if all was well."


def _lines(counted: TrainingSteps, epochs: int | None) -> Iterator[str]:
    for number, dataset in enumerate(counted.datasets, 1):
        yield from _dataset_lines(number, dataset)
        yield ""
    asked = f"{plural(epochs, 'epoch')} of " if epochs is not None else ""
    yield f"{count(counted.batches_per_epoch)} batches an epoch · {asked}{count(counted.update_steps_per_epoch)} steps"
    if counted.num_epochs is not None:
        yield f"{count(counted.max_train_steps)} steps in all · {plural(counted.num_epochs, 'epoch')}"


def _dataset_lines(number: int, dataset: DatasetSteps) -> Iterator[str]:
    size = f" · {dataset.resolution[0]}×{dataset.resolution[1]}" if dataset.resolution else ""
    yield f"dataset {number} · {dataset.kind} · batch {dataset.batch_size}{size}"
    for row in dataset.subsets:
        name = safe(Path(row.metadata_file or row.image_dir).name)
        kind = "  regularization" if row.is_reg else ""
        images = f"{count(row.num_repeats)} × {count(row.img_count)} images"
        yield f"  {name}  {images} = {count(row.entries_per_epoch)} entries{kind}"
    for (width, height), entries in dataset.buckets.items():
        full, rest = divmod(entries, dataset.batch_size)
        partial = f", the last of {rest}" if rest else ""
        batches = plural(full + bool(rest), "batch", "batches")
        yield f"  bucket {width}×{height}  {count(entries)} entries in {batches}{partial}"
