"""Whether this is Linux inside Windows, which changes what can be promised about files and long runs."""

from __future__ import annotations

from pathlib import Path

OSRELEASE = Path("/proc/sys/kernel/osrelease")


KEEP_ALIVE = (
    "WSL shuts a distribution down some seconds after its last window was closed, and a run in it, detached or not. "
    "Leave a window of it open until the run has ended; or set instanceIdleTimeout=-1 under [general] and "
    "vmIdleTimeout=-1 under [wsl2] in .wslconfig in your Windows user folder, then once: wsl --shutdown"
)
"""What may end a run, and what to do (microsoft/WSL#9968, #11239; the first setting needs a WSL of 2026)."""


def is_wsl() -> bool:
    """Whether the kernel is the one of the Windows Subsystem for Linux (its release names Microsoft)."""
    try:
        return "microsoft" in OSRELEASE.read_text("ascii", errors="replace").lower()
    except OSError:
        return False
