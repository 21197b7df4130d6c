"""The projects that were opened last, newest first, in the state folder."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.base.paths import state_dir

MOST = 30


def _file() -> Path:
    return state_dir() / "recent.json"


def projects() -> tuple[Path, ...]:
    """Folders and TOMLs that were opened, newest first; those that are gone are left out."""
    return tuple(path for path in _known() if path.exists())


def remember(path: Path) -> None:
    """Put ``path`` first. A state folder that cannot be written costs the list, nothing else."""
    known = [path, *(other for other in _known() if other != path)][:MOST]
    data = msgspec.json.encode([os.fsdecode(os.fsencode(entry)) for entry in known if _encodable(entry)])
    try:
        make_folder(_file().parent)
        write_atomic(_file(), data, durable=False)
    except SdtuiError:
        return


def _known() -> list[Path]:
    try:
        data = read_if_there(_file())
        return [Path(entry) for entry in decode(data, list[str])] if data else []
    except (SdtuiError, msgspec.DecodeError):
        return []  # a list of conveniences: a broken one is begun anew


def _encodable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
