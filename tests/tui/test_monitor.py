"""Monitor: runs appear by themselves, go on, are stopped, and tell the truth when they have ended."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from textual.widget import Widget

from sdtui.runs import store
from sdtui.tui.monitor import feed, phrases
from sdtui.tui.monitor.chart_view import LossChart
from sdtui.tui.monitor.log_view import LogView
from sdtui.tui.monitor.samples_panel import SamplesPanel
from sdtui.tui.monitor.screen import MonitorScreen
from sdtui.tui.widgets.lines import Lines
from tests.runs.conftest import RunLab
from tests.runs.recorded import BEGAN, ENDED, RecordedRun, bars, real_run
from tests.tui.conftest import picture, strips
from tests.tui.running import Seen, lab, look_often, seen, with_images
from tests.tui.views import view

__all__ = ["lab", "look_often"]

pytestmark = pytest.mark.usefixtures("look_often")


def halfway(lab: RunLab, *after: str) -> None:
    """A run that stands at step 4 of 10 until ``lab.release("go")``."""
    lab.fifo("there")
    lab.fifo("go")
    lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", *after)
    lab.meet("there")


def monitor(it: Seen) -> MonitorScreen:
    assert isinstance(it.screen, MonitorScreen)
    return it.screen


async def test_without_a_run_it_teaches_how_to_get_one(tmp_path: Path) -> None:
    async with seen(with_images(tmp_path), "monitor") as it:
        await it.sees("No run yet", "5 opens Train")
        await it.press("5")
        assert it.app.current_mode.startswith("train")


async def test_a_run_that_is_started_elsewhere_appears_goes_on_and_ends(lab: RunLab) -> None:
    async with seen(lab.root, "monitor") as it:
        await it.sees("No run yet")
        halfway(lab, "steps=5-10-10", f"file={lab.root}/model/circle.safetensors", "saved")
        await it.sees("circle", "training", "step 4/10", "40%", "epoch 1/2", "Monitor ▶40%", "s stop…")
        await it.sees("steps:  40%")
        lab.release("go")
        await it.sees("✓ Done at step 10 of 10, 1 checkpoint.", "circle.safetensors", "100%")
        assert "stop…" not in it.words()


@pytest.mark.slow
async def test_the_time_left_is_not_guessed_before_it_is_known(lab: RunLab) -> None:
    lab.fifo("there")
    lab.fifo("go")
    lab.launch("header=10", "tell=there", "wait=go")
    lab.meet("there")
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 0/10", "estimating")
        lab.release("go")


@pytest.mark.slow
async def test_a_screen_that_is_opened_on_a_live_run_goes_on_where_it_stands(lab: RunLab) -> None:
    halfway(lab, "steps=5-10-10", "saved")
    for _ in range(2):
        async with seen(lab.root, "monitor") as it:
            await it.sees("step 4/10", "training")
    lab.release("go")
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 10/10")


@pytest.mark.slow
async def test_stopping_says_what_would_be_lost_and_stops(lab: RunLab) -> None:
    halfway(lab)
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 4/10")
        await it.press("s")
        await it.sees("Stop circle?", "Nothing was saved yet: all 4 steps would be lost.")
        await it.press("escape")
        assert monitor(it).followed is not None and not monitor(it).followed.view.state.ended  # type: ignore[union-attr]
        await it.press("s")
        await it.sees("Stop circle?")
        await it.press("s")
        await it.sees("■ Stopped as you asked", "stopped", "No checkpoint was saved.")


@pytest.mark.slow
async def test_a_stop_meant_for_one_run_does_not_hit_the_next(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdtui.tui.monitor.screen.JUST_CAME", 3600.0)
    recorded(lab.root)
    async with seen(lab.root, "monitor") as it:
        await it.sees("tiny", "done")
        halfway(lab)
        await it.sees("step 4/10")
        await it.press("s")
        await it.sees("circle has only just come into sight. s stops it.")
        assert monitor(it) is not None
        await it.press("s")
        await it.sees("Stop circle?")
        await it.press("escape")


@pytest.mark.slow
async def test_the_header_tells_of_a_run_while_another_screen_is_shown(lab: RunLab) -> None:
    halfway(lab)
    async with seen(lab.root, "dataset") as it:
        await it.sees("Monitor ▶40%")
        lab.release("go")


async def test_a_run_that_failed_says_why_then_what_to_do_then_shows_the_place_in_the_log(lab: RunLab) -> None:
    run = lab.launch("header=10", "steps=1-4-10", "fail=CUDA out of memory. Tried to allocate 2.00 GiB")
    lab.wait(run)
    async with seen(lab.root, "monitor") as it:
        await it.sees("▸ ValueError: CUDA out of memory", "loss 0.")
        body = [row.strip() for row in it.rows()[1:] if row.strip()]
        assert body[0].startswith("✗ The graphics card ran out of memory (step 4 of 10)")
        assert body[1].startswith("Use a batch size of 1")
        order = [
            it.words().index(text) for text in ("✗ The graphics", "Use a batch", "Traceback", "▸ ValueError", "loss 0.")
        ]
        assert order == sorted(order)
        assert "Monitor ✗" in it.words()
        await it.press("l")
        await it.until(lambda: "▸ ValueError: CUDA out of memory" in it.words() and "✗ The graphics" not in it.words())


async def test_a_run_that_failed_before_its_first_step_leaves_the_screen_to_why(tmp_path: Path) -> None:
    told = b"".join(b"line %d\n" % number for number in range(30))  # far more than the half of the screen
    RecordedRun(with_images(tmp_path), told + b"ValueError: the base model cannot be read\n").end(1)
    async with seen(tmp_path, "monitor", (80, 24)) as it:
        await it.sees("▸ ValueError: the base model", "line 29", "line 20", "tiny  failed  step 0")
        assert "SAMPLES" not in it.words() and "no loss before" not in it.words()
        await it.press("z")
        await it.sees("no loss before the first step")


def test_a_narrow_status_keeps_the_stop_and_the_time_that_is_left() -> None:
    run = view(step=1240, total_steps=2000, epoch=17, epochs=20, it_per_s=3.1, started=1000.0, eta_s=7862.0)
    said = phrases.facts(run, 9000.0)
    assert said == "epoch 17/20    3.1 it/s   2 h 13 m so far   2 h 11 m left"
    told = [phrases.facts(run, 9000.0, "stops after this epoch's save", width) for width in (78, 66, 45)]
    assert told == [
        "stops after this epoch's save   epoch 17/20   2 h 13 m so far   2 h 11 m left",
        "stops after this epoch's save   epoch 17/20   2 h 11 m left",
        "stops after this epoch's save   2 h 11 m left",
    ]
    lines = phrases.status(run, 9000.0, 78, "stops after this epoch's save")
    assert "".join(text for text, _ in lines[-1]).endswith("2 h 11 m left")


@pytest.mark.slow
async def test_what_a_log_says_is_never_obeyed_by_the_terminal(lab: RunLab) -> None:
    said = "[red]no markup[/x] \x1b]0;owned\x07 \x1b[2J \u202egnp \x9b31m end"
    lab.wait(lab.launch(f"say={said}", "fail=[/] \x1b[31mred", name="[b]name"))
    async with seen(lab.root, "monitor") as it:
        await it.sees("[red]no markup[/x]", "[b]name")
        for _ in range(2):
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(it.words())
            await it.press("l")


@pytest.mark.slow
async def test_nothing_is_drawn_while_nothing_happens(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.wait(lab.launch("train=10", "saved"))
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 10/10")
        await it.pilot.pause(0.2)
        looks = 0
        rest = feed.RunFeed._rest

        def counted(*anything: object) -> None:
            nonlocal looks
            looks += 1
            rest(*anything)  # type: ignore[arg-type]

        drawn: list[Widget] = []
        for widget in (Lines, SamplesPanel, LogView):
            monkeypatch.setattr(widget, "render_line", lambda self, _y: drawn.append(self))
        monkeypatch.setattr(feed.RunFeed, "_rest", counted)
        await it.until(lambda: looks >= 5)
        assert drawn == []


def recorded(root: Path) -> RecordedRun:
    """The real training of ``tests/runs/data``, with pictures that differ."""
    run = real_run(with_images(root))
    for index, path in enumerate(sorted(run.samples.iterdir())):
        stamp = path.stat().st_mtime
        picture(path, (32, 32), ("red", "green", "blue", "orange", "white", "purple")[index])
        os.utime(path, (stamp, stamp))
    run.end()
    return run


@pytest.mark.slow
async def test_samples_are_reached_by_prompt_and_by_step(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "prompt 1/2", "epoch 2")
        panel = it.screen.query_one(SamplesPanel)
        assert panel.shown is not None and "e000002_00" in panel.shown.path
        await it.press("down")
        await it.sees("prompt 2/2", "seed 2")
        await it.press("left", "left")
        await it.sees("before training")
        assert panel.shown is not None and "e000000_01" in panel.shown.path
        await it.press("right", "right", "up")
        assert panel.shown is not None and "e000002_00" in panel.shown.path
        await it.press("p")
        await it.until(lambda: it.screen.query_one("#chart").region.area == 0)
        await it.press("home")
        await it.sees("before training")
        await it.press("end", "h", "j")
        await it.sees("prompt 2/2", "epoch 1")
        await it.press("l")
        await it.sees("epoch 2")
        await it.press("escape")
        await it.until(lambda: it.screen.query_one("#chart").region.area > 0)


@pytest.mark.slow
async def test_a_sample_is_drawn_in_its_colours(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "epoch 2")
        panel = it.screen.query_one(SamplesPanel)

        def papers() -> set[tuple[int, int, int]]:
            """Background colours in the row of the picture's middle."""
            row = strips(it.app)[panel.region.y + 8]
            return {
                tuple(s.style.bgcolor.triplet) for s in row if s.style and s.style.bgcolor and s.style.bgcolor.triplet
            }  # type: ignore[misc]

        await it.until(lambda: any(red > 240 and green > 240 and blue > 240 for red, green, blue in papers()))


