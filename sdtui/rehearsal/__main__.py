"""``accelerate launch -m sdtui.rehearsal``: the rehearsal as a process of its own."""

from __future__ import annotations

from sdtui.rehearsal.arguments import parse


def main() -> None:
    """Train as the command line says."""
    arguments = parse()
    # torch takes seconds to import: a wrong argument is refused before it.
    from sdtui.rehearsal.training import train
    from sdtui.rehearsal.words import set_up_logging

    set_up_logging()
    train(arguments)


if __name__ == "__main__":
    main()
