"""The bucket preview: which bucket each image goes to, and what is cut from it, drawn over its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.color import Color
from textual.pilot import Pilot

from sdtui.dataset.scan import open_project
from sdtui.tui.app import SdtuiApp
from sdtui.tui.balance.screen import BalanceScreen
from sdtui.tui.buckets.counting import Tried, counted
from sdtui.tui.buckets.crop_drawing import Part, frame_of, with_crop
from sdtui.tui.buckets.screen import BucketsScreen
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.widgets.half_cells import half_cells
from sdtui.tui.widgets.lines import Lines
from tests.dataset.making import image
from tests.tui.conftest import Open, Opened, picture, until

Snap = Callable[..., bool]
LINE, PAPER = Color.from_rgb(1, 2, 3), Color.from_rgb(0, 0, 0)


@pytest.fixture
def config(own_home: Path) -> Path:
    """Squares that fit, one image that is cut much, and one too small; its path is the same for everybody."""
    folder = own_home / "data" / "shapes"
    for number in range(5):
        image(folder / "circle" / f"circle_{number}.png", 512, 512)
    image(folder / "circle" / "wide.png", 1000, 200)
    image(folder / "circle" / "tiny.png", 100, 90)
    path = folder / "dataset.toml"
    path.write_text(
        "[[datasets]]\nresolution = 512\nenable_bucket = true\nbatch_size = 4\n"
        f"[[datasets.subsets]]\nimage_dir = '{folder}/circle'\nnum_repeats = 3\ncaption_extension = '.txt'\n"
    )
    return path


def buckets(it: Opened) -> BucketsScreen:
    return next(screen for screen in it.app.screen_stack if isinstance(screen, BucketsScreen))


async def shown(it: Opened) -> BucketsScreen:
    """Go to the screen; it has counted."""
    await it.press("B")
    await it.until(lambda: isinstance(it.app.screen, BucketsScreen) and buckets(it).groups.groups)
    return buckets(it)


async def on(it: Opened, title: str) -> None:
    """Put the cursor on a bucket, or on images that want care."""
    screen = buckets(it)
    await it.press("home", *["j"] * [group.title for group in screen.groups.groups].index(title))
    await it.until(lambda: screen.groups.group is not None and screen.groups.group.title == title)
    await it.pilot.pause()


def row(it: Opened, beginning: str) -> str:
    return next(line.rstrip() for line in it.words().splitlines() if line[1:].startswith(beginning))


@pytest.mark.slow
async def test_buckets_say_their_batches_and_an_image_what_is_cut(config: Path, opened: Open) -> None:
    async with opened(config, slow=True) as it:
        screen = await shown(it)
        assert "7 images in 2 buckets · 6 batches · 2 not full" in it.words()
        assert row(it, "512×512").split()[1:3] == ["6", "18"]
        await on(it, "1024×256")
        assert "1  3/4" in row(it, "1024×256")
        assert "1000×200 → scaled to 128%, 1280×256 → cut to 1024×256" in it.words()
        assert "20.0% is cut off: 100 left, 100 right" in it.words()
        await on(it, "enlarged")
        assert [each.sample.name for each in screen.images.images] == ["wide.png", "tiny.png"]
        await on(it, "every image")
        await it.press("o")
        await it.until(lambda: [each.sample.name for each in screen.images.images][-2:] == ["tiny.png", "wide.png"])


@pytest.mark.slow
async def test_another_batch_size_and_resolution_are_tried_and_nothing_is_written(config: Path, opened: Open) -> None:
    before = config.read_bytes()
    async with opened(config, slow=True) as it:
        await shown(it)
        await it.press("b")
        await it.type("3")
        await it.press("enter")
        await it.until(lambda: "7 batches · all full" in it.words())
        await it.press("r")
        await it.type("256x256")
        await it.press("enter")
        await it.until(lambda: "256×256 · batch 3" in it.words() and "tried, not written" in it.words())
        await it.press("r", *["backspace"] * 7)
        await it.type("0")
        await it.press("enter")
        await it.until(lambda: "is no resolution" in it.words())
    assert config.read_bytes() == before


@pytest.mark.slow
async def test_enter_shows_the_image_in_dataset_also_from_balance(config: Path, opened: Open) -> None:
    async with opened(config, slow=True) as it:
        await shown(it)
        await on(it, "cut by ≥ 10%")
        await it.press("enter", "enter")
        await it.until(lambda: isinstance(it.app.screen, DatasetScreen) and it.shown == "wide.png")
        await it.press("3")
        await it.until(lambda: isinstance(it.app.screen, BalanceScreen) and "steps an epoch" in it.words())
        await shown(it)
        await on(it, "enlarged")
        await it.press("l", "j", "enter")
        await it.until(lambda: isinstance(it.app.screen, DatasetScreen) and it.shown == "tiny.png")


@pytest.mark.slow
async def test_a_change_on_disk_is_followed(config: Path, opened: Open) -> None:
    async with opened(config, slow=True) as it:
        await shown(it)
        config.write_text(config.read_text().replace("num_repeats = 3", "num_repeats = 4"))
        await it.until(lambda: "7 batches · all full" in it.words())


@pytest.mark.slow
async def test_what_the_trainer_refuses_is_said(config: Path, opened: Open) -> None:
    config.write_text(config.read_text().replace("batch_size = 4", "min_bucket_reso = 640"))
    async with opened(config, size=(80, 24), slow=True) as it:
        await it.press("B")
        await it.until(lambda: "the trainer refuses these buckets" in it.words())
        said = " ".join(buckets(it).query_one("#bucket-about", Lines).text.split())
        assert "min_bucket_reso 640 is larger than the resolution's shorter side 512" in said


def test_images_that_only_cached_latents_save_are_told_from_those_that_end_a_run(tmp_path: Path) -> None:
    for name, width in (("fine", 512), ("larger", 600), ("thin", 20)):
        image(tmp_path / "a" / f"{name}.png", width, 512)
    path = tmp_path / "dataset.toml"

    def titles(rules: str) -> dict[str, list[str]]:
        path.write_text(f"[[datasets]]\nresolution = 512\n{rules}\n[[datasets.subsets]]\nimage_dir = '{tmp_path}/a'\n")
        groups = counted(open_project(path), Tried()).groups
        return {group.title: sorted(each.sample.name for each in group.images) for group in groups}

    assert titles("")["other size"] == ["larger.png", "thin.png"]
    assert "trainer stops" not in titles("")
    unscaled = titles("enable_bucket = true\nbucket_no_upscale = true")
    assert unscaled["trainer stops"] == unscaled["side under step"] == ["thin.png"]
    assert "other size" not in unscaled


async def test_what_is_cut_is_dark_on_the_picture(tmp_path: Path, opened: Open) -> None:
    picture(tmp_path / "3_circle" / "wide.png", (1000, 200), "white").with_suffix(".txt").write_text("a circle")
    async with opened(tmp_path) as it:
        await shown(it)
        accent = it.app.current_theme.accent
        await it.until(
            lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.get_truecolor().hex == accent) != ""
        )
        dark = it.drawn(lambda style: style.bgcolor and 60 < style.bgcolor.get_truecolor().red < 120)
        light = it.drawn(lambda style: style.bgcolor and style.bgcolor.get_truecolor().red > 250)
        assert 0.1 < len(dark) / (len(dark) + len(light)) < 0.35


def marks(width: int, height: int, part: Part) -> list[str]:
    """A white picture as it is drawn: ``#`` trained, ``.`` cut, ``+`` the line between."""
    strips = half_cells(width, height, b"\xff" * (width * height * 3))
    drawn = with_crop(strips, frame_of(part, width, height), LINE, PAPER)
    pixels = []
    for strip in drawn:
        cells = [(char, style) for text, style, _ in strip for char in text]
        pixels.append([style.bgcolor for _, style in cells])
        pixels.append([style.color if char == "▄" else style.bgcolor for char, style in cells])
    names = {LINE.triplet: "+", Color.from_rgb(255, 255, 255).triplet: "#"}
    return ["".join(names.get(colour and colour.triplet, ".") for colour in line) for line in pixels[:height]]


