"""What a file of weights holds, from its header alone: names, shapes and number formats."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.os_errors import explain

_LONGEST_HEADER = 100_000_000
"""Bytes; safetensors refuses longer ones."""
_BITS = {"F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16, "U16": 16}
_BITS_OF_OTHERS = 8


@dataclass(frozen=True, slots=True)
class Tensor:
    """One array of a file."""

    shape: tuple[int, ...]
    kind: str
    """As safetensors names it: ``F16``, ``BF16``, ``F32``, ..."""

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.elements * _BITS.get(self.kind, _BITS_OF_OTHERS) // 8


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file in the format safetensors."""

    tensors: Mapping[str, Tensor]
    problem: str | None = None
    """Half a sentence to follow the file's name: why it cannot be loaded."""


def read_weights(path: Path) -> WeightsFile:
    """The header of a .safetensors file; what is wrong with it is its ``problem``. Never raises."""
    try:
        state = path.stat()
    except OSError as error:
        return WeightsFile({}, f"cannot be read: {explain(error)[0]}")
    return _read(path, state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _read(path: Path, size: int, stamp: int) -> WeightsFile:
    del stamp
    try:
        with path.open("rb") as file:
            head = file.read(64)
            length = int.from_bytes(head[:8], "little")
            problem = _no_header(head, size, length)
            if problem is not None:
                return WeightsFile({}, problem)
            file.seek(8)
            header = json.loads(file.read(length))
        tensors = {name: _tensor(row) for name, row in header.items() if name != "__metadata__"}
        ends = [row["data_offsets"][1] for name, row in header.items() if name != "__metadata__"]
    except OSError as error:
        return WeightsFile({}, f"cannot be read: {explain(error)[0]}")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError):
        return WeightsFile({}, "has no header that safetensors could read")
    if not tensors:
        return WeightsFile({}, "holds no weights")
    if 8 + length + max(ends) != size:
        told = "cut off: it is shorter" if 8 + length + max(ends) > size else "no whole file: it is longer"
        return WeightsFile(tensors, f"is {told} than its header says")
    return WeightsFile(tensors)


def _no_header(head: bytes, size: int, length: int) -> str | None:
    if head.startswith(b"version https://git-lfs"):
        return "is only a pointer of Git LFS, not the weights themselves"
    if head.lstrip()[:1] == b"<":
        return "is a web page, not weights; the download needs a login or another address"
    if size == 0:
        return "is empty"
    if size < 8 or length > min(size, _LONGEST_HEADER):
        return "is no file of safetensors, or cut off"
    return None


def _tensor(row: Mapping[str, Any]) -> Tensor:
    shape = tuple(int(side) for side in row["shape"])
    if any(side < 0 for side in shape):
        raise ValueError(shape)
    return Tensor(shape, str(row["dtype"]))
