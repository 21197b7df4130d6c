"""The chart on Monitor by its keys: closer and wider, read off, other curves; and while the run goes on."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sdtui.machine import processes
from sdtui.runs.record import ProcessMark
from sdtui.tui.monitor.chart_view import LossChart
from sdtui.tui.monitor.following import Following
from tests.runs.recorded import BEGAN, ENDED, RecordedRun, bars
from tests.trainer.test_tensorboard import point, record
from tests.tui.running import Seen, look_often, seen, with_images

__all__ = ["look_often"]

pytestmark = pytest.mark.usefixtures("look_often")

EACH = 100
"""Steps of an epoch."""


def events(first: int, last: int) -> bytes:
    """What train_network.py writes of these steps: a falling loss, two learning rates, and what ends an epoch."""
    out = []
    for step in range(first, last + 1):
        at = BEGAN + step / 20
        out.append(point("loss/current", step, 0.5 / step + (step % 7) / 100, at))
        out.append(point("lr/unet", step, 1e-4, at))
        out.append(point("lr/textencoder", step, 5e-5, at))
        if step % EACH == 0:
            out.append(point("loss/epoch_average", step // EACH, 0.05, at))
            out.append(point("loss/validation/epoch_average", step // EACH, 0.07, at))
    return b"".join(map(record, out))


def long_run(root: Path, steps: int = 800, **changes: object) -> RecordedRun:
    header = "running training\n  num epochs: 8\n  total optimization steps: 800\nepoch 8/8\n"
    run = RecordedRun(with_images(root), header.encode() + bars(steps - 3, steps, 800), **changes)
    run.write(run.logging / "x" / "network_train" / f"events.out.tfevents.{int(BEGAN) + 1}.vm", ENDED, events(1, steps))
    for epoch in (2, 4):
        run.write(run.output / f"tiny-{epoch:06}.safetensors", BEGAN + epoch)
    return run


def ended(root: Path) -> RecordedRun:
    run = long_run(root)
    run.end()
    return run


def chart(it: Seen) -> LossChart:
    return it.screen.query_one(LossChart)


@pytest.mark.slow
async def test_the_large_chart_is_looked_into_by_keys(tmp_path: Path) -> None:
    ended(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("loss 0.0", "◇ 0.0700 validation")
        await it.press("left")
        assert chart(it).state.viewport.cursor is None, "small, the arrows are the samples'"
        await it.press("z")
        await it.sees("← → read off", "● 0.0500 epoch average", "lr 1.00e-04", "┴ epoch", "◆ saved")
        await it.press("plus", "plus")
        await it.sees("steps 600 to 800 of 800")
        await it.press("left_square_bracket")
        await it.sees("steps 500 to 700 of 800")
        await it.press("left")
        await it.sees("▏step 800", "epoch 8", "◇ 0.0700", "40 s in")
        await it.press("j")
        await it.sees("▏step 700", "epoch 7")
        await it.press("0")
        await it.until(lambda: "steps 5" not in chart(it).text and "▏" not in chart(it).text)
        await it.press("home", "right")
        await it.sees("▏step 7")
        await it.press("equals_sign")
        await it.type("12o")
        await it.press("enter")
        await it.sees("is no step")
        await it.press("equals_sign")
        await it.type("350")
        await it.press("enter")
        await it.sees("▏step 350", "epoch 4")
        await it.press("f")
        await it.sees("mean of 32")
        await it.press("escape")
        assert not chart(it).has_focus


@pytest.mark.slow
async def test_a_close_look_at_the_end_goes_along_with_the_run_and_one_further_back_does_not(tmp_path: Path) -> None:
    own = processes.mark(os.getpid())
    assert own is not None
    run = long_run(tmp_path, 400, supervisor=ProcessMark(*own))
    file = next(run.logging.rglob("events*"))

    def go_on(first: int, last: int) -> None:
        with file.open("ab") as more:
            more.write(events(first, last))
        run.say(bars(last, last, 800))

    async with seen(tmp_path, "monitor") as it:
        await it.sees("step 400/800", "loss 0.0")
        await it.press("z", "plus", "plus")
        await it.sees("steps 300 to 400 of 400")
        go_on(401, 600)
        await it.sees("step 600/800", "steps 500 to 600 of 600")
        await it.press("left_square_bracket")
        await it.sees("steps 450 to 550 of 600")
        go_on(601, 700)
        await it.sees("step 700/800", "steps 450 to 550 of 700")


@pytest.mark.slow
async def test_any_scalar_can_be_chosen_and_the_learning_rates_are_told_apart(tmp_path: Path) -> None:
    ended(tmp_path)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("loss 0.0")
        await it.press("g")
        await it.sees("Which curve?", "learning rates", "loss/validation/epoch_average", "images held back")
        await it.type("learning rates")
        await it.press("enter")
        await it.sees("A 5.00e-05 textencoder", "B 1.00e-04 unet")
        text = chart(it).text.split("\n", 1)[1]
        assert "A" in text and "B" in text
        await it.press("g")
        await it.type("validation")
        await it.press("enter")
        await it.sees("loss/validation/epoch_average 0.0700")


async def test_while_a_long_run_is_being_read_it_says_so_and_not_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(tmp_path)
    go_on = threading.Event()
    look = Following.look
    monkeypatch.setattr(Following, "look", lambda *args: (go_on.wait(60), look(*args))[1])
    async with seen(tmp_path, "monitor") as it:
        await it.sees("Reading tiny…")
        assert "No run yet" not in it.words()
        go_on.set()
        await it.sees("loss 0.0")
