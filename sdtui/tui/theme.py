"""Colours. The dark and light themes are exact entries of the xterm 256-colour table, since SSH seldom forwards
COLORTERM and what is not in the table would be rounded until surfaces look alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme


def xterm(entry: int) -> str:
    """An entry of the 256-colour table, 16 to 255, as ``#rrggbb``."""
    if entry >= 232:
        grey = 8 + 10 * (entry - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    red, rest = divmod(entry - 16, 36)
    green, blue = divmod(rest, 6)
    return "#" + "".join(f"{55 + 40 * level if level else 0:02x}" for level in (red, green, blue))


@dataclass(frozen=True, slots=True)
class Shades:
    """The nine colours that a theme is made of."""

    background: str
    surface: str
    panel: str
    text: str
    dim: str
    accent: str
    good: str
    warn: str
    bad: str


DARK = Shades(*map(xterm, (234, 235, 236, 252, 244, 75, 114, 215, 203)))
LIGHT = Shades(*map(xterm, (255, 254, 253, 236, 242, 25, 28, 130, 160)))
ANSI = Shades(
    "ansi_default",
    "ansi_default",
    "ansi_black",
    "ansi_default",
    "ansi_bright_black",
    "ansi_blue",
    "ansi_green",
    "ansi_yellow",
    "ansi_red",
)


_TEXTUALS_ANSI = BUILTIN_THEMES["ansi-dark"].variables if "ansi-dark" in BUILTIN_THEMES else {}
"""Textual's own styles ask for these where the terminal's own colours are used."""


def _theme(name: str, shades: Shades, *, dark: bool, ansi: bool = False) -> Theme:
    return Theme(
        name=name,
        primary=shades.accent,
        secondary=shades.accent,
        accent=shades.accent,
        foreground=shades.text,
        background=shades.background,
        surface=shades.surface,
        panel=shades.panel,
        boost=shades.panel,
        success=shades.good,
        warning=shades.warn,
        error=shades.bad,
        dark=dark,
        ansi=ansi,
        variables={**(_TEXTUALS_ANSI if ansi else {}), **variables(shades)},
    )


def variables(shades: Shades) -> dict[str, str]:
    """The TCSS variables that our own styles use beside Textual's."""
    return {
        "text-plain": shades.text,
        "dim": shades.dim,
        "good": shades.good,
        "warn": shades.warn,
        "bad": shades.bad,
        "scrollbar": shades.panel,
        "scrollbar-hover": shades.dim,
        "scrollbar-active": shades.dim,
        "scrollbar-background": shades.background,
        "scrollbar-background-hover": shades.background,
        "scrollbar-background-active": shades.background,
        "scrollbar-corner-color": shades.background,
    }


THEMES = (
    _theme("sdtui-dark", DARK, dark=True),
    _theme("sdtui-light", LIGHT, dark=False),
    _theme("ansi-dark", ANSI, dark=True, ansi=True),
)
_FAINT = {"sdtui-dark": xterm(240), "sdtui-light": xterm(250), "ansi-dark": "ansi_bright_black"}
_SHADES = {"sdtui-dark": DARK, "sdtui-light": LIGHT, "ansi-dark": ANSI}


_CURVES = {
    "sdtui-dark": (*map(xterm, (75, 215, 114, 176, 80)), DARK.text),
    "sdtui-light": (*map(xterm, (25, 130, 28, 90, 30)), LIGHT.text),
    "ansi-dark": ("ansi_blue", "ansi_yellow", "ansi_green", "ansi_magenta", "ansi_cyan", "ansi_default"),
}
"""Six curves in one chart; red is none of them, since it is for what needs the person."""


@dataclass(frozen=True, slots=True)
class Inks:
    """Rich styles for what is drawn line by line. Only foregrounds, but for ``cursor`` and ``cursor_unfocused``."""

    text: Style
    strong: Style
    dim: Style
    accent: Style
    good: Style
    warn: Style
    bad: Style
    cut: Style
    """Text that the trainer does not read: dimmed and struck."""
    seam: Style
    """The first character of a window of 75."""
    empty_bar: Style
    faint: Style
    """What lies behind something else: the raw curve under the smoothed one."""
    cursor: Style
    """Background of the row under the cursor where its list has the focus."""
    cursor_unfocused: Style
    match: Style
    """Characters that a query matched."""
    curves: tuple[Style, ...]
    """Curves that are compared in one chart."""


@lru_cache(maxsize=8)
def inks(theme: str) -> Inks:
    """The styles of the theme called ``theme``."""
    shades = _SHADES.get(theme, DARK)

    def ink(
        color: str, *, bold: bool | None = None, strike: bool | None = None, underline: bool | None = None
    ) -> Style:
        return Style(color=Color.parse(color).rich_color, bold=bold, strike=strike, underline=underline)

    def paper(color: str) -> Style:
        return Style(bgcolor=Color.parse(color).rich_color)

    ansi = theme == "ansi-dark"
    return Inks(
        text=ink(shades.text),
        strong=ink(shades.text, bold=True),
        dim=ink(shades.dim),
        accent=ink(shades.accent),
        good=ink(shades.good),
        warn=ink(shades.warn),
        bad=ink(shades.bad),
        cut=ink(shades.dim, strike=True),
        seam=ink(shades.accent, underline=True),
        empty_bar=ink(shades.panel),
        faint=ink(_FAINT.get(theme, _FAINT["sdtui-dark"])),
        cursor=Style(reverse=True) if ansi else paper(shades.panel),
        cursor_unfocused=Style() if ansi else paper(shades.surface),
        match=ink(shades.accent, underline=True),
        curves=tuple(ink(color) for color in _CURVES.get(theme, _CURVES["sdtui-dark"])),
    )
