"""The settings that most people change, each with its help. Profiles choose from these and give their own defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdtui.trainer.field_list import dataset, memory, model, network, optimizer, samples, saving, steps
from sdtui.trainer.fields import Field, Value

FIELDS: Mapping[str, Field] = {
    field.key: field
    for group in (model, dataset, steps, network, optimizer, memory, saving, samples)
    for field in group.FIELDS
}


def choose(*shared: Mapping[str, Value | None], **own: Value | None) -> tuple[Field, ...]:
    """The named fields with these defaults, the later ones winning, in the order of the groups."""
    defaults = {key: value for some in (*shared, own) for key, value in some.items()}
    return tuple(replace(field, default=defaults[key]) for key, field in FIELDS.items() if key in defaults)
