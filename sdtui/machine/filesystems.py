"""Which file system a path stands on, whether the kernel reports changes there, and how much room is left."""

from __future__ import annotations

import os
import re
import shutil
from functools import lru_cache
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")

_POLLED = re.compile(
    r"9p|v9fs|drvfs|virtiofs|nfs\d*|cifs|smb\d*|smbfs|fuse(\..*)?|ceph|lustre|afs|beegfs|gpfs|sshfs|prl_fs|vboxsf|vmhgfs"
)


def kind_of(path: Path) -> str:
    """The file system type as the kernel names it (``ext4``, ``9p``, ``fuse.sshfs``); "" where it does not say.

    The path need not exist yet. The longest mount point above it counts, and of several on one point the last.
    """
    return _kind_among(_mounts(), os.path.realpath(path))


def needs_polling(path: Path) -> bool:
    """Whether changes that others make under ``path`` raise no inotify events (network and Windows file systems)."""
    return _POLLED.fullmatch(kind_of(path)) is not None


def free_space(path: Path) -> int | None:
    """Bytes that this user can still write where ``path`` stands or will stand; None where nobody says."""
    here = path.absolute()
    while True:
        try:
            return shutil.disk_usage(here).free
        except (FileNotFoundError, NotADirectoryError):
            if here == here.parent:
                return None
            here = here.parent
        except OSError:
            return None


def _mounts() -> tuple[tuple[str, str], ...]:
    """(mount point, type) of each mount, in the order in which they were mounted."""
    try:
        text = MOUNTINFO.read_bytes()
    except OSError:
        return ()
    return _parse(text)


@lru_cache(maxsize=8)
def _parse(text: bytes) -> tuple[tuple[str, str], ...]:
    mounts = []
    for line in text.splitlines():
        before, separator, after = line.partition(b" - ")
        fields = before.split(b" ")
        if separator and len(fields) > 4:
            point = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), fields[4])
            mounts.append((os.fsdecode(point), os.fsdecode(after.split(b" ")[0])))
    return tuple(mounts)


def _kind_among(mounts: tuple[tuple[str, str], ...], path: str) -> str:
    best, kind = -1, ""
    for point, name in mounts:
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:
            best, kind = len(point), name
    return kind
