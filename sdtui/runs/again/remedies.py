"""What to change about a run that failed so that it goes through: settings that are not set yet, each on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.runs.again.relaunch import settings_of_run, source_of_run
from sdtui.runs.record import RunRecord, RunState, RunView
from sdtui.trainer import causes
from sdtui.trainer.profiles import Settings

_EIGHT_BIT = {"": "AdamW8bit", "adamw": "AdamW8bit", "lion": "Lion8bit", "sgdnesterov": "SGDNesterov8bit"}
"""Optimizers with a twin whose state is a quarter as large, and which takes the same rates."""
_RATES = ("learning_rate", "unet_lr", "text_encoder_lr")
_FIND_THEIR_RATE = ("prodigy", "dadapt")
"""Optimizers whose rate only scales what they find themselves."""
_SMALLEST = 256


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change, by which the run can be started again."""

    name: str
    """Short and stable: ``batch-size``."""
    title: str
    sentence: str
    """What it costs and helps."""
    changes: Mapping[str, str]
    """Settings as ``runs again --set`` takes them; an empty text leaves one out."""


def remedies_of(home: Path, record: RunRecord, view: RunView) -> tuple[Remedy, ...]:
    """What can be changed about a run that has ended badly, the most helpful first; nothing where nothing is known."""
    if view.trouble is None or not view.state.ended or view.state is RunState.DONE:
        return ()
    try:
        settings = settings_of_run(record)
    except SdtuiError:
        return ()  # sdtui did not start it
    return remedies(view.trouble, settings, in_config=source_of_run(home, record) != home.parent)


def remedies(trouble: str, settings: Settings, *, in_config: bool = False) -> tuple[Remedy, ...]:
    """Those for ``trouble`` (see ``trainer.causes``) that ``settings`` do not have yet.

    ``in_config``: batch size and resolution stand in a dataset config of the person's, which is not changed here.
    """
    known = frozenset(settings.known_keys())
    found = (remedy for make in _FOR.get(trouble, ()) for remedy in make(settings))
    return tuple(
        remedy for remedy in found if known.issuperset(remedy.changes) and not (in_config and _of_dataset(remedy))
    )


def together(chosen: tuple[Remedy, ...]) -> dict[str, str]:
    """The changes of several as one."""
    return {key: text for remedy in chosen for key, text in remedy.changes.items()}


def _of_dataset(remedy: Remedy) -> bool:
    return not {"train_batch_size", "width", "height"}.isdisjoint(remedy.changes)


def _checkpointing(settings: Settings) -> Iterator[Remedy]:
    if not settings["gradient_checkpointing"]:
        yield Remedy(
            "gradient-checkpointing",
            "Gradient checkpointing",
            "Computes parts twice instead of keeping them: much less memory, about a quarter slower.",
            {"gradient_checkpointing": "true"},
        )


def _caching(settings: Settings) -> Iterator[Remedy]:
    if not settings["cache_latents"] and not settings["color_aug"] and not settings["random_crop"]:
        yield Remedy(
            "cache-latents",
            "Cached latents",
            "Encodes each image once, before the training: the image encoder leaves the card, and steps are faster.",
            {"cache_latents": "true"},
        )


def _batch(settings: Settings) -> Iterator[Remedy]:
    size = settings.number("train_batch_size", 1)
    if size > 1:
        yield Remedy(
            "batch-size",
            "Batch size 1",
            f"1 image a step instead of {size}: the memory of one, {size} times the steps.",
            {"train_batch_size": "1"},
        )


def _eight_bit(settings: Settings) -> Iterator[Remedy]:
    now = settings.text("optimizer_type")
    smaller = _EIGHT_BIT.get(now.casefold())
    if smaller:
        yield Remedy(
            "8-bit-optimizer",
            f"8-bit optimizer ({smaller})",
            f"Its state takes a quarter of that of {now or 'AdamW'}. Needs bitsandbytes in the trainer's Python.",
            {"optimizer_type": smaller},
        )


