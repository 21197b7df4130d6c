"""The filter: typed, wrong, kept, recalled, saved; and what of the project it shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sdtui.dataset import saved_filters
from tests.tui.conftest import Open, Opened


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def rows(it: Opened) -> list[str]:
    return [sample.name for sample in it.screen.images.samples]


async def filter_by(it: Opened, text: str) -> None:
    """Type ``text`` into an empty filter."""
    await it.press("slash", *["backspace"] * len(it.screen.filter.text))
    await it.type(text)


@pytest.mark.slow
async def test_matches_are_counted_in_the_heading_the_subsets_and_in_all(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_003.png")
        await filter_by(it, "is:over or is:missing")
        await it.until(lambda: rows(it) == ["circle_002.png"])
        lines = it.words().splitlines()
        assert any("10_circle · 1 of 4 · filter: is:over" in line for line in lines)
        assert any("4 of 8 images match the filter" in line for line in lines)
        square = next(line for line in lines if line.startswith(" 4_square"))
        assert square.split()[2] == "2", "of its three images two have no caption"
        await it.press("enter")
        assert it.app.focused is it.screen.images and not it.screen.filter.typing
        await it.press("n")
        await it.until(lambda: it.shown == "shape_000.png")
        await it.press("n", "n")
        await it.until(lambda: it.shown == "square_002.png")
        await it.press("N", "N", "N")
        await it.until(lambda: it.shown == "circle_002.png")
        await it.press("escape")
        await it.until(lambda: len(rows(it)) == 4)
        assert "filter:" not in it.words() and "images match" not in it.words()


@pytest.mark.slow
async def test_an_error_is_pointed_at_and_the_list_stays(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await filter_by(it, "green")
        await it.until(lambda: rows(it) == ["circle_001.png"])
        await it.type(" is:ovr")
        await it.until(lambda: "is:over?" in it.words())
        lines = it.words().splitlines()
        typed = next(row for row, line in enumerate(lines) if "green is:ovr" in line)
        assert lines[typed + 1].index("^") == lines[typed].index("ovr")
        assert rows(it) == ["circle_001.png"]
        await it.press("enter")
        assert it.screen.filter.typing, "it cannot be kept as it is"
        await it.press(*["backspace"] * 7)
        await it.until(lambda: "is:over?" not in it.words())
        await it.press("enter")
        await it.until(lambda: not it.screen.filter.typing)
        assert it.screen.filter.text == "green"


@pytest.mark.slow
async def test_an_error_far_into_a_long_filter_is_pointed_at_where_it_is_seen(dataset: Path, opened: Open) -> None:
    async with opened(dataset, (80, 24)) as it:
        await it.go_to("10_circle")
        await it.press("slash")
        await it.type("caption:circle OR caption:square OR caption:正方形 OR tokens>x")
        await it.until(lambda: "^" in it.words())
        lines = it.words().splitlines()
        caret = next(row for row, line in enumerate(lines) if line.strip().startswith("^"))
        column = lines[caret].index("^")
        shown, cells = lines[caret - 1], 0
        while cells < column:
            cells, shown = cells + (2 if ord(shown[0]) > 0x2E80 else 1), shown[1:]
        assert shown.startswith("x")


@pytest.mark.slow
async def test_what_was_typed_before_comes_back_on_the_up_key_also_after_a_restart(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        for text in ("red", "green"):
            await filter_by(it, text)
            await it.press("enter")
        await it.press("escape", "slash")
        await it.type("zzz")
        await it.press("up")
        assert it.screen.filter.line.value == "green"
        await it.press("up", "up")
        assert it.screen.filter.line.value == "red"
        await it.press("down", "down")
        assert it.screen.filter.line.value == "zzz"
        await it.press("down")
        assert not it.screen.filter.typing
        await it.until(lambda: it.screen.filter.text == "zzz" and rows(it) == [])
        await filter_by(it, "orange")
        await it.press("enter")
        await it.until(lambda: rows(it) == ["circle_003.png"])
    async with opened(dataset) as again:
        await again.until(lambda: rows(again) == ["circle_003.png"])
        assert "1 of 4 · filter: orange" in again.words()
        await again.press("slash", "up")
        assert again.screen.filter.line.value == "zzz"


@pytest.mark.slow
async def test_filters_are_saved_under_a_name_chosen_and_deleted(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await filter_by(it, "tokens<4")
        await it.press("ctrl+s")
        await it.until(lambda: "under which name" in it.words())
        await it.type("short")
        await it.press("enter", "escape")
        await it.until(lambda: len(rows(it)) == 4)
        it.app.bridge.drain()
        assert saved_filters.load(dataset / ".sdtui") == {"short": "tokens<4"}
        await it.press("slash", "ctrl+r")
        await it.until(lambda: "short" in it.words() and "tokens<4" in it.words())
        await it.press("enter")
        await it.until(lambda: it.screen.filter.text == "tokens<4" and not it.screen.filter.typing)
        await it.until(lambda: rows(it) == ["circle_000.png", "circle_001.png", "circle_003.png"])
        await it.press("slash", "ctrl+r")
        await it.until(lambda: "Which filter" in it.words())
        await it.press("ctrl+d")
        it.app.bridge.drain()
        assert saved_filters.load(dataset / ".sdtui") == {}


@pytest.mark.slow
async def test_an_image_that_no_longer_matches_goes_and_what_is_edited_stays(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await filter_by(it, "is:missing")
        await it.until(lambda: rows(it) == ["square_001.png", "square_002.png"])
        await it.press("enter", "enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.type("a green")
        await it.press("ctrl+s")
        await it.until(lambda: rows(it) == ["square_002.png"])
        await it.type(" square")
        assert it.screen.captions.editor.caption == "a green square"
        await it.press("escape")
        written = dataset / "images" / "4_square" / "square_001.txt"
        await it.until(lambda: written.read_bytes() == b"a green square")
        await it.until(lambda: it.shown == "square_002.png")


@pytest.mark.slow
async def test_leaving_by_a_click_keeps_what_can_be_understood(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await filter_by(it, "red")
        await it.pilot.click("#subsets", offset=(4, 1))
        await it.until(lambda: not it.screen.filter.typing)
        assert it.screen.filter.text == "red" and it.app.focused is it.screen.subsets


@pytest.mark.slow
async def test_a_jump_to_an_image_that_the_filter_hides_takes_the_filter_away(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await filter_by(it, "green")
        await it.press("enter")
        await it.until(lambda: rows(it) == ["circle_001.png"])
        await it.press("f")
        await it.type("circle_003")
        await it.press("enter")
        await it.until(lambda: it.shown == "circle_003.png" and len(rows(it)) == 4)
        assert not it.screen.filter.text


@pytest.mark.slow
async def test_marks_are_shown_filtered_by_and_taken_back(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("F", "s", "j", "a")
        await it.until(lambda: it.shown == "circle_002.png")
        await it.until(lambda: "⚑★" in it.words() and "✓" in it.words())
        await filter_by(it, "is:flagged or is:reviewed")
        await it.until(lambda: rows(it) == ["circle_000.png", "circle_001.png"])
        await it.press("enter", "u")
        await it.until(lambda: rows(it) == ["circle_000.png"])
        await it.press("u", "u")
        await it.until(lambda: rows(it) == [])
        await it.press("escape")
        await it.until(lambda: "⚑" not in it.words() and "★" not in it.words())
