"""Which value holds for each key of a dataset config, and from which level it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection, SubsetSection
from sdtui.trainer.dataset_keys import DATASET_KEYS, DEFAULTS, Mode, fallback, subset_rules, table

Level = Literal["subset", "dataset", "general", "default"]


@dataclass(frozen=True, slots=True)
class Held:
    """The value of one key."""

    value: Any
    level: Level


@dataclass(frozen=True, slots=True)
class SubsetLevels:
    """One ``[[datasets.subsets]]``."""

    keys: Mapping[str, Held]


@dataclass(frozen=True, slots=True)
class DatasetLevels:
    """One ``[[datasets]]``."""

    mode: Mode
    keys: Mapping[str, Held]
    subsets: tuple[SubsetLevels, ...]

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "kind": self.mode,
            "keys": _document(self.keys),
            "subsets": [{"keys": _document(subset.keys)} for subset in self.subsets],
        }


def levels_of(config: DatasetConfig) -> tuple[DatasetLevels, ...]:
    """Each dataset of ``config`` (library/config_util.py, BlueprintGenerator.generate: subset, dataset, general)."""
    general = table(config.data.get("general"))
    return tuple(_dataset(dataset, general) for dataset in config.datasets)


def _dataset(dataset: DatasetSection, general: Mapping[str, Any]) -> DatasetLevels:
    levels: tuple[tuple[Level, Mapping[str, Any]], ...] = (("dataset", dataset.written), ("general", general))
    return DatasetLevels(
        mode=dataset.mode,
        keys=dict(_held(DATASET_KEYS, levels)),
        subsets=tuple(_subset(dataset.mode, subset, levels) for subset in dataset.subsets),
    )


def _subset(mode: Mode, subset: SubsetSection, above: tuple[tuple[Level, Mapping[str, Any]], ...]) -> SubsetLevels:
    rules = subset_rules(mode)
    own = {key: Held(subset.written[key], "subset") for key in rules if key not in DEFAULTS and key in subset.written}
    return SubsetLevels({**own, **dict(_held(rules, (("subset", subset.written), *above)))})


def _held(keys: Mapping[str, Any], levels: tuple[tuple[Level, Mapping[str, Any]], ...]) -> Iterator[tuple[str, Held]]:
    for key in keys:
        if key in DEFAULTS:
            level = next(
                (name for name, written in levels if fallback(key, written) is not None and key in written), None
            )
            value = fallback(key, *(written for _, written in levels))
            yield key, Held(value, level or "default")


def _document(keys: Mapping[str, Held]) -> dict[str, Any]:
    return {key: {"value": _plain(held.value), "from": held.level} for key, held in keys.items()}


def _plain(value: Any) -> Any:
    """For JSON, which has no dates; TOML has, and no key takes one."""
    return json.loads(json.dumps(value, default=str))
