"""Text with characters that a terminal would obey, kept in an editor without ever being shown, and given back exactly.

Each such character (escapes, C1 controls, bidi overrides, tabs, stray carriage returns) stands in the editor as one
character of a private use plane, one cell wide, and is drawn as the picture that ``base.text.safe`` gives it.
"""

from __future__ import annotations

from sdtui.base.text import safe

_PLANES = (0xF0000, 0xF4000, 0xF8000, 0xFC000, 0x100000, 0x104000, 0x108000)
_SPAN = 0x3000
"""Code points that ``safe`` replaces lie below this, but for U+FEFF and surrogates."""
_MARK = 0x2FFF
"""Stands for U+FEFF."""


class Veil:
    """Maps a text to what an editor may hold, and back. One that is made for a text never mistakes its characters."""

    def __init__(self, text: str) -> None:
        self._base = next((base for base in _PLANES if not _uses(text, base)), _PLANES[-1])

    def hide(self, text: str) -> str:
        """``text`` as the editor holds it; the same number of code points. Lone surrogates become �."""
        return "".join(map(self._hidden, text)) if safe(text) != text else text

    def reveal(self, held: str) -> str:
        """What ``held`` stands for."""
        return "".join(map(self._revealed, held))

    def shown(self, held: str) -> str:
        """What the terminal may see of ``held``; the same number of code points."""
        return safe(self.reveal(held))

    def _hidden(self, char: str) -> str:
        if char == "\n" or safe(char) == char:
            return char
        code = _MARK if char == "\ufeff" else ord(char)
        return chr(self._base + code) if code < _SPAN else "\ufffd"

    def _revealed(self, char: str) -> str:
        code = ord(char) - self._base
        if not 0 <= code < _SPAN:
            return char
        return "\ufeff" if code == _MARK else chr(code)


def _uses(text: str, base: int) -> bool:
    return any(base <= ord(char) < base + _SPAN for char in text)
