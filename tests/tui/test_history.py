"""History: all runs with what they came to, notes and stars; two to six beside each other; deleting with a plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from sdtui.runs import store
from sdtui.runs.past.notes import read_note
from sdtui.tui.history import screen as history_screen
from sdtui.tui.history.compare_screen import CompareScreen
from sdtui.tui.history.picture_row import PictureRow
from sdtui.tui.history.run_list import RunList
from sdtui.tui.history.screen import HistoryScreen
from sdtui.tui.monitor.screen import MonitorScreen
from sdtui.tui.samples.screen import SamplesScreen
from tests.runs.conftest import RunLab
from tests.runs.recorded import BEGAN, ENDED, RecordedRun, bars, real_run
from tests.tui.running import Seen, lab, look_often, seen, with_images

__all__ = ["lab", "look_often"]

pytestmark = pytest.mark.usefixtures("look_often")


def striped(path: Path) -> bytes:
    """A picture whose cells have two colours each."""
    picture = Image.new("RGB", (64, 64), (200, 30, 30))
    for row in range(0, 64, 2):
        picture.paste((30, 30, 200), (0, row, 64, row + 1))
    picture.save(path)
    return path.read_bytes()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three runs that have ended: the real one, a better one, and one that failed."""
    run = real_run(with_images(tmp_path))
    for path in run.samples.glob("*.png"):
        run.write(path, BEGAN + 25, striped(path))
    run.end()
    dim = {"network_dim": "16", "learning_rate": "0.0001"}
    better = RecordedRun(
        tmp_path,
        bars(1, 20, 20) + b"\nmodel saved.\n",
        id="20261122-090000-better",
        name="better",
        created=ENDED + 9,
        settings=dim,
    )
    sample = better.samples / "better_000010_00_20261122090007_5.png"
    better.write(sample, ENDED + 20, striped(sample))
    better.write(better.output / "better.safetensors", ENDED + 40)
    better.end(at=ENDED + 50)
    bad = RecordedRun(
        tmp_path, b"ValueError: [red]no[/] \x1b[31mway\n", id="20261123-090000-bad", name="bad", created=ENDED + 100
    )
    bad.end(1, at=ENDED + 110)
    return tmp_path


def names(it: Seen) -> list[str]:
    return [past.view.name for past in it.screen.query_one(RunList).rows]


async def to_history(it: Seen) -> None:
    await it.until(lambda: isinstance(it.screen, MonitorScreen) and it.screen.followed is not None)
    await it.press("H")
    await it.sees("History   3 runs", "better")


async def test_the_runs_are_listed_with_what_they_came_to_and_enter_shows_one(root: Path) -> None:
    async with seen(root, "monitor") as it:
        await to_history(it)
        assert names(it) == ["bad", "better", "tiny"]
        better = next(row for row in it.rows() if " better " in row)
        assert "done" in better and better.count("0.0500") == 2 and "dim 16" in better
        await it.press("j", "j")
        await it.sees("best saved  tiny.safetensors: the least smoothed loss of its checkpoints")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, MonitorScreen))
        await it.sees("tiny  done  step 12/12")


@pytest.mark.slow
async def test_runs_are_sorted_and_found(root: Path) -> None:
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.press("o")
        await it.sees("by best loss")
        assert names(it) == ["better", "tiny", "bad"]
        await it.press("slash")
        await it.type("dim 16")
        await it.sees("1 of 3 runs", "filter: dim 16")
        assert names(it) == ["better"]
        await it.press("enter", "escape")
        await it.until(lambda: len(names(it)) == 3)
        await it.press("escape")
        await it.until(lambda: isinstance(it.screen, MonitorScreen))


@pytest.mark.slow
async def test_a_note_and_a_star_are_kept(root: Path) -> None:
    home, better = root / ".sdtui", "20261122-090000-better"
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.press("j", "n")
        await it.sees("Note on better")
        await it.type("fine hands")
        await it.press("enter")
        await it.type("second line")
        await it.press("escape")
        await it.until(lambda: read_note(home, better)[0].text == "fine hands\nsecond line")
        await it.sees("fine hands", "note        fine hands second line")
        await it.press("asterisk")
        await it.until(lambda: read_note(home, better)[0].starred)
        await it.sees("★")
        await it.press("n")
        await it.sees("Note on better")
        await it.type("!")
        await it.press("ctrl+r")
        await it.until(lambda: isinstance(it.screen, HistoryScreen))
    assert read_note(home, better)[0].text == "fine hands\nsecond line"


