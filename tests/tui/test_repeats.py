"""Repeats: asked for by keys, written as one rename or one edit of a TOML, undone, and refused under a live run."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Applied
from sdtui.tui import workspace
from tests.tui.conftest import Open, Opened


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def folders(dataset: Path) -> list[str]:
    return sorted(path.name for path in (dataset / "images").iterdir())


def subset_under_cursor(it: Opened) -> str:
    return it.screen.subset.name if it.screen.subset is not None else ""


async def test_plus_renames_the_folder_once_and_the_cursor_goes_with_it(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_002.png")
        await it.press("plus", "plus", "plus")
        await it.until(lambda: "13×" in it.words())
        assert folders(dataset) == ["10_circle", "4_square"]
        await it.until(lambda: folders(dataset) == ["13_circle", "4_square"])
        await it.until(lambda: subset_under_cursor(it) == "13_circle")
        assert it.screen.sample is not None
        assert it.screen.sample.path == dataset / "images" / "13_circle" / "circle_002.png"
        assert it.app.focused is it.screen.images
    entries = list((dataset / ".sdtui" / "journal").iterdir())
    assert len([entry for entry in entries if entry.is_dir()]) == 1, "one change for three keys"


@pytest.mark.slow
async def test_keys_during_the_rename_are_meant_for_the_new_name(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    apply = Journal.apply

    def slowly(*args: Any, **how: Any) -> Applied:
        gate.wait(10)
        return apply(*args, **how)

    monkeypatch.setattr(Journal, "apply", slowly)
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await it.press("plus")
        it.screen.repeats.write()
        await it.press("plus", "plus")
        await it.until(lambda: "13×" in it.words())
        gate.set()
        await it.until(lambda: folders(dataset) == ["13_circle", "4_square"])
        await it.until(lambda: subset_under_cursor(it) == "13_circle")


@pytest.mark.slow
async def test_steps_and_shares_change_at_once(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        # 10 x 4 + 4 x 3 training images; as many of the one regularization image again.
        await it.until(lambda: "104 steps an epoch" in it.words())
        await it.press("minus")
        await it.until(lambda: "98 steps an epoch" in it.words())
        await it.until(lambda: folders(dataset) == ["10_circle", "3_square"])


async def test_a_number_sets_the_repeats(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.press("equals_sign")
        await it.until(lambda: "Repeats of 4_square" in it.words())
        await it.type("25")
        await it.press("enter")
        await it.until(lambda: folders(dataset) == ["10_circle", "25_square"])


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["0", "-3", "many", "2.5"])
async def test_what_is_no_number_of_repeats_is_said(dataset: Path, opened: Open, typed: str) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.press("equals_sign")
        await it.until(lambda: "Repeats of 4_square" in it.words())
        await it.press(*{"-3": ["minus", "3"], "2.5": ["2", "full_stop", "5"]}.get(typed, list(typed)), "enter")
        await it.until(lambda: "is no number of repeats" in it.words())
    assert folders(dataset) == ["10_circle", "4_square"]


@pytest.mark.slow
async def test_never_fewer_than_one(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.press(*["minus"] * 9)
        await it.until(lambda: folders(dataset) == ["10_circle", "1_square"])


@pytest.mark.slow
async def test_u_undoes_and_shift_u_does_again(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("4_square")
        await it.press("plus")
        await it.until(lambda: subset_under_cursor(it) == "5_square")
        await it.press("u")
        await it.until(lambda: folders(dataset) == ["10_circle", "4_square"])
        await it.until(lambda: subset_under_cursor(it) == "4_square")
        await it.press("U")
        await it.until(lambda: folders(dataset) == ["10_circle", "5_square"])


@pytest.mark.slow
async def test_a_toml_is_edited_in_place(dataset: Path, opened: Open) -> None:
    toml = dataset / "set.toml"
    toml.write_text(
        "# mine\n[[datasets]]\nresolution = 512\n\n[[datasets.subsets]]\n"
        f"image_dir = '{dataset}/images/10_circle'\nnum_repeats = 3  # three\ncaption_extension = '.txt'\n"
    )
    before = toml.read_text()
    async with opened(toml) as it:
        await it.go_to("10_circle")
        await it.press("plus")
        await it.until(lambda: toml.read_text() == before.replace("num_repeats = 3  #", "num_repeats = 4  #"))
        await it.until(lambda: it.screen.subset is not None and it.screen.subset.num_repeats == 4)
    assert folders(dataset) == ["10_circle", "4_square"]


@pytest.mark.slow
async def test_a_live_run_keeps_its_folders_and_is_named(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = (Held(dataset / "images" / "10_circle", "circle-lora"),)
    monkeypatch.setattr(workspace, "held_paths", lambda _home: held)
    async with opened(dataset) as it:
        await it.go_to("10_circle")
        await it.press("plus")
        await it.until(lambda: "circle-lora" in it.words())
        await it.until(lambda: "11×" not in it.words())
        assert folders(dataset) == ["10_circle", "4_square"]
        await it.go_to("10_circle", "circle_000.png")
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.type("s")
        await it.press("escape")
        caption = dataset / "images" / "10_circle" / "circle_000.txt"
        await it.until(lambda: caption.read_bytes() == b"a red circles\n")
