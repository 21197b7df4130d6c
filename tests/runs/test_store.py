"""Runs are found by what people type, and what cannot be read is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sdtui.base.errors import RunError, UsageError
from sdtui.runs import store
from tests.runs.recorded import RecordedRun


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for number, name in enumerate(("20261121-100000-circle", "20261121-110000-square", "20261122-090000-circle")):
        RecordedRun(tmp_path, id=name, created=1000.0 + number)
    return tmp_path / ".sdtui"


def test_the_newest_comes_first_and_is_the_default(home: Path) -> None:
    assert [record.id[:11] for record in store.list_runs(home)] == ["20261122-09", "20261121-11", "20261121-10"]
    assert store.resolve(home, None).id == "20261122-090000-circle"


def test_a_beginning_is_enough_when_it_is_clear(home: Path) -> None:
    assert store.resolve(home, "20261122").id == "20261122-090000-circle"
    assert store.resolve(home, "20261121-100000-circle").id == "20261121-100000-circle"
    with pytest.raises(UsageError, match="2 runs begin with"):
        store.resolve(home, "20261121")
    with pytest.raises(UsageError, match="no run '2025'"):
        store.resolve(home, "2025")


def test_a_copied_run_is_called_as_its_folder_is(home: Path) -> None:
    copy = home / "runs" / "20261121-110000-square-copy"
    shutil.copytree(home / "runs" / "20261121-110000-square", copy)
    assert {record.id for record in store.list_runs(home)} >= {"20261121-110000-square", copy.name}
    assert store.resolve(home, copy.name).id == copy.name


@pytest.mark.parametrize("wanted", ["../runs", "..", "", "."])
def test_an_id_is_no_path(home: Path, wanted: str) -> None:
    with pytest.raises(UsageError):
        store.load(home, wanted)


def test_a_project_without_runs(tmp_path: Path) -> None:
    assert store.list_runs(tmp_path / ".sdtui") == ()
    with pytest.raises(RunError, match="No run was started here yet"):
        store.resolve(tmp_path / ".sdtui", None)


def test_damaged_and_newer_records_are_named_and_hide_nothing_else(home: Path) -> None:
    (home / "runs" / "20261121-100000-circle" / store.RECORD).write_text("{")
    newer = home / "runs" / "20261121-110000-square" / store.RECORD
    newer.write_text(newer.read_text().replace('"version": 1', '"version": 99'))
    (home / "runs" / "empty").mkdir()
    assert [record.id for record in store.list_runs(home)] == ["20261122-090000-circle"]
    problems = {broken.id: broken.problem for broken in store.broken_runs(home)}
    assert "damaged" in problems["20261121-100000-circle"]
    assert "newer sdtui" in problems["20261121-110000-square"]
    assert "does not exist" in problems["empty"] and "can be deleted" in problems["empty"]


def test_a_time_that_no_clock_tells_is_damage(home: Path) -> None:
    file = home / "runs" / "20261121-100000-circle" / store.RECORD
    file.write_text(file.read_text().replace("1000.0", "1e300"))
    assert "damaged" in {broken.id: broken.problem for broken in store.broken_runs(home)}["20261121-100000-circle"]


def test_what_a_newer_sdtui_adds_is_passed_over(home: Path) -> None:
    file = home / "runs" / "20261121-110000-square" / store.RECORD
    file.write_text(file.read_text().replace('"version": 1', '"version": 1, "mood": "good"'))
    assert store.load(home, "20261121-110000-square").name == "tiny"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("circle", "circle"), ("../a b/ç*", "a-b-ç"), ("", "run"), ("x" * 300, "x" * 40), ("卓越", "卓越")],
)
def test_any_name_makes_a_folder(tmp_path: Path, name: str, shown: str) -> None:
    run_id, folder = store.new_run_folder(tmp_path, name, lambda: 1795299683.0)
    assert folder.is_dir() and folder.parent == tmp_path / "runs"
    assert run_id.split("-", 2)[2] == shown
    again, _ = store.new_run_folder(tmp_path, name, lambda: 1795299683.0)
    assert again == f"{run_id}-2"


def test_a_name_will_do_where_one_run_is_called_so(home: Path, tmp_path: Path) -> None:
    RecordedRun(tmp_path, id="20261122-110000-cat", name="cat")
    assert store.resolve(home, "cat").id == "20261122-110000-cat"
    RecordedRun(tmp_path, id="20261122-120000-cat", name="cat")
    with pytest.raises(UsageError, match=r"or are called so \(20261122-1.0000-cat, 20261122-1.0000-cat\)"):
        store.resolve(home, "cat")