@pytest.mark.slow
async def test_a_path_is_shown_as_well_as_copied(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("epoch 2")
        await it.press("o")
        panel = it.app.screen_stack[0].query_one(SamplesPanel)
        assert panel.shown is not None
        assert it.app.clipboard == panel.shown.path
        await it.sees(Path(panel.shown.path).name[-20:])
        await it.press("escape", "T")
        await it.sees("tensorboard --logdir")


async def test_the_real_run_is_shown_in_its_numbers(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees(
            "✓ Done at step 12 of 12, 2 checkpoints.", "lr 1.00e-04", "GPU NA", "epoch 1     tiny-000001.safetensors"
        )
        await it.sees(f"took {ENDED - BEGAN:.0f} s")
        assert "\n   INFO     seed: 2  train_util.py:6550" in it.words(), "rich's column for the time takes no room"
        chart = it.screen.query_one(LossChart)
        await it.until(lambda: any("⠀" < char <= "⣿" for char in chart.text))
        assert "◆" in chart.text
        assert run.record.name in it.words()


@pytest.mark.slow
async def test_another_run_can_be_looked_at_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    recorded(tmp_path)
    newer = RecordedRun(tmp_path, bars(1, 3, 9), id="20261122-100000-later", name="later", created=ENDED + 100)
    newer.end(1, at=ENDED + 200)
    broken = tmp_path / ".sdtui" / "runs" / "20261120-000000-old"
    broken.mkdir()
    (broken / store.RECORD).write_text("{")
    async with seen(tmp_path, "monitor") as it:
        await it.sees("later", "failed", "step 3/9")
        await it.press("r")
        await it.sees(
            "Which run?", "tiny", "sd15-lora  done", "sd15-lora  failed", "20261120-000000-old", "cannot be read"
        )
        await it.type("failed")
        await it.sees("1 of 3")
        await it.press("escape", "r")
        await it.type("tiny")
        await it.sees("1 of 3")
        await it.press("enter")
        await it.sees("step 12/12")
        await it.press("r")
        await it.type("old")
        await it.sees("1 of 3")
        await it.press("enter")
        await it.sees("damaged")


@pytest.mark.slow
async def test_a_loss_that_is_not_a_number_is_said(tmp_path: Path) -> None:
    run = RecordedRun(with_images(tmp_path), bars(1, 6, 9, lambda step: float("nan") if step > 2 else 0.1))
    run.end(0)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("is not a number since step")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (72, 20), (200, 50)])