@pytest.mark.slow
async def test_runs_are_set_beside_each_other(root: Path) -> None:
    async with seen(root, "monitor") as it:
        await to_history(it)
        assert "compare" not in it.rows()[-1]
        await it.press("j", "space", "space")
        await it.sees("2 marked")
        assert [line[1] for line in it.rows() if line[1:3] in ("A ", "B ")] == ["A", "B"]
        await it.press("c")
        await it.sees("A better", "B tiny", "end  0.0500", "Network dim", "16", "prompt 1/2", "nearest to step 10")
        await it.sees("A step 10", "B epoch 2", "▄")
        await it.press("t")
        await it.sees("loss by time of training", "its times were not recorded")
        await it.press("plus")
        await it.sees("a part of it")
        await it.press("left_square_bracket", "0")
        await it.until(lambda: "a part of it" not in it.words())
        await it.press("down")
        await it.sees("prompt 2/2", "A no sample of this prompt")
        await it.press("d")
        await it.until(lambda: "prompt 2/2" not in it.words() and "Network dim" in it.words())
        await it.press("escape", "escape")
        await it.until(lambda: isinstance(it.screen, HistoryScreen))


@pytest.mark.slow
async def test_from_monitor_a_run_is_compared_with_the_one_under_the_cursor(root: Path) -> None:
    async with seen(root, "monitor", (80, 24)) as it:
        await it.until(lambda: isinstance(it.screen, MonitorScreen) and it.screen.followed is not None)
        await it.press("c")
        await it.sees("History   3 runs", "1 marked")
        await it.press("j", "c")
        await it.until(lambda: isinstance(it.screen, CompareScreen))
        await it.sees("A bad", "B better", "no loss was recorded")
        await it.press("t")
        await it.sees("no times recorded", "· no times were recorded; by step they can be compared")


@pytest.mark.slow
async def test_deleting_lists_everything_first_and_undo_brings_it_back(root: Path) -> None:
    weights = root / "model" / "better.safetensors"
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.until(lambda: it.app.project is not None and it.app.scanning is None)
        await it.press("j", "x")
        await it.sees("3 files and folders", "model/better.safetensors", "Its best checkpoint is among them")
        await it.press("space")
        await it.sees("checkpoints 1 B (stay)", "2 files and folders")
        await it.press("space", "enter")
        await it.sees("History   2 runs", "Put into the trash")
        assert not weights.exists()
        assert names(it) == ["bad", "tiny"]
        await it.press("escape", "1", "u")
        await it.until(weights.exists)
    assert len(store.list_runs(root / ".sdtui")) == 3


async def test_what_must_stay_is_listed_with_its_reason_below(tmp_path: Path) -> None:
    original = with_images(tmp_path / "shapes")
    read = str(original / ".sdtui" / "inputs" / "20261121" / "dataset.toml")
    run = RecordedRun(original, bars(1, 20, 20) + b"\nmodel saved.\n", dataset_config=read)
    run.write(run.output / "tiny.safetensors", ENDED - 1)
    run.end()
    copy = shutil.copytree(original, tmp_path / "copy")
    async with seen(copy, "monitor", (80, 24)) as it:
        await it.until(lambda: isinstance(it.screen, MonitorScreen) and it.screen.followed is not None)
        await it.press("H")
        await it.sees("History   1 run ")
        await it.press("x")
        await it.sees("1 file or folder, ", " stays   ", "model/tiny.safetensors ")
        await it.sees("▲ 1 file or folder stays: This is a copy of the run")


@pytest.mark.slow
async def test_for_good_is_asked_once_more(root: Path) -> None:
    weights = root / "model" / "better.safetensors"
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.press("j", "x")
        await it.sees("model/better.safetensors")
        await it.press("g")
        await it.sees("This cannot be undone.")
        await it.press("enter")
        await it.sees("Nothing brings it back.")
        await it.press("escape")
        await it.sees("nothing is deleted yet")
        assert weights.exists()
        await it.press("enter", "y")
        await it.sees("History   2 runs", "Deleted for good")
    assert not weights.exists() and not (root / ".sdtui" / "trash").exists()


