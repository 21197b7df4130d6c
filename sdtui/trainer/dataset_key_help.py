"""What each key of a dataset config means, in a sentence or two of our own, and the group that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtui.trainer.dataset_keys import INTERPOLATIONS

GROUPS = ("Images", "Captions", "Shuffling", "Dropout", "Augmentation", "Size", "Buckets", "Batches", "Validation")


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """How a key is explained."""

    group: str
    meaning: str
    choices: tuple[str, ...] = ()
    """The values that the trainer knows; empty where any of the type will do."""


KEY_HELP: Mapping[str, KeyHelp] = {
    "image_dir": KeyHelp(
        "Images",
        "The folder of the images, not of folders of images. With a metadata file: where its relative names begin.",
    ),
    "metadata_file": KeyHelp(
        "Images",
        "A JSON file that names the images with their captions and sizes; it makes this a dataset for a full "
        "fine-tune. Caption files are then not read.",
    ),
    "conditioning_data_dir": KeyHelp(
        "Images",
        "The folder of the masks (with --masked_loss) or of a ControlNet's conditioning images: one for each image, "
        "of the same name and, with buckets, of the same size.",
    ),
    "num_repeats": KeyHelp(
        "Images", "How often each image is seen in an epoch. Below 1 the trainer leaves the subset out."
    ),
    "is_reg": KeyHelp(
        "Images",
        "These are regularization images: as many of them as there are training entries are mixed in, to keep what "
        "the model knows of the class.",
    ),
    "alpha_mask": KeyHelp(
        "Images", "Takes the transparency of the images for a mask: what is transparent counts less in the loss."
    ),
    "cache_info": KeyHelp(
        "Images",
        "Remembers captions and sizes in metadata_cache.json, so that huge folders start faster. Later changes of "
        "captions and images are then not seen until that file is deleted.",
    ),
    "custom_attributes": KeyHelp(
        "Images",
        "Values that are handed to the training script as they are. diff_output_preservation = true is what the "
        "network scripts look for.",
    ),
    "caption_extension": KeyHelp(
        "Captions", "The ending of caption files. Where nothing says another, the trainer looks for .caption, not .txt."
    ),
    "class_tokens": KeyHelp("Captions", "The words that are trained for an image without a caption."),
    "caption_prefix": KeyHelp(
        "Captions", "Words before every caption, with a space between. They count among keep_tokens."
    ),
    "caption_suffix": KeyHelp("Captions", "Words after every caption, with a space between."),
    "caption_separator": KeyHelp("Captions", "What parts the tags of a caption where they are shuffled or dropped."),
    "secondary_separator": KeyHelp(
        "Captions",
        "Tags with this between them are shuffled and dropped as one; afterwards it becomes caption_separator.",
    ),
    "enable_wildcard": KeyHelp(
        "Captions", "Chooses one line of a caption of several lines each time, and one of {this|that}."
    ),
    "shuffle_caption": KeyHelp("Shuffling", "Puts the tags of a caption into another order each time."),
    "keep_tokens": KeyHelp(
        "Shuffling",
        "So many tags at the beginning stay in their place, such as the trigger. Of use only where tags are shuffled, "
        "warmed up or dropped.",
    ),
    "keep_tokens_separator": KeyHelp(
        "Shuffling",
        "A mark in captions, such as |||: tags before the first and after the second one stay. It is taken out only "
        "where tags are shuffled, warmed up or dropped.",
    ),
    "token_warmup_min": KeyHelp("Shuffling", "With how many tags the warm-up begins."),
    "token_warmup_step": KeyHelp(
        "Shuffling",
        "Captions begin short and have all their tags at this step; below 1 it is a fraction of all steps. 0: no "
        "warm-up.",
    ),
    "caption_dropout_rate": KeyHelp(
        "Dropout", "How often, from 0 to 1, an image is trained without any text. Not with cached text encoder outputs."
    ),
    "caption_dropout_every_n_epochs": KeyHelp(
        "Dropout", "Trains every so many epochs without any text; 0 never. Not with cached text encoder outputs."
    ),
    "caption_tag_dropout_rate": KeyHelp(
        "Dropout",
        "How often, from 0 to 1, each tag is left out; those that keep_tokens keeps are not. Not with cached text "
        "encoder outputs.",
    ),
    "flip_aug": KeyHelp(
        "Augmentation", "Mirrors half of the images left to right. Not for what has a side, such as text or a parting."
    ),
    "color_aug": KeyHelp(
        "Augmentation", "Changes brightness and colour a little at random. Not with cached latents, which it forbids."
    ),
    "random_crop": KeyHelp(
        "Augmentation", "Cuts at a random place instead of the centre. Not with cached latents, nor with masks."
    ),
    "face_crop_aug_range": KeyHelp(
        "Augmentation",
        "Cuts around the face that the name of an image tells, between so many and so many times its size. Names must "
        "end as the trainer's face tool writes them.",
    ),
    "resolution": KeyHelp(
        "Size",
        "The size that is trained at in pixels: one number, or width and height. With buckets it is the area that "
        "matters. SD 1.5 was made with 512, SDXL with 1024.",
    ),
    "resize_interpolation": KeyHelp(
        "Size",
        "How images are scaled. Where nothing says it, area makes smaller and lanczos makes larger.",
        INTERPOLATIONS,
    ),
    "enable_bucket": KeyHelp(
        "Buckets",
        "Sorts images into buckets by shape, so that little is cropped. Without it all are cropped to the resolution.",
    ),
    "bucket_no_upscale": KeyHelp(
        "Buckets", "Small images keep their size instead of being enlarged; min_bucket_reso and max_bucket_reso rest."
    ),
    "min_bucket_reso": KeyHelp("Buckets", "No bucket has a shorter side; at most the shorter side of the resolution."),
    "max_bucket_reso": KeyHelp("Buckets", "No bucket has a longer side; at least the longer side of the resolution."),
    "bucket_reso_steps": KeyHelp(
        "Buckets", "Sides of buckets are multiples of it: 64 for SD 1.5, 32 or 64 for SDXL. Smaller crops less."
    ),
    "batch_size": KeyHelp("Batches", "Images of one bucket that are learnt from together in a step."),
    "network_multiplier": KeyHelp(
        "Batches", "With what strength the network (LoRA) is applied while this dataset is trained; 1.0 is as it is."
    ),
    "validation_split": KeyHelp(
        "Validation",
        "The part of each subset, from 0.0 to 1.0, that is kept from training to measure on. Only caption files, and "
        "only with the network scripts.",
    ),
    "validation_seed": KeyHelp("Validation", "Which images are kept; where nothing says it, --seed does."),
}
"""By key, in the order in which a person meets them."""
