"""Deleting runs: what belongs to one goes, into the trash or for good, and nothing of another one is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from sdtui.base.errors import InUseError, RunError
from sdtui.base.work import finish
from sdtui.plans.journal import Journal
from sdtui.runs import store
from sdtui.runs.live import held_paths
from sdtui.runs.past.belongings import Kind, belongings
from sdtui.runs.past.deletion import Deletion, delete_for_good, prepare_deletion, to_trash
from sdtui.runs.past.notes import set_star
from sdtui.runs.record import Continuation, RunRecord
from tests.runs.conftest import RunLab, lab
from tests.runs.recorded import BEGAN, ENDED, PNG, RecordedRun, real_run

__all__ = ["lab"]


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    """The real run with a state, the folder that was written for it, and strangers' files around it."""
    run = real_run(tmp_path)
    run.end()
    inputs = run.home / "inputs" / "20261121-222123"
    run.write(inputs / "dataset.toml", BEGAN)
    run.record = _rewritten(run, dataset_config=str(inputs / "dataset.toml"), reads=(str(inputs / "dataset.toml"),))
    run.write(run.output / "tiny-000001-state" / "optimizer.bin", BEGAN + 31, b"o" * 1000)
    for stranger in ("tiny2.safetensors", "tiny-notes.txt", "other-000001.safetensors", "sample/mine.png"):
        run.write(run.output / stranger, BEGAN + 30)
    run.write(run.output / "tiny-000009.safetensors", BEGAN - 500)
    run.write(run.logging / "20261121100000" / "network_train" / "events.out.tfevents.1795250000.h.1.0", BEGAN - 500)
    return run


def test_a_copy_of_a_project_leaves_the_files_of_the_original_alone(run: RecordedRun, tmp_path: Path) -> None:
    copied = shutil.copytree(tmp_path, tmp_path.with_name(tmp_path.name + "-copy")) / ".sdtui"
    found = belongings(copied, store.load(copied, run.record.id))
    assert [item.path for item in found.items] == [copied / "runs" / run.record.id]
    assert all("copy of the run in" in why for _, why in found.doubtful) and len(found.doubtful) == len(OWN) - 2
    assert prepare_deletion(copied, run.record).warnings(tuple(Kind)) == ()  # its best checkpoint stays
    shutil.rmtree(run.home)  # the copy is the only one now
    assert len(belongings(copied, run.record).items) == len(OWN) - 1


def _rewritten(run: RecordedRun, **changes: object) -> RunRecord:
    record = msgspec.structs.replace(run.record, **changes)
    store.write_record(run.folder, record)
    return record


def tree(root: Path) -> dict[str, bytes]:
    """Every file below ``root`` but the journal's own."""
    files = (path for path in root.rglob("*") if path.is_file() and not {"journal", ".gitignore"} & {*path.parts})
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def prepared(run: RecordedRun) -> Deletion:
    return prepare_deletion(run.home, run.record)


OWN = {
    "model/tiny-000001.safetensors",
    "model/tiny.safetensors",
    "model/tiny-000001-state",
    "model/sample/tiny_e000000_00_20261121222147_1.png",
    "model/sample/tiny_e000000_01_20261121222147_2.png",
    "model/sample/tiny_e000001_00_20261121222154_1.png",
    "model/sample/tiny_e000001_01_20261121222154_2.png",
    "model/sample/tiny_e000002_00_20261121222159_1.png",
    "model/sample/tiny_e000002_01_20261121222159_2.png",
    "log/20261121222145",
    ".sdtui/runs/20261121-222123-tiny",
    ".sdtui/inputs/20261121-222123",
}


def test_what_belongs_to_a_run_is_listed_with_sizes_and_nothing_else(run: RecordedRun, tmp_path: Path) -> None:
    found = belongings(run.home, run.record)
    assert {str(item.path.relative_to(tmp_path)) for item in found.items} == OWN
    state = next(item for item in found.items if item.kind is Kind.STATES)
    assert state.size == 1000
    assert [item.kind for item in found.items] == sorted((item.kind for item in found.items), key=list(Kind).index)
    assert found.doubtful == ()


