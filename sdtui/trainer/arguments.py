"""Every argument that the known scripts of sd-scripts take, from ``data/arguments.json`` (made from their parsers)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from sdtui.trainer.argument_table import as_field
from sdtui.trainer.fields import Field

REFUSED = {
    "dataset_config": "sdtui writes the dataset config itself; to use your own, open the project by that TOML.",
    "train_data_dir": "sdtui writes a dataset config; open the project by that folder.",
    "reg_data_dir": "sdtui writes a dataset config; open the project by the folder that holds both.",
    "in_json": "sdtui writes a dataset config; use the profile sdxl-finetune for metadata files.",
    "resolution": "Set width and height: they go into the dataset config, which the trainer prefers.",
    "shuffle_caption": "The config that sdtui writes says false; to shuffle, open the project by a TOML of your own.",
    "caption_extension": "The config that sdtui writes names the extension that your captions have.",
    "enable_bucket": "The config that sdtui writes has buckets on; without, open the project by a TOML of your own.",
    "config_file": "Give its settings one by one with --set.",
    "output_config": "It makes the trainer write a file and end without training.",
    "debug_dataset": "It shows pictures in a window, and loops for ever without one.",
    "console_log_file": "sdtui follows the run by its console, which would stay empty.",
}
"""Arguments that a run of sdtui cannot take, and what to do instead."""


_installed: dict[str, Mapping[str, Field]] = {}


def script_arguments(script: str) -> Mapping[str, Field]:
    """The arguments of ``script`` by name, as fields; empty for a script that is not known.

    What the installed sd-scripts said of itself (``learn``) is what holds, else what the version has that this table
    was made from.
    """
    return _installed[script] if script in _installed else _built_in(script)


def learn(script: str, arguments: Mapping[str, Field]) -> None:
    """From now on, in this process, ``script`` takes these ``arguments``."""
    _installed[script] = arguments


def forget_installed() -> None:
    """The table's own arguments hold again."""
    _installed.clear()


@functools.cache
def _table() -> dict[str, Any]:
    text = resources.files("sdtui.trainer").joinpath("data/arguments.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


@functools.cache
def _built_in(script: str) -> Mapping[str, Field]:
    table = _table()
    if script not in table["scripts"]:
        return {}
    number = table["scripts"].index(script)
    return {
        key: as_field(
            script,
            key,
            row["kind"],
            several=row.get("words", False),
            default=row.get("default"),
            choices=row.get("choices", ()),
        )
        for key, variants in table["arguments"].items()
        for row in variants
        if number in row["scripts"]
    }
