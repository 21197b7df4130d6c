"""The end of the screen when its terminal goes away without a word.

Usually SIGHUP ends the program then. Where that is ignored (nohup, some shells and containers), Textual would read
from the dead terminal for ever, at the cost of a core.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_TO_LEAVE = 2.0
"""Seconds for the app to end by itself."""
_TO_WRITE = 10.0
"""Seconds for changes of files that are on their way; after a longer one the journal is finished at the next start."""
_STATUS = 129
"""As a shell says it of a program that SIGHUP has ended."""


def end_with_terminal(app: SdtuiApp) -> None:
    """From now on, end ``app`` and this process when the terminal on stdin is gone."""
    if sys.stdin is not None and sys.stdin.isatty():
        terminal = sys.stdin.fileno()
        threading.Thread(target=_watch, args=(app, terminal), name="sdtui terminal", daemon=True).start()


def _watch(app: SdtuiApp, terminal: int) -> None:
    poll = select.poll()
    poll.register(terminal, 0)  # nothing to read is waited for: a hang-up is always told
    poll.poll()
    app.bridge.deliver(app, app.leave)
    time.sleep(_TO_LEAVE)
    # The thread that writes to the terminal has died, and Textual's loop may wait for it for ever.
    if app.workspace is not None:
        app.workspace.keeper.write()
    deadline = time.monotonic() + _TO_WRITE
    while app.bridge.writing and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(_STATUS)
