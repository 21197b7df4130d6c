"""Every argument that the known scripts of sd-scripts take, from ``data/arguments.json`` (made from their parsers)."""

from __future__ import annotations

import functools
import json
from importlib import resources

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


@functools.cache
def script_arguments(script: str) -> dict[str, Field]:
    """The arguments of ``script`` by name, as fields of the group Other; empty for a script that is not known."""
    text = resources.files("sdtui.trainer").joinpath("data/arguments.json").read_text("utf-8")
    rows = json.loads(text)["arguments"]
    return {
        key: Field(
            key=key,
            title=key.replace("_", " "),
            group="Other",
            kind="words" if row.get("words") else row["kind"],
            default=None,
            help=f"An argument of {script}." + (f" Its own default is {row['default']}." if "default" in row else ""),
            choices=tuple(str(choice) for choice in row.get("choices", ())),
            each=row["kind"],
        )
        for key, variants in rows.items()
        for row in variants
        if script in row["scripts"]
    }
