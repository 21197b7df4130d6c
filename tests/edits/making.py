"""What stands in a folder, to be held against what stands there later."""

from __future__ import annotations

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its bytes, sdtui's own records aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".sdtui" not in path.relative_to(folder).parts
    }
