"""Noise, v-prediction, and the kind of model."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments


def noise(run: RunArguments) -> Iterator[Conflict]:
    """library/train_util.py, verify_training_args; library/sdxl_train_util.py, verify_sdxl_training_args."""
    if run["adaptive_noise_scale"] is not None and run["noise_offset"] is None:
        remedy = "Set noise_offset, or set adaptive_noise_scale to nothing."
        yield Conflict("adaptive-noise", "adaptive_noise_scale needs a noise_offset", remedy)
    if run.on("scale_v_pred_loss_like_noise_pred") and not run.on("v_parameterization"):
        what = "scale_v_pred_loss_like_noise_pred needs v_parameterization"
        yield Conflict("v-prediction", what, "Set v_parameterization=true.")
    if run.on("v_pred_like_loss") and run.on("v_parameterization"):
        what = "v_pred_like_loss and v_parameterization do not go together"
        yield Conflict("v-prediction", what, "Set one of them to nothing.")
    if run.on("v2") and run.sdxl:
        what = "v2 is for models of SD 2, which the sdxl scripts do not train"
        yield Conflict("v2-with-sdxl", what, "Set v2=false, or another script.")
