"""``accelerate launch -m sdtui.rehearsal``: the rehearsal as a process of its own."""

from __future__ import annotations

from sdtui.rehearsal.arguments import parse
from sdtui.rehearsal.training import train
from sdtui.rehearsal.words import set_up_logging


def main() -> None:
    """Train as the command line says."""
    arguments = parse()
    set_up_logging()
    train(arguments)


if __name__ == "__main__":
    main()
