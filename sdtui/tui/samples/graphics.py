"""A picture in real pixels, by the terminal's own graphics, while sdtui has stepped aside.

textual-image asks the terminal what it can when it is imported, and may eat a key while it does; so it is imported only
here, when a person wants it and nobody else reads the keyboard.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import importlib.util
import os
import select
import struct
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from sdtui.base.text import safe
from sdtui.images.picture import Picture

_CELL = (10, 20)
"""Pixels of a cell where the terminal does not say: a VT340's."""
_CLEAR = "\x1b[2J\x1b[H"


def has_library() -> bool:
    """Whether textual-image is installed."""
    return importlib.util.find_spec("textual_image") is not None


def room(columns: int, rows: int) -> tuple[int, int]:
    """Pixels that ``columns`` by ``rows`` cells of this terminal have."""
    with contextlib.suppress(OSError, ValueError):
        told = fcntl.ioctl(sys.__stdout__.fileno() if sys.__stdout__ else 1, termios.TIOCGWINSZ, bytes(8))
        all_rows, all_columns, width, height = struct.unpack("HHHH", told)
        if width and height and all_rows and all_columns:
            return columns * width // all_columns, rows * height // all_rows
    return columns * _CELL[0], rows * _CELL[1]


def show(picture: Picture, words: str) -> bool:
    """Draw it over the whole terminal with ``words`` below, until a key is pressed.

    False where the terminal has no graphics. Nobody else may read the keyboard meanwhile.
    """
    from PIL import Image

    renderable = _renderable()
    if renderable is None:
        return False
    console = Console(file=sys.__stdout__, force_terminal=True)
    drawn = renderable(
        Image.frombytes("RGB", (picture.width, picture.height), picture.rgb),
        width="auto",
        height=max(1, console.height - 2),
    )
    try:
        console.file.write(_CLEAR)
        console.print(drawn)
        console.print(safe(words)[: console.width - 1], markup=False, highlight=False, end="")
        _wait_for_key()
    finally:
        if hasattr(drawn, "cleanup"):
            drawn.cleanup()
        console.file.write(_CLEAR)
        console.file.flush()
    return True


def _renderable() -> Any:
    """What draws: Kitty's graphics where the terminal has them, else sixel; None where it has neither."""
    with _own_keyboard():
        kitty = importlib.import_module("textual_image.renderable.tgp")
        sixel = importlib.import_module("textual_image.renderable.sixel")
        for way in (sixel, kitty):  # in textual-image's order: some report Kitty's and have only a part of it
            if way.query_terminal_support():
                return way.Image
    return None


def _wait_for_key() -> None:
    with _own_keyboard() as keyboard:
        select.select([keyboard], [], [])
        with contextlib.suppress(OSError):
            os.read(keyboard, 64)


@contextlib.contextmanager
def _own_keyboard() -> Iterator[int]:
    """The keyboard as single keys, unechoed; what was left unread is thrown away in the end."""
    keyboard = sys.__stdin__.fileno() if sys.__stdin__ else 0
    try:
        before = termios.tcgetattr(keyboard)
    except termios.error:
        yield keyboard
        return
    try:
        tty.setcbreak(keyboard)
        yield keyboard
    finally:
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
