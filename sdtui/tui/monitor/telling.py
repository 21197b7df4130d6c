"""Tells what is new about a run to a person who looks elsewhere: a notice, the terminal's bell, the desktop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from sdtui.base.settings import settings_or_defaults
from sdtui.runs.supervising.notices import Kind, Notice, attention

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def tell(app: SdtuiApp, notices: Iterable[Notice], *, seen: bool = False) -> None:
    """Show each, and ring or ask for a notice on the desktop where the person's settings say so.

    ``seen``: Monitor is shown, and says large how a run ended.
    """
    for notice in notices:
        if notice.kind.ends:
            app.run_ended.publish(None)
        if not (seen and notice.kind.ends):
            app.say(notice.text, _severity(notice))
        written = attention(notice, settings_or_defaults())
        if written and app._driver is not None:
            app._driver.write(written)


def _severity(notice: Notice) -> Literal["information", "warning", "error"]:
    if notice.kind in (Kind.FAILED, Kind.LOST):
        return "error"
    return "warning" if notice.kind.bad else "information"
