"""How the person is told of runs, and what becomes of one whose loss is not a number: seen, changed, tried."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import shown
from sdtui.base.settings import UserSettings, load_settings, save_setting, settings_path
from sdtui.base.text import safe
from sdtui.runs.supervising.notices import Kind, Notice, attention
from sdtui.runs.supervising.notify import deliver
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

_NEXT = {"tell": "pause", "pause": "stop", "stop": "tell"}
_ON_NAN = {
    "tell": "you are told",
    "pause": "you are told, and the run is paused",
    "stop": "you are told, and the run is stopped",
}
_TEST = Notice(Kind.TEST, "", "", "sdtui can reach you.")


def show_notices(screen: ModeScreen, project: Path) -> None:
    """Show the settings, and change one when a key is pressed. ``project`` is its folder."""
    try:
        settings = load_settings().settings
    except SdtuiError as error:
        screen.shell.explain(error)
        return
    answers = (
        Answer("b", "bell", "bell"),
        Answer("d", "desktop", "desktop_notice"),
        Answer("n", "bad loss", "on_nan"),
        Answer("t", "try them", "try"),
        Answer("esc", "close", ""),
    )

    def answered(answer: str | None) -> None:
        if answer == "try":
            _try(screen, project, settings)
        elif answer:
            value = _NEXT[settings.on_nan] if answer == "on_nan" else not getattr(settings, answer)
            screen.shell.bridge.write(
                screen, lambda: save_setting(answer, value), lambda _none: show_notices(screen, project)
            )

    screen.app.push_screen(Ask("When a run ends or needs you", _told(settings, screen.app.theme), answers), answered)


def _told(settings: UserSettings, theme: str) -> Text:
    ink = inks(theme)
    text = Text()
    for title, value, sentence in (
        ("bell", _on(settings.bell), "rings this terminal, while sdtui is open in it"),
        ("desktop", _on(settings.desktop_notice), "asks it for a notice of the desktop (OSC 9)"),
        ("command", _set(settings.notice_command), "runs notice_command, also without a screen"),
        ("webhook", _set(settings.notice_webhook), "tells notice_webhook, also without a screen"),
    ):
        text.append(f"{title:<9}", ink.dim)
        text.append(f"{value:<9}", ink.strong if value in ("on", "set") else ink.text)
        text.append(f"{sentence}\n", ink.dim)
    text.append("\nWhen a loss is not a number, ", ink.dim)
    text.append(_ON_NAN[settings.on_nan], ink.strong)
    text.append(f".\n\nThe command and the webhook are set in {safe(shown(settings_path()))}.", ink.dim)
    return text


def _on(value: bool) -> str:
    return "on" if value else "off"


def _set(value: str | None) -> str:
    return "set" if value else "not set"


def _try(screen: ModeScreen, project: Path, settings: UserSettings) -> None:
    def tried(problems: tuple[str, ...]) -> None:
        for problem in problems:
            screen.shell.say(problem, "error")
        if not problems:
            screen.shell.say(_TEST.text)

    written = attention(_TEST, settings)
    if written and screen.app._driver is not None:
        screen.app._driver.write(written)
    screen.shell.bridge.call(screen, "notice", lambda: deliver(_TEST, None, project, settings), tried)
