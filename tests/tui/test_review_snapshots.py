"""How Review looks, as pictures of a terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.tui.app import SdtuiApp
from sdtui.tui.review.screen import ReviewScreen
from sdtui.tui.widgets.picture_pane import PicturePane
from tests.tui.conftest import COLOURS, LONG, picture, until
from tests.tui.running import full_colour

Snap = Callable[..., bool]
pytestmark = pytest.mark.slow


@pytest.fixture
def project(own_home: Path) -> Path:
    """A dataset config, and pictures in two subsets; its path is the same for everybody: ``~/data/shapes.toml``."""
    root = own_home / "data"
    for number in range(24):
        image = picture(root / "circle" / f"circle_{number:03}.png", (64, 48), COLOURS[number % 6])
        image.with_suffix(".txt").write_text(f"a {COLOURS[number % 6]} circle, plain background, flat colour\n")
    (root / "circle" / "circle_001.txt").write_text(LONG)
    (root / "circle" / "circle_002.txt").write_text("a blue circle, flat colour\nmore to come\n")
    for number in range(3):
        picture(root / "方形" / f"方_{number:03}.png", (48, 64), COLOURS[number])
    config = root / "shapes.toml"
    subset = '[[datasets.subsets]]\nimage_dir = "{}"\ncaption_extension = ".txt"\n'
    circles = 'caption_prefix = "zhuoyue,"\nshuffle_caption = true\nkeep_tokens = 2\ncaption_dropout_rate = 0.05\n'
    squares = 'class_tokens = "a square"\n'
    config.write_text(
        "[[datasets]]\nresolution = 512\n"
        + subset.format(root / "circle")
        + circles
        + subset.format(root / "方形")
        + squares
    )
    return config


def shown(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press ``keys`` once the images are listed, then wait until the picture is there and nothing more happens."""

    async def run(pilot: Pilot[None]) -> None:
        app: Any = pilot.app
        await until(pilot, lambda: app.project is not None and app.scanning is None)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        await until(pilot, lambda: screen.captions.sample is not None)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        pane = screen.query_one(PicturePane)
        await until(pilot, lambda: app.slow or (pane._drawn is not None and pane._drawn.path == pane._path))
        await until(pilot, lambda: app.bridge._writes.unfinished_tasks == 0)
        await pilot.pause(0.3)

    return run


def review(project: Path, *, slow: bool = False) -> SdtuiApp:
    return full_colour(SdtuiApp(project, "review", slow=slow))


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (170, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_review(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    app = review(project)
    assert snap_compare(app, terminal_size=size, run_before=shown("a", "f", "s"))
    app.pictures.close()


def test_lines_that_are_not_read(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("j", "j"))


def test_class_tokens(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("end"))


def test_editing(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("e", "comma", "x"))


def test_a_filter_that_is_wrong(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    keys = ["slash", *"is", "colon", *"over", "space", "left_parenthesis"]
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown(*keys))


def test_nothing_matches(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("slash", *"nobody", "enter"))


def test_light(snap_compare: Snap, project: Path) -> None:
    app = review(project, slow=True)
    app.theme = "sdtui-light"
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("j"))
