"""Text from outside (names, captions, log lines, metadata), made safe for a terminal; and numbers made for people."""

from __future__ import annotations

_BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]

# One code point for one code point, so that offsets into the shown text are offsets into the original.
_SHOWN = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys(_BIDI, 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
    0x2028: 0x240A,
    0x2029: 0x240A,
    0xFEFF: 0xFFFD,
}
_SHOWN_LINES = {**_SHOWN, 0x0A: 0x0A}
_ESCAPED = {code: f"\\u{code:04x}" for code in _SHOWN if code >= 0x7F}


def safe(text: str) -> str:
    """``text`` on one line without anything that a terminal would obey: controls as pictures (␛, ␊), C1 and bidi as �.

    The result has the same number of code points as ``text``.
    """
    return text.translate(_SHOWN)


def safe_lines(text: str) -> str:
    """As ``safe``, but line feeds stay."""
    return text.translate(_SHOWN_LINES)


def safe_json(document: str) -> str:
    """JSON text with whatever a terminal would obey, and what UTF-8 cannot hold, as ``\\u009b``: it means the same.

    The controls below a space are escaped in JSON anyway.
    """
    return document.translate(_ESCAPED)


def count(number: int) -> str:
    """``1240`` as ``1,240``."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """``1 image``, ``1,240 images``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """``2 h 14 m``, ``4 m 22 s``, ``9 s``; days from 48 hours on."""
    total = max(0, round(seconds))
    minutes, secs = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes:02d} m"
    return f"{minutes} m {secs:02d} s" if minutes else f"{secs} s"


def file_size(size: int) -> str:
    """``812 B``, ``4.6 MB``, ``6.94 GB`` (powers of 1000)."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{size} B" if unit == "B" else f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"


def speed(it_per_s: float) -> str:
    """``3.1 it/s``; ``2.5 s/it`` when a step takes longer than a second."""
    if it_per_s <= 0:
        return "· it/s"
    if it_per_s < 1:
        seconds = 1 / it_per_s
        return f"{seconds:.3g} s/it" if seconds < 999.5 else f"{seconds:,.0f} s/it"
    return f"{it_per_s:.1f} it/s" if it_per_s < 9.95 else f"{it_per_s:,.0f} it/s"
