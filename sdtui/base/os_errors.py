"""What the errors of the system mean to a person, and what to do about each."""

from __future__ import annotations

import errno
from pathlib import Path

from sdtui.base.errors import UnreadableError, WriteError

_SENTENCES = {
    errno.ENOSPC: ("The disk is full", "Free some space, then try again; nothing was lost."),
    errno.EDQUOT: ("Your quota on this disk is used up", "Free some space, then try again; nothing was lost."),
    errno.EROFS: ("This file system is read-only", "Mount it writable, or work on a copy."),
    errno.EACCES: ("Permission denied", "Check who owns it. On /mnt of WSL, close whatever uses it on Windows."),
    errno.EPERM: ("Operation not permitted", "Check who owns it, and whether it is marked immutable."),
    errno.EIO: ("The disk reported an error", "Check the disk or the network mount before you go on."),
    errno.EISDIR: ("There is a folder where a file was expected", "Move it away, then try again."),
    errno.ENXIO: ("This is no regular file", "Move it away, then try again."),
    errno.ENOTDIR: ("Part of the path is a file, not a folder", "Check the path."),
    errno.ENOENT: ("It does not exist", "It may have been moved or deleted meanwhile."),
    errno.ENAMETOOLONG: ("The name is too long for this file system", "Choose a shorter name."),
    errno.ENOTEMPTY: ("A folder of that name stands there already and is not empty", "Choose another name."),
    errno.EEXIST: ("Something of that name stands there already", "Choose another name."),
    errno.EBUSY: ("It is in use", "Close whatever uses it, then try again."),
    errno.EXDEV: ("The two places are on different disks", "Copy it over by hand, then remove the original."),
    errno.ELOOP: ("The link leads to itself", "Repair the link."),
}


def explain(error: OSError) -> tuple[str, str | None]:
    """What a system error means, and what to do about it."""
    return _SENTENCES.get(error.errno or 0, (error.strerror or str(error), None))


def write_error(error: OSError, path: Path) -> WriteError:
    """``error``, met while writing ``path``, as a sentence."""
    what, remedy = explain(error)
    return WriteError(f"Could not write. {what}", path=path, remedy=remedy)


def read_error(error: OSError, path: Path) -> UnreadableError:
    """``error``, met while reading ``path``, as a sentence."""
    what, remedy = explain(error)
    return UnreadableError(f"Could not read. {what}", path=path, remedy=remedy)
