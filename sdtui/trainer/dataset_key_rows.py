"""The tables of a dataset config, and every key of each: what holds there, from where, and what may be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection
from sdtui.trainer.dataset_key_help import GROUPS, KEY_HELP
from sdtui.trainer.dataset_keys import (
    DEFAULTS,
    EVERYTHING,
    Mode,
    Rule,
    Rules,
    Support,
    dataset_rules,
    fallback,
    general_rules,
    required_keys,
    subset_rules,
    table,
)
from sdtui.trainer.dataset_levels import Level

UNKNOWN = "Unknown"
"""Group of what the trainer does not know there."""

_OF_DATASETS = ("Size", "Buckets", "Batches", "Validation")


@dataclass(frozen=True, slots=True)
class ConfigTable:
    """``[general]``, a ``[[datasets]]``, or a ``[[datasets.subsets]]``."""

    place: Place
    """``("general",)``, ``("datasets", 0)``, ``("datasets", 0, "subsets", 1)``."""
    written: Mapping[str, Any]
    """Its own keys, as they stand in the file."""
    mode: Mode | None
    """What the dataset is to the trainer; None for ``[general]``."""

    @property
    def level(self) -> Level:
        """Which of the three it is."""
        return "general" if len(self.place) == 1 else "dataset" if len(self.place) == 2 else "subset"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key in one table."""

    key: str
    place: Place
    """Where it stands, or would."""
    group: str
    value: Any
    """What holds; what is written here even where it is of the wrong type. None where nothing does."""
    level: Level
    """Where that comes from."""
    written: bool
    """It stands in this table itself."""
    rule: Rule | None
    """What may be written; None where the trainer does not know the key."""
    choices: tuple[str, ...]
    """The values that the trainer knows; empty where any of the type will do."""
    default: Any
    """What holds where nothing is written, nor given on the command line."""
    required: bool
    """The trainer stops without it."""
    below: int
    """In how many tables below it is written too, which then win."""
    inherited: bool = True
    """A table above may say it for this one; False for what only a subset may have."""
    instead: str | None = None
    """The key that was surely meant by one that the trainer does not know here."""

    @property
    def type(self) -> str:
        """What may be written, in words; empty where nothing may."""
        return "" if self.rule is None else type_words(self.key, self.rule)

    @property
    def meaning(self) -> str:
        """What it does, a sentence or two; empty where it is unknown."""
        return KEY_HELP[self.key].meaning if self.key in KEY_HELP else ""


