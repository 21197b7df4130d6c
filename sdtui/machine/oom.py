"""How often the kernel has killed a process because memory ran out."""

from __future__ import annotations

from sdtui.machine.processes import PROC


def kills() -> int | None:
    """Since the machine was started, those of containers that met their limit too; None where the kernel does not say.

    ``oom_kill`` in ``/proc/vmstat`` (Linux 4.13 and later).
    """
    try:
        lines = (PROC / "vmstat").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, number = line.partition(" ")
        if name == "oom_kill" and number.isdigit():
            return int(number)
    return None
