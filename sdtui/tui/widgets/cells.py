"""Text made to fit a number of terminal cells. Names in Chinese or Japanese take two cells a character."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

_CONSOLE = Console(width=80)
EIGHTHS = " ▏▎▍▌▋▊▉█"


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: padded on the right, or cut with ``…``."""
    if text.isascii():
        length = len(text)
        if length <= width:
            return text + " " * (width - length)
        return text[: max(0, width - 1)] + "…" if width > 0 else ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def fit_end(text: str, width: int) -> str:
    """As ``fit``, but what is cut is the beginning: paths keep their end."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width <= 0:
        return ""
    tail = text
    while tail and cell_len(tail) > width - 1:
        tail = tail[1:]
    return "…" + set_cell_size(tail, width - 1)


def fit_right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, flush right: for numbers."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else fit(text, width)


def bar(share: float, width: int) -> str:
    """``share`` (0 to 1) of ``width`` cells as a bar in eighths, padded to ``width``. What is not nothing is seen."""
    if width <= 0:
        return ""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, part = divmod(eighths, 8)
    drawn = "█" * whole + (EIGHTHS[part] if part else "")
    return drawn.ljust(width)


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken between words where that is possible."""
    return [line.plain for line in Text(text).wrap(_CONSOLE, max(1, width), overflow="fold")]


def broken(text: Text, width: int) -> list[Text]:
    """As ``wrapped``, with the styles of ``text``; its line ends are line ends."""
    return list(text.wrap(_CONSOLE, max(1, width), overflow="fold"))
