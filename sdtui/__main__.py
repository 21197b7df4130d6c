"""``sdtui`` and ``python -m sdtui``: where the program begins."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line. Ctrl+C while it is still being imported ends it at once, without a traceback."""
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sdtui.cli.main import main as run

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
