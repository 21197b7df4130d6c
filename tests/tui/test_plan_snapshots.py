"""How proposals, bulk edits and tags look, as pictures of a terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sdtui.base.work import finish
from sdtui.dataset.project import Project
from sdtui.edits.bulk import propose
from sdtui.edits.operations import Regex
from sdtui.tui.app import SdtuiApp
from sdtui.tui.bulk.open import bulk_edit
from sdtui.tui.bulk.quality import QualityScreen
from sdtui.tui.bulk.scopes import Scopes
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.finder import Finder
from sdtui.tui.plan.left import LeftScreen
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.tags.screen import TagsScreen
from tests.tui.conftest import COLOURS, picture, rows, until

Snap = Callable[..., bool]
Run = Callable[[Pilot[None]], Awaitable[None]]
pytestmark = pytest.mark.slow

NEARLY_FULL = ", ".join(["a red circle on a blue background"] * 9)
"""71 tokens."""

BOTH = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture
def project(own_home: Path) -> Path:
    """A project whose path is the same for everybody: ``~/data/shapes``."""
    root = own_home / "data" / "shapes"
    for number in range(30):
        image = picture(root / "images" / "10_circle" / f"circle_{number:03}.png", (64, 48), COLOURS[number % 6])
        colour = COLOURS[number % 6]
        image.with_suffix(".txt").write_text(f"{colour} circle, simple background, {COLOURS[number % 4]}_frame\n")
    folder = root / "images" / "10_circle"
    (folder / "circle_001.txt").write_text(f"simple background, {NEARLY_FULL}")
    (folder / "circle_002.txt").write_bytes(b"caf\xe9 simple background")
    (folder / "circle_000_te_outputs.npz").write_bytes(b"cache")
    for number in range(6):
        image = picture(root / "images" / "4_正方形" / f"方_{number:03}.png", (48, 64), COLOURS[number % 6])
        image.with_suffix(".txt").write_text("a [red] square, 正方形, simple background\nmore, which is not read")
    picture(root / "regularization" / "1_shape" / "shape_000.png").with_suffix(".txt").write_text("circle")
    return root


def shown(push: Callable[[SdtuiApp, Project], object], kind: type[Screen[object]], *keys: str, seen: str) -> Run:
    """Push a screen once the project is read, press ``keys``, and wait until ``seen`` stands there."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, SdtuiApp)
        await until(pilot, lambda: app.project is not None and app.scanning is None)
        assert app.project is not None
        below = app.screen
        assert isinstance(below, DatasetScreen)
        await until(pilot, lambda: below.subsets.shares and below.captions._file is not None)  # it is seen behind
        push(app, app.project)
        await until(pilot, lambda: isinstance(app.screen, kind))
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: seen in words(app))
        await pilot.pause(0.2)

    return run


def words(app: SdtuiApp) -> str:
    return "\n".join(rows(app))


def plan(app: SdtuiApp, project: Project) -> None:
    operation = Regex(r"simple (\w+)", r"plain \1, best quality")
    samples = [sample for subset in project.subsets for sample in subset.samples]
    app.push_screen(PlanScreen(finish(propose(project, samples, operation))))


def operations(app: SdtuiApp, project: Project) -> None:
    bulk_edit(app, project, Scopes(subset=project.subset("10_circle")))


def tags(app: SdtuiApp, project: Project) -> None:
    subset = project.subset("4_正方形")
    assert subset is not None
    app.push_screen(TagsScreen(project, subset.samples, "subset:正方形"))


def left(app: SdtuiApp, _project: Project) -> None:
    folder = Path("/data/shapes/10_circle")
    files = [(folder / f"circle_{number:03}.txt", "It was changed outside since.") for number in range(12)]
    app.push_screen(LeftScreen("rename the tag red to crimson", "88 captions were changed, 12 files were left.", files))


@BOTH
def test_a_proposal(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    run = shown(plan, PlanScreen, "j", "n", seen="circle_001.png")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=size, run_before=run)


def test_a_proposal_in_light(snap_compare: Snap, project: Path) -> None:
    app = SdtuiApp(project, slow=True)
    app.theme = "sdtui-light"
    assert snap_compare(app, terminal_size=(120, 40), run_before=shown(plan, PlanScreen, "d", "g", seen="kept"))


def test_what_was_left(snap_compare: Snap, project: Path) -> None:
    run = shown(left, LeftScreen, "j", seen="circle_011.txt")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=(100, 30), run_before=run)


def test_the_list_of_operations(snap_compare: Snap, project: Path) -> None:
    run = shown(operations, Finder, "t", "a", "g", seen="Rename a tag")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=(100, 30), run_before=run)


@BOTH
def test_a_broken_pattern(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    keys = [*"pattern", "enter", *"(re"]
    run = shown(operations, Finder, *keys, seen="cannot be read")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=size, run_before=run)


@BOTH
def test_a_trigger_word(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    keys = [*"trigger", "enter", *"zhuoyue"]
    run = shown(operations, Finder, *keys, seen="zhuoyue, red circle")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=size, run_before=run)


def test_quality_tiers(snap_compare: Snap, project: Path) -> None:
    keys = ["enter", *"best", "enter", "equals_sign", "7", "enter"]

    def quality(app: SdtuiApp, project: Project) -> None:
        app.push_screen(QualityScreen(project, 75))

    run = shown(quality, QualityScreen, *keys, seen="→ 7×")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=(100, 30), run_before=run)


@BOTH
def test_tags(snap_compare: Snap, project: Path, size: tuple[int, int]) -> None:
    run = shown(tags, TagsScreen, "j", "space", seen="simple background")
    assert snap_compare(SdtuiApp(project, slow=True), terminal_size=size, run_before=run)
