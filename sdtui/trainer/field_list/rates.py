"""Rates of parts of a model, and how they change; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Optimizer")

FIELDS = (
    _field(
        "train_text_encoder",
        "Train text encoder",
        "flag",
        "A full fine-tune changes the part that reads too. Not with cached text encoder outputs.",
    ),
    _field(
        "stop_text_encoder_training",
        "Text encoder until",
        "int",
        "The text encoder is trained for so many steps only; -1 leaves it as it is.",
        minimum=-1,
    ),
    _field(
        "learning_rate_te",
        "Encoder rate",
        "float",
        "The learning rate of the part that reads; without one it is the same as for the part that draws.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "learning_rate_te1",
        "First encoder rate",
        "float",
        "The learning rate of the smaller text encoder (CLIP-L); 0 leaves it as it is.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "learning_rate_te2",
        "Second encoder rate",
        "float",
        "The learning rate of the larger text encoder (CLIP-G); 0 leaves it as it is.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "block_lr",
        "Rates by block",
        "text",
        "23 learning rates for the blocks of SDXL's UNet, separated by commas; 0 leaves a block as it is.",
    ),
    _field(
        "max_grad_norm",
        "Largest gradient",
        "float",
        "Steps that would go further are shortened. 1 is usual; 0 lets all through, as Adafactor wants it.",
        minimum=0,
    ),
    _field(
        "lr_scheduler_num_cycles",
        "Restarts",
        "int",
        "How often cosine_with_restarts goes down and begins anew.",
        minimum=1,
    ),
    _field(
        "lr_scheduler_power",
        "Power",
        "float",
        "How steeply polynomial falls: 1 is a straight line.",
        minimum=0,
    ),
    _field(
        "lr_scheduler_min_lr_ratio",
        "Lowest rate",
        "float",
        "cosine_with_min_lr and warmup_stable_decay end at this part of the learning rate.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "lr_decay_steps",
        "Decay",
        "number",
        "Steps at the end during which warmup_stable_decay lowers the rate; below 1 it is a share of all steps.",
    ),
    _field(
        "lr_scheduler_type",
        "Own scheduler",
        "text",
        "A scheduler's class from any installed package, in place of the named ones.",
    ),
    _field(
        "lr_scheduler_args",
        "Scheduler options",
        "words",
        "key=value, separated by spaces, with values as Python writes them: T_max=100.",
    ),
    _field(
        "use_8bit_adam",
        "8-bit Adam",
        "flag",
        "The older way to say optimizer_type=AdamW8bit.",
    ),
    _field(
        "use_lion_optimizer",
        "Lion",
        "flag",
        "The older way to say optimizer_type=Lion.",
    ),
)
