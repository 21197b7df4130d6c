"""More of a LoRA than its size, and what textual inversion and ControlNets are made of; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Network")

FIELDS = (
    _field(
        "network_module",
        "Network kind",
        "text",
        "The module that makes the network: networks.lora for a LoRA, networks.oft for OFT, lycoris.kohya (where it is "
        "installed) for LoHa and LoKr.",
    ),
    _field(
        "network_args",
        "Network options",
        "words",
        "key=value, separated by spaces: conv_dim=8 conv_alpha=4 learns convolutions too.",
    ),
    _field(
        "network_weights",
        "Start from LoRA",
        "path",
        "A LoRA to go on from instead of beginning with nothing.",
    ),
    _field(
        "dim_from_weights",
        "Dim of that LoRA",
        "flag",
        "Takes the dim from the LoRA that is started from.",
    ),
    _field(
        "network_dropout",
        "Network dropout",
        "float",
        "The share of the network that is left out at each step, against overfitting; 0.1 to 0.3.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "scale_weight_norms",
        "Largest norm",
        "float",
        "Weights that grow beyond it are scaled back, so that a LoRA burns less and mixes better; 1 is a good start.",
        minimum=0,
    ),
    _field(
        "network_train_text_encoder_only",
        "Text encoder only",
        "flag",
        "Trains the part that reads, and leaves the one that draws as it is.",
    ),
    _field(
        "base_weights",
        "LoRAs below",
        "words",
        "LoRA files that are merged into the base model before training; the new one learns what they lack.",
    ),
    _field(
        "base_weights_multiplier",
        "Their strengths",
        "words",
        "A strength for each of the LoRAs that are merged.",
    ),
    _field(
        "token_string",
        "New word",
        "text",
        "The word that textual inversion learns; it must not be one that the tokenizer knows.",
    ),
    _field(
        "init_word",
        "Begin as",
        "text",
        "The new word begins with the meaning of these.",
    ),
    _field(
        "num_vectors_per_token",
        "Vectors",
        "int",
        "Vectors of the new word: more can hold more, and take as many tokens of a prompt.",
        minimum=1,
        maximum=75,
    ),
    _field(
        "weights",
        "Start from embedding",
        "path",
        "An embedding to go on from.",
    ),
    _field(
        "controlnet_model_name_or_path",
        "From a ControlNet",
        "path",
        "A ControlNet to go on from; without one it begins as a copy of the base model.",
    ),
    _field(
        "cond_emb_dim",
        "Condition dim",
        "int",
        "How much a LLLite network takes in of the control image.",
        minimum=1,
    ),
)
