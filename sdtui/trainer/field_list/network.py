"""The size and the reach of a LoRA."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Network")

FIELDS = (
    _field(
        "network_dim",
        "Network dim",
        "int",
        "The rank of the LoRA: a higher one can learn more, makes a larger file, and overfits sooner. Try powers of "
        "two, from 2 up to 128.",
        minimum=1,
        maximum=1024,
    ),
    _field(
        "network_alpha",
        "Network alpha",
        "float",
        "Scales what is learnt by alpha / dim. The dim or less; halving it is like halving the learning rate.",
        minimum=0,
        maximum=4096,
    ),
    _field(
        "network_train_unet_only",
        "UNet only",
        "flag",
        "Leave the text encoder as it is. Saves memory, and is needed when text encoder outputs are cached.",
    ),
    _field(
        "noise_offset",
        "Noise offset",
        "float",
        "Lets the model learn very dark and very bright pictures. 0 is off; 0.03 to 0.1 are common, and too much makes "
        "pictures pale.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "adaptive_noise_scale",
        "Adaptive noise",
        "float",
        "Adds the latents' mean times this to the noise offset, which must be set; a tenth of it is common.",
        minimum=-1,
        maximum=1,
    ),
    _field(
        "min_snr_gamma",
        "Min-SNR gamma",
        "float",
        "Weighs the noise levels against each other so that training settles sooner. 5 is the usual value; empty is "
        "off.",
        minimum=0,
        maximum=100,
    ),
)