def test_it_goes_to_the_trash_and_undo_brings_back_every_byte(run: RecordedRun, tmp_path: Path) -> None:
    before = tree(tmp_path)
    journal = Journal(run.home)
    journal.apply(to_trash(run.home, prepared(run)).plan, held_paths(run.home))
    assert store.list_runs(run.home) == ()
    assert not any((tmp_path / path).exists() for path in OWN)
    assert {name.partition(".sdtui/trash/")[2].partition("/")[2] or name for name in tree(tmp_path)} == set(before)
    assert journal.undo().refused == ()
    assert tree(tmp_path) == before
    assert [record.id for record in store.list_runs(run.home)] == [run.record.id]


def test_for_good_frees_the_space_at_once(run: RecordedRun, tmp_path: Path) -> None:
    gone = finish(delete_for_good(run.home, prepared(run)))
    assert {str(path.relative_to(tmp_path)) for path in gone} == OWN
    assert set(tree(tmp_path)) == {
        "model/tiny2.safetensors",
        "model/tiny-notes.txt",
        "model/other-000001.safetensors",
        "model/sample/mine.png",
        "model/tiny-000009.safetensors",
        "log/20261121100000/network_train/events.out.tfevents.1795250000.h.1.0",
    }
    assert Journal(run.home).entries() == ()


def test_some_kinds_alone_can_be_deleted(run: RecordedRun) -> None:
    finish(delete_for_good(run.home, prepared(run), [Kind.STATES]))
    assert not (run.output / "tiny-000001-state").exists()
    assert (run.output / "tiny.safetensors").exists() and run.folder.exists()


def test_what_a_later_run_of_the_same_name_wrote_stays(run: RecordedRun) -> None:
    later = RecordedRun(run.home.parent, id="20261122-090000-tiny", created=ENDED + 100)
    later.end(at=ENDED + 200)
    run.write(run.output / "tiny.safetensors", ENDED + 150)
    state = run.output / "tiny-000001-state"
    os.utime(state, (ENDED + 151, ENDED + 151))
    paths = {item.path.name for item in belongings(run.home, run.record).items}
    assert "tiny-000001.safetensors" in paths
    assert not {"tiny.safetensors", "tiny-000001-state"} & paths


def test_what_two_runs_may_have_written_stays_and_is_named(run: RecordedRun, tmp_path: Path) -> None:
    other = RecordedRun(tmp_path, id="20261121-222125-tiny", created=BEGAN + 2)
    other.end(at=ENDED)
    found = belongings(run.home, run.record)
    assert {item.kind for item in found.items} == {Kind.RECORD}
    assert len(found.doubtful) == len(OWN) - 2
    assert all(other.record.id in why for _, why in found.doubtful)
    proposal = to_trash(run.home, prepared(run))
    assert set(proposal.left_out) == set(found.doubtful)


def test_the_inputs_that_another_run_reads_too_stay(run: RecordedRun, tmp_path: Path) -> None:
    RecordedRun(tmp_path, id="20261122-090000-other", name="other", created=ENDED + 100, reads=run.record.reads).end()
    assert (run.home / "inputs" / "20261121-222123") not in {i.path for i in belongings(run.home, run.record).items}


def test_a_record_that_leads_elsewhere_takes_nothing_along(run: RecordedRun, tmp_path: Path) -> None:
    home = run.home
    ways_out = (str(home / "inputs" / ".." / "journal"), str(home / "inputs" / ".." / ".." / "images" / "a.png"))
    run.record = _rewritten(
        run, dataset_config=ways_out[0], reads=ways_out, output_dir=str(home / "rehearsals" / ".." / ".." / "model")
    )
    deletion = prepared(run)
    assert deletion.whole is None
    records = [item.path for item in deletion.of(tuple(Kind)) if item.kind is Kind.RECORD]
    assert records == [home / "runs" / run.record.id]


