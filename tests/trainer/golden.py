"""The inputs and results in ``data/``, and the files that they describe."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def load(name: str) -> Any:
    """One of the JSON files in ``data/``."""
    return json.loads((DATA / name).read_text("utf-8"))


def png_header(width: int, height: int) -> bytes:
    """A PNG without pixels: a header that says its size, and an end."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b"")


def make_files(root: Path, files: dict[str, Any]) -> None:
    """``[width, height]`` is an image, text a text file, ``{"hex": ...}`` bytes, ``{"json": ...}`` a JSON file."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            path.write_bytes(png_header(*content))
        elif isinstance(content, str):
            path.write_bytes(content.encode())
        else:
            path.write_bytes(
                bytes.fromhex(content["hex"]) if "hex" in content else json.dumps(content["json"]).encode()
            )
