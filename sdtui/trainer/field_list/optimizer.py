"""How fast it learns."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Optimizer")

FIELDS = (
    _field(
        "learning_rate",
        "Learning rate",
        "float",
        "How far each step goes. For a LoRA start with 1e-4 and halve it when pictures look burnt; a full fine-tune "
        "wants about 5e-6. 5e-5 means 0.00005.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "unet_lr",
        "UNet rate",
        "float",
        "The learning rate of the part that draws. Equal to the learning rate or less; empty takes the learning rate.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "text_encoder_lr",
        "Text encoder rate",
        "float",
        "The learning rate of the part that reads. Start with 5e-5, half of the other, and go down.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "optimizer_type",
        "Optimizer",
        "text",
        "AdamW is the standard, AdamW8bit needs less memory (and bitsandbytes), Adafactor least. Prodigy finds its "
        "rate: set the rates to 1.",
    ),
    _field(
        "optimizer_args",
        "Optimizer options",
        "words",
        "key=value, separated by spaces, with values as Python writes them: scale_parameter=False weight_decay=0.01.",
    ),
    _field(
        "lr_scheduler",
        "Scheduler",
        "text",
        "How the rate changes over time. constant keeps it; cosine lowers it gently; constant_with_warmup starts low.",
    ),
    _field(
        "lr_warmup_steps",
        "Warm-up",
        "number",
        "Steps during which the rate rises from 0; below 1 it is a share of all steps. Must be 0 with constant.",
    ),
)
