"""The settings of runs as people tell them apart: those that matter in a few words, and those that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sdtui.runs.record import RunRecord
from sdtui.trainer.profiles import PROFILES

_OF_EVERY_RUN = frozenset({"output_name", "output_dir", "logging_dir", "sample_prompts"})
"""Where a run writes and what it is called: another one for each, and no reason for another result."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that not all runs have alike."""

    key: str
    title: str
    values: tuple[str, ...]
    """A value for each run, in their order; empty where it was not set."""


def differences(records: Sequence[RunRecord]) -> tuple[Difference, ...]:
    """The settings that differ between ``records``, in the order of the form; profile and script first."""
    told = [settings_of(record) for record in records]
    keys = dict.fromkeys(key for settings in told for key in settings)
    return tuple(
        Difference(key, title_of(records, key), tuple(settings.get(key, "") for settings in told))
        for key in keys
        if len({settings.get(key, "") for settings in told}) > 1
    )


def settings_of(record: RunRecord) -> Mapping[str, str]:
    """All that was set for the run but where it wrote, as text. Secrets were kept out of its record."""
    # A flag that is off is not given to the trainer at all.
    told = {key: value for key, value in record.settings.items() if value not in ("", "false")}
    own = {key: value for key, value in told.items() if key not in _OF_EVERY_RUN}
    gpus = {"gpus": ",".join(map(str, record.gpus))} if record.gpus is not None else {}
    return {"profile": record.profile, "script": record.script, **own, **gpus}


def title_of(records: Sequence[RunRecord], key: str) -> str:
    """The title that the form has for a setting, else its own name."""
    for record in records:
        profile = PROFILES.get(record.profile)
        field = profile.field(key) if profile is not None else None
        if field is not None:
            return field.title
    return {"profile": "Profile", "script": "Script", "gpus": "GPUs"}.get(key, key)


def brief(record: RunRecord) -> str:
    """The settings that matter most, in a few words: ``dim 16 · lr 1e-4 · AdamW8bit · batch 2 · 1024×1024``."""
    settings = record.settings
    said = [word(settings[key]) for key, word in _MATTER.items() if settings.get(key)]
    width, height = settings.get("width"), settings.get("height")
    return " · ".join([*said, *([f"{width}×{height}"] if width and height else [])])


def _plain(text: str) -> str:
    return text


def _named(name: str) -> Callable[[str], str]:
    return lambda text: f"{name} {text}"


_MATTER: Mapping[str, Callable[[str], str]] = {
    "network_dim": _named("dim"),
    "learning_rate": _named("lr"),
    "optimizer_type": _plain,
    "train_batch_size": _named("batch"),
}
