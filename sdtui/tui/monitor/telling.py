"""Tells what is new about a run to a person who looks elsewhere: a notice, the terminal's bell, the desktop."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import UserSettings, load_settings
from sdtui.base.text import safe
from sdtui.runs.notices import Kind, Notice
from sdtui.tui.monitor.trouble import first_sentence

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

BELL = "\a"


def tell(app: SdtuiApp, notices: Iterable[Notice]) -> None:
    """Show each, and ring or ask for a notice on the desktop where the person's settings say so."""
    for notice in notices:
        app.say(notice.text, _severity(notice))
        settings = _settings()
        sequences = (BELL if settings.bell else "") + (desktop_notice(notice) if settings.desktop_notice else "")
        if sequences and app._driver is not None:
            app._driver.write(sequences)


def desktop_notice(notice: Notice, *, in_tmux: bool | None = None) -> str:
    """OSC 9, which iTerm2, kitty, WezTerm, Ghostty and foot show as a notice of the desktop.

    tmux hands it on where its option allow-passthrough is on.
    """
    text, _ = first_sentence(safe(notice.text))
    sequence = f"\x1b]9;sdtui: {text}\a"
    if in_tmux if in_tmux is not None else "TMUX" in os.environ:
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def _severity(notice: Notice) -> Literal["information", "warning", "error"]:
    if notice.kind in (Kind.FAILED, Kind.LOST):
        return "error"
    return "warning" if notice.kind.bad else "information"


def _settings() -> UserSettings:
    try:
        return load_settings().settings
    except SdtuiError:
        return UserSettings()
