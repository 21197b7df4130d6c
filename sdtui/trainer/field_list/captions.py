"""What is made of captions before they are learnt; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Dataset")

FIELDS = (
    _field(
        "keep_tokens",
        "Tags to keep",
        "int",
        "So many tags at the beginning stay where they are when captions are shuffled or tags are dropped; the prefix "
        "counts.",
        minimum=0,
    ),
    _field(
        "keep_tokens_separator",
        "Keep up to",
        "text",
        "Tags before this sign, such as |||, are neither shuffled nor dropped. The sign goes only where captions are "
        "shuffled, else it is trained.",
    ),
    _field(
        "caption_separator",
        "Tag separator",
        "text",
        "What parts the tags of a caption.",
    ),
    _field(
        "secondary_separator",
        "Second separator",
        "text",
        "Tags joined by this sign, such as ;;;, stay together through shuffling, and are then parted as others are.",
    ),
    _field(
        "caption_prefix",
        "Caption prefix",
        "text",
        "Put before every caption. Without effect where text encoder outputs are cached.",
    ),
    _field(
        "caption_suffix",
        "Caption suffix",
        "text",
        "Put behind every caption. Without effect where text encoder outputs are cached.",
    ),
    _field(
        "enable_wildcard",
        "Wildcards",
        "flag",
        "One of {red|blue} is drawn each time, and one line of a caption of several.",
    ),
    _field(
        "caption_dropout_rate",
        "Caption dropout",
        "float",
        "The share of uses for which the whole caption is left empty, so that the model learns without words too; 0.05 "
        "to 0.1 are common. Not with cached text encoder outputs.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "caption_dropout_every_n_epochs",
        "Dropout epochs",
        "int",
        "Every so many epochs all captions are left empty for one.",
        minimum=0,
    ),
    _field(
        "caption_tag_dropout_rate",
        "Tag dropout",
        "float",
        "The chance of each tag to be left out, those that are kept excepted. Not with cached text encoder outputs.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "token_warmup_min",
        "Fewest tags",
        "int",
        "Captions begin with so many tags and grow to their length over the warm-up of tags.",
        minimum=1,
    ),
    _field(
        "token_warmup_step",
        "Tag warm-up",
        "float",
        "After so many steps captions have all their tags; below 1 it is a share of all steps. 0 is off.",
        minimum=0,
    ),
    _field(
        "weighted_captions",
        "Weighted captions",
        "flag",
        "(tag:1.3) and [tag] weigh words as in prompts. Without it brackets are learnt as signs.",
    ),
    _field(
        "clip_skip",
        "CLIP skip",
        "int",
        "Takes the text encoder's output so many layers before its end. 2 for SD 1.5 models of anime, left out for "
        "others and for SDXL.",
        minimum=1,
    ),
)