def type_words(key: str, rule: Rule) -> str:
    """What ``key`` takes: ``a whole number``, ``one of lanczos, nearest, ...``."""
    choices = KEY_HELP[key].choices
    return f"one of {', '.join(choices)}" if choices else rule[1]


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of dataset configs in general."""

    key: str
    group: str
    meaning: str
    type: str
    default: Any
    levels: tuple[Level, ...]
    """The tables that it may stand in."""
    datasets: tuple[Mode, ...]
    """The kinds of datasets that take it."""

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "key": self.key,
            "group": self.group,
            "meaning": self.meaning,
            "type": self.type,
            "default": self.default,
            "levels": list(self.levels),
            "kinds": list(self.datasets),
        }


def every_key() -> tuple[KnownKey, ...]:
    """Every key that the trainer knows anywhere, in the order of the groups."""
    modes: tuple[Mode, ...] = ("dreambooth", "finetuning", "controlnet")
    general = general_rules()
    of_dataset = {mode: dataset_rules(mode) for mode in modes}
    of_subset = {mode: subset_rules(mode) for mode in modes}
    every = {**general, **{key: rule for rules in of_subset.values() for key, rule in rules.items()}}
    found = []
    for key in sorted(KEY_HELP, key=lambda key: GROUPS.index(KEY_HELP[key].group)):
        levels: dict[Level, bool] = {
            "general": key in general,
            "dataset": any(key in rules for rules in of_dataset.values()),
            "subset": any(key in rules for rules in of_subset.values()),
        }
        found.append(
            KnownKey(
                key=key,
                group=KEY_HELP[key].group,
                meaning=KEY_HELP[key].meaning,
                type=type_words(key, every[key]),
                default=DEFAULTS.get(key),
                levels=tuple(level for level, there in levels.items() if there),
                datasets=tuple(mode for mode in modes if key in of_dataset[mode] or key in of_subset[mode]),
            )
        )
    return tuple(found)


def tables_of(config: DatasetConfig) -> tuple[ConfigTable, ...]:
    """``[general]`` (also where it is not written), then each dataset with its subsets."""
    found = [ConfigTable(("general",), table(config.data.get("general")), None)]
    for number, dataset in enumerate(config.datasets):
        found.append(ConfigTable(("datasets", number), dataset.written, dataset.mode))
        for position, subset in enumerate(dataset.subsets):
            place: Place = ("datasets", number, "subsets", position)
            found.append(ConfigTable(place, subset.written, dataset.mode))
    return tuple(found)


def rows_of(config: DatasetConfig, here: ConfigTable, support: Support = EVERYTHING) -> tuple[KeyRow, ...]:
    """Every key that may stand in the table ``here``, and what stands there besides, in the order of the groups."""
    rules = _rules(here, support)
    above, below = list(_above(config, here)), _below(config, here)
    required = required_keys(here.mode) if here.mode is not None and here.level == "subset" else ()
    known = [key for key in KEY_HELP if key in rules]
    # A dataset is about sizes and batches first, a subset about its images.
    groups = GROUPS if here.level == "subset" else (*_OF_DATASETS, *GROUPS)
    ordered = sorted(known, key=lambda key: groups.index(KEY_HELP[key].group))
    unknown = [key for key in here.written if key not in rules]
    return tuple(_row(key, here, rules, above, below, key in required) for key in (*ordered, *unknown))


def _row(
    key: str,
    here: ConfigTable,
    rules: Rules,
    above: Sequence[tuple[Level, Mapping[str, Any]]],
    below: Sequence[Mapping[str, Any]],
    required: bool,
) -> KeyRow:
    known, written = key in rules, key in here.written
    level: Level = here.level
    value = here.written.get(key)
    if not written:
        level, value = next(
            ((name, held) for name, table in above if (held := _held(key, table)) is not None),
            ("default", DEFAULTS.get(key)),
        )
    return KeyRow(
        key=key,
        place=(*here.place, key),
        group=KEY_HELP[key].group if known else UNKNOWN,
        value=value,
        level=level,
        written=written,
        rule=rules.get(key),
        choices=_choices(key, rules) if known else (),
        default=DEFAULTS.get(key),
        required=required,
        below=sum(key in table for table in below) if known else 0,
        inherited=key in general_rules() or (here.mode is not None and key in dataset_rules(here.mode)),
        instead=None if known else next(iter(get_close_matches(key, rules, n=1, cutoff=0.75)), None),
    )


def _held(key: str, table: Mapping[str, Any]) -> Any:
    """What ``table`` says of ``key``, None where it says nothing that counts."""
    return fallback(key, table) if key in table and key in DEFAULTS else None


def _choices(key: str, rules: Rules) -> tuple[str, ...]:
    return ("true", "false") if rules[key][1] == "true or false" else KEY_HELP[key].choices


def _rules(here: ConfigTable, support: Support) -> Rules:
    if here.mode is None:
        return general_rules(support)
    if here.level == "dataset":
        return dataset_rules(here.mode, support)
    rules = subset_rules(here.mode, support)
    if here.mode != "dreambooth":
        return rules
    # Written in each subset of a dataset, they make it one of another kind.
    masks = {"conditioning_data_dir": subset_rules("controlnet")["conditioning_data_dir"]} if support.masks else {}
    metadata = {"metadata_file": subset_rules("finetuning")["metadata_file"]} if support.finetuning else {}
    return {**rules, **masks, **metadata}


def _above(config: DatasetConfig, here: ConfigTable) -> Iterator[tuple[Level, Mapping[str, Any]]]:
    """The tables that it falls back to, the nearest first (library/config_util.py, BlueprintGenerator.generate)."""
    if here.level == "subset":
        yield "dataset", _dataset(config, here).written
    if here.level != "general":
        yield "general", table(config.data.get("general"))


def _below(config: DatasetConfig, here: ConfigTable) -> list[Mapping[str, Any]]:
    if here.level == "subset":
        return []
    datasets = config.datasets if here.level == "general" else (_dataset(config, here),)
    subsets = [subset.written for dataset in datasets for subset in dataset.subsets]
    return [*(dataset.written for dataset in datasets if here.level == "general"), *subsets]


def _dataset(config: DatasetConfig, here: ConfigTable) -> DatasetSection:
    number = here.place[1]
    assert isinstance(number, int)
    return config.datasets[number]
