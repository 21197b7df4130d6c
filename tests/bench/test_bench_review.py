"""From a key in Review to the frame that shows the next image: against a bare screen, and against few images."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Static

from sdtui.tui.app import SdtuiApp
from sdtui.tui.review.screen import ReviewScreen
from tests.bench.conftest import Compare
from tests.tui.conftest import picture

pytestmark = pytest.mark.bench

FEW, MANY = 40, 20_000
KEYS = 10


class Frames:
    """Mixed into an app: says when the next frame is drawn."""

    drawn: asyncio.Event

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)  # type: ignore[misc]
        if hasattr(self, "drawn"):
            self.drawn.set()


class Bare(Frames, App[None]):
    """The least that shows another line at each key."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "step"), ("k", "step")]
    at = 0

    def compose(self) -> ComposeResult:
        yield Static("image 0")

    def action_step(self) -> None:
        self.at += 1
        self.query_one(Static).update(f"image {self.at}")


class Review(Frames, SdtuiApp):
    """Review of a project."""

    def __init__(self, project: Path) -> None:
        super().__init__(project, "review")

    @property
    def at(self) -> int:
        screen = self.screen
        return screen.reel.at if isinstance(screen, ReviewScreen) and screen.reel is not None else -1


class Running:
    """An app in a thread of its own, and the keys that are pressed in it."""

    def __init__(self, app: Bare | Review, ready: Callable[[], bool]) -> None:
        self._app = app
        self._ready = ready
        self._key = "k"
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._started.wait(120)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._app.drawn = asyncio.Event()
        async with self._app.run_test(size=(120, 40)):
            while not self._ready():
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)
            self._started.set()
            await self._ended.wait()

    def press(self) -> None:
        """Some keys there, and as many back the next time; each waits for its frame."""
        self._key = "j" if self._key == "k" else "k"
        asyncio.run_coroutine_threadsafe(self._press(self._key), self._loop).result(60)

    async def _press(self, key: str) -> None:
        for _ in range(KEYS):
            before = self._app.at
            self._app.post_message(events.Key(key, key))
            while self._app.at == before:
                await asyncio.sleep(0)
            self._app.drawn.clear()
            await self._app.drawn.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(60)
        if isinstance(self._app, SdtuiApp):
            self._app.bridge.close()
            self._app.pictures.close()


def _project(root: Path, images: int) -> Path:
    first = picture(root / "10_x" / f"x_{0:06}.png")
    for number in range(images):
        image = first.with_name(f"x_{number:06}.png")
        if number:
            os.link(first, image)
        image.with_suffix(".txt").write_text(f"a red circle on a blue background, flat colour, number {number}\n")
    return root


def _review(project: Path) -> Running:
    app = Review(project)
    return Running(app, lambda: app.scanning is None and app.at >= 0)


def test_from_a_key_to_the_next_image(compare: Compare, tmp_path: Path) -> None:
    few, many = _project(tmp_path / "few", FEW), _project(tmp_path / "many", MANY)
    bare = Bare()
    running = [_review(few), _review(many), Running(bare, lambda: True)]
    in_few, in_many, on_bare = running
    compare(f"{KEYS} keys in Review", in_few.press, "a line of text", on_bare.press, rounds=10)
    compare(f"{KEYS} keys among {MANY:,} images", in_many.press, f"among {FEW}", in_few.press, rounds=10)
    for each in running:
        each.end()
