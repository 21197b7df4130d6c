"""What there is to say about captions: how the trainer reads each kind, and what to do."""

from __future__ import annotations

from sdtui.checks.finding import Severity
from sdtui.checks.rule import Rule as Rule

EMPTY = Rule(
    "caption-empty",
    Severity.ERROR,
    "image has a caption file of 0 bytes",
    "images have a caption file of 0 bytes",
    "The trainer stops at an empty caption file (AssertionError: caption file is empty).",
    "Write its caption; a single line end is enough for the trainer, and means an empty text.",
)
UNDECODABLE = Rule(
    "caption-undecodable",
    Severity.ERROR,
    "image has a caption that is not UTF-8",
    "images have a caption that is not UTF-8",
    "The trainer reads captions as UTF-8 only, and stops at the first that is none (UnicodeDecodeError).",
    "Convert the file to UTF-8, for example with iconv; what Windows saved as UTF-16 can be mended here.",
)
UNREADABLE = Rule(
    "caption-unreadable",
    Severity.ERROR,
    "image has a caption file that cannot be read",
    "images have a caption file that cannot be read",
    "The trainer stops at a caption file that it may not open.",
    "Look at the file and its permissions.",
)
HUGE = Rule(
    "caption-huge",
    Severity.WARNING,
    "image has a caption file of more than 4 MB",
    "images have a caption file of more than 4 MB",
    "That is some other file which carries a caption's name. The trainer reads its first line all the same.",
    "Give that file another name.",
)
NONE = Rule(
    "caption-none",
    Severity.WARNING,
    "image has no caption and no class tokens",
    "images have no caption and no class tokens",
    "The trainer trains them on an empty text, and says so in a line of its log only.",
    "Write a caption, or give the subset class tokens.",
)
CLASS_BESIDE_CAPTIONS = Rule(
    "caption-class",
    Severity.WARNING,
    "image has no caption, so its class tokens are trained",
    "images have no caption, so their class tokens are trained",
    "The trainer takes the class tokens (the folder's name) for images that have no caption file; others beside them "
    "have captions.",
    "Write a caption for each, unless that was meant.",
)
CLASS = Rule(
    "caption-class",
    Severity.INFO,
    "image has its class tokens for a caption",
    "images have their class tokens for a caption",
    "The trainer takes the class tokens (the folder's name) for images that have no caption file; in these subsets no "
    "image has one.",
)
BLANK = Rule(
    "caption-blank",
    Severity.WARNING,
    "image has a caption of white space only",
    "images have a caption of white space only",
    "The trainer trains them on an empty text, also where the subset has class tokens.",
    "Write a caption, or delete the file to train on the class tokens.",
)
FIRST_LINE_BLANK = Rule(
    "caption-first-line-blank",
    Severity.WARNING,
    "image has a caption whose first line is blank",
    "images have a caption whose first line is blank",
    "The trainer reads the first line only (without enable_wildcard), so they are trained on an empty text.",
    "Take the blank line away.",
)
SEVERAL_LINES = Rule(
    "caption-multi-line",
    Severity.WARNING,
    "image has a caption of several lines",
    "images have a caption of several lines",
    "The trainer reads the first line only (without enable_wildcard); the others are dropped silently.",
    "Join the lines to one, or set enable_wildcard to have one of them chosen at each use.",
)
BYTE_ORDER_MARK = Rule(
    "caption-bom",
    Severity.INFO,
    "caption begins with a byte order mark",
    "captions begin with a byte order mark",
    "The trainer keeps the mark in the text. The tokenizer of transformers 4 drops it; that of 5 does not.",
    "Take the mark away.",
)
BORROWED = Rule(
    "caption-borrowed",
    Severity.WARNING,
    "image is trained on the caption of another",
    "images are trained on the caption of another",
    "Where an image has no caption and its path five or more parts between underscores, the trainer drops the last "
    "four and reads that file instead (meant for cut-out faces).",
    "Give each a caption of its own, which begins as a copy of that one.",
)
IDENTICAL = Rule(
    "caption-identical",
    Severity.INFO,
    "image has the one caption that all have",
    "images all have the same caption",
    "What differs between the images cannot be asked for in a prompt afterwards, and what they share is all learnt.",
    "Describe what should not be learnt with the subject, unless one caption was meant.",
)
ORPHAN = Rule(
    "caption-orphan",
    Severity.INFO,
    "caption belongs to no image",
    "captions belong to no image",
    "The trainer goes by the images and never reads them; perhaps their images are missing, or of a kind that is not "
    "read.",
    "Bring the images back, or throw the captions away.",
)
OTHER_NAME = Rule(
    "caption-name",
    Severity.WARNING,
    "caption is named like an image, but in other letters",
    "captions are named like an image, but in other letters",
    "The trainer looks for the image's name byte for byte: another case, or an accent that is composed otherwise, is "
    "another file to Linux, and its caption is not read.",
    "Rename it after its image.",
)
OTHER_EXTENSION = Rule(
    "caption-extension",
    Severity.WARNING,
    "caption is not read for its ending",
    "captions are not read for their ending",
    "The trainer reads the ending that caption_extension names, and .caption where the config says nothing.",
    "Set caption_extension to the ending that they have.",
)
SPARE = Rule(
    "caption-spare",
    Severity.INFO,
    "text beside a caption is not read for its ending",
    "texts beside a caption are not read for their ending",
    "Each image has a caption of the ending that is read, which counts alone.",
)
NO_SEPARATOR = Rule(
    "caption-separator-empty",
    Severity.ERROR,
    "subset has an empty caption_separator",
    "subsets have an empty caption_separator",
    "With shuffle_caption, token_warmup_step or caption_tag_dropout_rate the trainer splits captions at it, and stops "
    "at the first image (ValueError: empty separator).",
    'Take the key out, so that it is ",", or name the separator of the captions.',
)
NO_SEPARATOR_IDLE = Rule(
    "caption-separator-empty",
    Severity.WARNING,
    "subset has an empty caption_separator",
    "subsets have an empty caption_separator",
    "Caption and tags of metadata are joined without anything between them, and the trainer stops once captions are "
    "shuffled (ValueError: empty separator).",
    'Take the key out, so that it is ",", or name the separator of the captions.',
)
UNREAD_PARTS = Rule(
    "caption-parts-cached",
    Severity.WARNING,
    "subset has keys without effect on cached captions",
    "subsets have keys without effect on cached captions",
    "With cached text encoder outputs the trainer encodes each caption as it stands in its file, without them.",
    "Write them into the captions, or train without the cache.",
)


def over_limit(limit: int) -> Rule:
    """About captions of more than ``limit`` CLIP tokens."""
    return Rule(
        "caption-over-limit",
        Severity.WARNING,
        f"caption is over {limit} tokens",
        f"captions are over {limit} tokens",
        "What is over the limit is cut off silently, wherever it stands in a sentence.",
        "Shorten it, or set max_token_length to 150 or 225." if limit < 225 else "Shorten it.",
    )
