"""Text with characters that a terminal would obey, kept in an editor without ever being shown, and given back exactly.

Each such character (escapes, C1 controls, bidi overrides, tabs, stray carriage returns) stands in the editor as one
character of a private use plane, one cell wide, and is drawn as the picture that ``base.text.safe`` gives it.
"""

from __future__ import annotations

from sdtui.base.text import safe

# Beyond, only U+FEFF is replaced, and halves of characters (JSON can hold them): those are only drawn so.
_HIDDEN = [code for code in (*range(0x2100), 0xFEFF) if chr(code) != "\n" and safe(chr(code)) != chr(code)]
_HALVES = {code: safe(chr(code)) for code in range(0xD800, 0xE000)}
_BASES = range(0xF0000, 0xFFFFD - len(_HIDDEN), len(_HIDDEN))


class Veil:
    """Maps a text to what an editor may hold, and back. One that is made for a text never mistakes its characters."""

    def __init__(self, text: str) -> None:
        used = {ord(char) for char in set(text) if ord(char) >= _BASES.start}
        base = next(base for base in _BASES if used.isdisjoint(range(base, base + len(_HIDDEN))))
        self._to_held = {code: base + place for place, code in enumerate(_HIDDEN)}
        self._to_text = {held: code for code, held in self._to_held.items()}
        self._to_shown = _HALVES | {held: safe(chr(code)) for code, held in self._to_held.items()}

    def fits(self, text: str) -> bool:
        """Whether none of the characters of ``text`` would be mistaken."""
        return self._to_text.keys().isdisjoint(map(ord, set(text)))

    def hide(self, text: str) -> str:
        """``text`` as the editor holds it; the same number of code points."""
        return text.translate(self._to_held)

    def reveal(self, held: str) -> str:
        """What ``held`` stands for."""
        return held.translate(self._to_text)

    def shown(self, held: str) -> str:
        """What the terminal may see of ``held``; the same number of code points."""
        return held.translate(self._to_shown)
