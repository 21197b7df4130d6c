"""How long it is trained."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Steps")

FIELDS = (
    _field(
        "max_train_epochs",
        "Epochs",
        "int",
        "How often the whole dataset is gone through, repeats counted. A usable file can be saved after each, so a few "
        "more than needed cost only time.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "max_train_steps",
        "Steps",
        "int",
        "Ends after so many steps instead; only looked at where epochs are left empty. Some guides call 2,500 a good "
        "start for a LoRA.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "gradient_accumulation_steps",
        "Accumulation",
        "int",
        "Learn from so many batches at once: like a larger batch without its memory, at the price of fewer steps.",
        minimum=1,
        maximum=1024,
    ),
    _field(
        "seed",
        "Seed",
        "int",
        "Any number. Keep it the same to compare two runs.",
        minimum=0,
        maximum=2**32 - 1,
    ),
)
