"""A journal stays quick and of bounded size, and forgets no word: old entries are packed, removed files are let go."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sdtui.base import files
from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import EntryState
from sdtui.plans.plan import Change, Plan, Remove, Write
from sdtui.plans.upkeep import Bounds

SOON = Bounds(folders=2, every=1, kept_always=1)


@pytest.fixture
def caption(tmp_path: Path) -> Path:
    caption = tmp_path / "3_cat" / "a.txt"
    caption.parent.mkdir()
    caption.write_bytes(b"0")
    return caption


def journal_of(caption: Path, bounds: Bounds = SOON) -> Journal:
    return Journal(caption.parent.parent / ".sdtui", bounds=bounds)


def edited(caption: Path, times: int, bounds: Bounds = SOON) -> Journal:
    """The journal after ``times`` edits, to the texts 1, 2, ..."""
    journal = journal_of(caption, bounds)
    for number in range(1, times + 1):
        journal.apply(Plan(f"edit {number}", (Write(caption, caption.read_bytes(), str(number).encode()),)))
    return journal


def removal(path: Path, size: int = 4) -> Remove:
    """The removal of a new file of ``size`` bytes."""
    path.write_bytes(b"k" * size)
    seen = path.lstat()
    return Remove(path, seen.st_size, seen.st_mtime_ns)


def titles(journal: Journal) -> list[str]:
    return [entry.title for entry in journal.entries()]


def folders(journal: Journal) -> list[str]:
    return sorted(path.name for path in journal.folder.iterdir() if path.name != "packed")


def test_every_edit_is_undone_and_redone_however_many_there_were(caption: Path) -> None:
    journal = edited(caption, 20)
    assert titles(journal) == [f"edit {number}" for number in range(20, 0, -1)]
    assert len(folders(journal)) < 5
    for number in range(19, -1, -1):
        journal_of(caption).undo()  # each in a start of its own
        assert caption.read_bytes() == str(number).encode()
    with pytest.raises(UsageError, match="nothing to undo"):
        journal.undo()
    for number in range(1, 21):
        assert journal_of(caption).redo().title == f"edit {number}"
        assert caption.read_bytes() == str(number).encode()
    assert len(folders(journal)) < 8


def test_any_packed_entry_can_be_undone_by_its_number(caption: Path) -> None:
    other = caption.with_name("b.txt")
    journal = journal_of(caption)
    journal.apply(Plan("the other", (Write(other, None, b"kept forever"),)))
    edited(caption, 6)
    assert "000001" not in folders(journal)
    undone = journal.undo("000001")
    assert (undone.title, undone.restored) == ("the other", (other,)) and not other.exists()
    assert journal.redo("000001").changed == (other,) and other.read_bytes() == b"kept forever"
    with pytest.raises(UsageError, match='no entry "000099"'):
        journal.undo("000099")


def test_the_newest_entries_can_be_asked_for_alone(caption: Path) -> None:
    journal = edited(caption, 9)
    assert [entry.id for entry in journal.entries(3)] == ["000009", "000008", "000007"]


def test_an_entry_of_many_captions_is_packed_beside_the_others(caption: Path) -> None:
    journal = journal_of(caption)
    data = random.Random(1).randbytes(30_000)
    journal.apply(Plan("much", (Write(caption, b"0", data),)))
    caption.write_bytes(b"0")
    edited(caption, 4)
    caption.write_bytes(data)
    assert "000001" not in folders(journal)
    assert (journal.folder / "packed" / "000000.jsonl").stat().st_size < 10_000
    journal.undo("000001")
    assert caption.read_bytes() == b"0"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename", "mkdir"])
def test_a_change_stands_though_nothing_can_be_packed(
    caption: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    real = getattr(files.kernel, call)

    def refused(*args: object) -> object:
        at = str(Path(f"/proc/self/fd/{args[0]}").readlink()) if isinstance(args[0], int) else str(args[0])
        if "packed" in at or (call == "rename" and str(args[1]).startswith(str(caption.parents[1] / ".sdtui"))):
            raise PermissionError(13, "no")
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, call, refused)
        journal = edited(caption, 6)
    assert caption.read_bytes() == b"6" and len(journal.entries()) == 6
    edited(caption, 1)
    assert len(journal.entries()) == 7 and len(folders(journal)) < 5
    for _ in range(7):
        journal.undo()
    assert caption.read_bytes() == b"0"


def test_packing_that_was_cut_short_is_made_up_for(caption: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = files.kernel.rename

    def power_cut(source: Path, target: Path) -> None:
        if target.name.startswith(".packed-"):
            raise KeyboardInterrupt
        real(source, target)

    journal = journal_of(caption)
    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "rename", power_cut)
        with pytest.raises(KeyboardInterrupt):
            edited(caption, 6)
    packed, standing = (journal.folder / "packed" / "000000.jsonl").read_text(), folders(journal)
    assert '"000001"' in packed and "000001" in standing
    assert titles(journal) == ["edit 3", "edit 2", "edit 1"]
    # The folder counts as long as it stands: an undo there is not hidden by the line.
    journal.undo("000001") if caption.read_bytes() == b"1" else journal.undo()
    assert [entry.state for entry in journal.entries()] == [
        EntryState.UNDONE,
        EntryState.APPLIED,
        EntryState.APPLIED,
    ]


def test_a_line_that_a_power_cut_left_half_hides_nothing(caption: Path) -> None:
    journal = edited(caption, 5)
    pack = journal.folder / "packed" / "000000.jsonl"
    pack.write_bytes(pack.read_bytes() + b'{"id": "0000')
    edited(caption, 2)
    assert len(journal.entries()) == 7
    for _ in range(7):
        journal.undo()
    assert caption.read_bytes() == b"0"


def test_a_damaged_packed_entry_is_a_sentence_and_leaves_the_others(caption: Path) -> None:
    journal = edited(caption, 6)
    pack = journal.folder / "packed" / "000000.jsonl"
    lines = pack.read_bytes().splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if b'"000002"' in line)
    lines[at] = lines[at].replace(b'"journal": "', b'"journal": "!!')
    pack.write_bytes(b"".join(lines))
    for _ in range(4):
        journal.undo()
    with pytest.raises(SyntaxProblem, match="damaged"):
        journal.undo()
    assert caption.read_bytes() == b"2" and len(journal.entries()) == 6


def test_an_interrupted_entry_is_never_packed(caption: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = caption.with_name("b.txt")
    edited(caption, 1)

    def power_cut(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "replace", power_cut)
        patch.setattr("sdtui.plans.carrying.settle_back", power_cut)
        with pytest.raises(KeyboardInterrupt):
            journal_of(caption).apply(Plan("cut short", (Write(other, None, b"new"),)))
    journal = edited(caption, 6)
    assert journal.entries()[-2].state is EntryState.UNFINISHED
    journal.finish(journal.unfinished()[0].id)
    assert other.read_bytes() == b"new"


def test_a_damaged_entry_stays_with_what_it_keeps(caption: Path) -> None:
    journal = journal_of(caption)
    applied = journal.apply(Plan("remove", (removal(caption.with_name("gone.npz")),)))
    record = journal.folder / applied.id / "journal.jsonl"
    record.write_bytes(b"x" + record.read_bytes())
    edited(caption, 5, Bounds(folders=1, every=1, kept_always=0, kept_size=1))
    assert [path.read_bytes() for path in (journal.folder / applied.id).glob("kept-*")] == [b"kkkk"]


def test_the_oldest_removed_files_are_let_go_but_no_word(caption: Path) -> None:
    bounds = Bounds(folders=1, every=1, kept_always=1, kept_size=100)
    journal = journal_of(caption, bounds)
    cache = caption.with_name("a_te_outputs.npz")
    changes: tuple[Change, ...] = (Write(caption, b"0", b"first"), removal(cache, 90))
    first = journal.apply(Plan("first", changes))
    for number in range(3):
        journal.apply(Plan(f"remove {number}", (removal(caption.with_name(f"{number}.npz"), 90),)))
    assert not list(journal.folder.glob("*/kept-*"))[1:]
    undone = journal.undo(first.id)
    assert caption.read_bytes() == b"0"
    ((path, why),) = undone.refused
    assert path == cache and "no longer kept" in why


def test_the_newest_entries_keep_removed_files_of_any_size(caption: Path) -> None:
    journal = journal_of(caption, Bounds(folders=1, every=1, kept_always=3, kept_size=1))
    gone = [caption.with_name(f"{number}.npz") for number in range(3)]
    for path in gone:
        journal.apply(Plan(path.name, (removal(path),)))
    for _ in gone:
        assert journal.undo().refused == ()
    assert all(path.read_bytes() == b"kkkk" for path in gone)


def test_entries_that_an_earlier_version_forgot_are_told(caption: Path) -> None:
    journal = edited(caption, 1)
    (journal.folder / "000001").rename(journal.folder / "000040")
    with pytest.raises(UsageError, match=r"no entry.*older than entry 000040 was forgotten"):
        journal.undo("000002")
    journal.undo()
    with pytest.raises(UsageError, match=r"nothing to undo.*older than entry 000040 was forgotten"):
        journal.undo()


def test_nothing_is_said_to_be_forgotten_where_nothing_was(caption: Path) -> None:
    journal = edited(caption, 1)
    with pytest.raises(UsageError) as caught:
        journal.undo("000009")
    assert "forgotten" not in caught.value.sentence()


@pytest.mark.parametrize("first", [1, *(pytest.param(one, marks=pytest.mark.slow) for one in (2, 3, 4))])
@pytest.mark.slow
def test_a_process_that_dies_while_it_packs_or_unpacks_forgets_nothing(
    caption: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    edited(caption, 4, Bounds(folders=2, every=100))
    for nth in range(first, 200, 4):
        copied = tmp_path_factory.mktemp("copy") / "project"
        shutil.copytree(caption.parent.parent, copied)
        here = copied / "3_cat" / "a.txt"
        seen = 0

        def dying(real: Callable[..., Any], nth: int = nth) -> Callable[..., Any]:
            def wrapped(*args: Any) -> Any:
                nonlocal seen
                seen += 1
                if seen >= nth:  # the dead call nothing any more
                    raise KeyboardInterrupt
                return real(*args)

            return wrapped

        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            for call in ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir"):
                patch.setattr(files.kernel, call, dying(getattr(files.kernel, call)))
            journal_of(here).apply(Plan("edit 5", (Write(here, b"4", b"5"),)))
            for _ in range(4):
                journal_of(here).undo()
        journal = journal_of(here)
        for entry in journal.unfinished():
            journal.roll_back(entry.id)
        assert titles(journal)[-4:] == ["edit 4", "edit 3", "edit 2", "edit 1"], f"call {nth}"
        with contextlib.suppress(UsageError):
            while True:
                journal.undo()
        assert here.read_bytes() == b"0", f"call {nth}"
        shutil.rmtree(copied)
        if seen < nth:
            return
    raise AssertionError("it never came to its end")
