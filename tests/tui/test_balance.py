"""The Balance screen: repeats and shares are counted as they are typed, and written as a Plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from sdtui.dataset.scan import open_project
from sdtui.tui.app import SdtuiApp
from sdtui.tui.balance.screen import BalanceScreen
from sdtui.tui.balance.wish import Wish, read_share
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.plan.screen import PlanScreen
from tests.dataset.making import image
from tests.tui.conftest import Open, Opened, until

Snap = Callable[..., bool]


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at; left on the Dataset screen."""

    @asynccontextmanager
    async def on_dataset(path: Path) -> AsyncIterator[Opened]:
        async with opened(path, slow=True) as it:
            yield it
            await it.press("1")
            await it.until(lambda: isinstance(it.app.screen, DatasetScreen))

    return on_dataset


def balance(it: Opened) -> BalanceScreen:
    return next(screen for screen in it.app.screen_stack if isinstance(screen, BalanceScreen))


async def shown(it: Opened) -> BalanceScreen:
    """Go to the screen; it has counted."""
    await it.press("3")
    await it.until(lambda: any(isinstance(screen, BalanceScreen) for screen in it.app.screen_stack))
    await it.until(lambda: "steps an epoch" in it.words())
    return balance(it)


def folders(dataset: Path) -> list[str]:
    return sorted(path.name for path in (dataset / "images").iterdir())


async def on(it: Opened, name: str) -> None:
    """Put the cursor on a subset."""
    screen = balance(it)
    await it.press("home", *["j"] * [subset.name for subset in screen.table.subsets].index(name))
    await it.until(lambda: screen.subset is not None and screen.subset.name == name)


async def test_a_share_becomes_repeats_at_once_and_folders_only_when_applied(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        screen = await shown(it)
        await on(it, "4_square")
        await it.press("w")
        await it.type("50%")
        await it.press("enter")
        await it.until(lambda: "4 → 13×" in it.words())
        await it.until(lambda: "1 folder will be renamed" in it.words())
        await it.until(lambda: screen.table.entries.get("4_square") == 39)
        assert folders(dataset) == ["10_circle", "4_square"]
        await it.press("x")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        await it.press("y")
        await it.until(lambda: folders(dataset) == ["10_circle", "13_square"])
        await it.until(lambda: "as on disk" in it.words())
        await it.press("u")
        await it.until(lambda: folders(dataset) == ["10_circle", "4_square"])


@pytest.mark.slow
async def test_equal_shares_and_the_smallest_numbers(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        screen = await shown(it)
        await it.press("e")
        await it.until(lambda: screen.wish.repeats == {"10_circle": 3})
        await it.press("r")
        await it.until(lambda: screen.wish.repeats == {})
        await it.press("d")
        await it.until(lambda: screen.wish.repeats == {"10_circle": 5, "4_square": 2})


@pytest.mark.slow
async def test_steps_and_epochs_follow_each_other(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        screen = await shown(it)
        steps = screen._counted.steps.update_steps_per_epoch if screen._counted else 0
        await it.until(lambda: f"{steps * 10:,} steps in all" in it.words())
        await it.press("s", "1", "0", "0", "0", "enter")
        await it.until(lambda: "1,000 steps in all" in it.words())
        await it.press("p", "2", "enter")
        await it.until(lambda: f"{steps * 2:,} steps in all" in it.words())
        await it.press("b", "2", "enter")
        await it.until(lambda: f"{steps * 2:,} steps in all" not in it.words())


@pytest.mark.slow
async def test_what_is_no_share_is_said_and_changes_nothing(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        screen = await shown(it)
        await on(it, "4_square")
        for text in ("100%", "much", "0"):
            await it.press("w", *text.replace("%", ""), *(["percent_sign"] if "%" in text else []), "enter")
            await it.until(lambda: not it.app.screen.is_modal)
        assert screen.wish == Wish()


@pytest.mark.slow
async def test_nothing_is_wished_for_a_subset_that_is_left_out(dataset: Path, opened: Open) -> None:
    image(dataset / "images" / "1_broken" / "a.png", 64, 64, b"")
    async with opened(dataset) as it:
        screen = await shown(it)
        await on(it, "1_broken")
        await it.until(lambda: "left out" in it.words())
        await it.press("plus", "w")
        assert it.app.screen is screen
        assert screen.wish == Wish()


@pytest.mark.parametrize(("text", "share"), [("30", 0.3), ("30%", 0.3), ("0.3", 0.3), (" 12,5 % ", 0.125)])
def test_shares_are_read_as_people_write_them(text: str, share: float) -> None:
    assert read_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["0", "100", "100%", "-3", "x", "", "nan"])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_share(text)


def test_repeats_are_never_below_one(dataset: Path) -> None:
    project = open_project(dataset)
    wish = Wish().with_repeats(project, "10_circle", -5)
    assert wish.repeats == {"10_circle": 1}
    assert wish.with_repeats(project, "10_circle", 10).repeats == {}, "as on disk is no wish"


@pytest.fixture
def project(own_home: Path) -> Path:
    """A project whose path is the same for everybody."""
    root = own_home / "data" / "shapes"
    for folder, images in (("images/10_circle", 40), ("images/4_square", 30), ("regularization/1_shape", 6)):
        for number in range(images):
            image(root / folder / f"{number:03}.png", 512, 512, "a shape")
    return root


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_how_it_looks(project: Path, snap_compare: Snap, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        app = pilot.app
        await until(pilot, lambda: isinstance(app.screen, BalanceScreen) and app.screen._counted is not None)
        await pilot.press("plus", "plus")
        screen = app.screen
        assert isinstance(screen, BalanceScreen)
        await until(pilot, lambda: screen.table.entries.get("4_square") == 180)
        await pilot.pause()

    assert snap_compare(SdtuiApp(project, "balance", slow=True), terminal_size=size, run_before=before)


@pytest.mark.slow
async def test_nothing_is_said_to_be_counted_where_nothing_could_be_opened(tmp_path: Path) -> None:
    app = SdtuiApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        it = Opened(app, pilot)
        await it.until(lambda: "This could not be opened" in it.words())
        await it.press("escape", "3")
        await it.until(lambda: "no subsets yet" in it.words() and "share now" in it.words())
        assert "counting" not in it.words()
    app.bridge.close()
    app.pictures.close()
