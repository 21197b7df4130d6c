"""How the images are taken in."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Dataset")

FIELDS = (
    _field(
        "width",
        "Width",
        "int",
        "Training size in pixels: images are scaled to about width times height, each in a bucket of its own shape. "
        "SD 1.5 was made with 512, SDXL with 1024.",
        minimum=64,
        maximum=4096,
        argument=False,
    ),
    _field(
        "height",
        "Height",
        "int",
        "See width. Different values make the buckets' area, not their shape: a portrait image gets a portrait bucket.",
        minimum=64,
        maximum=4096,
        argument=False,
    ),
    _field(
        "train_batch_size",
        "Batch size",
        "int",
        "Images that are learnt from together in one step. More is smoother and faster an image, and takes more GPU "
        "memory; 1 when memory runs out.",
        minimum=1,
        maximum=4096,
    ),
    _field(
        "bucket_no_upscale",
        "No upscaling",
        "flag",
        "Small images keep their size instead of being enlarged. They then train at that lower resolution.",
        argument=False,
    ),
    _field(
        "min_bucket_reso",
        "Smallest bucket side",
        "int",
        "No bucket has a shorter side; not looked at with bucket_no_upscale.",
        minimum=32,
        maximum=4096,
        argument=False,
    ),
    _field(
        "max_bucket_reso",
        "Largest bucket side",
        "int",
        "No bucket has a longer side; not looked at with bucket_no_upscale.",
        minimum=64,
        maximum=8192,
        argument=False,
    ),
    _field(
        "max_token_length",
        "Caption tokens",
        "int",
        "How much of a caption is read; what is longer is cut. 150 and 225 read two and three windows of 75.",
        choices=("75", "150", "225"),
    ),
    _field(
        "masked_loss",
        "Masked loss",
        "flag",
        "Learn only from the white parts of the masks. Left empty it is on where the dataset has masks.",
    ),
)
