"""Small datasets, and the app opened on them as a person would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from rich.style import Style
from textual import events
from textual._context import visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.strip import Strip

from sdtui.tui.app import SdtuiApp
from sdtui.tui.checks import checking
from sdtui.tui.dataset.screen import DatasetScreen

COLOURS = ("red", "green", "blue", "orange", "purple", "white")
LONG = ", ".join(["a red circle on a blue background"] * 12)
"""95 tokens."""

TYPED = {"minus": "-", "plus": "+", "slash": "/", "underscore": "_", "full_stop": "."}
"""Keys that Textual names and whose character it does not look up."""


@pytest.fixture(autouse=True, scope="session")
def styles_read_once() -> Iterator[None]:
    """Each app parses 40 style sheets three times, a sixth of a test's time; they are the same for all."""
    known: dict[object, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parsed(sheet: Stylesheet, css: str, *args: object, **kwargs: object) -> list[RuleSet]:
        key = (css, args, tuple(kwargs.items()), tuple(sheet._variables.items()))
        if key not in known:
            known[key] = parse(sheet, css, *args, **kwargs)  # type: ignore[arg-type]
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed)
        yield


@pytest.fixture(autouse=True)
def good_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with all colours, whatever the tests are started from."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


def picture(path: Path, size: tuple[int, int] = (64, 48), colour: str = "red") -> Path:
    """A picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two training subsets and a regularization one in the layout of a project: captions own, long, missing."""
    root = tmp_path / "data"
    for number in range(4):
        image = picture(root / "images" / "10_circle" / f"circle_{number:03}.png", colour=COLOURS[number])
        image.with_suffix(".txt").write_bytes(f"a {COLOURS[number]} circle\n".encode())
    (root / "images" / "10_circle" / "circle_002.txt").write_text(LONG)
    for number in range(3):
        picture(root / "images" / "4_square" / f"square_{number:03}.png", (48, 64), COLOURS[number])
    (root / "images" / "4_square" / "square_000.txt").write_bytes(b"a square")
    picture(root / "regularization" / "1_shape" / "shape_000.png")
    return root


@pytest.fixture(autouse=True)
def checks_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No checks go on behind a test that is about something else; those of the Checks screen begin when it is shown."""
    monkeypatch.setattr(checking, "REST", 3600.0)


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Let the app work until ``condition()`` holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.005)
        if condition():
            return
    raise AssertionError(f"did not happen within {seconds} s: {condition}")


def strips(app: SdtuiApp) -> list[Strip]:
    """What stands on the terminal now."""
    # As the app does before it draws: else a dialog is drawn, and kept, without the screen that it stands before.
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def rows(app: SdtuiApp) -> list[str]:
    """The terminal's rows as text."""
    return ["".join(segment.text for segment in strip) for strip in strips(app)]


class Opened:
    """The app on a project, with its Dataset screen."""

    def __init__(self, app: SdtuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> DatasetScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, DatasetScreen))

    async def until(self, condition: Callable[[], object]) -> None:
        await until(self.pilot, condition)

    async def press(self, *keys: str) -> None:
        """As Pilot's, but all in one burst: the app takes one after the other, and only the last is waited for."""
        for key in keys:
            self.app.post_message(events.Key(key, TYPED.get(key) or key_to_character(key)))
        for _ in range(3):  # to the app, to the widget, and on to what it called for
            await self.pilot._wait_for_screen()
        await self.until(lambda: self.app.typed_ahead.idle)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type ``text``, a key a character."""
        names = {" ": "space", ",": "comma"}
        await self.press(*(names.get(char, char) for char in text))

    async def go_to(self, subset: str, image: str | None = None) -> None:
        """Put the cursors on a subset and one of its images, by keys."""
        names = [each.name for each in self.screen.subsets.subsets]
        self.screen.subsets.focus()
        await self.press("home", *["j"] * names.index(subset))
        await self.until(lambda: self.screen.subset is not None and self.screen.subset.name == subset)
        if image is not None:
            await self.press("l", "home")
            rows = [sample.name for sample in self.screen.images.samples]
            await self.press(*["j"] * rows.index(image))
            await self.until(lambda: self.screen.captions.sample is not None and self.shown == image)

    @property
    def shown(self) -> str:
        """Name of the image whose caption is shown."""
        sample = self.screen.captions.sample
        return sample.name if sample is not None else ""

    def words(self) -> str:
        """Everything on the terminal, as text."""
        return "\n".join(rows(self.app))

    def drawn(self, when: Callable[[Style], object]) -> str:
        """What is on the terminal in a style that ``when`` says yes to."""
        return "".join(
            segment.text for strip in strips(self.app) for segment in strip if segment.style and when(segment.style)
        )


Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def opened() -> Open:
    """``async with opened(path) as it:`` the app, scanned and drawn, closed cleanly afterwards."""

    @asynccontextmanager
    async def open_on(path: Path, size: tuple[int, int] = (120, 40), *, slow: bool = False) -> AsyncIterator[Opened]:
        app = SdtuiApp(path, slow=slow)
        async with app.run_test(size=size, notifications=True) as pilot:
            it = Opened(app, pilot)
            await it.until(lambda: app.project is not None and app.scanning is None)
            await it.until(lambda: it.screen.subsets.shares)
            yield it
            it.screen.before_quit()
        app.bridge.drain()
        app.bridge.close()
        app.pictures.close()

    return open_on
