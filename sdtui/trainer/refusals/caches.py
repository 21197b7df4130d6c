"""Caches of latents and of encoded captions, and what changes images or captions while they are trained."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

IMAGE_CHANGERS = ("color_aug", "random_crop")
CAPTION_CHANGERS = ("caption_dropout_rate", "shuffle_caption", "token_warmup_step", "caption_tag_dropout_rate")
_NEED_UNET_ONLY = ("sdxl_train_network.py", "anima_train_network.py")
_DROPS_WITH_CACHE = ("anima_train.py", "anima_train_network.py")
_DO_NOT_LOOK = ("lumina_train_network.py",)
_CACHE_TO_READ_METADATA = (
    *("sdxl_train.py", "fine_tune.py", "flux_train.py", "sd3_train.py", "lumina_train.py"),
    *("anima_train.py", "flux_train_control_net.py"),
)
_OFF = "Set cache_text_encoder_outputs and cache_text_encoder_outputs_to_disk to false."


def caches(run: RunArguments) -> Iterator[Conflict]:
    """train of each script, and assert_extra_args of the scripts that train a network."""
    if caches_latents(run):
        for key in _changers(run, IMAGE_CHANGERS):
            yield _changed("cache_latents", key)
    elif "finetuning" in run.dataset.kinds and run.script in _CACHE_TO_READ_METADATA:
        why = "The trainer stops with an AttributeError when it makes a dataset of metadata files."
        yield Conflict("latents-not-cached", "A full fine-tune needs cached latents", "Set cache_latents=true.", why)
    if caches_text(run):
        yield from _with_cached_text(run)


def caches_latents(run: RunArguments) -> bool:
    """Whether latents are cached (library/train_util.py, verify_training_args)."""
    return run.on("cache_latents", "cache_latents_to_disk")


def caches_text(run: RunArguments) -> bool:
    """Whether encoded captions are cached; each script that has both arguments lets one switch on the other."""
    own = run.on("use_t5xxl_cache_only") and run.script == "sd3_train.py"
    return own or run.on("cache_text_encoder_outputs", "cache_text_encoder_outputs_to_disk")


def _with_cached_text(run: RunArguments) -> Iterator[Conflict]:
    if run.on("train_text_encoder") and run.script == "sdxl_train.py":
        yield Conflict("cached-text-trained", "A cached text encoder cannot be trained", _OFF)
    if run.on("weighted_captions") and run.script == "sdxl_train.py":
        what = "weighted_captions does not go with cache_text_encoder_outputs"
        yield Conflict("cached-text-weighted", what, _OFF)
    if run.script in _NEED_UNET_ONLY and not run.on("network_train_unet_only"):
        remedy = "Set network_train_unet_only=true as well, or leave the cache off."
        what = "cache_text_encoder_outputs leaves the text encoder untrained"
        yield Conflict("cached-text-trained", what, remedy)
    if run.script not in _DO_NOT_LOOK:
        drops = run.script in _DROPS_WITH_CACHE
        for key in _changers(run, CAPTION_CHANGERS[1:] if drops else CAPTION_CHANGERS):
            yield _changed("cache_text_encoder_outputs", key)


def _changers(run: RunArguments, keys: tuple[str, ...]) -> Iterator[str]:
    """Those of ``keys`` that are on in a subset; where the dataset is not known, those of the command line.

    Subsets with masks or conditioning images are never asked (ControlNetDataset has no subsets of its own).
    """
    asked = [subset for subset in run.dataset.subsets if not subset.get("conditioning_data_dir")]
    for key in keys:
        if any(subset.get(key) for subset in asked) if run.dataset.subsets else run.on(key):
            yield key


def _changed(cache: str, key: str) -> Conflict:
    remedy = f"Set {cache}=false, or turn {key} off."
    return Conflict("cached-but-changed", f"{cache} does not go with {key}", remedy)
