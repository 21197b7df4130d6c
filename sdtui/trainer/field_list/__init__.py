"""The settings that people change, each with its help. Profiles choose from these and give their own defaults.

What no profile chooses is beside the form: it is found among all arguments of the script (``trainer.arguments``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdtui.trainer.field_list import (
    captions,
    dataset,
    images,
    large_models,
    lora,
    machines,
    memory,
    model,
    network,
    noise,
    optimizer,
    rates,
    records,
    samples,
    saving,
    savings,
    steps,
)
from sdtui.trainer.fields import Field, Value

_FORM = (model, dataset, steps, network, optimizer, memory, saving, samples, machines)
_BESIDE = (large_models, captions, images, noise, lora, rates, savings, records)

FIELDS: Mapping[str, Field] = {field.key: field for group in (*_FORM, *_BESIDE) for field in group.FIELDS}


def choose(*shared: Mapping[str, Value | None], **own: Value | None) -> tuple[Field, ...]:
    """The named fields with these defaults, the later ones winning, in the order of the groups."""
    defaults = {key: value for some in (*shared, own) for key, value in some.items()}
    return tuple(replace(field, default=defaults[key]) for key, field in FIELDS.items() if key in defaults)
