"""Review: going through images, marking them, filtering, editing in place, taking back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sdtui.tui.app import SdtuiApp
from sdtui.tui.caption import ahead, pane
from sdtui.tui.finder import Finder
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.review.screen import ReviewScreen
from sdtui.tui.tags.screen import TagsScreen
from sdtui.tui.widgets.picture_pane import PicturePane
from tests.tui.conftest import LONG, Opened, picture


class Reviewing(Opened):
    """The app in Review."""

    @property
    def review(self) -> ReviewScreen:
        screens = (screen for stack in self.app._screen_stacks.values() for screen in stack)
        return next(screen for screen in screens if isinstance(screen, ReviewScreen))

    @property
    def at(self) -> str:
        """Name of the image that is looked at."""
        return self.review.sample.name if self.review.sample is not None else ""

    def progress(self) -> str:
        """The line at the bottom."""
        return self.words().splitlines()[-2]

    async def sees(self, *texts: str) -> None:
        try:
            await self.until(lambda: all(text in self.words() for text in texts))
        except AssertionError:
            raise AssertionError(f"did not see {texts} in:\n{self.words()}") from None


@asynccontextmanager
async def reviewing(
    path: Path, size: tuple[int, int] = (120, 40), *, slow: bool = False, images: bool = True
) -> AsyncIterator[Reviewing]:
    """The app in Review, its images listed, closed cleanly afterwards."""
    app = SdtuiApp(path, "review", slow=slow)
    async with app.run_test(size=size, notifications=True) as pilot:
        it = Reviewing(app, pilot)
        await it.until(lambda: app.workspace is not None and app.scanning is None)
        if images:
            await it.until(lambda: it.review.reel is not None and it.review.captions.sample is not None)
        yield it
        await it.until(lambda: app.bridge._writes.unfinished_tasks == 0)
        it.review.before_quit()
    app.bridge.drain()
    app.bridge.close()
    app.pictures.close()


@pytest.fixture
def dataset(dataset: Path) -> Path:
    """With the circles first."""
    (dataset / "images" / "4_square").rename(dataset / "images" / "12_square")
    return dataset


CIRCLES = [f"circle_{number:03}.png" for number in range(4)]


def caption(dataset: Path, name: str = "circle_000") -> Path:
    return dataset / "images" / "10_circle" / f"{name}.txt"


async def go(it: Reviewing, name: str) -> None:
    """To the image called ``name``, step by step."""
    await it.press("home")
    while it.at != name:
        await it.press("j")


# Going ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_keys_go_through_all_images_of_the_project(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        assert it.at == "circle_000.png"
        await it.sees("10_circle/circle_000.png", "1 of 8", "a red circle", "3/75 tok", "0 of 8 reviewed")
        seen = [it.at]
        for key in ("j", "down", "l", "right", "j", "j", "j", "j"):
            await it.press(key)
            seen.append(it.at)
        squares = [f"square_{number:03}.png" for number in range(3)]
        assert seen == [*CIRCLES, *squares, "shape_000.png", "shape_000.png"]
        await it.press("k", "up")
        assert it.at == "square_001.png"
        await it.press("home")
        assert it.at == "circle_000.png"
        await it.press("pagedown")
        assert it.at == "shape_000.png"
        await it.press("pageup")
        assert it.at == "circle_000.png"
        await it.press("G")
        assert it.at == "shape_000.png"


async def test_caption_and_trained_text_are_there_with_the_next_frame(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("j", "j")
        lines = it.words().splitlines()
        side = "\n".join(line[80:] for line in lines)
        above, below = side.split("THE TRAINER READS")
        assert "circle_002.png" in above and "a red circle on a blue" in above and "95/75 tok" in above
        assert "a red circle on a blue" in below and "20 cut" in below


@pytest.mark.slow
async def test_where_one_is_stands_whole_from_the_first_frame_in_a_small_terminal(dataset: Path) -> None:
    app = SdtuiApp(dataset, "dataset")
    async with app.run_test(size=(80, 24)) as pilot:
        it = Reviewing(app, pilot)
        await it.until(lambda: app.scanning is None and app.project is not None)
        await it.press("2")
        await it.sees("10_circle/circle_000.png", "THE TRAINER READS")
        assert it.words().splitlines()[1].rstrip().endswith(" 1 of 8")
    app.bridge.drain()
    app.bridge.close()
    app.pictures.close()


@pytest.mark.slow
async def test_what_is_trained_of_a_huge_caption_stands_beside_its_own_image(dataset: Path) -> None:
    caption(dataset, "circle_001").write_text("a wide lake, " * 10_000)
    async with reviewing(dataset) as it:
        assert "THE TRAINER READS" in it.words()
        await it.press("j")
        assert "a red circle" not in it.words()
        await it.sees("THE TRAINER READS", "40,000/75 tok", "▲39,925 cut  40,000/75 tok")
        assert "a wide lake" in it.words().split("THE TRAINER READS")[1]


@pytest.mark.slow
async def test_taking_back_many_marks_does_not_cover_the_screen_with_notices(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press(*"aaaaaa")
        await it.press(*"uuuuuu")
        await it.sees("0 of 8 reviewed", "Undone, now not reviewed: circle_000.png.")
        await it.until(lambda: it.words().count("Undone, now") <= 3)


@pytest.mark.slow
async def test_the_next_pictures_are_made_ahead_and_shown_at_once(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        shown = it.review.query_one(PicturePane)

        def ready(number: int) -> bool:
            path = dataset / "images" / "10_circle" / f"circle_{number:03}.png"
            return it.app.pictures.ready(path, *shown.size) is not None

        await it.until(lambda: all(map(ready, range(4))))
        shown._moved = float("-inf")
        it.review.action_step(1)
        assert shown._drawn is not None and shown._drawn.path.name == "circle_001.png"
        shown._moved = float("-inf")
        it.review.action_step(-1)
        assert shown._drawn.path.name == "circle_000.png"


@pytest.mark.slow
async def test_a_changed_picture_is_not_shown_as_it_was_made_ahead(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        shown = it.review.query_one(PicturePane)
        path = dataset / "images" / "10_circle" / "circle_001.png"
        await it.until(lambda: it.app.pictures.ready(path, *shown.size) is not None)
        before = it.app.pictures.ready(path, *shown.size)
        picture(path, colour="white")
        await it.press("j")
        await it.until(lambda: shown._drawn is not None and shown._drawn.path == path)
        await it.until(lambda: shown._drawn is not None and before is not None and shown._drawn.strips != before.strips)


@pytest.mark.slow
async def test_a_held_key_leaves_no_work_behind(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "many" / "10_x"
    for number in range(60):
        picture(folder / f"x_{number:03}.png", (8, 8)).with_suffix(".txt").write_text(f"number {number}")
    opened: list[str] = []
    real = pane.open_edited

    def counting(sample: object, subset: object) -> object:
        opened.append(str(sample))
        return real(sample, subset)  # type: ignore[arg-type]

    monkeypatch.setattr(pane, "open_edited", counting)
    monkeypatch.setattr(ahead, "open_edited", counting)
    async with reviewing(folder.parent) as it:
        await it.until(lambda: len(opened) >= 4)
        opened.clear()
        for unhurried in (it.review.captions._hurry, it.review.captions._expecting):
            unhurried._clock = lambda: 0.0  # as fast as can be
        await it.press(*["j"] * 50)
        assert it.at == "x_050.png"
        await it.until(lambda: len(opened) >= 5)
        assert len(opened) < 12
        await it.sees("number 50")


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("n", ["circle_002.png", "square_001.png", "square_002.png", "circle_002.png"]),
        ("m", ["square_001.png", "square_002.png", "square_001.png"]),
        ("o", ["circle_002.png"]),
        ("r", ["circle_001.png", "circle_002.png"]),
    ],
)
async def test_keys_go_to_the_next_image_of_a_kind(dataset: Path, key: str, names: list[str]) -> None:
    async with reviewing(dataset) as it:
        for name in names:
            await it.press(key)
            assert it.at == name


async def test_where_there_is_no_such_image_it_says_so(dataset: Path) -> None:
    caption(dataset, "circle_002").write_text("short")
    async with reviewing(dataset) as it:
        await it.press("o")
        await it.sees("No image is over the limit.")
        assert it.at == "circle_000.png"


@pytest.mark.slow
async def test_the_first_without_a_caption_is_the_first_of_all(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await go(it, "shape_000.png")
        await it.press("m")
        assert it.at == "square_001.png"


@pytest.mark.slow
async def test_jumping_to_an_image_takes_a_filter_away_that_hides_it(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "is:over")
        await it.press("g")
        await it.type("sq2")
        await it.press("enter")
        await it.until(lambda: it.at == "square_002.png")
        await it.sees("7 of 8")
        assert "filter:" not in it.progress()


# Marking --------------------------------------------------------------------------------------------------------------


async def test_reviewed_marks_and_goes_on(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("a", "a")
        assert it.at == "circle_002.png"
        assert "2 of 8 reviewed" in it.progress()
        assert "· reviewed" in it.words()
        await it.press("k")
        assert "✓ reviewed" in it.words()
        await it.press("R")
        assert "1 of 8 reviewed" in it.progress() and "· reviewed" in it.words()


@pytest.mark.slow
async def test_flags_and_stars_are_kept_over_a_restart_and_not_in_captions(dataset: Path) -> None:
    before = caption(dataset).read_bytes()
    async with reviewing(dataset) as it:
        await it.press("f", "s", "j", "f", "f")
        assert "1 flagged" in it.progress()
    async with reviewing(dataset) as it:
        await it.press("home")
        await it.sees("⚑ flagged", "★ starred", "1 flagged")
        await it.press("j")
        assert "· flagged" in it.words()
    assert caption(dataset).read_bytes() == before


@pytest.mark.slow
async def test_the_last_image_says_what_is_left(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("a", "end", "a")
        await it.sees("6 images are not reviewed yet")
        await it.press("r", *["a"] * 6)
        await it.press("end", "a")
        await it.sees("Every image is reviewed now", "all 8 reviewed")


async def test_flagging_makes_it_one_that_needs_care(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("j", "f", "k", "n")
        assert it.at == "circle_001.png"


async def test_a_mark_that_cannot_be_written_is_taken_off_the_screen(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        home = dataset / ".sdtui"
        if home.exists():
            home.rename(dataset / "elsewhere")
        home.write_text("a file where the folder belongs")
        await it.press("f")
        await it.sees("· flagged")
        assert "flagged" not in it.progress()
        home.unlink()


# Filtering ------------------------------------------------------------------------------------------------------------


async def filter_by(it: Reviewing, text: str) -> None:
    """Type a filter and wait until it is in effect."""
    before = it.review.reel
    await it.press("slash")
    await it.type(text)
    await it.press("enter")
    await it.until(lambda: it.review.reel is not before and text in it.progress())


@pytest.mark.slow
async def test_only_what_the_filter_lets_through_is_gone_through(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "name:square")
        await it.sees("1 of 3", "3 shown", "filter: name:square", "0 of 8 reviewed")
        assert it.at == "square_000.png"
        await it.press("end", "j")
        assert it.at == "square_002.png"
        await it.press("escape")
        await it.sees("7 of 8")
        assert it.at == "square_002.png"


@pytest.mark.slow
async def test_what_leaves_the_filter_stays_until_the_person_goes_on(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "name:circle NOT is:flagged")
        await it.press("j", "f")
        assert it.at == "circle_001.png"
        await it.sees("2 of 4", "⚑ flagged")
        await it.press("j")
        await it.sees("2 of 3")
        assert it.at == "circle_002.png"
        await it.press("k")
        assert it.at == "circle_000.png"


@pytest.mark.slow
async def test_an_edited_image_that_leaves_the_filter_stays_until_the_person_goes_on(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "name:circle NOT caption:more")
        assert it.at == "circle_000.png"
        await it.press("e")
        await it.type(" more")
        await it.press("escape")
        await it.until(lambda: it.review.sample is not None and it.review.sample.caption == "a red circle more")
        await it.sees("1 of 4")
        assert it.at == "circle_000.png"
        await it.press("j")
        assert it.at == "circle_001.png"
        await it.press("k")
        assert it.at == "circle_001.png"


@pytest.mark.slow
async def test_where_nothing_matches_it_teaches(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "name:nobody")
        await it.sees("No image matches the filter.", "name:nobody")
        await it.press("escape")
        await it.sees("a red circle")


@pytest.mark.slow
async def test_when_all_is_reviewed_the_filter_for_the_rest_says_so(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "NOT is:reviewed")
        await it.press(*["a"] * 8)
        await it.press("escape")
        await filter_by(it, "NOT is:reviewed")
        await it.sees("Every image is reviewed.")


async def test_an_empty_folder_teaches(tmp_path: Path) -> None:
    (tmp_path / "10_empty").mkdir()
    async with reviewing(tmp_path, images=False) as it:
        await it.sees("This could not be opened")
        await it.press("escape")
        await it.sees("No images are trained from here yet.")
        await it.press("j", "a", "f", "n", "enter", "u", "p", "x")
        await it.sees("No images are trained from here yet.")


@pytest.mark.slow
async def test_place_and_filter_are_kept_over_a_restart(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await filter_by(it, "name:square")
        await it.press("j")
        assert it.at == "square_001.png"
    async with reviewing(dataset) as it:
        await it.sees("2 of 3", "filter: name:square")
        assert it.at == "square_001.png"


# Editing --------------------------------------------------------------------------------------------------------------


async def test_a_caption_is_edited_in_place_with_what_is_trained_beside_it(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("enter")
        await it.type(" and more")
        assert it.words().count("a red circle and more") == 2
        await it.press("j")
        assert it.at == "circle_000.png"
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circle and morej\n")
        await it.press("j")
        assert it.at == "circle_001.png"


@pytest.mark.slow
async def test_only_the_first_line_is_trained_and_it_says_so(dataset: Path) -> None:
    caption(dataset, "circle_001").write_text("first\nsecond\nthird\n")
    async with reviewing(dataset) as it:
        await it.press("j")
        await it.sees("Only the first line is read")
        assert "second" in it.words()


@pytest.mark.slow
async def test_what_a_config_adds_is_shown_and_is_not_where_the_text_encoder_is_cached(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    picture(folder / "a.png").with_suffix(".txt").write_text("a circle, flat colour")
    config = tmp_path / "dataset.toml"
    config.write_text(
        f"""[[datasets]]
