"""Keys of a dataset config as words of the training command, which hold for every subset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdtui.trainer.dataset_keys import DATASET_KEYS, DEFAULTS

_NAMES = {"batch_size": "train_batch_size"}
"""Arguments that the config calls otherwise (config_util.py, ARGPARSE_OPTNAME_TO_CONFIG_OPTNAME)."""

WITHOUT_ARGUMENT = ("custom_attributes", "network_multiplier")
"""Keys that only a config can say."""
_PAIRS = ("resolution", "face_crop_aug_range")
_BY_FOLDERS = ("num_repeats", "is_reg", "class_tokens")
"""What names and places of folders say."""

DATASET_OPTIONS = tuple(key for key in DATASET_KEYS if key != "resize_interpolation")
SUBSET_OPTIONS = tuple(key for key in DEFAULTS if key not in (*DATASET_OPTIONS, *_BY_FOLDERS))


def dataset_words(options: Mapping[str, Any]) -> Iterator[str]:
    """``--flip_aug``, ``--resolution=832,1216``: what is not the default; keys without an argument are passed over.

    As library/train_util.py, add_dataset_arguments and prepare_dataset_args, read them.
    """
    for key, value in options.items():
        if key in WITHOUT_ARGUMENT or value is None or value == DEFAULTS.get(key):
            continue
        name = _NAMES.get(key, key)
        if key in _PAIRS:
            yield f"--{name}={','.join(map(str, value))}"
        elif isinstance(value, bool):
            yield f"--{name}"  # false is the default of each
        else:
            yield f"--{name}={value}"
