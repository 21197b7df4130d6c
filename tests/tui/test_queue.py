"""The Queue screen, and putting runs into it from Train."""

from __future__ import annotations

import pytest

from sdtui.runs.queueing import keeper, queue, queue_file
from sdtui.runs.queueing.view import look
from sdtui.runs.setup import remembered
from sdtui.trainer.profiles import parse_settings
from sdtui.tui.queue import feed
from sdtui.tui.queue.queue_list import QueueList
from sdtui.tui.train import state
from tests.runs.queue_lab import QueueLab, lab
from tests.tui.running import Seen, seen, without_trainers

__all__ = ["lab"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, lab: QueueLab) -> None:
    """Nothing is started, and no other trainer is found than the lab's."""
    monkeypatch.setattr(keeper, "_start", lambda: None)
    monkeypatch.setattr(feed, "_LOOK_EVERY", 0.05)
    without_trainers(monkeypatch, lab.root.parent)


async def in_order(it: Seen, lab: QueueLab, *names: str) -> None:
    """Until the runs wait, and are shown, in this order."""
    await it.until(lambda: lab.order() == [*names])
    rows = it.screen.query_one(QueueList)
    await it.until(lambda: [row.record.name for row in rows.rows if row.record is not None] == [*names])


@pytest.mark.slow
async def test_runs_are_moved_held_back_and_taken_out(lab: QueueLab) -> None:
    for name in ("one", "two", "three"):
        lab.put(name, gpus="1" if name == "three" else "")
    async with seen(lab.root, "monitor") as it:
        await it.press("Q")
        await it.sees("3 runs wait", "no run of yours", "WAITS FOR", "its turn", "sd15-lora · all GPUs · queued")
        await it.press("J")
        await in_order(it, lab, "two", "one", "three")
        await it.press("j", "K")  # the cursor went with its run
        await in_order(it, lab, "two", "three", "one")
        await it.press("t")
        await in_order(it, lab, "three", "two", "one")
        await it.press("space")
        await it.sees("You hold it back.", "space let it go")
        await it.press("space")
        await it.until(lambda: "held back  " not in it.words())
        await it.press("p")
        await it.sees("paused", "You paused it. p lets it go on.")
        await it.press("p")
        await it.until(lambda: look().paused is None)
        await it.press("d")
        await it.sees("Take three out of the queue?")
        await it.press("escape", "d", "d")
        await in_order(it, lab, "two", "one")
        await it.press("enter")
        await it.sees("two", "queued", "Its turn is now.", "Q queue")


async def test_an_empty_queue_teaches(lab: QueueLab) -> None:
    async with seen(lab.root, "monitor", (80, 24)) as it:
        await it.press("Q")
        await it.sees("0 runs wait", "Nothing waits.", "On Train the key q puts a run here", "--profile NAME --queue")
        await it.press("escape")
        await it.sees("No run yet")


async def test_after_a_restart_it_asks(lab: QueueLab) -> None:
    lab.put("circle")
    path = queue_file.folder() / queue_file.FILE
    path.write_text(path.read_text().replace(queue_file.this_start(), "another boot"))
    async with seen(lab.root, "monitor") as it:
        await it.sees("Go on with the queue?", "1 run waits in the queue. The computer was restarted since")
        await it.press("escape", "Q")
        await it.sees("waits for you", "p lets it go on")
        assert look().restarted
        await it.press("p")
        await it.until(lambda: not look().restarted)


async def test_train_queues_the_run_that_it_shows(lab: QueueLab) -> None:
    lab.put("before")
    settings = parse_settings(
        "sd15-lora", ["pretrained_model_name_or_path=base.safetensors", "output_name=circle", "gpus=1"]
    )
    remembered.remember(lab.home, remembered.with_settings(remembered.Remembered(), settings))
    async with seen(lab.root, "train") as it:
        await it.sees("queue…", "12 steps")
        await it.press("q")
        await it.sees("Queue circle?", "behind 1 run that waits", "It begins when GPU 1 is free")
        await it.press("enter")
        await it.sees("circle waits in the queue. Q shows it.")
        assert lab.order() == ["before", "circle"]
        await it.press("Q")
        await it.sees("2 runs wait", "circle")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_names_and_lost_runs_are_shown_safely(lab: QueueLab, size: tuple[int, int]) -> None:
    lab.put("\u202eevil")
    lost = lab.put("lost")
    (lab.home / "runs" / lost.id).rename(lab.root / "away")
    for number in range(60):
        lab.put(f"run{number}")
    async with seen(lab.root, "monitor", size) as it:
        await it.press("Q")
        await it.sees("62 runs wait", "\ufffdevil", lost.id)
        assert "\u202e" not in it.words()
        await it.press("j")
        await it.sees("There is no run")
        await it.press("G")
        await it.sees("run59")
        await it.press("d", "d")
        await it.until(lambda: "run59" not in lab.order())


@pytest.mark.slow
async def test_a_queue_that_cannot_be_read_says_so(lab: QueueLab) -> None:
    record = lab.put("circle")
    (queue_file.folder() / queue_file.FILE).write_bytes(b"{")
    async with seen(lab.root, "monitor") as it:
        await it.press("Q")
        await it.sees("The queue's file is damaged")
        (queue_file.folder() / queue_file.FILE).unlink()
        await it.sees("Nothing waits.")
        queue.put_back(lab.home, record)
        await it.sees("1 run waits")


@pytest.mark.slow
async def test_starting_beside_a_run_that_has_the_card_offers_the_queue(
    lab: QueueLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "holder_now", lambda _env: "night-run")
    settings = parse_settings("sd15-lora", ["pretrained_model_name_or_path=base.safetensors", "output_name=circle"])
    remembered.remember(lab.home, remembered.with_settings(remembered.Remembered(), settings))
    async with seen(lab.root, "train") as it:
        await it.sees("start…", "12 steps")
        await it.press("S")
        await it.sees("night-run is training on its card now")
        await it.press("q")
        await it.sees("Queue circle?", "as the next one")
        await it.press("f")
        await it.sees("circle waits in the queue.")
    (waiting,) = queue_file.read().waiting
    assert waiting.stop_on_failure
