"""What stands under the table: the length of the training, and what applying would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtui.base.text import count, duration, plural, safe, speed
from sdtui.dataset.project import Project, ProjectKind
from sdtui.dataset.training_steps import TrainingSteps
from sdtui.tui.balance.wish import Wish
from sdtui.tui.widgets.lines import Line, wrap


@dataclass(frozen=True, slots=True)
class Counted:
    """What a wish makes of a training."""

    entries: Mapping[str, int]
    """Of an epoch, by the subsets that are trained."""
    steps: TrainingSteps
    pace: tuple[str, float] | None
    """An earlier run and its steps a second."""
    left_out: tuple[str, ...]


def length_lines(counted: Counted | None, wish: Wish, width: int) -> list[Line]:
    """The fields that make the length, and what comes of them."""
    if counted is None:
        return [[("counting…", "dim")]]
    steps = counted.steps
    epochs = wish.epochs if wish.steps is None else steps.num_epochs
    fields: Line = [
        *_field("batch", " and ".join(count(size) for size in sorted({one.batch_size for one in steps.datasets}))),
        *_field("epochs", count(epochs) if epochs else "·"),
        *_field("accumulation", count(wish.accumulation)),
        *_field("GPUs", count(wish.processes)),
    ]
    return [fields, [], *_result(steps, counted.pace, width), *_notes(counted, width)]


def _field(name: str, value: str) -> Line:
    return [(f"{name} ", "dim"), (value, "strong"), ("    ", "dim")]


def _result(counted: TrainingSteps, pace: tuple[str, float] | None, width: int) -> list[Line]:
    steps: Line = [
        (f"{count(counted.update_steps_per_epoch)} steps an epoch", "strong"),
        (" · ", "dim"),
        (f"{count(counted.max_train_steps)} steps in all", "strong"),
    ]
    if pace is None:
        return [steps, [("no run was timed here yet, so that the hours are not known", "dim")]]
    name, it_per_s = pace
    hours = duration(counted.max_train_steps / it_per_s)
    beside = f" · about {hours} at {speed(it_per_s)}, as {safe(name)} ran"
    long = sum(len(text) for text, _ in steps) + len(beside) > width
    return [steps, [(beside.lstrip(" ·"), "dim")]] if long else [[*steps, (beside, "dim")]]


def _notes(counted: Counted, width: int) -> list[Line]:
    steps = counted.steps
    notes: list[Line] = [[]] if counted.left_out else []
    for sentence in counted.left_out:
        notes += wrap(safe(sentence), width, "dim")
    notes += [[(safe(dataset.refused), "bad")] for dataset in steps.datasets if dataset.refused]
    unplaced = sum(len(dataset.unplaced) for dataset in steps.datasets)
    if unplaced:
        notes.append([(f"no bucket takes {plural(unplaced, 'image')}; the trainer would stop", "warn")])
    return notes


def wish_line(project: Project | None, wish: Wish) -> Line:
    """What applying would do."""
    if project is None or not wish.repeats:
        return [("as on disk", "dim")]
    changed = len(wish.repeats)
    if project.kind is ProjectKind.TOML and project.toml is not None:
        return [(f"not written yet: repeats of {plural(changed, 'subset')} in {safe(project.toml.name)}", "accent")]
    return [(f"not written yet: {plural(changed, 'folder')} will be renamed", "accent")]
