"""Every key of a config has a meaning, and each table knows what holds in it and from where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sdtui.trainer.dataset_config import interpret
from sdtui.trainer.dataset_key_help import GROUPS, KEY_HELP
from sdtui.trainer.dataset_key_rows import KeyRow, every_key, rows_of, tables_of
from sdtui.trainer.dataset_keys import Mode, dataset_rules, general_rules, subset_rules
from sdtui.trainer.scripts import SCRIPTS, support_of

MODES: tuple[Mode, ...] = ("dreambooth", "finetuning", "controlnet")
CONFIG: dict[str, Any] = {
    "general": {"shuffle_caption": True, "resolution": 512, "num_repeats": "three"},
    "datasets": [
        {
            "resolution": [512, 768],
            "subsets": [
                {"image_dir": "/a", "shuffle_caption": False, "num_repeat": 3},
                {"image_dir": "/b", "caption_extension": 7},
            ],
        },
        {"subsets": [{"metadata_file": "/m.json"}]},
    ],
}


def rows(table: int, script: str = "train_network") -> dict[str, KeyRow]:
    config = interpret(Path("a.toml"), CONFIG)
    return {row.key: row for row in rows_of(config, tables_of(config)[table], support_of(script))}


def test_every_key_that_the_trainer_knows_has_a_meaning() -> None:
    known = {*general_rules(), *(key for mode in MODES for key in (*dataset_rules(mode), *subset_rules(mode)))}
    assert known == set(KEY_HELP) == {key.key for key in every_key()}
    assert {help.group for help in KEY_HELP.values()} == set(GROUPS)
    assert all(help.meaning.endswith(".") for help in KEY_HELP.values())


def test_each_table_lists_what_may_stand_in_it() -> None:
    config = interpret(Path("a.toml"), CONFIG)
    for script in SCRIPTS:
        support = support_of(script)
        for table in tables_of(config):
            if table.mode is None:
                rules = general_rules(support)
            else:
                rules = (subset_rules if table.level == "subset" else dataset_rules)(table.mode, support)
            listed = {row.key for row in rows_of(config, table, support) if row.rule is not None}
            other = {"conditioning_data_dir"} & listed if support.masks else set()
            other |= {"metadata_file"} & listed if support.finetuning else set()
            assert listed - other == set(rules) - other, "but for what makes a dataset one of another kind"


def test_values_come_from_the_nearest_table() -> None:
    first, second = rows(2), rows(3)
    assert (first["shuffle_caption"].value, first["shuffle_caption"].level) == (False, "subset")
    assert (second["shuffle_caption"].value, second["shuffle_caption"].level) == (True, "general")
    assert (rows(1)["resolution"].value, rows(1)["resolution"].level) == ([512, 768], "dataset")
    assert (rows(4)["resolution"].value, rows(4)["resolution"].level) == (512, "general")
    # What is of the wrong type is shown where it stands, and holds nowhere.
    assert (rows(0)["num_repeats"].value, second["num_repeats"].value) == ("three", 1)
    assert second["caption_extension"].value == 7


def test_what_stands_below_and_what_is_unknown_is_told() -> None:
    assert rows(0)["shuffle_caption"].below == 1 and rows(0)["resolution"].below == 1
    assert rows(1)["shuffle_caption"].below == 1 and rows(2)["shuffle_caption"].below == 0
    unknown = rows(2)["num_repeat"]
    assert (unknown.rule, unknown.instead, unknown.written) == (None, "num_repeats", True)
    assert rows(2)["image_dir"].required and rows(5)["metadata_file"].required and not rows(5)["image_dir"].required
