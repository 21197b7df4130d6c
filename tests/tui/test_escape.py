"""Escape and the key after it arrive in one packet: they are two keys."""

from __future__ import annotations

import pytest
from textual import events

from sdtui.tui.escape import ApartParser


def keys(*packets: str) -> list[str]:
    parser = ApartParser()
    return [event.key for packet in packets for event in parser.feed(packet) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("packets", "pressed"),
    [
        (("\x1ba",), ["escape", "a"]),
        (("x\x1bannfu",), ["x", "escape", "a", "n", "n", "f", "u"]),
        (("\x1b", "G"), ["escape", "G"]),
        (("\x1b/red",), ["escape", "slash", "r", "e", "d"]),
        (("\x1b\x1ba",), ["escape", "escape", "a"]),
        (("\x1b[A", "\x1bOP", "\x1b[1;5C"), ["up", "f1", "ctrl+right"]),
        (("\x1b", "[B"), ["down"]),
        (("\x1b2",), ["escape", "2"]),
        (("\x1bb",), ["ctrl+left"]),
        (("\x1b\x7f",), ["ctrl+w"]),
    ],
)
def test_escape_and_a_letter_are_two_keys(packets: tuple[str, ...], pressed: list[str]) -> None:
    assert keys(*packets) == pressed


def test_a_paste_is_one_paste() -> None:
    (paste,) = list(ApartParser().feed("\x1b[200~a wide lake\x1b[201~"))
    assert isinstance(paste, events.Paste)
    assert paste.text == "a wide lake"
