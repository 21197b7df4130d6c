"""What there is to say about subsets: their shares, their regularization images, and what is left out of them."""

from __future__ import annotations

from sdtui.checks.finding import Severity
from sdtui.checks.rule import Rule as Rule

NOTHING = Rule(
    "nothing-to-train",
    Severity.ERROR,
    "dataset has no image to train on",
    "datasets have no image to train on",
    "The trainer says that no data was found in a line of its log, and ends as if all was well.",
    "Add a subset with images that are not for regularization.",
)
UNBALANCED = Rule(
    "repeats-unbalanced",
    Severity.WARNING,
    "subset is trained far less than another",
    "subsets are trained far less than another",
    "The shares of an epoch are images times repeats, and here the subsets with more images repeat more often too: "
    "what is seen seldom is learnt badly, while the rest overfits.",
    "Set the repeats on Balance; equal shares can be had here.",
)
UNEVEN = Rule(
    "repeats-unbalanced",
    Severity.INFO,
    "subset is trained far less than another",
    "subsets are trained far less than another",
    "The shares of an epoch are images times repeats: what is seen seldom is learnt badly, while the rest overfits.",
    "Set the repeats on Balance; equal shares can be had here.",
)
REG_LEFT_OUT = Rule(
    "reg-without-effect",
    Severity.WARNING,
    "regularization subset is not trained",
    "regularization subsets are not trained",
    "A full fine-tune from metadata files knows no regularization images, so its config leaves them out.",
    "Train a LoRA to use them, or take them in as images to train on.",
)
REG_FULL_WEIGHT = Rule(
    "reg-without-effect",
    Severity.WARNING,
    "regularization subset is trained like any other",
    "regularization subsets are trained like any other",
    "sdxl_train.py multiplies no loss with a prior_loss_weight: they count in full, and match the images in number "
    "alone.",
    "Leave them out, or train with a script that weighs them.",
)
REG_ALONE = Rule(
    "reg-alone",
    Severity.WARNING,
    "regularization subset has no images to go with",
    "regularization subsets have no images to go with",
    "The trainer uses as many regularization images as there are images to train on in the same [[datasets]].",
    "Put them into a [[datasets]] with images to train on.",
)
REG_UNUSED = Rule(
    "reg-unused",
    Severity.INFO,
    "regularization image is not used",
    "regularization images are not used",
    "The trainer takes regularization images in order until they equal the images to train on, and leaves the rest.",
    "More repeats of the subsets to train on use more of them.",
)
EMPTY = Rule(
    "subset-empty",
    Severity.WARNING,
    "subset has no image",
    "subsets have no image",
    "The trainer leaves such a subset out, and goes on.",
    "Put images into it, or take it out.",
)
