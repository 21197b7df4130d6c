"""Signals that wake whoever waits in ``select``."""

from __future__ import annotations

import os
import signal


def woken_by(*signals: signal.Signals) -> int:
    """A descriptor that can be read, one byte a signal, when one of ``signals`` came; they do nothing else any more.

    A program that is started gets the default actions all the same: exec resets handlers.
    """
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return reading