def test_the_line_stands_around_what_is_trained() -> None:
    assert marks(8, 5, (0.25, 0.4, 0.75, 0.8)) == [
        "........",
        ".++++++.",
        ".+####+.",
        ".+####+.",
        ".++++++.",
    ]


def test_no_line_stands_where_nothing_is_cut_and_the_least_cut_is_seen() -> None:
    assert marks(4, 3, (0.0, 0.0, 1.0, 1.0)) == ["####"] * 3
    assert marks(4, 3, (0.001, 0.0, 1.0, 1.0)) == ["+###"] * 3
    assert marks(3, 4, (0.0, 0.0, 1.0, 0.999)) == ["###"] * 3 + ["+++"]


def test_a_sliver_that_is_left_is_seen() -> None:
    assert marks(9, 1, (0.499, 0.0, 0.501, 1.0)) == ["...+#+..."]


def test_without_colours_the_line_is_of_characters() -> None:
    strips = half_cells(6, 4, b"\xff" * 72, 0)
    drawn = with_crop(strips, frame_of((0.34, 0.0, 0.67, 1.0), 6, 4), LINE, PAPER, coloured=False)
    assert [strip.text for strip in drawn] == ["@|@@|@", "@|@@|@"]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_how_it_looks(config: Path, snap_compare: Snap, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, SdtuiApp)
        await until(pilot, lambda: app.project is not None and app.scanning is None)
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, BucketsScreen) and app.screen.groups.groups)
        await pilot.press("j", "l")
        await pilot.pause()

    assert snap_compare(SdtuiApp(config, slow=True), terminal_size=size, run_before=before)
