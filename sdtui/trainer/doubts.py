"""What the trainer takes and then ignores, or only warns of in its log: settings that surely mean something else."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.caches import CAPTION_CHANGERS, IMAGE_CHANGERS, caches_latents, caches_text
from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.refusals.optimizer import sets_its_own_rate
from sdtui.trainer.run_arguments import RunArguments

_GOES_ON = "The trainer goes on without it."
_LOW = 0.1
_LORA_OPTIONS = frozenset(
    {
        *("conv_dim", "conv_alpha", "block_dims", "block_alphas", "conv_block_dims", "conv_block_alphas"),
        *("rank_dropout", "module_dropout", "dropout", "down_lr_weight", "mid_lr_weight", "up_lr_weight"),
        *("block_lr_zero_threshold", "loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio"),
    }
)
"""What networks/lora.py looks for in network_args."""


def doubts(run: RunArguments) -> Iterator[Conflict]:
    """Everything about ``run`` that its script would take and not do."""
    for rule in (_noise, _rates, _model, _network, _attention, _saving, _caching):
        yield from rule(run)


def _noise(run: RunArguments) -> Iterator[Conflict]:
    if run["adaptive_noise_scale"] is not None and run["noise_offset"] == 0:
        what = "adaptive_noise_scale does nothing while noise_offset is 0"
        yield Conflict("adaptive-noise-idle", what, "Set noise_offset to more than 0.", _GOES_ON)
    if run.on("zero_terminal_snr") and not run.on("v_parameterization"):
        why = "The trainer warns that training will be unexpected (verify_training_args)."
        what = "zero_terminal_snr is meant for v-prediction"
        yield Conflict("zero-terminal-snr", what, "Set v_parameterization=true for a v-prediction model.", why)


def _rates(run: RunArguments) -> Iterator[Conflict]:
    """library/train_util.py, get_optimizer."""
    rate = run.number("learning_rate", 0)
    if sets_its_own_rate(run) and run["learning_rate"] is not None:
        what = "Adafactor sets its own rate, and unet_lr and text_encoder_lr are ignored"
        remedy = "Set optimizer_args=relative_step=False scale_parameter=False warmup_init=False to use yours."
        yield Conflict("rate-ignored", what, remedy, "relative_step is True unless optimizer_args say otherwise.")
    if run.optimizer.startswith(("dadapt", "prodigy")) and 0 < rate <= _LOW:
        what = f"A learning rate of {run.text('learning_rate')} is too low for {run.text('optimizer_type')}"
        yield Conflict("rate-low", what, "Set learning_rate=1, and the others to 1 or nothing.", "It finds its own.")


def _model(run: RunArguments) -> Iterator[Conflict]:
    if run["clip_skip"] is not None and (run.sdxl or run.on("v2")):
        family = "SDXL" if run.sdxl else "SD 2"
        what = f"clip_skip is not meant for {family}"
        yield Conflict("clip-skip", what, "Set clip_skip to nothing.", "The trainer warns that it has no good effect.")


def _network(run: RunArguments) -> Iterator[Conflict]:
    if run.text("network_module") != "networks.lora":
        return
    for word in run.words("network_args"):
        name = word.partition("=")[0]
        if name not in _LORA_OPTIONS:
            what = f"networks.lora does not know {name} in network_args"
            remedy = f"It knows {', '.join(sorted(_LORA_OPTIONS))}."
            yield Conflict("network-option-unknown", what, remedy, "It passes over what it does not know.")


def _attention(run: RunArguments) -> Iterator[Conflict]:
    chosen = [key for key in ("mem_eff_attn", "xformers", "sdpa") if run.on(key)]
    if len(chosen) > 1:
        what = f"{' and '.join(chosen)} are ways of doing the same"
        why = f"The trainer takes {chosen[0]} (replace_unet_modules)."
        yield Conflict("two-attentions", what, "Set all but one of them to false.", why)


def _saving(run: RunArguments) -> Iterator[Conflict]:
    for last, every in (("save_last_n_epochs", "save_every_n_epochs"), ("save_last_n_steps", "save_every_n_steps")):
        if run[last] is not None and run[every] is None and run["save_n_epoch_ratio"] is None:
            yield Conflict("saving-idle", f"{last} does nothing without {every}", f"Set {every}.", _GOES_ON)


def _caching(run: RunArguments) -> Iterator[Conflict]:
    if run["vae_batch_size"] not in (None, 1) and not caches_latents(run):
        what = "vae_batch_size does nothing where latents are not cached"
        yield Conflict("vae-batch-idle", what, "Set cache_latents=true.", _GOES_ON)
    masked = [subset for subset in run.dataset.subsets if subset.get("conditioning_data_dir")]
    latents = IMAGE_CHANGERS[:1] if caches_latents(run) else ()
    for key in (*latents, *(CAPTION_CHANGERS if caches_text(run) else ())):
        if any(subset.get(key) for subset in masked):
            why = (
                "What is cached is made once; the trainer asserts this of other subsets, and forgets those with masks."
            )
            what = f"{key} does nothing in subsets with masks, since what it changes is cached"
            yield Conflict("cached-idle", what, f"Turn {key} off, or the cache.", why)
