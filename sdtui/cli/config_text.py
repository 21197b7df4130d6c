"""A dataset config as lines for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from sdtui.base.text import safe
from sdtui.trainer.dataset_key_rows import KnownKey
from sdtui.trainer.dataset_levels import DatasetLevels, Held, Level

_TABLES: Mapping[Level, str] = {
    "general": "[general]",
    "dataset": "[[datasets]]",
    "subset": "[[datasets.subsets]]",
}


def config_lines(datasets: Iterable[DatasetLevels]) -> Iterator[str]:
    """What is written anywhere, with the level that it comes from; defaults are left out."""
    for number, dataset in enumerate(datasets):
        yield f"datasets[{number}]  {dataset.mode}"
        yield from _lines(dataset.keys, "  ")
        for position, subset in enumerate(dataset.subsets):
            yield f"  subsets[{position}]"
            yield from _lines(subset.keys, "    ")


def _lines(keys: Mapping[str, Held], indent: str) -> Iterator[str]:
    written = {key: held for key, held in keys.items() if held.level != "default"}
    width = max(map(len, written), default=0)
    for key, held in written.items():
        value = safe(json.dumps(held.value, ensure_ascii=False, default=str))
        yield f"{indent}{key:<{width}}  {value}  ({held.level})"


def key_lines(keys: Iterable[KnownKey]) -> Iterator[str]:
    """Each key with its meaning below it."""
    for key in keys:
        default = "" if key.default is None else f", default {json.dumps(key.default)}"
        where = ", ".join(_TABLES[level] for level in key.levels)
        yield f"{key.key}: {key.type}{default}; in {where}"
        yield f"    {key.meaning}"
