"""Files of weights with a true header and nothing behind it: as large as real ones, without their room on the disk."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_BYTES = {"F16": 2, "F32": 4}

SDXL = {
    "conditioner.embedders.0.transformer.text_model.encoder.layers.0.mlp.fc1.weight": (3072, 768),
    "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight": (3840, 1280),
    "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3),
    "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
}
SD1 = {
    "cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight": (3072, 768),
    "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3),
    "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
}


def write_weights(
    path: Path, shapes: Mapping[str, Iterable[int]] = SD1, *, size: int = 0, kind: str = "F16", end: int = 0
) -> Path:
    """A file with arrays of ``shapes`` at ``path``, filled up to ``size`` bytes by one more; ``end`` adds bytes."""
    made = {name: list(shape) for name, shape in shapes.items()}
    if size:
        made["filling"] = [0]
        made["filling"] = [(size - len(_header(made, kind)) - _data(made, kind)) // _BYTES[kind] - 64]
    header = _header(made, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header)
    os.truncate(path, len(header) + _data(made, kind) + end)
    return path


def _data(shapes: Mapping[str, list[int]], kind: str) -> int:
    return sum(math.prod(shape) for shape in shapes.values()) * _BYTES[kind]


def _header(shapes: Mapping[str, list[int]], kind: str) -> bytes:
    rows, at = {}, 0
    for name, shape in shapes.items():
        end = at + math.prod(shape) * _BYTES[kind]
        rows[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(rows).encode()
    return len(text).to_bytes(8, "little") + text
