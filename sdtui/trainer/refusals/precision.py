"""Number formats: half precision all through, and 8 bits."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_LOOKS_AT_FP16_ONLY = ("fine_tune.py", "train_db.py", "train_control_net.py", "train_controlnet.py")
_LOOKS_AT_NEITHER = ("train_textual_inversion.py",)
_FP8 = ("train_network.py", "sdxl_train_network.py", "flux_train_network.py", "sd3_train_network.py")


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
        if run.on(key) and mixed == "no" and run.script in _FP8:
            remedy = f"Set mixed_precision to one of these, or {key}=false."
            yield Conflict("fp8-precision", f"{key} needs mixed_precision=bf16 or fp16", remedy)


def _bf16_counts(run: RunArguments) -> bool:
    return run.on("full_bf16") and not run.on("full_fp16") and run.script not in _LOOKS_AT_FP16_ONLY


def _full(kind: str) -> Conflict:
    remedy = f"Set mixed_precision={kind}, or full_{kind}=false."
    return Conflict("full-precision", f"full_{kind} needs mixed_precision={kind}", remedy)