def test_a_rehearsal_goes_with_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".sdtui" / "rehearsals" / "20261121-222123"
    run = RecordedRun(tmp_path, output_dir=str(folder / "model"), logging_dir=str(folder / "log"))
    run.end()
    run.write(folder / "model" / "tiny.safetensors", BEGAN + 5)
    run.write(folder / "model" / "sample" / "tiny_e000000_00_20261121222147_1.png", BEGAN + 5, PNG)
    finish(delete_for_good(run.home, prepared(run), [Kind.SAMPLES]))
    assert (folder / "model" / "tiny.safetensors").exists()
    journal = Journal(run.home)
    deletion = prepared(run)
    told = sum(item.size for item in deletion.of(tuple(Kind)))
    journal.apply(to_trash(run.home, deletion).plan)
    assert not folder.exists()
    assert sum(item.size for item in deletion.of(tuple(Kind))) == told  # also what is said when it is done
    journal.undo()
    assert (folder / "model" / "tiny.safetensors").exists()


def test_a_run_that_lives_is_not_deleted(lab: RunLab) -> None:
    lab.fifo("there")
    lab.fifo("go")
    record = lab.launch("train=4", "tell=there", "wait=go")
    lab.meet("there")
    with pytest.raises(RunError, match="has not ended yet"):
        prepare_deletion(lab.home, record)
    lab.release("go")
    lab.wait(record)
    assert prepare_deletion(lab.home, record).belongings.items


def test_a_run_that_waits_in_the_queue_is_not_deleted(tmp_path: Path) -> None:
    waiting = RecordedRun(tmp_path, queued=BEGAN, supervisor=None, trainer=None, state_folder="")
    (waiting.folder / store.QUEUED).touch()
    with pytest.raises(RunError, match="waits in the queue"):
        prepared(waiting)


@pytest.mark.slow
def test_what_a_live_run_reads_is_deleted_neither_way(lab: RunLab) -> None:
    old = real_run(lab.root)
    old.end()
    state = old.write(old.output / "tiny-000001-state" / "optimizer.bin", BEGAN + 31).parent
    lab.fifo("there")
    lab.fifo("go")
    record = lab.launch("train=4", "tell=there", "wait=go", reads=(str(state),))
    lab.meet("there")
    before = tree(lab.root)
    with pytest.raises(InUseError):
        Journal(old.home).apply(to_trash(old.home, prepared(old)).plan, held_paths(old.home))
    with pytest.raises(InUseError):
        finish(delete_for_good(old.home, prepared(old)))
    assert set(tree(lab.root)) >= {name for name in before if "20261121-222123" in name or "tiny" in name}
    lab.release("go")
    lab.wait(record)


def test_one_is_warned_of_the_star_the_best_checkpoint_and_who_goes_on_from_it(run: RecordedRun) -> None:
    set_star(run.home, run.record.id, True)
    continues = Continuation(state=str(run.output / "tiny-000001-state"), run=run.record.id, step=6, epoch=1)
    RecordedRun(run.home.parent, id="20261122-090000-more", name="more", created=ENDED + 9, continues=continues).end()
    star, best, follower = prepared(run).warnings(tuple(Kind))
    assert "star" in star and "tiny" in best and "20261122-090000-more goes on from a state" in follower
    assert prepared(run).warnings([Kind.LOGS]) == (star,)


def test_files_on_another_disk_are_only_deleted_for_good(run: RecordedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path.lstat

    def elsewhere(path: Path) -> os.stat_result:
        seen = here(path)
        if path.suffix != ".safetensors":
            return seen
        return os.stat_result((*seen[:2], seen.st_dev + 1, *seen[3:10]))

    deletion = prepared(run)
    monkeypatch.setattr(Path, "lstat", elsewhere)
    left = to_trash(run.home, deletion).left_out
    assert {path.name for path, _ in left} == {"tiny.safetensors", "tiny-000001.safetensors"}
    assert "for good" in left[0][1]
    monkeypatch.undo()
    finish(delete_for_good(run.home, deletion))
    assert not (run.output / "tiny.safetensors").exists()


def test_a_link_is_deleted_and_not_what_it_leads_to(run: RecordedRun, tmp_path: Path) -> None:
    big = tmp_path / "elsewhere" / "weights.safetensors"
    run.write(big, BEGAN + 35)
    (run.output / "tiny-000002.safetensors").symlink_to(big)
    os.utime(run.output / "tiny-000002.safetensors", (BEGAN + 35, BEGAN + 35), follow_symlinks=False)
    finish(delete_for_good(run.home, prepared(run)))
    assert big.exists()
    assert not os.path.lexists(run.output / "tiny-000002.safetensors")
