"""What is done to images before they are learnt, and which of them validate; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Dataset")

FIELDS = (
    _field(
        "bucket_reso_steps",
        "Bucket step",
        "int",
        "Sides of buckets are multiples of it: a smaller one cuts less and makes more batches that are not full.",
        minimum=1,
        maximum=1024,
    ),
    _field(
        "flip_aug",
        "Flip images",
        "flag",
        "Every other time an image is mirrored. Not for faces or writing, which differ from their mirror image.",
    ),
    _field(
        "color_aug",
        "Vary colours",
        "flag",
        "Hue or brightness is changed a little now and then. Not with cached latents.",
    ),
    _field(
        "random_crop",
        "Random crop",
        "flag",
        "The part of an image that fits its bucket is taken from anywhere, not from the middle. Not with cached "
        "latents.",
    ),
    _field(
        "face_crop_aug_range",
        "Face crop",
        "text",
        "Cuts around the face that a file's name tells of, between so many times its size: 2.0,4.0. Only without "
        "buckets.",
    ),
    _field(
        "alpha_mask",
        "Alpha as mask",
        "flag",
        "What is transparent is not learnt. In sdxl_train.py it acts only together with another loss option.",
    ),
    _field(
        "resize_interpolation",
        "Resizing by",
        "text",
        "How images are scaled. Left empty it is area for smaller and lanczos for larger ones.",
    ),
    _field(
        "conditioning_data_dir",
        "Conditioning folder",
        "path",
        "Holds an image of the same name for each: the control image, or the mask.",
    ),
    _field(
        "dataset_repeats",
        "Repeats",
        "int",
        "Repeats of each image of a metadata file, where the dataset config says none.",
        minimum=1,
    ),
    _field(
        "prior_loss_weight",
        "Regularization loss",
        "float",
        "How much regularization images count against the others. Without effect in sdxl_train.py and fine_tune.py.",
        minimum=0,
    ),
    _field(
        "validation_split",
        "Validation share",
        "float",
        "So much of each subset is not trained but looked at now and then, to see when it overfits.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "validation_seed",
        "Validation seed",
        "int",
        "Decides which images validate; without one the seed of the run does.",
    ),
    _field(
        "validate_every_n_epochs",
        "Validate epochs",
        "int",
        "Validates after so many epochs.",
        minimum=1,
    ),
    _field(
        "validate_every_n_steps",
        "Validate steps",
        "int",
        "Validates after so many steps, not only after epochs.",
        minimum=1,
    ),
    _field(
        "max_validation_steps",
        "Validation batches",
        "int",
        "Looks at no more than so many of the images that validate.",
        minimum=1,
    ),
)
