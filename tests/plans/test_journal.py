"""Applying a Plan whole or not at all, undoing it, and saying what could not be done."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sdtui.base import files
from sdtui.base.errors import ChangedOutsideError, InUseError, SyntaxProblem, UsageError, WriteError
from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from sdtui.plans.lock import only_writer
from sdtui.plans.outcome import EntryState
from sdtui.plans.plan import MakeFolder, Move, Plan, Remove, Write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "3_cat").mkdir(parents=True)
    (folder / "3_cat" / "a.txt").write_bytes(b"old")
    (folder / "3_cat" / "b.txt").write_bytes(b"other")
    return folder


@pytest.fixture
def journal(root: Path) -> Journal:
    return Journal(root / ".sdtui", clock=lambda: 1234.5)


def edit(path: Path, after: bytes = b"new") -> Write:
    return Write(path, path.read_bytes(), after)


def removal(path: Path) -> Remove:
    seen = path.lstat()
    return Remove(path, seen.st_size, seen.st_mtime_ns)


def failing(monkeypatch: pytest.MonkeyPatch, call: str, number: int, when: Callable[..., bool]) -> None:
    """Let a system call fail with ``number`` where ``when`` says so of its arguments."""
    real = getattr(files.kernel, call)

    def wrapped(*args: Any) -> Any:
        if when(*args):
            raise OSError(number, os.strerror(number))
        return real(*args)

    monkeypatch.setattr(files.kernel, call, wrapped)


def test_apply_undo_redo(root: Path, journal: Journal) -> None:
    caption, new = root / "3_cat" / "a.txt", root / "3_cat" / "c.txt"
    applied = journal.apply(Plan("edit", (edit(caption), Write(new, None, b"made"))))
    assert (caption.read_bytes(), new.read_bytes()) == (b"new", b"made")
    assert applied.changed == (caption, new)

    undone = journal.undo()
    assert undone.id == applied.id and undone.refused == () and set(undone.restored) == {caption, new}
    assert caption.read_bytes() == b"old" and not new.exists()

    assert journal.redo().changed == (caption, new)
    assert (caption.read_bytes(), new.read_bytes()) == (b"new", b"made")


def test_entries_tell_title_time_and_state_newest_first(root: Path, journal: Journal) -> None:
    journal.apply(Plan("first", (edit(root / "3_cat" / "a.txt"),)))
    journal.apply(Plan("second", (edit(root / "3_cat" / "b.txt"),)))
    journal.undo()
    assert [(one.title, one.state, one.created) for one in journal.entries()] == [
        ("second", EntryState.UNDONE, 1234.5),
        ("first", EntryState.APPLIED, 1234.5),
    ]


def test_a_later_start_can_undo(root: Path, journal: Journal) -> None:
    journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    Journal(root / ".sdtui").undo()
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


def test_undo_works_after_the_whole_project_was_moved(root: Path, journal: Journal) -> None:
    journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"), Move(root / "3_cat", root / "5_cat"))))
    moved = root.rename(root.with_name("elsewhere"))
    assert Journal(moved / ".sdtui").undo().refused == ()
    assert (moved / "3_cat" / "a.txt").read_bytes() == b"old"


def test_undo_twice_and_redo_in_order(root: Path, journal: Journal) -> None:
    path = root / "3_cat" / "a.txt"
    for after in (b"one", b"two"):
        journal.apply(Plan(after.decode(), (edit(path, after),)))
    assert [journal.undo().title, journal.undo().title] == ["two", "one"]
    assert [journal.redo().title, journal.redo().title] == ["one", "two"]
    assert path.read_bytes() == b"two"
    with pytest.raises(UsageError):
        journal.redo()


def test_an_older_plan_can_be_undone_and_redone_by_its_id(root: Path, journal: Journal) -> None:
    first = journal.apply(Plan("a", (edit(root / "3_cat" / "a.txt"),)))
    journal.apply(Plan("b", (edit(root / "3_cat" / "b.txt"),)))
    journal.undo(first.id)
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"
    assert (root / "3_cat" / "b.txt").read_bytes() == b"new"
    journal.redo(first.id)
    assert (root / "3_cat" / "a.txt").read_bytes() == b"new"


def test_a_new_plan_ends_redo(root: Path, journal: Journal) -> None:
    journal.apply(Plan("a", (edit(root / "3_cat" / "a.txt"),)))
    journal.undo()
    journal.apply(Plan("b", (edit(root / "3_cat" / "b.txt"),)))
    with pytest.raises(UsageError):
        journal.redo()


def test_nothing_to_undo_or_redo_is_a_usage_error(journal: Journal) -> None:
    for action in (journal.undo, journal.redo):
        with pytest.raises(UsageError):
            action()
    with pytest.raises(UsageError, match="no entry"):
        journal.undo("../../etc")


def test_unedited_writes_nothing_at_all(root: Path, journal: Journal) -> None:
    before = (root / "3_cat" / "a.txt").stat()
    assert journal.apply(Plan("same", (Write(root / "3_cat" / "a.txt", b"old", b"old"),))).id == ""
    assert (root / "3_cat" / "a.txt").stat() == before
    assert not journal.home.exists()


def test_what_changed_outside_is_refused_by_name_and_nothing_is_written(root: Path, journal: Journal) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    plan = Plan("edit", (edit(a), edit(b), Write(root / "new.txt", None, b"x")))
    b.write_bytes(b"somebody else")
    (root / "new.txt").write_bytes(b"somebody else")
    with pytest.raises(ChangedOutsideError) as error:
        journal.apply(plan)
    assert "b.txt" in error.value.sentence() and "new.txt" in error.value.sentence()
    assert a.read_bytes() == b"old" and not journal.home.exists()


def test_a_file_that_vanished_or_a_folder_in_its_place_is_refused(root: Path, journal: Journal) -> None:
    a = root / "3_cat" / "a.txt"
    plan = Plan("edit", (edit(a),))
    a.unlink()
    with pytest.raises(ChangedOutsideError):
        journal.apply(plan)
    a.mkdir()
    with pytest.raises(WriteError, match="folder where a file"):
        journal.apply(plan)


def test_undo_leaves_alone_what_changed_since_and_restores_the_rest(root: Path, journal: Journal) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    journal.apply(Plan("both", (edit(a), edit(b), Move(root / "3_cat", root / "9_cat"))))
    (root / "9_cat" / "b.txt").write_bytes(b"edited since")
    undone = journal.undo()
    assert undone.refused == ((b, "It was changed outside since."),)
    assert a in undone.restored and b not in undone.restored
    assert (a.read_bytes(), b.read_bytes()) == (b"old", b"edited since")
    # A redo leaves it alone too.
    journal.redo()
    assert (root / "9_cat" / "a.txt").read_bytes() == b"new"
    assert (root / "9_cat" / "b.txt").read_bytes() == b"edited since"


def test_undo_waits_for_no_pipe_that_stands_in_a_files_place(root: Path, journal: Journal) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    journal.apply(Plan("both", (edit(a), edit(b))))
    b.unlink()
    os.mkfifo(b)
    undone = journal.undo()
    assert (undone.restored, undone.refused) == ((a,), ((b, "Could not read. This is no regular file."),))
    assert a.read_bytes() == b"old"


def test_removed_files_are_kept_and_come_back(root: Path, journal: Journal) -> None:
    cache = root / "3_cat" / "a_te_outputs.npz"
    cache.write_bytes(b"\x00cache")
    os.utime(cache, ns=(1, 5_000_000_123))
    journal.apply(Plan("remove", (removal(cache),)))
    assert not cache.exists()
    journal.undo()
    assert cache.read_bytes() == b"\x00cache" and cache.stat().st_mtime_ns == 5_000_000_123


def test_a_removed_file_does_not_come_back_over_a_new_one(root: Path, journal: Journal) -> None:
    a = root / "3_cat" / "a.txt"
    journal.apply(Plan("remove", (removal(a),)))
    a.write_bytes(b"new one")
    ((path, reason),) = journal.undo().refused
    assert path == a and a.read_bytes() == b"new one"
    kept = reason.split("kept at ")[1].rstrip(".")
    assert Path(kept).read_bytes() == b"old"


def test_remove_refuses_a_file_that_changed_and_a_folder(root: Path, journal: Journal) -> None:
    a = root / "3_cat" / "a.txt"
    plan = Plan("remove", (removal(a),))
    a.write_bytes(b"longer than before")
    with pytest.raises(ChangedOutsideError):
        journal.apply(plan)
    with pytest.raises(WriteError, match="only files"):
        journal.apply(Plan("remove", (removal(root / "3_cat"),)))
    assert a.read_bytes() == b"longer than before"


def test_a_file_on_another_disk_is_copied_into_the_journal_and_back(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    link = root / "3_cat" / "link.txt"
    link.symlink_to("a.txt")
    failing(monkeypatch, "rename", errno.EXDEV, lambda source, target: Path(source).parent != Path(target).parent)
    staged = lambda source, target: Path(source).name.startswith("staged-")  # noqa: E731
    failing(monkeypatch, "replace", errno.EXDEV, staged)
    journal.apply(Plan("two disks", (removal(link), removal(a), edit(b))))
    assert not a.exists() and not link.is_symlink() and b.read_bytes() == b"new"
    journal.undo()
    assert (a.read_bytes(), b.read_bytes(), link.readlink()) == (b"old", b"other", Path("a.txt"))


def test_move_refuses_a_taken_name_and_itself(root: Path, journal: Journal) -> None:
    (root / "5_cat").mkdir()
    with pytest.raises(WriteError, match="stands there already"):
        journal.apply(Plan("move", (Move(root / "3_cat", root / "5_cat"),)))
    with pytest.raises(WriteError, match="into itself"):
        journal.apply(Plan("move", (Move(root / "3_cat", root / "3_cat" / "deeper"),)))
    with pytest.raises(ChangedOutsideError):
        journal.apply(Plan("move", (Move(root / "gone", root / "there"),)))
    assert (root / "3_cat" / "a.txt").exists()


def test_names_can_be_swapped_through_a_third(root: Path, journal: Journal) -> None:
    (root / "5_cat").mkdir()
    between = root / "between"
    journal.apply(
        Plan(
            "swap", (Move(root / "3_cat", between), Move(root / "5_cat", root / "3_cat"), Move(between, root / "5_cat"))
        )
    )
    assert (root / "5_cat" / "a.txt").exists() and list((root / "3_cat").iterdir()) == []
    journal.undo()
    assert (root / "3_cat" / "a.txt").exists()


def test_made_folders_go_again_unless_somebody_uses_them(root: Path, journal: Journal) -> None:
    folders = (root / "model" / "sample", root / "model" / "log", root)
    journal.apply(Plan("folders", tuple(MakeFolder(folder) for folder in folders)))
    (root / "model" / "log" / "kept").write_bytes(b"")
    ((path, reason),) = journal.undo().refused
    assert path == root / "model" / "log" and "no longer empty" in reason
    assert not (root / "model" / "sample").exists() and (root / "model" / "log" / "kept").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: Move(root / "3_cat", root / "4_cat"),
        lambda root: removal(root / "3_cat" / "a.txt"),
        lambda root: Move(root / "3_cat" / "a.txt", root / "a.txt"),
    ],
)
def test_what_a_live_run_reads_is_not_taken_away(root: Path, journal: Journal, change: Any) -> None:
    held = [Held(root / "3_cat", "circle-lora")]
    with pytest.raises(InUseError, match="circle-lora"):
        journal.apply(Plan("x", (change(root),)), held)
    assert (root / "3_cat" / "a.txt").exists()
    above = [Held(root / "3_cat" / "a.txt" / "deeper", "r"), Held(root, "r")]
    for one in above:
        with pytest.raises(InUseError):
            journal.apply(Plan("x", (change(root),)), [one])


def test_captions_can_be_written_and_undone_while_a_run_reads(root: Path, journal: Journal) -> None:
    held = [Held(root / "3_cat", "run")]
    journal.apply(
        Plan(
            "edit",
            (edit(root / "3_cat" / "a.txt"), Move(root / "3_cat" / "b.txt", root / "b")),
        )
    )
    with pytest.raises(InUseError):
        journal.undo(held=[Held(root / "b", "run")])
    journal.undo()
    journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)), held)
    journal.undo(held=held)
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


def test_held_is_told_by_where_a_link_leads(root: Path, journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(root)
    with pytest.raises(InUseError):
        journal.apply(Plan("x", (Move(root / "3_cat", root / "4_cat"),)), [Held(tmp_path / "way" / "3_cat", "run")])


def test_a_full_disk_is_met_before_any_file_changes(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    failing(monkeypatch, "write", errno.ENOSPC, lambda handle, data: b"second" in data)
    with pytest.raises(WriteError, match="disk is full"):
        journal.apply(Plan("edit", (edit(a), edit(b, b"second"))))
    assert (a.read_bytes(), b.read_bytes()) == (b"old", b"other")
    assert journal.entries() == () and journal.unfinished() == ()
    assert [path.name for path in journal.folder.iterdir()] == []


@pytest.mark.parametrize("call", ["replace", "rename", "mkdir", "fsync"])
def test_a_failure_midway_takes_back_what_was_done(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    changes = (
        edit(a),
        Move(root / "3_cat", root / "4_cat"),
        MakeFolder(root / "m"),
        Write(root / "4_cat" / "b.txt", b"other", b"x"),
    )
    seen = 0

    def last(*args: Any) -> bool:
        nonlocal seen
        seen += 1
        if call == "fsync":
            return seen == 12
        return str(args[-1]).endswith(("4_cat/b.txt", "4_cat", "/m"))

    failing(monkeypatch, call, errno.EIO, last)
    with pytest.raises(WriteError, match="None of the 4 changes stands"):
        journal.apply(Plan("midway", changes))
    assert (a.read_bytes(), b.read_bytes()) == (b"old", b"other")
    assert not (root / "m").exists() and not (root / "4_cat").exists()
    assert [one.state for one in journal.entries()] == [EntryState.FAILED]
    with pytest.raises(UsageError):
        journal.redo()


def test_what_can_neither_go_on_nor_back_is_left_to_be_settled(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    with monkeypatch.context() as patch:
        broken = False

        def breaks(source: Path, target: Path) -> bool:
            nonlocal broken
            broken = broken or target == b
            return broken

        failing(patch, "replace", errno.EIO, breaks)
        with pytest.raises(WriteError, match="half-way"):
            journal.apply(Plan("broken disk", (edit(a), edit(b))))
    assert a.read_bytes() == b"new"
    (entry,) = journal.unfinished()
    assert entry.title == "broken disk"
    settled = Journal(root / ".sdtui").roll_back(entry.id)
    assert settled.refused == () and not settled.applied
    assert a.read_bytes() == b"old" and journal.unfinished() == ()
    with pytest.raises(UsageError):
        journal.finish(entry.id)


def test_a_failing_undo_leaves_the_plan_applied(root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    journal.apply(Plan("edit", (edit(a), edit(b))))
    with monkeypatch.context() as patch:
        failing(patch, "replace", errno.EACCES, lambda source, target: target == a and a.read_bytes() == b"new")
        with pytest.raises(WriteError, match="Nothing was undone"):
            journal.undo()
    assert (a.read_bytes(), b.read_bytes()) == (b"new", b"new")
    journal.undo()
    assert (a.read_bytes(), b.read_bytes()) == (b"old", b"other")


def test_settling_names_what_somebody_changed_meanwhile(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    applied = journal.apply(Plan("edit", (edit(b), edit(a))))
    _forget_the_end(journal, applied.id)
    (entry,) = journal.unfinished()
    b.write_bytes(b"meanwhile")
    settled = journal.roll_back(entry.id)
    assert settled.refused == ((b, "It was changed outside since."),)
    assert (a.read_bytes(), b.read_bytes()) == (b"old", b"meanwhile")


def _forget_the_end(journal: Journal, id: str) -> None:
    """As if the process had died just before it wrote down that it was done."""
    state = journal.folder / id / "state.jsonl"
    state.write_bytes(b"".join(line for line in state.read_bytes().splitlines(keepends=True) if b'"end"' not in line))


def test_ctrl_c_midway_takes_back_what_was_done(root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = root / "3_cat" / "a.txt", root / "3_cat" / "b.txt"
    real = files.kernel.replace

    def interrupted(source: Path, target: Path) -> None:
        if target == b:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(files.kernel, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.apply(Plan("edit", (edit(a), edit(b))))
    assert a.read_bytes() == b"old" and journal.unfinished() == ()


def test_links_stay_links_and_modes_stay(root: Path, journal: Journal, tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_bytes(b"shared")
    real.chmod(0o640)
    link = root / "3_cat" / "link.txt"
    link.symlink_to(real)
    journal.apply(Plan("edit", (edit(link), Move(root / "3_cat", root / "4_cat"))))
    assert (root / "4_cat" / "link.txt").is_symlink() and real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    journal.undo()
    assert link.is_symlink() and real.read_bytes() == b"shared" and stat.S_IMODE(real.stat().st_mode) == 0o640


def test_names_of_any_kind(root: Path, journal: Journal) -> None:
    names = ["猫" * 80 + ".txt", "line\nbreak.txt", "[bold]", "x" * 250, os.fsdecode(b"latin-\xe9.txt")]
    journal.apply(Plan("make", tuple(Write(root / name, None, b"1") for name in names)))
    journal.apply(Plan("edit", tuple(Write(root / name, b"1", b"2") for name in names)))
    journal.undo()
    assert {(root / name).read_bytes() for name in names} == {b"1"}
    journal.undo()
    assert not any((root / name).exists() for name in names)


def test_a_folder_that_takes_no_journal_is_a_sentence(root: Path, journal: Journal) -> None:
    journal.home.write_bytes(b"a file in its way")
    with pytest.raises(WriteError, match="keeps its journal") as error:
        journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    assert str(journal.home) in error.value.sentence()
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


def test_a_read_only_disk_is_a_sentence(root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "mkdir", errno.EROFS, lambda path: ".sdtui" in str(path))
    with pytest.raises(WriteError, match="read-only"):
        journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))


@pytest.mark.parametrize("locked", ["a.txt", "3_cat"])
def test_what_may_not_be_written_is_refused_before_anything(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    # Root may write everywhere, so the kernel's answer is made up.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != locked)
    with pytest.raises(WriteError, match=r"read-only|may not write"):
        journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    assert not journal.home.exists()


def test_the_journal_is_hidden_from_git(root: Path, journal: Journal) -> None:
    journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    assert (journal.home / ".gitignore").read_bytes() == b"*\n"


def test_a_damaged_entry_is_shown_and_does_not_stop_the_others(root: Path, journal: Journal) -> None:
    first = journal.apply(Plan("first", (edit(root / "3_cat" / "a.txt"),)))
    second = journal.apply(Plan("second", (edit(root / "3_cat" / "b.txt"),)))
    damaged = journal.folder / second.id / "journal.jsonl"
    damaged.write_bytes(damaged.read_bytes().replace(b'"kind"', b'"kInd"'))
    with pytest.raises(SyntaxProblem, match="damaged"):
        journal.undo()
    header = damaged.read_bytes().replace(b'"title"', b'"tiddle"')
    damaged.write_bytes(header)
    assert [one.state for one in journal.entries()] == [EntryState.DAMAGED, EntryState.APPLIED]
    journal.undo(first.id)
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


@pytest.mark.parametrize("line", [b'{"end": "frobbed", "refused": []}', b"[]", b'{"begin": "undo"}', b"\x00\xff", b"7"])
def test_strange_lines_in_the_state_do_no_harm(root: Path, journal: Journal, line: bytes) -> None:
    first = journal.apply(Plan("first", (edit(root / "3_cat" / "a.txt"),)))
    second = journal.apply(Plan("second", (edit(root / "3_cat" / "b.txt"),)))
    state = journal.folder / second.id / "state.jsonl"
    state.write_bytes(state.read_bytes() + line + b"\n")
    assert [one.id for one in journal.entries()] == [second.id, first.id]
    journal.undo(first.id)
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


def test_an_entry_of_another_version_is_left_alone(root: Path, journal: Journal) -> None:
    applied = journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    record = journal.folder / applied.id / "journal.jsonl"
    record.write_bytes(record.read_bytes().replace(b'"version": 2', b'"version": 3'))
    with pytest.raises(SyntaxProblem, match="another version"):
        journal.undo()
    assert [one.state for one in journal.entries()] == [EntryState.DAMAGED]


def test_a_state_line_that_a_power_cut_left_half_counts_as_unwritten(root: Path, journal: Journal) -> None:
    applied = journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    state = journal.folder / applied.id / "state.jsonl"
    state.write_bytes(state.read_bytes()[:-8])
    (entry,) = journal.unfinished()
    assert journal.finish(entry.id).applied
    journal.undo()
    assert (root / "3_cat" / "a.txt").read_bytes() == b"old"


def test_two_processes_write_one_after_the_other(root: Path, journal: Journal) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom sdtui.plans.journal import Journal\n"
        "from sdtui.plans.plan import Plan, Write\nroot = Path(sys.argv[1])\n"
        "for n in range(15):\n"
        "    path = root / f'{sys.argv[2]}-{n}.txt'\n"
        "    Journal(root / '.sdtui').apply(Plan(path.name, (Write(path, None, b'x'),)))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(root), name]) for name in ("one", "two")]
    assert [process.wait() for process in running] == [0, 0]
    assert len(journal.entries()) == 30
    assert {one.state for one in journal.entries()} == {EntryState.APPLIED}


def test_a_writer_that_hangs_is_a_sentence(journal: Journal) -> None:
    with (
        only_writer(journal.home),
        pytest.raises(WriteError, match="Another sdtui is writing"),
        only_writer(journal.home, patience_s=0),
    ):
        raise AssertionError("the lock was given twice")


def test_one_thread_writes_after_the_other(root: Path, journal: Journal) -> None:
    def write() -> None:
        entered.set()
        journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))

    entered = threading.Event()
    thread = threading.Thread(target=write)
    with only_writer(journal.home):
        thread.start()
        entered.wait()
        assert (root / "3_cat" / "a.txt").read_bytes() == b"old"
    thread.join()
    assert (root / "3_cat" / "a.txt").read_bytes() == b"new"


def test_what_another_process_is_applying_now_is_not_unfinished(root: Path, journal: Journal) -> None:
    applied = journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    _forget_the_end(journal, applied.id)
    with only_writer(journal.home):
        assert journal.unfinished() == ()
    assert [one.id for one in journal.unfinished()] == [applied.id]


def test_the_journal_holds_the_bytes_before_and_after(root: Path, journal: Journal) -> None:
    applied = journal.apply(Plan("edit", (edit(root / "3_cat" / "a.txt"),)))
    lines = (journal.folder / applied.id / "journal.jsonl").read_text().splitlines()
    assert json.loads(lines[1]) == {"kind": "write", "path": "3_cat/a.txt", "before": "b2xk", "after": "bmV3"}


def test_what_another_plan_cut_off_is_not_redone_though_that_one_is_undone_too(root: Path, journal: Journal) -> None:
    path = root / "3_cat" / "a.txt"
    for after in (b"one", b"two"):
        journal.apply(Plan(after.decode(), (edit(path, after),)))
    journal.undo()
    journal.undo()
    journal.apply(Plan("three", (edit(path, b"three"),)))
    journal.undo()
    assert journal.redo().title == "three" and path.read_bytes() == b"three"
    journal.undo()
    journal.redo()
    with pytest.raises(UsageError):
        journal.redo()
