"""A run that sdtui did not start, on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.runs.others.places import ForeignPlaces
from sdtui.tui.app import SdtuiApp
from sdtui.tui.monitor.foreign_screen import ForeignMonitor
from sdtui.tui.monitor.screen import MonitorScreen
from tests.runs.recorded import DATA
from tests.tui.conftest import picture
from tests.tui.running import Seen, full_colour, seen, with_images


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "theirs" / "nohup.out"
    path.parent.mkdir()
    path.write_bytes((DATA / "real_run/console.log").read_bytes())
    return path


async def test_without_a_project_it_is_shown_alone_and_leaving_ends_sdtui(log: Path) -> None:
    app = full_colour(SdtuiApp(None, foreign=ForeignPlaces(log=log)))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        it = Seen(app, pilot)
        await it.sees("tiny", "done", "step 12/12", "✓ Done at step 12 of 12", "theirs/nohup.out", "esc leave")
        assert "stop…" not in it.words()
        assert "Dataset" not in it.words()  # there is no project to go to
        await it.press("l")
        await it.sees("INFO", "esc back")
        await it.press("escape")
        assert app.is_running
        await it.press("escape")
        await it.until(lambda: app.return_value is None and not app.is_running)
    app.bridge.close()
    app.pictures.close()


async def test_without_a_prompt_file_the_log_says_what_samples_were_asked_for(log: Path) -> None:
    for prompt, seed in ((0, 1), (1, 2)):
        picture(log.parent / "sample" / f"tiny_e000002_{prompt:02}_2026112122215{prompt}_{seed}.png")
    app = full_colour(SdtuiApp(None, foreign=ForeignPlaces(log=log, output_dir=log.parent)))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        it = Seen(app, pilot)
        await it.sees("a red circle", "seed 1 · 3 steps · cfg 7.5 · 64×64")
        await it.press("down")
        await it.sees("a blue circle", "seed 2 · 3 steps · cfg 7.5 · 64×64")
    app.bridge.close()
    app.pictures.close()


@pytest.mark.slow
async def test_it_is_opened_by_a_typed_path_and_the_project_is_still_there(log: Path, tmp_path: Path) -> None:
    samples = tmp_path / "theirs" / "sample"
    for number in (1, 2):
        picture(samples / f"tiny_e00000{number}_00_2026112122215{number}_7.png")
    (samples / "prompt.txt").write_text("their cat --d 7\n")
    async with seen(with_images(tmp_path / "mine"), "monitor") as it:
        await it.sees("No run yet")
        await it.press("O")
        await it.sees("Which run?")
        await it.type(f"{tmp_path}/nothing")
        await it.press("enter")
        await it.sees("There is no such file or folder")
        await it.press("O")
        await it.type(f"{log.parent} {log}")
        await it.press("enter")
        await it.sees("tiny", "done", "epoch 2", "their cat", "seed 7")
        assert isinstance(it.screen, ForeignMonitor)
        await it.press("enter")
        await it.sees("their cat", "e000002_00")
        await it.press("escape", "escape")
        await it.until(lambda: type(it.screen) is MonitorScreen)
        await it.sees("No run yet")


@pytest.mark.slow
async def test_it_is_found_in_the_palette_of_any_screen(log: Path, tmp_path: Path) -> None:
    async with seen(with_images(tmp_path / "mine"), "dataset") as it:
        await it.sees("circle")
        await it.press("colon")
        await it.type("run of others")
        await it.press("enter")
        await it.sees("Which run?")
        await it.type(str(log))
        await it.press("enter")
        await it.sees("tiny", "step 12/12")
