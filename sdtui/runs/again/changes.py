"""What has changed since a run was started: its settings and its dataset, in sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from sdtui.base.text import plural
from sdtui.runs.record import RunRecord
from sdtui.runs.setup.trained_on import TrainedImage, TrainedOn, TrainedSubset, read_trained_on, trained_on
from sdtui.trainer.course import keeps_epoch

if TYPE_CHECKING:
    from sdtui.runs.launch import LaunchRequest
    from sdtui.runs.setup.request import Prepared

_OF_THE_RESUMING = frozenset(("output_name", "resume", "initial_step", "initial_epoch", "skip_until_initial_step"))
"""Settings that differ whenever a run goes on from a state."""
LENGTH = ("max_train_epochs", "max_train_steps")
"""Settings that say how long a run is."""
_NAMED = 3
"""Images that are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    kind: Literal["setting", "dataset"]
    what: str
    """The setting's key, or the subset's name (empty: the dataset as a whole)."""
    sentence: str


def changes_since(record: RunRecord, prepared: Prepared) -> tuple[Change, ...]:
    """What a run that is prepared now does otherwise than ``record``."""
    before = read_trained_on(record.trained_on)
    settings = setting_changes(record, prepared.request)
    if before is None:
        return (*settings, UNKNOWN)
    return (*settings, *dataset_changes(before, trained_on(prepared.project)))


def changes_between(earlier: RunRecord, later: RunRecord) -> tuple[Change, ...]:
    """What ``later`` was started with otherwise than ``earlier``.

    Where it goes on with a script that counts from 0, the steps that were left to it are no change.
    """
    before, after = read_trained_on(earlier.trained_on), read_trained_on(later.trained_on)
    settings = setting_changes(earlier, later)
    if later.continues is not None and not keeps_epoch(later.script):
        settings = tuple(change for change in settings if change.what not in LENGTH)
    if before is None or after is None:
        return (*settings, UNKNOWN)
    return (*settings, *dataset_changes(before, after))


def setting_changes(before: RunRecord | LaunchRequest, after: RunRecord | LaunchRequest) -> tuple[Change, ...]:
    """Settings with another value, but for those that belong to going on from a state. Secrets are hidden in both."""
    chosen = frozenset((*(before.given or ()), *(after.given or ())))
    keys = [key for key in dict.fromkeys((*before.settings, *after.settings)) if key not in _OF_THE_RESUMING]
    # What only one of them has, and nobody chose, is a default that came or went with a version of sdtui.
    keys = [key for key in keys if key in chosen or (key in before.settings and key in after.settings)]
    pairs = [(key, _value(before.settings, key), _value(after.settings, key)) for key in keys]
    return tuple(
        Change("setting", key, f"{key}: {old or 'not set'} → {new or 'not set'}")
        for key, old, new in pairs
        if old != new
    )


def _value(settings: Mapping[str, str], key: str) -> str:
    """A flag that is off is not given to the trainer at all."""
    value = settings.get(key, "")
    return "" if value == "false" else value


def dataset_changes(before: TrainedOn, after: TrainedOn) -> tuple[Change, ...]:
    """What was added, taken out or edited, by subset."""
    old, new = _by_folder(before), _by_folder(after)
    if not old.keys() & new.keys():  # the project was moved or copied
        old, new = _below_top(old), _below_top(new)
    return tuple(
        Change("dataset", (new.get(folder) or old[folder]).name, sentence)
        for folder in dict.fromkeys((*old, *new))
        for sentence in _subset_changes(old.get(folder), new.get(folder))
    )


UNKNOWN = Change(
    "dataset", "", "What the earlier run was trained on was not written down: changes of the dataset are not known."
)


def _by_folder(trained: TrainedOn) -> dict[str, TrainedSubset]:
    """Subsets by folder without the repeats in its name: ``2_cat`` that became ``5_cat`` is the same subset."""
    found: dict[str, TrainedSubset] = {}
    for subset in trained.subsets:
        folder = PurePath(subset.image_dir)
        first, _, rest = folder.name.partition("_")
        key = str(folder.with_name(rest)) if first.isdecimal() and rest else str(folder)
        found[key if key not in found else f"{subset.image_dir}\0{len(found)}"] = subset
    return found


def _below_top(subsets: Mapping[str, TrainedSubset]) -> dict[str, TrainedSubset]:
    """By folder below the one in which all of them stand."""
    try:
        top = os.path.commonpath([str(PurePath(folder).parent) for folder in subsets])
    except ValueError:  # there is none, or somebody wrote the snapshot by hand
        return dict(subsets)
    return {folder.removeprefix(top): subset for folder, subset in subsets.items()}


def _subset_changes(old: TrainedSubset | None, new: TrainedSubset | None) -> Iterator[str]:
    if old is None or new is None:
        subset, what = (new, "is new") if new is not None else (old, "is gone")
        assert subset is not None
        yield f"{subset.name} {what} ({plural(len(subset.images), 'image')})"
        return
    if old.repeats != new.repeats:
        yield f"{new.name}: repeats {old.repeats} → {new.repeats}"
    if old.is_reg != new.is_reg:
        yield f"{new.name}: {'now' if new.is_reg else 'no longer'} regularization images"
    if old.class_tokens != new.class_tokens:
        yield f"{new.name}: class tokens {old.class_tokens or 'none'} → {new.class_tokens or 'none'}"
    yield from (f"{new.name}: {sentence}" for sentence in _image_changes(old, new))


def _image_changes(old: TrainedSubset, new: TrainedSubset) -> Iterator[str]:
    before, after = _by_name(old), _by_name(new)
    kept = [name for name in before if name in after]
    for what, names in (
        ("added", [name for name in after if name not in before]),
        ("taken out", [name for name in before if name not in after]),
        ("changed", [name for name in kept if _redrawn(before[name], after[name])]),
        ("written again at the same size", [name for name in kept if _touched(before[name], after[name])]),
    ):
        if names:
            yield f"{plural(len(names), 'image')} {what} ({_named(names)})"
    captions = [name for name in kept if before[name].caption != after[name].caption]
    if captions:
        yield f"{plural(len(captions), 'caption')} changed ({_named(captions)})"
    masks = [name for name in kept if (before[name].mask is None) != (after[name].mask is None)]
    if masks:
        yield f"{plural(len(masks), 'mask')} added or taken out ({_named(masks)})"


def _by_name(subset: TrainedSubset) -> dict[str, TrainedImage]:
    """Images by their path below the subset's folder; whole where they stand elsewhere."""
    folder = f"{subset.image_dir}/"
    return {image.path.removeprefix(folder): image for image in subset.images}


def _redrawn(old: TrainedImage, new: TrainedImage) -> bool:
    """Whether the pixels are others; a size that nobody looked at tells nothing."""
    if (old.width, old.height) != (new.width, new.height):
        return True
    return None not in (old.size, new.size) and old.size != new.size


def _touched(old: TrainedImage, new: TrainedImage) -> bool:
    """Whether the file is another one, perhaps with the same pixels."""
    return not _redrawn(old, new) and None not in (old.mtime_ns, new.mtime_ns) and old.mtime_ns != new.mtime_ns


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
