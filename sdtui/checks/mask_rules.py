"""What there is to say about masks: how the trainer takes each kind, and what to do."""

from __future__ import annotations

from sdtui.checks.finding import Severity
from sdtui.checks.rule import Rule as Rule

NONE = Rule(
    "mask-none",
    Severity.ERROR,
    "image has no mask, in a subset with masks",
    "images have no mask, in subsets with masks",
    "In such a subset each image must have one, or the trainer stops before the first step (AssertionError: missing "
    "conditioning data).",
    "Make a mask, all white to train on the whole image; or put the images without one into a subset of their own.",
)
SURPLUS = Rule(
    "mask-surplus",
    Severity.ERROR,
    "mask belongs to no image",
    "masks belong to no image",
    "The trainer stops before the first step where a mask has no image (AssertionError: extra conditioning data).",
    "Throw the masks away, or bring their images back.",
)
OTHER_SIZE = Rule(
    "mask-size",
    Severity.ERROR,
    "image has another size than its mask",
    "images have another size than their masks",
    "With buckets the trainer stops at the first such pair, perhaps after hours (AssertionError: size of conditioning "
    "image is not match).",
    "Scale the mask to it where both have one shape; else make it anew from the image as it is now.",
)
STRETCHED = Rule(
    "mask-size",
    Severity.WARNING,
    "image has another size than its mask",
    "images have another size than their masks",
    "Without buckets the trainer stretches the mask over the image, so that it covers other parts than was meant.",
    "Scale the mask to it where both have one shape; else make it anew from the image as it is now.",
)
UNREADABLE = Rule(
    "mask-unreadable",
    Severity.ERROR,
    "image has a mask that cannot be opened",
    "images have a mask that cannot be opened",
    "The trainer stops at a mask that it cannot decode.",
    "Make the mask anew.",
)
COLOURED = Rule(
    "mask-not-grey",
    Severity.WARNING,
    "image has a mask in colours",
    "images have a mask in colours",
    "The trainer takes the red channel alone: red is trained like white, green and blue are left out like black.",
    "Save the mask in shades of grey.",
)
TRANSPARENT = Rule(
    "mask-transparent",
    Severity.WARNING,
    "image has a mask with transparent parts",
    "images have a mask with transparent parts",
    "The trainer drops the alpha channel of a mask, and takes the colours that lie hidden under it.",
    "Save the mask in shades of grey without transparency: white is trained, black is not.",
)
DEEP = Rule(
    "mask-16-bit",
    Severity.WARNING,
    "image has a mask of more than 8 bits",
    "images have a mask of more than 8 bits",
    "Pillow cuts such values off at 255, so that nearly every shade becomes white.",
    "Save the mask with 8 bits.",
)
BLACK = Rule(
    "mask-black",
    Severity.WARNING,
    "image has a mask that is black all over",
    "images have a mask that is black all over",
    "Black parts add nothing to the loss: from these images nothing is learnt, and their steps are spent.",
    "Make the mask anew, or leave the image out.",
)
RANDOM_CROP = Rule(
    "mask-random-crop",
    Severity.ERROR,
    "subset with masks has random_crop",
    "subsets with masks have random_crop",
    "The trainer stops when it sets the dataset up (AssertionError: random_crop is not supported).",
    "Take random_crop out.",
)
VALIDATION = Rule(
    "mask-validation",
    Severity.ERROR,
    "subset with masks is split for validation",
    "subsets with masks are split for validation",
    "The trainer takes the masks of the images that only validate for masks without an image, and stops before the "
    "first step (AssertionError: extra conditioning data).",
    "Take validation_split out, or train without masks.",
)
LOSS_OFF = Rule(
    "masked-loss-off",
    Severity.ERROR,
    "subset has masks, and masked_loss is off",
    "subsets have masks, and masked_loss is off",
    "The trainer knows no conditioning_data_dir without --masked_loss, and refuses the config.",
    "Leave masked_loss out, so that it is set where there are masks.",
)
LOSS_IDLE = Rule(
    "masked-loss-idle",
    Severity.WARNING,
    "dataset has no mask, and masked_loss is on",
    "datasets have no masks, and masked_loss is on",
    "Without masks and without alpha_mask the loss is that of whole images.",
    "Leave masked_loss out, or bring the masks back.",
)
UNUSED = Rule(
    "mask-unused",
    Severity.WARNING,
    "subset has masks that this run does not use",
    "subsets have masks that this run does not use",
    "A full fine-tune from metadata files trains on whole images.",
    "Train a LoRA to use them.",
)
PARTLY = Rule(
    "mask-partly",
    Severity.INFO,
    "subset has no masks, beside others that do",
    "subsets have no masks, beside others that do",
    "They stand in a [[datasets]] of their own, whose images are trained whole.",
)
ALPHA_IDLE = Rule(
    "alpha-mask-idle",
    Severity.WARNING,
    "subset has alpha_mask without effect",
    "subsets have alpha_mask without effect",
    "sdxl_train.py masks the loss only where one of masked_loss, min_snr_gamma, debiased_estimation_loss, "
    "v_pred_like_loss or scale_v_pred_loss_like_noise_pred is set.",
    "Set masked_loss=true.",
)
