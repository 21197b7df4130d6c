"""Selecting images, and what is done with the selected ones; a selection is lost by nothing but being given up."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sdtui.tui.plan.screen import PlanScreen
from tests.tui.conftest import Open, Opened, picture


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def circle(dataset: Path) -> Path:
    return dataset / "images" / "10_circle"


def selected(it: Opened) -> list[str]:
    return sorted(path.name for path in it.screen.selection.paths)


async def plan(it: Opened) -> None:
    await it.until(lambda: isinstance(it.app.screen, PlanScreen))


async def applied(it: Opened) -> None:
    """Apply the Plan that is shown."""
    await plan(it)
    await it.press("enter")
    await it.until(lambda: not isinstance(it.app.screen, PlanScreen))


@pytest.mark.slow
async def test_space_selects_and_moves_on_and_no_move_or_refresh_loses_it(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("space", "j", "space")
        assert selected(it) == ["circle_000.png", "circle_002.png"]
        assert it.shown == "circle_003.png"
        assert "●circle_000.png" in it.words() and "●circle_002.png" in it.words()
        assert "10_circle · 4 · ●2 selected" in it.words()
        await it.press("home", "j", "G", "k")
        await it.pilot.click("#images", offset=(4, 1))
        await it.go_to("4_square", "square_000.png")
        await it.press("space")
        assert "4_square · 3 · ●1 of 3 selected" in it.words()
        picture(circle(dataset) / "aaa.png")
        await it.go_to("10_circle")
        await it.until(lambda: "aaa.png" in it.words())
        assert selected(it) == ["circle_000.png", "circle_002.png", "square_000.png"]
        await it.press("l", "plus")
        await it.until(lambda: (dataset / "images" / "11_circle").exists())
        await it.until(lambda: "11_circle · 5 · ●2 of 3 selected" in it.words())


@pytest.mark.slow
async def test_all_shown_inverted_given_up_and_had_again(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("slash")
        await it.type("green or orange")
        await it.press("enter")
        await it.until(lambda: len(it.screen.images.samples) == 2)
        await it.press("asterisk")
        assert selected(it) == ["circle_001.png", "circle_003.png"]
        await it.press("escape")
        await it.until(lambda: len(it.screen.images.samples) == 4)
        assert len(selected(it)) == 2, "the filter goes first"
        await it.press("V")
        assert selected(it) == ["circle_000.png", "circle_002.png"]
        await it.press("escape")
        assert selected(it) == [] and "●" not in it.words()
        await it.press("A")
        assert selected(it) == ["circle_000.png", "circle_002.png"]
        await it.press("asterisk", "asterisk")
        assert selected(it) == []


@pytest.mark.slow
async def test_selected_images_go_to_the_trash_and_come_back_selected(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("space", "space", "x")
        await plan(it)
        await it.until(lambda: "throw 2 images away" in it.words())
        assert (circle(dataset) / "circle_000.png").exists()
        await applied(it)
        await it.until(lambda: len(it.screen.images.samples) == 2)
        assert sorted(path.name for path in circle(dataset).iterdir())[:2] == ["circle_002.png", "circle_002.txt"]
        assert "●" not in it.words()
        await it.press("u")
        await it.until(lambda: len(it.screen.images.samples) == 4)
        assert (circle(dataset) / "circle_000.txt").read_bytes() == b"a red circle\n"
        await it.until(lambda: "●2 selected" in it.words())


@pytest.mark.slow
async def test_an_image_moves_with_its_caption_to_another_and_to_a_new_subset(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_001.png")
        await it.press("m")
        await it.type("square")
        await it.press("enter")
        await applied(it)
        moved = dataset / "images" / "4_square" / "circle_001.txt"
        await it.until(moved.exists)
        assert moved.read_bytes() == b"a green circle\n" and not (circle(dataset) / "circle_001.png").exists()
        await it.until(lambda: it.shown == "circle_002.png")
        await it.press("c")
        await it.type("a new")
        await it.press("enter")
        await it.until(lambda: "Name of the new subset" in it.words())
        await it.type("3_round")
        await it.press("enter")
        await applied(it)
        await it.until(lambda: any(subset.name == "3_round" for subset in it.screen.subsets.subsets))
        assert (circle(dataset) / "circle_002.png").exists()


@pytest.mark.slow
async def test_the_caption_before_is_pasted(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square", "square_001.png")
        await it.press("p")
        await applied(it)
        await it.until(lambda: (dataset / "images" / "4_square" / "square_001.txt").exists())
        assert (dataset / "images" / "4_square" / "square_001.txt").read_bytes() == b"a square"
        await it.go_to("4_square", "square_000.png")
        await it.press("p")
        await it.until(lambda: "is the first image of its" in it.words())


@pytest.mark.slow
async def test_subsets_are_made_renamed_and_marked(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.press("r")
        await it.press(*["backspace"] * 8)
        await it.type("box")
        await it.press("enter")
        await applied(it)
        await it.until(lambda: (dataset / "images" / "4_box").is_dir())
        await it.until(lambda: it.screen.subset is not None and it.screen.subset.name == "4_box")
        await it.press("R")
        await applied(it)
        await it.until(lambda: (dataset / "regularization" / "4_box").is_dir())
        await it.press("M")
        await it.type("2_line")
        await it.press("enter")
        await applied(it)
        await it.until(lambda: (dataset / "images" / "2_line").is_dir())


@pytest.mark.slow
async def test_a_bulk_edit_works_on_what_is_selected(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("space", "space", "b")
        await it.until(lambda: "Append text" in it.words())
        await it.type("append text")
        await it.press("enter")
        await it.until(lambda: "selected · 2 images" in it.words())


@pytest.mark.slow
async def test_a_tag_of_the_tags_view_becomes_the_filter(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("T")
        await it.until(lambda: "a square" in it.words())
        await it.press("slash")
        await it.type("a square")
        await it.press("enter", "enter")
        await it.until(lambda: it.screen.filter.text == 'tag:"a square"')
        await it.until(lambda: "1 of 8 images match" in it.words())
