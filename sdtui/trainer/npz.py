"""The shapes of the arrays in a cache of the trainer, without reading the arrays themselves."""

from __future__ import annotations

import ast
import struct
import zipfile
from pathlib import Path

from sdtui.trainer.zip_damage import DAMAGED

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 16


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each array in the ``.npz`` file at ``path``, by its name.

    Raises ValueError where it is no such file, which numpy cannot read either, and OSError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy"): _shape(archive, name) for name in archive.namelist()}
    except DAMAGED as error:
        raise ValueError(str(error)) from error


def _shape(archive: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    """As the format of ``.npy`` files has it (numpy/lib/format.py)."""
    with archive.open(name) as file:
        start = file.read(8)
        if start[:6] != _MAGIC:
            raise ValueError(f"{name} is no array")
        width = 2 if start[6] == 1 else 4
        (length,) = struct.unpack("<H" if width == 2 else "<I", file.read(width))
        if length > _LONGEST_HEADER:
            raise ValueError(f"{name} has too long a header")
        try:
            shape = ast.literal_eval(file.read(length).decode("latin-1").strip())["shape"]
        except (SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
            raise ValueError(f"{name} has no shape") from error
    if not (isinstance(shape, tuple) and all(isinstance(side, int) for side in shape)):
        raise ValueError(f"{name} has no shape")
    return shape
