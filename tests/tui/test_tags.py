"""The tags of a dataset: counted, found, and changed in every caption through a proposal."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sdtui.base.work import finish, never_cancelled
from sdtui.dataset.query import select
from sdtui.dataset.scan import open_project
from sdtui.dataset.tags import TagCount
from sdtui.tui.finder import Finder
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.tags.counted import Counted, Order, arranged, beside
from sdtui.tui.tags.screen import TagsScreen
from tests.tui.conftest import Open, Opened, picture


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """Two subsets of tagged captions."""
    root = tmp_path / "data"
    captions = {
        "10_girl": ["1girl, solo, long_hair", "1girl, solo, Solo", "1girl, smile, a\x1b[31m"],
        "2_boy": ["1boy, solo", "1boy, smile, [b]bold[/b]"],
    }
    for folder, texts in captions.items():
        for number, text in enumerate(texts):
            picture(root / "images" / folder / f"{folder}_{number}.png").with_suffix(".txt").write_bytes(text.encode())
    return root


def captions(root: Path) -> list[str]:
    return [path.read_text() for path in sorted(root.rglob("*.txt"))]


class Tags:
    """The screen, and what it was dismissed with."""

    def __init__(self, it: Opened) -> None:
        self.it = it
        self.dismissed: list[str | None] = []

    @property
    def screen(self) -> TagsScreen:
        return next(screen for screen in self.it.app.screen_stack if isinstance(screen, TagsScreen))

    async def until_on(self, tag: str) -> None:
        await self.it.until(lambda: self.screen.tag == tag and tag in self.it.words())

    async def go_to(self, tag: str) -> None:
        """Put the cursor on ``tag``."""
        await self.it.until(lambda: self.screen._list.rows)
        tags = [row.tag for row in self.screen._list.rows]
        await self.it.press("home", *["j"] * tags.index(tag))
        await self.until_on(tag)


async def show(it: Opened, filter_text: str = "") -> Tags:
    project = it.app.project
    assert project is not None
    shown = Tags(it)
    filtered = select(project, filter_text) if filter_text else None
    it.app.push_screen(TagsScreen(project, filtered, filter_text), shown.dismissed.append)
    await it.until(lambda: isinstance(it.app.screen, TagsScreen) and "IMAGES" in it.words())
    await it.until(lambda: shown.screen._list.rows)
    await it.pilot.pause()
    return shown


async def confirm(it: Opened) -> None:
    """Apply what is proposed."""
    await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "enter apply" in it.words())
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, TagsScreen))


def row_of(it: Opened, tag: str) -> str:
    return next(row for row in it.words().splitlines() if tag in row)


async def test_tags_are_counted_in_all_under_the_filter_and_by_subset(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        shown = await show(it, "tag:solo")
        assert "8 tags" in it.words() and "filter: tag:solo" in it.words()
        await shown.go_to("1girl")
        await it.until(lambda: "3 images" in it.words())
        # In all, of the filtered, of the girls, of the boys.
        assert row_of(it, "1girl").split()[:7] == ["▸", "1girl", "3", "████▊", "2", "·", "3"]
        await it.until(lambda: "smile" in it.words().split("BESIDE IT")[1])
        assert "1boy" not in it.words().split("BESIDE IT")[1].replace(row_of(it, "1boy"), "")
        await it.press("l")
        await it.until(lambda: row_of(it, "1girl").split()[5:7] == ["3", "·"])
        assert not {"\x1b"} & set(it.words()) and "[b]bold[/b]" in it.words()


@pytest.mark.slow
async def test_sorting_finding_and_showing_the_images_of_a_tag(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        shown = await show(it)
        await it.press("o")
        await it.until(lambda: "by name" in it.words())
        assert [row.tag for row in shown.screen._list.rows][:2] == ["1boy", "1girl"]
        await it.press("o")
        await it.until(lambda: "count in " in it.words())
        await it.press("slash")
        await it.type("BOLD")
        await it.until(lambda: "1 of 8 tags" in it.words())
        await it.press("enter", "enter")
        await it.until(lambda: shown.dismissed)
        assert shown.dismissed[0] is not None
        project = it.app.project
        assert project is not None
        assert [sample.name for sample in select(project, shown.dismissed[0])] == ["2_boy_1.png"]


@pytest.mark.slow
async def test_a_tag_is_renamed_in_every_caption(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        shown = await show(it)
        await shown.go_to("solo")
        await it.press("r")
        await it.until(lambda: "Rename the tag solo" in it.words())
        await it.type("alone")
        await it.press("enter")
        await confirm(it)
        await it.until(lambda: "alone" in it.words())
    assert captions(tagged)[:2] == ["1girl, alone, long_hair", "1girl, alone, Solo"]
    assert captions(tagged)[3] == "1boy, alone"


@pytest.mark.slow
async def test_marked_tags_become_one(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        shown = await show(it)
        await shown.go_to("Solo")
        await it.press("space")
        await shown.go_to("smile")
        await it.press("space", "m")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("solo")
        await it.press("enter")
        await confirm(it)
        await it.until(lambda: not shown.screen.chosen)
    assert captions(tagged)[2].startswith("1girl, solo") or captions(tagged)[2].startswith("1girl, Solo")
    assert not any("smile" in text for text in captions(tagged))


@pytest.mark.slow
async def test_a_tag_is_deleted_everywhere_and_leaving_changes_nothing(tagged: Path, opened: Open) -> None:
    before = captions(tagged)
    async with opened(tagged) as it:
        shown = await show(it)
        await shown.go_to("smile")
        await it.press("x")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "2 captions change" in it.words())
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, TagsScreen))
        assert captions(tagged) == before
        await it.press("x")
        await confirm(it)
        await it.until(lambda: "7 tags" in it.words())
        await it.press("escape")
        await it.until(lambda: shown.dismissed == [None])
    assert captions(tagged)[4] == "1boy, [b]bold[/b]"


def test_what_stands_beside_a_tag() -> None:
    tagged = [("a", "b"), ("a", "b", "c"), ("b", "c"), ("a", "a")]
    rows = tuple(TagCount(tag, number, {}) for tag, number in (("b", 3), ("a", 3), ("c", 2)))
    counted = Counted(rows, None, tagged, {row.tag: row.total for row in rows})
    found = finish(beside(counted, "a", never_cancelled))
    assert [(each.tag, each.here, each.total) for each in found] == [("b", 2, 3), ("c", 1, 2)]
    assert [row.tag for row in arranged(counted, Order.NAME, "", "")] == ["a", "b", "c"]


def test_no_caption_no_tag(tmp_path: Path) -> None:
    picture(tmp_path / "1_a" / "x.png")
    from sdtui.tui.tags.counted import count

    assert finish(count(open_project(tmp_path), None, never_cancelled)).rows == ()
