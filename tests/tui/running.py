"""The Monitor and Train screens, opened on projects with runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.screen import Screen

from sdtui.tui.app import SdtuiApp
from sdtui.tui.monitor import feed
from sdtui.tui.train import state
from tests.runs.conftest import RunLab, run_lab
from tests.tui.conftest import TYPED, picture, rows, until


def with_images(root: Path) -> Path:
    """A dataset of one picture in ``root``, so that it opens as a project."""
    image = picture(root / "images" / "10_circle" / "circle_000.png")
    image.with_suffix(".txt").write_text("a red circle on a blue background\n")
    return root


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunLab]:
    """A lab whose runs train on ``with_images``."""
    with run_lab(tmp_path) as lab:
        with_images(lab.root)
        yield lab


@pytest.fixture
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monitor does not wait before it looks for news."""
    monkeypatch.setattr(feed, "SHORTEST_SECONDS", 0.01)
    monkeypatch.setattr(feed, "LIVE_SECONDS", 0.05)
    monkeypatch.setattr(feed, "IDLE_SECONDS", 0.05)


def without_trainers(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No sd-scripts of the developer's machine is found, only what a test puts into ``home``."""
    monkeypatch.chdir(home)
    monkeypatch.setattr(state, "find_trainers", partial(state.find_trainers, system=()))


def full_colour(app: SdtuiApp) -> SdtuiApp:
    """``app`` with pictures in 24 bits, whatever the terminal that the tests run in can do."""
    app.pictures.colours = None
    return app


class Seen:
    """The app in one of its modes, as a person sees it."""

    def __init__(self, app: SdtuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    async def until(self, condition: Callable[[], object]) -> None:
        await until(self.pilot, condition)

    async def sees(self, *texts: str) -> None:
        """Until each of ``texts`` stands on the terminal."""
        try:
            await until(self.pilot, lambda: all(text in self.words() for text in texts))
        except AssertionError:
            raise AssertionError(f"did not see {texts} in:\n{self.words()}") from None

    async def press(self, *keys: str) -> None:
        """All in one burst: the app takes one after the other."""
        for key in keys:
            self.app.post_message(events.Key(key, TYPED.get(key) or key_to_character(key)))
        for _ in range(3):  # to the app, to the widget, and on to what it called for
            await self.pilot._wait_for_screen()
        await self.until(lambda: self.app.typed_ahead.idle)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        names = {" ": "space", ",": "comma", ".": "full_stop", "/": "slash", "_": "underscore", "-": "minus"}
        await self.press(*(names.get(char, char) for char in text))

    def rows(self) -> list[str]:
        """The terminal's rows."""
        return rows(self.app)

    def words(self) -> str:
        """Everything on the terminal, as text."""
        return "\n".join(self.rows())


@asynccontextmanager
async def seen(root: Path, mode: str, size: tuple[int, int] = (120, 40), *, slow: bool = False) -> AsyncIterator[Seen]:
    """``async with seen(root, "monitor") as it:`` the app in that mode, closed cleanly afterwards."""
    app = full_colour(SdtuiApp(root, mode, slow=slow))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Seen(app, pilot)
    app.bridge.drain()
    app.bridge.close()
    app.pictures.close()