resolution = 512
[[datasets.subsets]]
image_dir = "{folder}"
caption_extension = ".txt"
caption_prefix = "zhuoyue,"
shuffle_caption = true
keep_tokens = 1
"""
    )
    async with reviewing(config) as it:
        await it.sees("zhuoyue, ‹a circle, flat colour›", "in another order")
        await it.press("c")
        await it.sees("The trainer stops before its first", "As trained by a run that caches")
        assert "zhuoyue" not in it.words()


async def test_the_caption_before_is_pasted_and_taken_back(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("j", "p")
        await it.until(lambda: caption(dataset, "circle_001").read_text() == "a red circle\n")
        await it.sees("u takes it back")
        await it.press("u")
        await it.until(lambda: caption(dataset, "circle_001").read_text() == "a green circle\n")


async def test_pasting_asks_where_a_cache_of_the_old_text_stands(dataset: Path) -> None:
    cache = dataset / "images" / "10_circle" / "circle_001_te_outputs.npz"
    cache.write_bytes(b"old")
    async with reviewing(dataset) as it:
        await it.press("j", "p")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        assert caption(dataset, "circle_001").read_text() == "a green circle\n"


async def test_before_the_first_image_there_is_nothing_to_paste(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("p")
        await it.sees("There is no image before this one.")


@pytest.mark.slow
async def test_an_image_is_thrown_away_after_a_look_and_comes_back(dataset: Path) -> None:
    image = dataset / "images" / "10_circle" / "circle_001.png"
    async with reviewing(dataset) as it:
        await it.press("j", "x")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        assert image.exists()
        await it.press("enter")
        await it.until(lambda: not image.exists() and not caption(dataset, "circle_001").exists())
        await it.until(lambda: it.app.screen is it.review and it.at == "circle_002.png")
        await it.sees("of 7")
        await it.press("u")
        await it.until(lambda: image.exists() and caption(dataset, "circle_001").exists())
        await it.until(lambda: it.at == "circle_001.png")


@pytest.mark.slow
async def test_unsaved_text_survives_a_kill_and_is_gone_on_with(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("j", "e")
        await it.type(" half")
        it.review.keeper.write()
        # As if it had been killed: nothing more is saved.
        it.review.captions.save_at_once = lambda: None  # type: ignore[method-assign]
        it.review.captions.save = lambda _then: None  # type: ignore[method-assign]
    assert caption(dataset, "circle_001").read_bytes() == b"a green circle\n"
    async with reviewing(dataset) as it:
        await it.sees("a green circle half", "unsaved text, enter goes on with it")
        await it.press("p")
        await it.sees("It has unsaved text.")
        await it.press("enter", "escape")
        await it.until(lambda: caption(dataset, "circle_001").read_bytes() == b"a green circle half\n")
        await it.until(lambda: "unsaved" not in it.progress())


async def test_in_a_metadata_file_the_caption_is_edited_and_its_tags_are_trained_too(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "one.png")
    metadata = tmp_path / "meta_cap.json"
    metadata.write_bytes(b'{\n  "one.png": {"caption": "a red cat", "tags": "solo, hat"}\n}\n')
    config = tmp_path / "set.toml"
    config.write_text(
        "[[datasets]]\nresolution = 512\n[[datasets.subsets]]\n"
        f"image_dir = '{tmp_path / 'images'}'\nmetadata_file = '{metadata}'\n"
    )
    async with reviewing(config) as it:
        await it.sees("kept in meta_cap.json", "a red cat,solo, hat")
        await it.press("e")
        await it.sees("in meta_cap.json; its tags")
        await it.type("!")
        await it.sees("a red cat!,solo, hat")
        await it.press("escape")
        await it.until(lambda: b'"a red cat!", "tags"' in metadata.read_bytes())


@pytest.mark.slow
async def test_nothing_is_drawn_while_idle(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("j")
        await it.pilot.pause(0.7)
        drawn: list[object] = []
        display = it.app._display
        it.app._display = lambda screen, what: (drawn.append(what), display(screen, what))[1]  # type: ignore[method-assign]
        await it.pilot.pause(1)
        assert drawn == []


# Taking back ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_undo_takes_back_whatever_was_done_last_also_after_a_restart(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("f")
        await it.press("j", "e")
        await it.type("!")
        await it.press("escape")
        await it.until(lambda: caption(dataset, "circle_001").read_text() == "a green circle!\n")
        await it.press("j", "a")
    async with reviewing(dataset) as it:
        await it.press("u")
        await it.sees("not reviewed: circle_002.png", "0 of 8 reviewed")
        await it.until(lambda: it.at == "circle_002.png")
        await it.press("u")
        await it.until(lambda: caption(dataset, "circle_001").read_text() == "a green circle\n")
        await it.sees("Undone: edit the caption of circle_001.png")
        await it.until(lambda: it.at == "circle_001.png")
        await it.press("u")
        await it.sees("not flagged: circle_000.png")
        await it.until(lambda: it.at == "circle_000.png")
        await it.press("u")
        await it.sees("nothing to undo")
        # And again in the order of doing.
        await it.press("U")
        await it.sees("Done again, now flagged: circle_000.png")
        await it.press("U")
        await it.until(lambda: caption(dataset, "circle_001").read_text() == "a green circle!\n")
        await it.press("U")
        await it.sees("now reviewed: circle_002.png", "1 of 8 reviewed")


@pytest.mark.slow
async def test_redo_of_another_day_begins_with_what_was_done_first(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("e")
        await it.type("!")
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_text() == "a red circle!\n")
        await it.press("f", "u")
        await it.sees("not flagged")
        await it.press("u")
        await it.until(lambda: caption(dataset).read_text() == "a red circle\n")
    async with reviewing(dataset) as it:
        await it.press("U")
        await it.until(lambda: caption(dataset).read_text() == "a red circle!\n")
        assert "· flagged" in it.words()
        await it.press("U")
        await it.sees("⚑ flagged")


# What happens outside -------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_the_cursor_stays_on_its_image_while_others_come_and_go(dataset: Path) -> None:
    folder = dataset / "images" / "10_circle"
    async with reviewing(dataset) as it:
        await it.press("j", "j")
        picture(folder / "a_first.png")
        await it.sees("4 of 9")
        assert it.at == "circle_002.png"
        (folder / "circle_000.png").unlink()
        await it.sees("3 of 8")
        assert it.at == "circle_002.png"
        (folder / "circle_002.png").unlink()
        await it.until(lambda: it.at == "circle_003.png")


@pytest.mark.slow
async def test_an_outside_change_does_not_disturb_editing(dataset: Path) -> None:
    folder = dataset / "images" / "10_circle"
    async with reviewing(dataset) as it:
        await it.press("e")
        await it.type(" mine")
        (folder / "circle_001.png").unlink()
        await it.sees("of 7")
        assert it.review.captions.editor.caption == "a red circle mine\n"
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circle mine\n")


@pytest.mark.slow
async def test_the_limit_is_the_same_on_every_screen(dataset: Path) -> None:
    async with reviewing(dataset) as it:
        await it.press("o")
        assert it.at == "circle_002.png"
        await it.press("t")
        await it.sees("95/150 tok")
        await it.press("home", "o")
        await it.sees("No image is over the limit.")
        await it.press("1")
        await it.sees("SUBSETS")
        await it.until(lambda: it.screen.captions.limit == 150)


@pytest.mark.slow
async def test_in_a_small_terminal_the_trained_text_can_have_the_room(dataset: Path) -> None:
    caption(dataset).write_text(LONG)
    async with reviewing(dataset, (80, 24)) as it:
        await it.sees("THE TRAINER READS", "1 of 8", "95/75 tok")

        def rows_below() -> int:
            lines = [line[44:] for line in it.words().splitlines()]
            return len(lines) - next(row for row, line in enumerate(lines) if "THE TRAINER READS" in line)

        before = rows_below()
        await it.press("w")
        await it.until(lambda: rows_below() > before)
        await it.press("w")
        await it.until(lambda: rows_below() == before)


@pytest.mark.slow
async def test_what_the_filter_lets_through_is_edited_in_bulk_and_a_tag_becomes_the_filter(dataset: Path) -> None:
    async with reviewing(dataset, slow=True) as it:
        await it.press("T")
        await it.sees("Tags", "a red circle")
        await it.press("slash")
        await it.type("a red circle")
        await it.press("enter", "home")
        await it.until(lambda: isinstance(it.app.screen, TagsScreen) and it.app.screen.tag == "a red circle")
        await it.press("enter")
        await it.until(lambda: it.app.screen is it.review and it.review.filter.text == 'tag:"a red circle"')
        await it.until(lambda: it.at == "circle_000.png")
        await it.press("b")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("append")
        await it.press("enter")
        await it.sees("filtered by tag", "1 image")
        await it.type("flat")
        await it.press("enter")
        await it.sees("1 caption changes")
        await it.press("enter")
        await it.until(lambda: it.app.screen is it.review)
    assert (dataset / "images" / "10_circle" / "circle_000.txt").read_bytes() == b"a red circle, flat\n"
