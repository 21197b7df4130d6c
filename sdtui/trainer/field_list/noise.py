"""The noise that is learnt from, and how the loss is weighed; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Network")

FIELDS = (
    _field(
        "noise_offset_random_strength",
        "Random offset",
        "flag",
        "The noise offset is drawn between 0 and its value each time.",
    ),
    _field(
        "multires_noise_iterations",
        "Pyramid noise",
        "int",
        "Adds noise of so many coarser sizes, for darker and brighter pictures; 6 to 10, in place of a noise offset.",
        minimum=0,
        maximum=64,
    ),
    _field(
        "multires_noise_discount",
        "Pyramid discount",
        "float",
        "How much weaker each coarser size is. 0.3 is gentle, 0.8 strong; needs pyramid noise.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "ip_noise_gamma",
        "Input noise",
        "float",
        "Adds a little noise to what the model sees, against overfitting; about 0.1.",
        minimum=0,
    ),
    _field(
        "ip_noise_gamma_random_strength",
        "Random input noise",
        "flag",
        "The input noise is drawn between 0 and its value each time.",
    ),
    _field(
        "zero_terminal_snr",
        "Zero terminal SNR",
        "flag",
        "The last noise level is noise alone, so that fully dark and bright pictures can be learnt. For v-prediction "
        "models.",
    ),
    _field(
        "v_parameterization",
        "V-prediction",
        "flag",
        "For base models that were trained to predict v, as SD 2.1 768 and some SDXL ones; wrong for all others.",
    ),
    _field(
        "scale_v_pred_loss_like_noise_pred",
        "Scale v loss",
        "flag",
        "Weighs the loss of a v-prediction model as that of others. Only with v-prediction.",
    ),
    _field(
        "v_pred_like_loss",
        "V-like loss",
        "float",
        "Adds a loss like that of v-prediction, times this. Not with v-prediction.",
        minimum=0,
    ),
    _field(
        "debiased_estimation_loss",
        "Debiased loss",
        "flag",
        "Weighs the noise levels another way than min-SNR gamma does; one of the two.",
    ),
    _field(
        "loss_type",
        "Loss",
        "text",
        "How the distance to the target is measured. l2 is usual; with huber and smooth_l1 odd images count less.",
    ),
    _field(
        "huber_c",
        "Huber c",
        "float",
        "Where the huber loss goes over from squares to distances: smaller is nearer to l1.",
        minimum=0,
    ),
    _field(
        "huber_schedule",
        "Huber schedule",
        "text",
        "How the huber loss goes with the noise level; snr is the best for most.",
    ),
    _field(
        "huber_scale",
        "Huber scale",
        "float",
        "Multiplies the huber loss.",
        minimum=0,
    ),
    _field(
        "min_timestep",
        "Lowest noise level",
        "int",
        "Only noise levels from here on are learnt: a higher one leaves out fine detail.",
        minimum=0,
        maximum=999,
    ),
    _field(
        "max_timestep",
        "Highest noise level",
        "int",
        "Only noise levels up to here are learnt: a lower one leaves composition as it is.",
        minimum=1,
        maximum=1000,
    ),
)
