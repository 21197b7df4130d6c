"""What a waiting run remembers of the terminal that it was queued from: variables that matter, without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sdtui.runs.redact import is_secret_name, redact_settings

_MATTERS = re.compile(
    r"(HOME|PATH|LD_\w+|PYTHONPATH|VIRTUAL_ENV|CONDA_\w+|TMPDIR|XDG_\w+|TZ|LANG|LC_\w+|SD_\w+|KOHYA_SS_PATH"
    r"|(CUDA|NVIDIA|NCCL|TORCH|PYTORCH|HF|HUGGINGFACE|TRANSFORMERS|DIFFUSERS|ACCELERATE|XFORMERS|BNB|BITSANDBYTES"
    r"|TRITON|OMP|MKL|OPENBLAS|WANDB|TF|HIP|ROCR?)\w*_\w+|(https?|no|all)_proxy)",
    re.IGNORECASE,
)
"""What the trainer and its libraries look at. Not everything: a variable of any name may hold a secret."""


def kept(env: Mapping[str, str]) -> dict[str, str]:
    """What of ``env`` is written down for later."""
    found = {name: value for name, value in env.items() if _MATTERS.fullmatch(name) and not is_secret_name(name)}
    plain = redact_settings(found)
    return {name: value for name, value in found.items() if plain[name] == value and _is_text(value)}


def at_its_turn(here: Mapping[str, str], remembered: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run: ``here`` where nothing was remembered of it, and what is kept in memory."""
    rest = {name: value for name, value in here.items() if not _MATTERS.fullmatch(name) or is_secret_name(name)}
    return {**rest, **remembered, **secrets}


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
