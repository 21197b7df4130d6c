"""How the screens look, as pictures of a terminal: a change of looks is seen in review, and is never an accident."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.tui.app import SdtuiApp
from sdtui.tui.dataset.screen import DatasetScreen
from tests.tui.conftest import COLOURS, LONG, picture, until

Snap = Callable[..., bool]
pytestmark = pytest.mark.slow


@pytest.fixture
def project(own_home: Path) -> Path:
    """A project whose path is the same for everybody: ``~/data/shapes``."""
    root = own_home / "data" / "shapes"
    for number in range(24):
        image = picture(root / "images" / "10_circle" / f"circle_{number:03}.png", (64, 48), COLOURS[number % 6])
        image.with_suffix(".txt").write_text(f"a {COLOURS[number % 6]} circle on a plain background, flat colour\n")
    (root / "images" / "10_circle" / "circle_001.txt").write_text(LONG)
    for number in range(9):
        image = picture(root / "images" / "4_正方形" / f"方_{number:03}.png", (48, 64), COLOURS[number % 6])
        if number % 3:
            image.with_suffix(".txt").write_text("a square")
    picture(root / "images" / "2_triangle" / "mixed.Png")
    picture(root / "regularization" / "1_shape" / "shape_000.png")
    return root


async def ready(pilot: Pilot[None]) -> DatasetScreen:
    app = pilot.app
    assert isinstance(app, SdtuiApp)
    await until(pilot, lambda: app.project is not None and app.scanning is None)
    screen = app.screen
    assert isinstance(screen, DatasetScreen)
    await until(pilot, lambda: screen.subsets.shares)
    return screen


def shown(*keys: str, picture_of: str | None = None) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press ``keys`` once the project is read, then wait until the caption, and the picture if any, is there."""

    async def run(pilot: Pilot[None]) -> None:
        screen = await ready(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: screen.captions._file is not None)
        if picture_of is not None:
            pane: Any = screen.query_one("#picture")
            await until(pilot, lambda: pane._drawn is not None and pane._drawn.path.name == picture_of)
        await pilot.pause(0.2)

    return run


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (170, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_dataset(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    app = SdtuiApp(project)
    assert snap_compare(app, terminal_size=size, run_before=shown("j", "l", picture_of="circle_000.png"))
    app.pictures.close()


def test_editing_a_caption_that_is_too_long(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    assert snap_compare(app, terminal_size=(120, 40), run_before=shown("j", "l", "j", "enter", "x"))


def test_a_caption_within_150_shows_its_seam(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown("j", "l", "j", "t"))


def test_light(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    app.theme = "sdtui-light"
    assert snap_compare(app, terminal_size=(120, 40), run_before=shown("j", "l"))


def test_help(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 40), run_before=shown("j", "l", "question_mark"))


def test_finding_an_image(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("f", "c", "1", "2"))


def test_too_small(snap_compare: Snap, project: Path) -> None:
    assert snap_compare(SdtuiApp(project), terminal_size=(60, 20))


def test_a_filter_that_is_wrong(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    # It is wrong from its first letter on, so that no part of it comes into effect while it is typed.
    typed = [{":": "colon", " ": "space", "(": "left_parenthesis"}.get(char, char) for char in "(red is:ovr"]
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown("j", "l", "slash", *typed))


def test_a_filter_with_selected_and_marked_images(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    keys = ("j", "l", "space", "F", "s", "slash", *"red", "enter", "j", "space")
    assert snap_compare(app, terminal_size=(120, 40), run_before=shown(*keys))


def test_suggested_tags(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    for number in range(3):
        image = picture(project / "images" / "3_tags" / f"tags_{number}.png")
        image.with_suffix(".txt").write_text("red circle, red background, blue circle")
    keys = ("j", "j", "l", "enter", "comma", "space", "r", "e", "ctrl+n")
    assert snap_compare(app, terminal_size=(100, 30), run_before=shown(*keys))
