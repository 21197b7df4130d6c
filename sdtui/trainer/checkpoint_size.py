"""How large the files will be that a run saves, from the header of its base model."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdtui.trainer.run_arguments import RunArguments
from sdtui.trainer.weights_file import Tensor

_FULL = ("sdxl_train.py", "fine_tune.py", "train_db.py")
_HALF, _SINGLE = 2, 4
_DEFAULT_DIM = 4
"""network_dim when nothing is said (networks/lora.py, create_network)."""
_LAYERS_OF_CLIP = re.compile(r"encoder\.layers\.\d+\.(self_attn\.[qkv]_proj|self_attn\.out_proj|mlp\.fc[12])\.weight$")
_LAYERS_OF_OPEN_CLIP = re.compile(r"resblocks\.\d+\.(attn\.out_proj|mlp\.c_fc|mlp\.c_proj)\.weight$")
_JOINED_QKV = re.compile(r"resblocks\.\d+\.attn\.in_proj_weight$")
_UNET = re.compile(
    r"(model\.diffusion_model\.)?(input_blocks|middle_block|output_blocks|down_blocks|mid_block|up_blocks)\."
)
_CONVOLVED = re.compile(
    r"\.(in_layers\.2|out_layers\.3|emb_layers\.1|skip_connection|op|conv"
    r"|conv1|conv2|time_emb_proj|conv_shortcut)\.weight$"
)
_STATES = {
    "adafactor": 0.0,
    "lion": 1.0,
    "sgdnesterov": 1.0,
    "prodigy": 4.0,
}
"""Numbers that an optimizer keeps for each weight; AdamW and its kin keep 2."""


@dataclass(frozen=True, slots=True)
class SavedSizes:
    """Bytes of each file of weights and of each state of a run."""

    weights: int
    state: int


def saved_sizes(run: RunArguments, tensors: Mapping[str, Tensor]) -> SavedSizes | None:
    """What a run saves each time; None for a script or network whose files are not known.

    ``tensors``: the base model's. (networks/lora.py, LoRANetwork; library/model_util.py and sdxl_model_util.py,
    save_stable_diffusion_checkpoint)
    """
    if run.script in _FULL:
        elements = sum(tensor.elements for tensor in tensors.values())
    elif run.text("network_module") == "networks.lora" and not run.on("dim_from_weights"):
        elements = sum(_lora_elements(run, tensors))
    else:
        return None
    held = _HALF if run.on("full_fp16", "full_bf16") else _SINGLE
    saved = {"fp16": _HALF, "bf16": _HALF, "float": _SINGLE}.get(run.text("save_precision"), held)
    kept = 0.25 if "8bit" in run.optimizer else 1.0
    state = elements * held + elements * _SINGLE * kept * _STATES.get(run.optimizer, 2.0)
    return SavedSizes(elements * saved, math.ceil(state))


def _lora_elements(run: RunArguments, tensors: Mapping[str, Tensor]) -> Iterator[int]:
    dim = int(run.number("network_dim", _DEFAULT_DIM))
    options = dict(word.partition("=")[::2] for word in run.words("network_args"))
    conv_dim = int(options["conv_dim"]) if options.get("conv_dim", "").isdecimal() else 0
    for name, tensor in tensors.items():
        yield from (_low_rank(tensor.shape, rank) for rank in _ranks(run, name, tensor.shape, dim, conv_dim))


def _ranks(run: RunArguments, name: str, shape: tuple[int, ...], dim: int, conv_dim: int) -> Iterator[int]:
    """The ranks of what is put beside one array of the base model; three for one that joins q, k and v."""
    if not run.on("network_train_unet_only"):
        if _LAYERS_OF_CLIP.search(name) or _LAYERS_OF_OPEN_CLIP.search(name):
            yield dim
        elif _JOINED_QKV.search(name):
            yield -dim
    if run.on("network_train_text_encoder_only"):
        return
    if not _UNET.match(name):
        return
    if name.endswith((".proj_in.weight", ".proj_out.weight")) or (".transformer_blocks." in name and len(shape) == 2):
        yield dim
    elif conv_dim and _CONVOLVED.search(name):
        yield conv_dim if shape[2:] == (3, 3) else dim


def _low_rank(shape: tuple[int, ...], rank: int) -> int:
    """Elements of the two arrays of one module, and its alpha. A negative rank stands for three modules in one."""
    if rank < 0:
        return 3 * _low_rank((shape[0] // 3, *shape[1:]), -rank)
    return rank * math.prod(shape[1:]) + rank * shape[0] + 1
