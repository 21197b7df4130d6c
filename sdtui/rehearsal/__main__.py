"""``accelerate launch -m sdtui.rehearsal``: the rehearsal as a process of its own."""

from __future__ import annotations

import os

from sdtui.rehearsal.arguments import parse


def main() -> None:
    """Train as the command line says."""
    arguments = parse()
    # OpenMP's threads spin while they wait for each other. Where another process wants the same cores, the spinning
    # takes the time that the awaited thread needs: 3.8 s a step were measured so, and 0.8 s with waiting asleep.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # torch takes seconds to import: a wrong argument is refused before it.
    from sdtui.rehearsal.training import train
    from sdtui.rehearsal.words import set_up_logging

    set_up_logging()
    train(arguments)


if __name__ == "__main__":
    main()
