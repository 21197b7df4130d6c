"""How configs spell paths: of Windows, as WSL calls them, absolute or relative. Text only; no file is looked at."""

from __future__ import annotations

import re

_DRIVE = re.compile(r"^([A-Za-z]):(?=[\\/]|$)")
_MOUNTED = re.compile(r"^/mnt/([A-Za-z])(?=/|$)")
_SHARE_OF_WSL = re.compile(r"^//(?:wsl\$|wsl\.localhost)/[^/]+(?=/|$)", re.IGNORECASE)
"""What Windows calls the files of a distribution: ``\\\\wsl.localhost\\Ubuntu\\home``."""


def is_windows(written: str) -> bool:
    """Whether it is an absolute path of Windows: ``G:\\data``, ``g:/data``, ``\\\\wsl$\\Ubuntu\\home``."""
    return bool(_DRIVE.match(written)) or written.startswith("\\\\")


def is_absolute(written: str) -> bool:
    """Whether it is one, of Linux or of Windows."""
    return written.startswith("/") or is_windows(written)


def as_linux(written: str) -> str:
    """``G:\\data`` as WSL calls it, ``/mnt/g/data``; what is no path of Windows as it is."""
    if not is_windows(written):
        return written
    slashed = re.sub(r"(?<!^)/+", "/", written.replace("\\", "/"))
    share = _SHARE_OF_WSL.match(slashed)
    if share is not None:
        return slashed[share.end() :] or "/"
    return _DRIVE.sub(lambda drive: f"/mnt/{drive[1].lower()}", slashed)


def as_windows(written: str) -> str | None:
    """``/mnt/g/data`` as ``G:\\data``; None for an absolute path that no drive holds. Relative ones with ``\\``."""
    if is_windows(written):
        return written
    if not written.startswith("/"):
        return written.replace("/", "\\")
    mounted = _MOUNTED.match(written)
    if mounted is None:
        return None
    return f"{mounted[1].upper()}:{written[mounted.end() :].replace('/', chr(92)) or chr(92)}"


def below(written: str, folder: str) -> str | None:
    """What ``written`` has after ``folder``, with ``/``: empty where it is the folder itself, None where outside.

    Both may be spelled as Windows does, which takes no notice of case.
    """
    foldcase = is_windows(written) or is_windows(folder)
    path, start = (_slashed(text) for text in (written, folder))
    if not start:
        return None
    same = path[: len(start)].casefold() == start.casefold() if foldcase else path.startswith(start)
    if not same:
        return None
    rest = path[len(start) :]
    if start == "/":
        return rest
    return rest.lstrip("/") if rest[:1] in ("", "/") else None


def joined(folder: str, rest: str) -> str:
    """``rest``, as ``below`` gives it, in ``folder``, with the separators that ``folder`` has."""
    separator = "\\" if is_windows(folder) and "/" not in folder else "/"
    base = folder.rstrip("/\\") or folder[:1]
    if not rest:
        return folder
    return f"{base}{'' if base == '/' else separator}{rest.replace('/', separator)}"


def _slashed(written: str) -> str:
    path = as_linux(written) if is_windows(written) else written
    return path.rstrip("/") or path[:1]
