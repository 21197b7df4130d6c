"""Number formats: half precision all through, and 8 bits."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_LOOKS_AT_FP16_ONLY = ("fine_tune.py", "train_db.py", "train_control_net.py", "train_controlnet.py")
_LOOKS_AT_NEITHER = ("train_textual_inversion.py",)


def precision(run: RunArguments) -> Iterator[Conflict]:
    """train of each script; library/sdxl_train_util.py, match_mixed_precision.

    Left out, the launcher and the trainer both take ``no``.
    """
    mixed = run.text("mixed_precision") or "no"
    if run.script not in _LOOKS_AT_NEITHER:
        if run.on("full_fp16") and mixed != "fp16":
            yield _full("fp16")
        elif _bf16_counts(run) and mixed != "bf16":
            yield _full("bf16")
    for key in ("fp8_base", "fp8_base_unet"):
        if run.on(key) and mixed == "no" and _fp8_counts(run):
            remedy = f"Set mixed_precision to one of these, or {key}=false."
            yield Conflict("fp8-precision", f"{key} needs mixed_precision=bf16 or fp16", remedy)


def _bf16_counts(run: RunArguments) -> bool:
    return run.on("full_bf16") and not run.on("full_fp16") and run.script not in _LOOKS_AT_FP16_ONLY


def _fp8_counts(run: RunArguments) -> bool:
    """assert_extra_args of the anima and hunyuan scripts takes fp8_base back."""
    if run.script.startswith("anima_") or (run.script.startswith("hunyuan_") and run.on("fp8_scaled")):
        return False
    return run.network


def _full(kind: str) -> Conflict:
    remedy = f"Set mixed_precision={kind}, or full_{kind}=false."
    return Conflict("full-precision", f"full_{kind} needs mixed_precision={kind}", remedy)
