"""All runs of a project with what they came to, notes and stars, and two to six of them beside each other."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sdtui.base.errors import RunError, UsageError
from sdtui.base.paths import cache_dir
from sdtui.base.work import finish
from sdtui.dataset.scan import scan
from sdtui.runs import store
from sdtui.runs.following import summary
from sdtui.runs.past import notes
from sdtui.runs.past.comparison import Comparison, compare, moment_of, running_time, thinned
from sdtui.runs.past.history import PastRun, history
from sdtui.runs.past.notes import RunNote, read_note, set_star, write_note
from sdtui.runs.past.settings_told import brief, differences
from sdtui.runs.record import RunState
from sdtui.runs.setup.trained_on import FILE, write_trained_on
from tests.runs.recorded import BEGAN, ENDED, PNG, RecordedRun, bars, real_run


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    run = real_run(tmp_path)
    run.end()
    return run


def another(root: Path, number: int = 1, **changes: object) -> RecordedRun:
    fields = {"id": f"2026112{number + 1}-090000-b{number}", "name": f"b{number}", "created": ENDED + 100 * number}
    run = RecordedRun(root, bars(1, 20, 20) + b"\nmodel saved.\n", **{**fields, **changes})
    run.end(at=run.record.created + 50)
    return run


def runs_of(home: Path) -> tuple[PastRun, ...]:
    return finish(history(home))


# History --------------------------------------------------------------------------------------------------------------


def test_history_has_every_run_newest_first_with_what_it_came_to(run: RecordedRun, tmp_path: Path) -> None:
    second = another(tmp_path)
    newest, oldest = runs_of(run.home)
    assert [newest.record.id, oldest.record.id] == [second.record.id, run.record.id]
    assert oldest.view.state is RunState.DONE and oldest.seconds == pytest.approx(ENDED - BEGAN)
    assert oldest.best is not None and oldest.best.path == str(run.output / "tiny.safetensors")
    assert newest.losses.final == newest.losses.best == 1 / 20


def test_an_ended_run_is_read_once_and_told_from_memory(run: RecordedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = runs_of(run.home)
    monkeypatch.setattr(summary, "follower_of", lambda *_: pytest.fail("it was read again"))
    assert runs_of(run.home) == (first,)
    Path(first.best.path).unlink()  # type: ignore[union-attr]
    (later,) = runs_of(run.home)
    assert later.best is not None and later.best.path == str(run.output / "tiny-000001.safetensors")
    assert len(later.view.checkpoints) == 1


def test_a_run_that_was_lost_is_remembered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RecordedRun(tmp_path, bars(1, 5, 20))
    (first,) = runs_of(run.home)
    assert first.view.state is RunState.LOST
    with monkeypatch.context() as patched:
        patched.setattr(summary, "follower_of", lambda *_: pytest.fail("it was read again"))
        assert runs_of(run.home) == (first,)
    run.say(bars(6, 7, 20), ENDED + 5)
    assert runs_of(run.home)[0].view.step == 7


def test_what_is_remembered_may_be_damaged_or_old(run: RecordedRun) -> None:
    (first,) = runs_of(run.home)
    (cached,) = (cache_dir() / "runs").iterdir()
    for damaged in (b"", b"{}", b"\xff", msgspec.json.encode(first.view)):
        cached.write_bytes(damaged)
        assert runs_of(run.home) == (first,)


def test_a_console_that_is_a_folder_hides_no_run(run: RecordedRun) -> None:
    (run.folder / store.CONSOLE).unlink()
    (run.folder / store.CONSOLE).mkdir()
    (past,) = runs_of(run.home)
    assert past.record.id == run.record.id


# Notes ----------------------------------------------------------------------------------------------------------------


def test_a_note_and_a_star_stay_with_the_run(run: RecordedRun, tmp_path: Path) -> None:
    write_note(run.home, run.record.id, "too red\nsecond line")
    set_star(run.home, run.record.id, True)
    shutil.copytree(tmp_path, tmp_path.with_name("moved"))
    (past,) = runs_of(tmp_path.with_name("moved") / ".sdtui")
    assert past.note == RunNote("too red\nsecond line", True)
    write_note(run.home, run.record.id, "")
    assert read_note(run.home, run.record.id) == (RunNote("", True), None)


def test_a_note_may_hold_anything(run: RecordedRun) -> None:
    for text in ("漢字 🙂 ‮gnp", "x" * 100_000, "\x1b[31mred\x00"):
        assert write_note(run.home, run.record.id, text).text == text
        assert read_note(run.home, run.record.id)[0].text == text
    assert write_note(run.home, run.record.id, "half \udcff").text == "half ?"


@pytest.mark.parametrize("damaged", [b"", b"{", b'{"text": 3}', b"\xff\xfe"])
def test_a_damaged_note_is_told_and_not_replaced(run: RecordedRun, damaged: bytes) -> None:
    path = run.folder / notes.NOTE
    path.write_bytes(damaged)
    (past,) = runs_of(run.home)
    assert past.note == RunNote() and past.note_problem is not None
    with pytest.raises(RunError, match="cannot be read"):
        set_star(run.home, run.record.id, True)
    assert path.read_bytes() == damaged


def test_there_is_no_note_on_a_run_that_is_not_there(run: RecordedRun) -> None:
    with pytest.raises(UsageError):
        write_note(run.home, "nope", "x")
    assert not (run.home / "runs" / "nope").exists()


# Settings -------------------------------------------------------------------------------------------------------------


def test_settings_that_differ_have_the_titles_of_the_form(tmp_path: Path) -> None:
    one = another(tmp_path, 1, settings={"network_dim": "16", "seed": "1", "output_name": "a", "odd": "x"}).record
    two = another(tmp_path, 2, settings={"network_dim": "32", "seed": "1", "output_name": "b"}, gpus=(1,)).record
    told = {difference.title: difference.values for difference in differences([one, two])}
    assert told == {"Network dim": ("16", "32"), "odd": ("x", ""), "Which GPUs": ("", "1")}
    assert brief(one) == "dim 16"


def test_what_is_different_in_the_dataset_stands_behind_the_settings(tmp_path: Path) -> None:
    image = tmp_path / "data" / "images" / "10_circle" / "circle_000.png"
    image.parent.mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(image)
    image.with_suffix(".txt").write_text("a circle\n")
    runs = []
    for number in (1, 2, 3):
        run = another(tmp_path, number)
        if number < 3:
            write_trained_on(run.folder, finish(scan(tmp_path / "data")))
            run.record = msgspec.structs.replace(run.record, trained_on=str(run.folder / FILE))
        image.with_suffix(".txt").write_text("another caption\n")
        runs.append(run)
    (edited,) = (one for one in compared(*runs).settings if one.key == "dataset")
    assert edited.values[0] == "" and "circle_000" in edited.values[1]
    assert edited.values[2] == "not written down"


# Comparing ------------------------------------------------------------------------------------------------------------


def compared(*runs: RecordedRun) -> Comparison:
    return finish(compare(runs[0].home, [run.record for run in runs]))


def test_curves_are_of_the_raw_loss_where_there_is_one(run: RecordedRun, tmp_path: Path) -> None:
    first, second = compared(run, another(tmp_path)).runs
    assert (first.raw, len(first.loss), second.raw, len(second.loss)) == (True, 12, False, 20)
    points = list(thinned(first, 5))
    assert [step for step, _, _ in points] == [1, 4, 7, 9, 12] or len(points) == 5
    assert points[0][2] == 0.0 and all(seconds is not None for _, _, seconds in points)
    assert all(seconds is None for _, _, seconds in thinned(second, 5))


def test_samples_are_paired_by_prompt_and_nearest_step(run: RecordedRun, tmp_path: Path) -> None:
    other = another(tmp_path)
    for step in (2, 4, 11, 30):
        other.write(other.samples / f"b1_{step:06d}_01_2026112309000{step % 9}_5.png", other.record.created + 9, PNG)
    comparison = compared(run, other)
    table = {
        (row.prompt_index, row.step): [Path(image.path).name if image else None for image in row.images]
        for row in comparison.samples
    }
    assert table[0, 12.0] == ["tiny_e000002_00_20261121222159_1.png", None]
    assert table[1, 6.0][1] == "b1_000004_01_20261123090004_5.png"
    assert table[1, 12.0][1] == "b1_000011_01_20261123090002_5.png"
    first = comparison.runs[0].past.view
    assert [moment_of(image, first) for image in first.samples if image.prompt_index == 0] == [0, 6, 12]


@pytest.mark.parametrize("number", [0, 1, 7])
def test_two_to_six_runs_can_be_compared(tmp_path: Path, number: int) -> None:
    runs = [another(tmp_path, place) for place in range(1, 8)][:number]
    with pytest.raises(UsageError, match="two to six"):
        finish(compare(tmp_path / ".sdtui", [run.record for run in runs]))


def test_the_same_run_is_not_compared_with_itself(run: RecordedRun) -> None:
    with pytest.raises(UsageError, match="twice"):
        compared(run, run)


def test_long_pauses_are_no_training() -> None:
    assert running_time([100.0, 101.0, 103.0, 90_000.0, 90_001.0]) == (0.0, 1.0, 3.0, 3.0, 4.0)
    assert running_time([]) == ()


def test_a_curve_ends_where_it_is_no_number(tmp_path: Path) -> None:
    broken = another(tmp_path, 1)
    broken.say(bars(21, 30, 30, lambda _: float("nan")), ENDED)
    (first, _) = compared(broken, another(tmp_path, 2)).runs
    assert [step for step, _, _ in thinned(first, 1000)] == list(range(1, 21))
