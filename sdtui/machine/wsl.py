"""Whether this is Linux inside Windows, which changes what can be promised about files and long runs."""

from __future__ import annotations

from pathlib import Path

OSRELEASE = Path("/proc/sys/kernel/osrelease")


def is_wsl() -> bool:
    """Whether the kernel is the one of the Windows Subsystem for Linux (its release names Microsoft)."""
    try:
        return "microsoft" in OSRELEASE.read_text("ascii", errors="replace").lower()
    except OSError:
        return False
