"""The journal stays bounded: what is oldest is forgotten, what is unfinished or new never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.base.errors import UsageError
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import EntryState
from sdtui.plans.plan import Plan, Remove, Write
from sdtui.plans.upkeep import BOUNDS, Bounds


@pytest.fixture
def caption(tmp_path: Path) -> Path:
    caption = tmp_path / "3_cat" / "a.txt"
    caption.parent.mkdir()
    caption.write_bytes(b"0")
    return caption


def edited(caption: Path, times: int, bounds: Bounds, size: int = 1) -> Journal:
    """The journal after ``times`` edits, each ``size`` bytes long."""
    journal = Journal(caption.parent.parent / ".sdtui", bounds=bounds)
    for number in range(1, times + 1):
        after = str(number).encode().ljust(size, b".")
        journal.apply(Plan(f"edit {number}", (Write(caption, caption.read_bytes(), after),)))
    return journal


def titles(journal: Journal) -> list[str]:
    return [entry.title for entry in journal.entries()]


def test_the_oldest_entries_beyond_the_bound_are_forgotten(caption: Path) -> None:
    journal = edited(caption, 8, Bounds(entries=5, always=2, every=1))
    assert titles(journal) == [f"edit {number}" for number in (8, 7, 6, 5, 4)]
    assert len(list(journal.folder.iterdir())) == 5


def test_large_entries_are_forgotten_sooner_but_never_the_newest(caption: Path) -> None:
    journal = edited(caption, 8, Bounds(size=50_000, always=3, every=1), size=40_000)
    assert titles(journal) == ["edit 8", "edit 7", "edit 6"]


def test_it_is_looked_only_now_and_then(caption: Path) -> None:
    journal = edited(caption, 9, Bounds(entries=2, always=1, every=5))
    assert titles(journal)[-1] == "edit 4"


def test_undoing_what_was_forgotten_says_so(caption: Path) -> None:
    journal = edited(caption, 4, Bounds(entries=2, always=2, every=1))
    for id in ("000001", "000002"):
        with pytest.raises(UsageError, match=f'no entry "{id}".*older than entry 000003 was forgotten'):
            journal.undo(id)
    journal.undo()
    journal.undo()
    assert caption.read_bytes().startswith(b"2")
    with pytest.raises(UsageError, match=r"nothing to undo.*older than entry 000003 was forgotten"):
        journal.undo()


def test_nothing_is_said_to_be_forgotten_where_nothing_was(caption: Path) -> None:
    journal = edited(caption, 1, BOUNDS)
    with pytest.raises(UsageError) as caught:
        journal.undo("000009")
    assert "forgotten" not in caught.value.sentence()


def test_an_interrupted_entry_outlives_the_bounds(caption: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = Bounds(entries=2, always=1, every=1)
    journal = edited(caption, 1, bounds)
    other = caption.with_name("b.txt")

    def power_cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "replace", power_cut)
        patch.setattr(Journal, "_take_back", power_cut)
        with pytest.raises(KeyboardInterrupt):
            journal.apply(Plan("cut short", (Write(other, None, b"new"),)))
    edited(caption, 4, bounds)
    assert [(entry.title, entry.state) for entry in journal.entries()][-1] == ("cut short", EntryState.UNFINISHED)
    assert len(journal.entries()) == 3
    journal.finish(journal.unfinished()[0].id)
    assert other.read_bytes() == b"new"


def test_a_damaged_entry_stays_with_what_it_keeps(caption: Path) -> None:
    bounds = Bounds(entries=1, always=1, every=1)
    journal = Journal(caption.parent.parent / ".sdtui", bounds=bounds)
    gone = caption.with_name("gone.npz")
    gone.write_bytes(b"kept")
    seen = gone.lstat()
    applied = journal.apply(Plan("remove", (Remove(gone, seen.st_size, seen.st_mtime_ns),)))
    record = journal.folder / applied.id / "journal.jsonl"
    record.write_bytes(b"x" + record.read_bytes())
    edited(caption, 3, bounds)
    assert [path.read_bytes() for path in (journal.folder / applied.id).glob("kept-*")] == [b"kept"]


def test_a_removed_file_goes_with_its_entry(caption: Path) -> None:
    bounds = Bounds(entries=1, always=1, every=1)
    journal = Journal(caption.parent.parent / ".sdtui", bounds=bounds)
    gone = caption.with_name("gone.npz")
    gone.write_bytes(b"kept")
    seen = gone.lstat()
    applied = journal.apply(Plan("remove", (Remove(gone, seen.st_size, seen.st_mtime_ns),)))
    edited(caption, 1, bounds)
    assert not (journal.folder / applied.id).exists()


def test_what_is_left_of_an_entry_that_was_being_forgotten_goes_later(caption: Path) -> None:
    bounds = Bounds(entries=2, always=1, every=1)
    journal = edited(caption, 2, bounds)
    (journal.folder / "000001" / "journal.jsonl").unlink()
    assert titles(journal) == ["edit 2"]
    edited(caption, 1, bounds)
    assert not (journal.folder / "000001").exists()


def test_a_change_stands_though_nothing_can_be_forgotten(caption: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "journal.jsonl":
            raise PermissionError
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    journal = edited(caption, 3, Bounds(entries=1, always=1, every=1))
    assert caption.read_bytes() == b"3" and len(journal.entries()) == 3
