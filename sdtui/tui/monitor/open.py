"""Showing a run on Monitor from another screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def show_run(shell: SdtuiApp, run_id: str | None = None) -> None:
    """Go to Monitor and follow this run of the open project; None: the newest one."""
    from sdtui.tui.monitor.screen import MonitorScreen

    shell.action_mode("monitor")
    if isinstance(shell.screen, MonitorScreen):
        shell.screen.follow(run_id)