async def test_every_size_has_the_state_the_curve_and_the_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor", size) as it:
        await it.sees("tiny", "step 12/12", "100%", "loss", "└", "? help", "✓ Done")
        for widget in it.screen.query("#status, #chart"):
            assert widget.region.right <= size[0]
            assert widget.region.bottom <= size[1] - 1
            assert widget.region.height > 0
        assert it.screen.query_one(LossChart).size.height >= 5


@pytest.mark.slow
async def test_the_chart_can_be_large_smoother_and_logarithmic(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("mean of 3")
        small = it.screen.query_one(LossChart).size
        await it.press("z")
        await it.until(lambda: it.screen.query_one(LossChart).size.width > small.width)
        await it.press("y")
        await it.sees("  log")
        await it.press("w", "escape")
        await it.until(lambda: it.screen.query_one(LossChart).size == small)


@pytest.mark.slow
async def test_warnings_are_counted_and_listed(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("▲ ")
        await it.press("W")
        await it.sees("warning", "regularization", "esc close")


@pytest.mark.slow
async def test_on_a_poor_link_pictures_wait_until_they_are_asked_for(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor", slow=True) as it:
        await it.sees("epoch 2", "v pictures")
        panel = it.screen.query_one(SamplesPanel)
        assert not panel._asked and not panel._drawn
        await it.press("v")
        await it.until(lambda: panel._drawn)


@pytest.mark.slow
async def test_samples_stand_in_a_grid_of_prompts_and_moments(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor", (160, 50)) as it:
        await it.sees("epoch 2")
        await it.press("p")
        panel = it.screen.query_one(SamplesPanel)
        await it.until(lambda: len(panel._slots) == 1 + 2 * 3)
        rows = [row for row in it.rows() if "ep 0" in row]
        assert len(rows) == 2
        assert all(row.index("ep 0") < row.index("ep 1") < row.index("ep 2") for row in rows)


async def test_the_large_log_opens_where_it_went_wrong_and_stays_where_a_person_scrolls(tmp_path: Path) -> None:
    before = "".join(f"line {number}\n" for number in range(300)).encode()
    after = "".join(f"  launcher {number}\n" for number in range(300)).encode()
    error = b'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: the cause\n'
    run = RecordedRun(with_images(tmp_path), bars(1, 3, 9) + b"\n" + before + error + after)
    run.end(1)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("▸ ValueError: the cause")
        await it.press("l")
        await it.until(lambda: "▸ ValueError: the cause" in it.words() and "line 299" in it.words())
        await it.press("home")
        await it.sees("line 1 of 604 ")
        run.say(b"  launcher 300\n")
        await it.pilot.pause(0.3)
        assert "line 1 of 60" in it.words()


@pytest.mark.slow
async def test_a_run_whose_folder_is_deleted_makes_room_for_the_one_before(tmp_path: Path) -> None:
    recorded(tmp_path)
    newer = RecordedRun(tmp_path, bars(1, 3, 9), id="20261122-100000-later", name="later", created=ENDED + 100)
    newer.end(1, at=ENDED + 200)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("later", "step 3/9")
        shutil.rmtree(newer.folder)
        await it.sees("tiny", "step 12/12")
        shutil.rmtree(tmp_path / ".sdtui")
        await it.sees("No run yet")