@pytest.mark.slow
async def test_train_opens_the_history_and_it_opens_monitor(root: Path) -> None:
    async with seen(root, "train") as it:
        await it.until(lambda: it.app.project is not None and it.app.scanning is None)
        await it.press("H")
        await it.sees("History   3 runs")
        await it.press("j", "j", "enter")
        await it.until(lambda: isinstance(it.screen, MonitorScreen))
        await it.sees("tiny  done  step 12/12")


@pytest.mark.slow
async def test_what_a_run_says_is_never_obeyed(root: Path) -> None:
    from sdtui.runs.past.notes import write_note

    write_note(root / ".sdtui", "20261123-090000-bad", "[b]bold[/x] \x1b]0;owned\x07 \u202egnp")
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.sees("[b]bold[/x]", "failed")
        for keys, said in (("n", "Note on bad"), ("escape", "History"), ("x", "nothing is deleted yet")):
            await it.press(keys)
            await it.sees(said)
            assert not {"\x1b", "\x07", "\u202e"} & set(it.words())
        await it.press("escape", "space", "space")
        await it.sees("2 marked")
        await it.press("c")
        await it.sees("Compare   2 runs", "A bad")
        assert not {"\x1b", "\x07", "\u202e"} & set(it.words())


@pytest.mark.slow
async def test_all_of_it_fits_a_small_terminal(root: Path) -> None:
    async with seen(root, "monitor", (80, 24)) as it:
        await to_history(it)
        assert "BEST" in it.words() and "STEPS" not in it.words()
        await it.press("j", "space", "space", "c")
        await it.sees("A better", "B tiny")
        assert "prompt 1/2" not in it.words() and "Network dim" not in it.words()
        await it.press("p")
        await it.until(lambda: isinstance(it.screen, SamplesScreen))
        await it.sees("prompt 1/2", "better", "step 10", "epoch 2")
        await it.press("escape", "d")
        await it.sees("Network dim")
        await it.press("escape", "escape", "x")
        await it.sees("delete", "checkpoints")


@pytest.mark.slow
async def test_on_a_poor_link_pictures_are_drawn_when_asked_for(root: Path) -> None:
    async with seen(root, "monitor", slow=True) as it:
        await to_history(it)
        await it.press("j", "space", "space", "c")
        await it.sees("prompt 1/2")
        assert "▄" not in it.words()
        await it.press("v")
        await it.sees("▄")
        assert it.screen.query_one(PictureRow).wanted


@pytest.mark.slow
async def test_a_run_that_goes_on_is_followed_and_cannot_be_deleted(
    lab: RunLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_screen, "LOOK_AGAIN", 3600.0)  # the list hears of the end as soon as it is told
    lab.fifo("there")
    lab.fifo("go")
    lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "steps=5-10-10", "saved")
    lab.meet("there")
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 4/10")
        await it.press("H")
        await it.sees("training 40%", "4/10")
        assert "delete" not in it.rows()[-1]
        lab.release("go")
        await it.until(lambda: "delete…" in it.rows()[-1])
        assert "done" in it.words()
        await it.press("x")
        await it.sees("record")


async def test_runs_that_cannot_be_read_are_named(root: Path) -> None:
    for name in ("20261124-000000-odd\u202e", "20261124-000001-empty"):
        (root / ".sdtui" / "runs" / name).mkdir()
    (root / ".sdtui" / "runs" / "20261124-000001-empty" / "run.json").touch()
    async with seen(root, "monitor") as it:
        await to_history(it)
        await it.sees("W 2 cannot be read")
        await it.press("W")
        await it.sees("2 runs cannot be read", "20261124-000001-empty: The record of this run is damaged")
        assert "\u202e" not in it.words()


async def test_without_a_run_it_teaches(tmp_path: Path) -> None:
    async with seen(with_images(tmp_path), "monitor") as it:
        await it.sees("No run yet")
        await it.press("H")
        await it.sees("Train (5) sets one up and starts it.")