def _resolution(settings: Settings) -> Iterator[Remedy]:
    width, height = settings.number("width", 512), settings.number("height", 512)
    smaller = tuple(max(_SMALLEST, side * 3 // 4 // 64 * 64) for side in (width, height))
    if smaller[0] < width or smaller[1] < height:
        yield Remedy(
            "resolution",
            f"Resolution {smaller[0]}×{smaller[1]}",
            f"Instead of {width}×{height}: about half the memory of the images, and less detail is learnt.",
            {"width": str(min(width, smaller[0])), "height": str(min(height, smaller[1]))},
        )


def _latents_on_disk(settings: Settings) -> Iterator[Remedy]:
    if not settings["cache_latents_to_disk"] and not settings["color_aug"] and not settings["random_crop"]:
        yield Remedy(
            "latents-on-disk",
            "Latents on disk",
            "Keeps cached latents beside the images instead of in memory.",
            {"cache_latents": "true", "cache_latents_to_disk": "true"},
        )


def _workers(settings: Settings) -> Iterator[Remedy]:
    now = settings.number("max_data_loader_n_workers", 8)
    if now > 0:
        changes = {"max_data_loader_n_workers": "0"}
        if settings["persistent_data_loader_workers"]:
            changes["persistent_data_loader_workers"] = "false"  # the trainer asserts that there are some
        yield Remedy(
            "loader-processes",
            "No loader processes",
            f"Images are read by the trainer itself instead of by {now} processes, each of which takes memory.",
            changes,
        )


def _lower_rate(settings: Settings) -> Iterator[Remedy]:
    if settings.text("optimizer_type").casefold().startswith(_FIND_THEIR_RATE):
        return
    changes = {}
    for key in _RATES:
        rate = settings[key]
        if isinstance(rate, float) and rate > 0:
            changes[key] = f"{rate / 10:.3g}"
    if changes:
        yield Remedy(
            "learning-rate",
            "A tenth of the learning rate",
            "Too high a rate is the most common reason; it then learns more slowly.",
            changes,
        )


def _bf16(settings: Settings) -> Iterator[Remedy]:
    if settings["mixed_precision"] == "fp16":
        changes = {"mixed_precision": "bf16"}
        if settings["full_fp16"]:
            changes["full_fp16"] = "false"
        yield Remedy(
            "bf16",
            "bf16 instead of fp16",
            "bf16 has room for large numbers, where fp16 overflows. Cards from RTX 30 on have it.",
            changes,
        )


def _whole_vae(settings: Settings) -> Iterator[Remedy]:
    if "sdxl" in settings.script and not settings["no_half_vae"]:
        yield Remedy(
            "vae-in-full",
            "Image encoder in 32 bits",
            "SDXL's own overflows in fp16.",
            {"no_half_vae": "true"},
        )


def _sdpa(settings: Settings) -> Iterator[Remedy]:
    if not settings["sdpa"]:
        yield Remedy(
            "sdpa",
            "sdpa instead of xformers",
            "PyTorch's own attention, as good on new versions, and nothing to install.",
            {"sdpa": "true", "xformers": "false"},
        )


def _fewer_files(settings: Settings) -> Iterator[Remedy]:
    if settings["save_state"]:
        yield Remedy(
            "no-states",
            "No saved states",
            "A state takes two to three times the space of its model; without one a run cannot be gone on with.",
            {"save_state": "false"},
        )
    if settings["save_every_n_epochs"] and not settings["save_last_n_epochs"]:
        yield Remedy(
            "last-checkpoints",
            "Only the last two checkpoints",
            "Each older one is deleted when a new one was saved.",
            {"save_last_n_epochs": "2"},
        )


_FOR: dict[str, tuple[Callable[[Settings], Iterator[Remedy]], ...]] = {
    causes.GPU_MEMORY: (_batch, _checkpointing, _eight_bit, _caching, _resolution),
    causes.MEMORY: (_latents_on_disk, _workers, _batch),
    causes.NAN: (_lower_rate, _bf16, _whole_vae),
    causes.XFORMERS: (_sdpa,),
    causes.DISK: (_fewer_files,),
}
