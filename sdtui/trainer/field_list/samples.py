"""The pictures that are made while it trains."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

SAMPLERS = (
    "ddim",
    "pndm",
    "lms",
    "euler",
    "euler_a",
    "heun",
    "dpm_2",
    "dpm_2_a",
    "dpmsolver",
    "dpmsolver++",
    "dpmsingle",
    "k_lms",
    "k_euler",
    "k_euler_a",
    "k_dpm_2",
    "k_dpm_2_a",
)

_field = Group("Samples")

FIELDS = (
    _field(
        "sample_prompts",
        "Prompts",
        "path",
        "A file with one prompt a line. Left empty it is the project's model/sample/prompt.txt; without one no samples "
        "are made.",
    ),
    _field(
        "sample_every_n_epochs",
        "Sample every epochs",
        "int",
        "Samples after so many epochs; where this is set, steps are not looked at.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "sample_every_n_steps",
        "Sample every steps",
        "int",
        "Samples after so many steps. Each prompt takes as long as making a picture does.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "sample_at_first",
        "Sample at first",
        "flag",
        "Samples of the untouched model too, to compare with.",
    ),
    _field(
        "sample_sampler",
        "Sampler",
        "text",
        "How samples are drawn. euler_a is a safe choice; dpm_2 needs fewer steps for a good picture.",
        choices=SAMPLERS,
    ),
)
