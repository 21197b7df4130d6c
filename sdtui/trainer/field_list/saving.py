"""What is kept, and where."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Saving")

FIELDS = (
    _field(
        "output_dir",
        "Folder",
        "path",
        "Where checkpoints and samples go. Left empty it is the project's model folder.",
    ),
    _field(
        "logging_dir",
        "Log folder",
        "path",
        "Where TensorBoard files go. Left empty it is the project's log folder.",
    ),
    _field(
        "save_every_n_epochs",
        "Save every epochs",
        "int",
        "A usable file after so many epochs, so that you can pick the best; the last one is always saved.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "save_every_n_steps",
        "Save every steps",
        "int",
        "A usable file after so many steps.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "save_state",
        "Save state",
        "flag",
        "Saves the optimizer too, each time, so that training can be resumed. As large as the model, or twice that.",
    ),
    _field(
        "save_last_n_epochs_state",
        "States to keep",
        "int",
        "Older saved states are deleted.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "save_model_as",
        "Format",
        "text",
        "safetensors is read by every program and can hold no code.",
        choices=("safetensors", "ckpt"),
    ),
    _field(
        "save_precision",
        "Saved precision",
        "text",
        "fp16 and bf16 files are half the size of float.",
        choices=("float", "fp16", "bf16"),
    ),
    _field(
        "resume",
        "Resume from",
        "path",
        "A saved state to go on from. Steps are counted from 0 again.",
    ),
)
