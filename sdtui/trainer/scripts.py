"""The training scripts of sd-scripts, and which datasets each takes."""

from __future__ import annotations

from collections.abc import Mapping

from sdtui.base.errors import UsageError
from sdtui.trainer.dataset_keys import Support

_NETWORK = (
    "train_network",
    "sdxl_train_network",
    "flux_train_network",
    "sd3_train_network",
    "lumina_train_network",
    "hunyuan_image_train_network",
    "anima_train_network",
)
_FULL = ("sdxl_train", "flux_train", "sd3_train", "lumina_train", "anima_train")
_CONTROL = (
    "train_control_net",
    "train_controlnet",
    "sdxl_train_control_net",
    "sdxl_train_control_net_lllite",
    "sdxl_train_control_net_lllite_old",
    "flux_train_control_net",
)
_TEXTUAL_INVERSION = ("train_textual_inversion", "sdxl_train_textual_inversion", "train_textual_inversion_XTI")

_TAKES: Mapping[str, Support] = {
    **dict.fromkeys((*_NETWORK, *_FULL), Support()),
    **dict.fromkeys(_CONTROL, Support(dreambooth=False, finetuning=False)),
    **dict.fromkeys(_TEXTUAL_INVERSION, Support(dropout=False)),
    "train_db": Support(finetuning=False),
    "fine_tune": Support(dreambooth=False, masks=False),
}
"""As each script makes its ConfigSanitizer, ``--masked_loss`` given."""

SCRIPTS = tuple(_TAKES)


def support_of(script: str, *, masked_loss: bool = True) -> Support:
    """Which datasets ``script`` (``.py`` or not) takes. Raises UsageError where there is no such script."""
    name = file_of(script).removesuffix(".py")
    if name not in _TAKES:
        raise UsageError(f'There is no training script "{script}"', remedy=f"It is one of {', '.join(SCRIPTS)}.")
    takes = _TAKES[name]
    masks = takes.masks and (masked_loss or name in _CONTROL)
    return Support(takes.dreambooth, takes.finetuning, masks, takes.dropout)


def file_of(script: str) -> str:
    """``train_network.py`` for ``train_network``, and for a path to it."""
    return f"{script.rpartition('/')[2].removesuffix('.py')}.py"
