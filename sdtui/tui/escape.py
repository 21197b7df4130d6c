"""Escape and the key after it, however close they come.

A terminal sends Alt and a key as Escape and that key, so Textual takes the two for one where they arrive within 100 ms:
of a quick ``esc`` and ``a`` over a slow link the first would be lost, and the second would go into the caption. No
command has Alt and a letter for its key.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

_ESC = "\x1b"
_INTRODUCERS = "[]OPX^_"
"""What follows Escape in a sequence that goes on."""
_ARROWS = "bf"
"""Alt and the arrows to the left and right, as some terminals send them."""


class ApartParser(XTermParser):
    """Gives Escape and a letter as two keys at once."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        escape, key = sequence[:1], sequence[1:]
        if escape == _ESC and len(key) == 1 and key.isprintable() and key not in _INTRODUCERS + _ARROWS:
            yield events.Key("escape", _ESC)
            sequence = key
        yield from super()._sequence_to_key_events(sequence, alt)


def keep_escape_apart() -> None:
    """From now on, read the terminal with ``ApartParser``: Textual's driver asks for it by the name of its own."""
    vars(linux_driver)["XTermParser"] = ApartParser
