"""Moving, filtering, finding, thumbnails, and what happens outside, on the Dataset screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.tui.theme import xterm
from sdtui.tui.widgets import picture_pane
from sdtui.tui.widgets.picture_pane import PicturePane
from tests.tui.conftest import Open, Opened, picture


def shown_rows(it: Opened) -> list[str]:
    return [sample.name for sample in it.screen.images.samples]


async def test_subsets_say_repeats_images_share_and_what_needs_care(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        words = it.words()
        circle = next(line for line in words.splitlines() if "10_circle " in line)
        assert "10×" in circle and " 4 " in circle and "77%" in circle and "▲1" in circle
        square = next(line for line in words.splitlines() if "4_square" in line)
        assert "4×" in square and "23%" in square
        assert "reg 1_shape" in words
        assert "7 images + 1 reg · 104 entries" in words


async def test_images_say_size_and_tokens(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_002.png")
        lines = {line.lstrip("▸ ").split()[0]: line for line in it.words().splitlines() if "circle_00" in line}
        assert "64×48" in lines["circle_000.png"] and "3 tok" in lines["circle_000.png"]
        assert "▲95 tok" in lines["circle_002.png"]
        await it.until(lambda: "64×48 · bucket 576×448 · png" in it.words())


async def test_the_picture_is_drawn_and_follows_the_cursor(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0)))
        await it.press("j")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (0, 128, 0)))
        assert not it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0))


@pytest.mark.slow
async def test_with_256_colours_pictures_are_made_of_them(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    picture(dataset / "images" / "10_circle" / "aaa.png", (64, 64), "#3a7bd5")
    table = {xterm(entry) for entry in range(16, 256)}
    async with opened(dataset) as it:
        await it.go_to("10_circle", "aaa.png")
        pane = it.screen.query_one(PicturePane)
        await it.until(lambda: pane._drawn is not None and pane._drawn.path.name == "aaa.png")
        styles = [segment.style for strip in pane._drawn.strips for segment in strip if segment.style]
        used = {colour.triplet.hex for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert len(used) > 1 and used <= table


@pytest.mark.slow
async def test_a_picture_that_cannot_be_opened_says_why(dataset: Path, opened: Open) -> None:
    (dataset / "images" / "4_square" / "square_003.png").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    async with opened(dataset) as it:
        await it.go_to("4_square", "square_003.png")
        await it.until(lambda: "Git LFS pointer" in it.words())


@pytest.mark.slow
async def test_slow_makes_no_picture_until_asked(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: "v shows the picture" in it.words())
        await it.press("v")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0)))


@pytest.mark.slow
async def test_the_filter_looks_at_names_and_captions(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_003.png")
        await it.press("slash")
        await it.type("green")
        await it.until(lambda: shown_rows(it) == ["circle_001.png"])
        await it.until(lambda: "1 of 4 · filter: green" in it.words())
        await it.press("enter")
        await it.until(lambda: it.app.focused is it.screen.images)
        await it.press("escape")
        await it.until(lambda: len(shown_rows(it)) == 4)


@pytest.mark.slow
async def test_a_filter_that_matches_nothing_teaches(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.press("slash")
        await it.type("zzz")
        await it.until(lambda: "Nothing here matches the filter" in it.words())


@pytest.mark.slow
async def test_jump_finds_an_image_of_another_subset(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.press("f")
        await it.type("squ2")
        await it.until(lambda: "1 of 11" in it.words())
        await it.press("enter")
        await it.until(lambda: it.shown == "square_002.png")
        assert it.screen.subset is not None and it.screen.subset.name == "4_square"
        await it.press("f")
        await it.type("10circle/")
        await it.press("enter")
        await it.until(lambda: it.screen.subset is not None and it.screen.subset.name == "10_circle")


@pytest.mark.slow
async def test_thumbnails_and_back(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("g")
        await it.until(lambda: it.app.focused is it.screen.grid)
        for colour in ((255, 0, 0), (0, 128, 0), (0, 0, 255)):
            await it.until(lambda colour=colour: it.drawn(lambda s: s.bgcolor and s.bgcolor.triplet == colour))
        await it.press("l")
        await it.until(lambda: it.shown == "circle_001.png")
        await it.press("g")
        await it.until(lambda: it.app.focused is it.screen.images)
        assert it.screen.images.cursor == 1


@pytest.mark.slow
async def test_a_picture_that_is_replaced_outside_is_drawn_anew(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("g")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0)))
        picture(dataset / "images" / "10_circle" / "circle_000.png", colour="#ff00ff")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 255)))
        await it.until(lambda: not it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0)))


@pytest.mark.slow
async def test_a_new_image_outside_appears_and_the_cursor_stays(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_002.png")
        picture(dataset / "images" / "10_circle" / "aaa.png")
        await it.until(lambda: "aaa.png" in shown_rows(it))
        assert it.screen.sample is not None and it.screen.sample.name == "circle_002.png"
        assert it.screen.images.cursor == 3


@pytest.mark.slow
async def test_an_outside_edit_of_a_caption_shows(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        (dataset / "images" / "10_circle" / "circle_000.txt").write_text("changed elsewhere")
        await it.until(lambda: it.screen.captions.editor.caption == "changed elsewhere")


@pytest.mark.slow
async def test_an_outside_change_does_not_lose_what_is_being_typed(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.type(" typed")
        (dataset / "images" / "10_circle" / "circle_000.txt").write_text("changed elsewhere")
        picture(dataset / "images" / "10_circle" / "aaa.png")
        await it.until(lambda: "aaa.png" in shown_rows(it))
        assert it.screen.captions.editor.caption == "a red circle typed\n"
        assert it.screen.captions.editing and it.app.focused is it.screen.captions.editor


@pytest.mark.slow
async def test_the_cursor_is_where_it_was_the_last_time(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square", "square_002.png")
        await it.press("t")
    async with opened(dataset) as again:
        await again.until(lambda: again.shown == "square_002.png")
        assert again.screen.subsets.limit == 150


@pytest.mark.slow
async def test_what_the_trainer_does_not_read_is_listed_with_its_reason(dataset: Path, opened: Open) -> None:
    picture(dataset / "images" / "10_circle" / "drawing.gif")
    async with opened(dataset) as it:
        await it.until(lambda: "1 not read" in it.words())
        await it.press("i")
        await it.until(lambda: "drawing.gif" in it.words() and "does not read .gif" in it.words())


@pytest.mark.slow
async def test_names_that_are_no_utf8_or_hold_escapes_are_shown_safely(dataset: Path, opened: Open) -> None:
    folder = dataset / "images" / "4_square"
    (folder / "square_001.png").rename(folder / "esc\x1b]0;x\x07[red]not[x].png")
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.until(lambda: "esc␛]0;x␇[red]" in it.words())
        assert "\x1b" not in it.words()


@pytest.mark.slow
async def test_a_held_key_asks_for_one_picture(dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_pane, "_REST", 2.0)  # no pause of a busy machine between two keys is a rest
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (255, 0, 0)))
        asked: list[Path] = []
        pane = it.screen.query_one(PicturePane)
        pane._clock = lambda: 0.0  # every key comes at the same moment, as from one that is held
        ask = it.app.pictures.ask
        it.app.pictures.ask = lambda *args, **kwargs: (asked.append(args[2]), ask(*args, **kwargs))[1]
        await it.press(*["j", "k"] * 8, "j")
        await it.until(lambda: it.drawn(lambda style: style.bgcolor and style.bgcolor.triplet == (0, 128, 0)))
        assert asked == [dataset / "images" / "10_circle" / "circle_001.png"]
