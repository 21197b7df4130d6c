"""Whatever the disk answers at whatever moment: every file is old, or new where it was to go on, and all is said."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sdtui.base import files
from sdtui.base.errors import ChangedOutsideError, SdtuiError, WriteError
from sdtui.base.work import WorkCancelled
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import EntryState
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan, Remove, Write

CALLS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "read")
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS)
Tree = dict[str, bytes]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for folder in ("3_cat", "10_dog"):
        (root / folder).mkdir(parents=True)
        for number in range(2):
            (root / folder / f"{number}.txt").write_bytes(f"{folder} {number}\r\n".encode())
            (root / folder / f"{number}_te_outputs.npz").write_bytes(b"cache")
    return root


def tree(root: Path) -> Tree:
    """Every file of the user with its bytes."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".sdtui" not in path.relative_to(root).parts
    }


def bulk_edit(root: Path) -> Plan:
    """Four captions edited, one made, and the caches of two removed."""
    captions = sorted(root.glob("*/*.txt"))
    changes: list[Change] = [Write(path, path.read_bytes(), path.read_bytes().replace(b"_", b" ")) for path in captions]
    changes.append(Write(root / "3_cat" / "made.txt", None, b"made\n"))
    for path in sorted((root / "3_cat").glob("*.npz")):
        seen = path.lstat()
        changes.append(Remove(path, seen.st_size, seen.st_mtime_ns))
    return Plan("bulk edit", tuple(changes))


def after_of(root: Path) -> Tree:
    """The tree as it is once the bulk edit is done."""
    edited = {
        name: data.replace(b"_", b" ") if name.endswith(".txt") else data
        for name, data in tree(root).items()
        if not (name.startswith("3_cat") and name.endswith(".npz"))
    }
    return {**edited, "3_cat/made.txt": b"made\n"}


class Faults:
    """Lets a call of the kernel fail: the ``nth`` (from 1), or with ``lasting`` all from there on."""

    def __init__(self, number: int, nth: int, *, lasting: bool = False) -> None:
        self.number, self.nth, self.lasting = number, nth, lasting
        self.seen = 0

    def __call__(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            self.seen += 1
            if self.seen == self.nth or (self.lasting and self.seen > self.nth):
                raise OSError(self.number, os.strerror(self.number))
            return real(*args)

        return wrapped

    @property
    def met(self) -> bool:
        return self.seen >= self.nth


def at_each_call(
    root: Path, number: int, begin: int, every: int, *, lasting: bool = False
) -> Iterator[tuple[Path, Journal, Faults, pytest.MonkeyPatch]]:
    """A copy of the project for each call that is to fail, with the faults in force until the end of the turn."""
    for nth in itertools.count(begin, every):
        copied = Path(shutil.copytree(root, root.parent / f"{nth}", copy_function=shutil.copy2))
        faults = Faults(number, nth, lasting=lasting)
        with pytest.MonkeyPatch.context() as patch:
            yield copied, Journal(copied / ".sdtui"), faults, patch
        shutil.rmtree(copied)
        if not faults.met:
            assert nth > 20  # it came to the end of the edit
            return


def break_disk(patch: pytest.MonkeyPatch, faults: Faults) -> None:
    for call in CALLS:
        patch.setattr(files.kernel, call, faults(getattr(files.kernel, call)))


@pytest.mark.parametrize(
    ("number", "every"),
    [(errno.ENOSPC, 3), *(pytest.param(one, 1, marks=pytest.mark.slow) for one in ERRORS)],
)
def test_a_fault_at_any_call_leaves_everything_old_and_says_so(root: Path, number: int, every: int) -> None:
    before, after = tree(root), after_of(root)
    for copied, journal, faults, patch in at_each_call(root, number, 1, every):
        plan = bulk_edit(copied)
        break_disk(patch, faults)
        try:
            journal.apply(plan)
        except SdtuiError as error:
            patch.undo()
            assert tree(copied) == before, f"call {faults.nth}: {error}"
            assert files.explain(OSError(number, ""))[0] in str(error)
        else:
            patch.undo()
            assert tree(copied) == after
        assert journal.unfinished() == ()
        assert not list(copied.rglob("*.sdtui-tmp")) and not list(copied.rglob("staged-*"))


@pytest.mark.parametrize(
    ("number", "every"),
    [(errno.EACCES, 4), *(pytest.param(one, 1, marks=pytest.mark.slow) for one in (errno.EACCES, errno.EIO))],
)
def test_with_keep_going_what_is_not_named_is_new_and_what_is_named_is_old(root: Path, number: int, every: int) -> None:
    before, after = tree(root), after_of(root)
    partly = 0
    for copied, journal, faults, patch in at_each_call(root, number, 1, every):
        plan = bulk_edit(copied)
        break_disk(patch, faults)
        try:
            applied = journal.apply(plan, keep_going=True)
        except SdtuiError:
            patch.undo()
            assert tree(copied) == before, f"call {faults.nth}"
            continue
        patch.undo()
        left = {str(path.relative_to(copied)) for path, _ in applied.left}
        now = tree(copied)
        for name in before.keys() | after.keys():
            expected = before if name in left else after
            assert now.get(name) == expected.get(name), f"call {faults.nth}: {name}"
        assert {str(path.relative_to(copied)) for path in applied.changed}.isdisjoint(left)
        assert all(why.endswith(".") for _, why in applied.left)
        partly += bool(left)
        assert journal.undo().refused == () and tree(copied) == before
        journal.redo(keep_going=True)
        assert tree(copied) == now or not left
    assert partly > 3


@pytest.mark.parametrize("number", [errno.EROFS, pytest.param(errno.ENOSPC, marks=pytest.mark.slow)])
@pytest.mark.parametrize("keep_going", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_disk_that_stays_broken_loses_nothing(root: Path, number: int, keep_going: bool) -> None:
    before, after = tree(root), after_of(root)
    half_way = 0
    for copied, journal, faults, patch in at_each_call(root, number, 1, 4, lasting=True):
        plan = bulk_edit(copied)
        break_disk(patch, faults)
        if faults.met:
            continue
        try:
            journal.apply(plan, keep_going=keep_going)
        except SdtuiError as error:
            sentence = str(error)
        else:
            sentence = ""
        patch.undo()
        now = tree(copied)
        for name in before.keys() | after.keys():
            assert now.get(name) in (before.get(name), after.get(name)), f"call {faults.nth}: {name}"
        unfinished = journal.unfinished()
        half_way += bool(unfinished)
        if unfinished:
            assert "half-way" in sentence
            journal.roll_back(unfinished[0].id)
        # Where the last line was written, but not known to be on disk, it may stand.
        done = journal.entries()[:1] and journal.entries()[0].state is EntryState.APPLIED
        assert tree(copied) == (after if done else before), f"call {faults.nth}"
        assert done or sentence
    assert half_way > 2


@pytest.mark.parametrize("number", [errno.EIO])
def test_a_fault_while_undoing_leaves_it_applied(root: Path, number: int) -> None:
    after = after_of(root)
    before = tree(root)
    Journal(root / ".sdtui").apply(bulk_edit(root))
    for copied, journal, faults, patch in at_each_call(root, number, 1, 4):
        break_disk(patch, faults)
        try:
            undone = journal.undo()
        except SdtuiError as error:
            patch.undo()
            assert tree(copied) == after, f"call {faults.nth}: {error}"
        else:
            patch.undo()
            named = {str(path.relative_to(copied)) for path, _ in undone.refused}  # what could not be read
            expected = {**before, **{name: after[name] for name in named}}
            assert tree(copied) == expected and len(named) < 2, f"call {faults.nth}"
        assert journal.unfinished() == ()


def failing_at(patch: pytest.MonkeyPatch, call: str, number: int, name: str) -> None:
    """Let a call fail whenever it is about a file called ``name``."""
    real = getattr(files.kernel, call)

    def wrapped(*args: Any) -> Any:
        if any(isinstance(one, Path) and one.name == name for one in args):
            raise OSError(number, os.strerror(number))
        return real(*args)

    patch.setattr(files.kernel, call, wrapped)


@pytest.mark.parametrize(
    ("call", "number", "says"),
    [
        ("replace", errno.EACCES, "Permission denied"),
        ("replace", errno.EROFS, "read-only"),
        ("replace", errno.ENOSPC, "full"),
        ("read", errno.EIO, "disk reported an error"),
    ],
)
def test_going_on_names_the_file_and_leaves_its_cache_with_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, says: str
) -> None:
    plan, before = bulk_edit(root), tree(root)
    broken = root / "3_cat" / "0.txt"
    with monkeypatch.context() as patch:
        failing_at(patch, call, number, "0.txt")
        if call == "replace":
            with pytest.raises(WriteError, match=says):
                Journal(root / ".sdtui").apply(plan)
            assert tree(root) == before
        applied = Journal(root / ".sdtui").apply(plan, keep_going=True)
    left = dict(applied.left)
    assert says in left[broken]
    assert left[root / "3_cat" / "0_te_outputs.npz"] == "0.txt, to which it belongs, was left as it is."
    assert broken.read_bytes() == b"3_cat 0\r\n" and (root / "3_cat" / "0_te_outputs.npz").exists()
    assert (root / "3_cat" / "1.txt").read_bytes() == b"3 cat 1\r\n"
    assert not (root / "3_cat" / "1_te_outputs.npz").exists()
    undone = Journal(root / ".sdtui").undo()
    assert tree(root) == before and undone.refused == ()
    assert broken not in undone.restored


def test_files_that_changed_or_became_folders_are_left_and_the_rest_is_done(root: Path) -> None:
    plan = bulk_edit(root)
    changed, folder = root / "3_cat" / "1.txt", root / "10_dog" / "0.txt"
    changed.write_bytes(b"by somebody else")
    folder.unlink()
    folder.mkdir()
    journal = Journal(root / ".sdtui")
    with pytest.raises(WriteError, match="folder where a file"):
        journal.apply(plan)
    applied = journal.apply(plan, keep_going=True)
    left = dict(applied.left)
    assert left.keys() == {changed, folder, root / "3_cat" / "1_te_outputs.npz"}
    assert left[changed] == "It was changed outside since it was read."
    assert left[folder] == "There is a folder where a file was to be written."
    assert (root / "10_dog" / "1.txt").read_bytes() == b"10 dog 1\r\n"
    journal.undo()
    assert changed.read_bytes() == b"by somebody else" and folder.is_dir()
    assert (root / "10_dog" / "1.txt").read_bytes() == b"10_dog 1\r\n"


def test_a_file_that_becomes_a_folder_in_the_midst(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, before = bulk_edit(root), tree(root)
    victim, real = root / "3_cat" / "0.txt", files.kernel.replace

    def meanwhile(source: Path, target: Path) -> None:
        if victim.is_file():
            victim.unlink()
            victim.mkdir()
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "replace", meanwhile)
        applied = Journal(root / ".sdtui").apply(plan, keep_going=True)
    assert "folder" in dict(applied.left)[victim]
    assert (root / "10_dog" / "1.txt").read_bytes() == b"10 dog 1\r\n"
    Journal(root / ".sdtui").undo()
    assert tree(root) == {name: data for name, data in before.items() if name != "3_cat/0.txt"}


def test_nothing_that_could_be_done_is_an_error(root: Path) -> None:
    plan = bulk_edit(root)
    for path in root.glob("*/*.txt"):
        path.write_bytes(b"by somebody else")
    (root / "3_cat" / "made.txt").write_bytes(b"somebody's")
    with pytest.raises(WriteError, match="Nothing could be changed"):
        Journal(root / ".sdtui").apply(plan, keep_going=True)
    assert Journal(root / ".sdtui").entries() == ()


def test_a_journal_that_cannot_be_written_changes_nothing_even_when_going_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, before = bulk_edit(root), tree(root)
    with monkeypatch.context() as patch:
        failing_at(patch, "open", errno.ENOSPC, "journal.jsonl")
        with pytest.raises(WriteError, match="disk is full"):
            Journal(root / ".sdtui").apply(plan, keep_going=True)
    assert tree(root) == before and Journal(root / ".sdtui").entries() == ()


def test_an_image_is_not_moved_without_its_caption(root: Path) -> None:
    image, caption, target = root / "3_cat" / "0.png", root / "3_cat" / "0.txt", root / "10_dog"
    image.write_bytes(b"png")
    (target / "0.png.txt").write_bytes(b"")
    other = root / "3_cat" / "1.txt"
    moves = (Move(image, target / "new.png"), Move(caption, target / "0.txt"), Move(other, target / "11.txt"))
    applied = Journal(root / ".sdtui").apply(Plan("move", moves), keep_going=True)
    assert dict(applied.left) == {
        image: "0.txt, to which it belongs, was left as it is.",
        caption: f"Something of that name stands there already: {target / '0.txt'}.",
    }
    assert image.exists() and caption.exists() and not other.exists()


def test_what_is_interrupted_while_going_on_is_finished_or_rolled_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, before = bulk_edit(root), tree(root)
    broken, last = root / "10_dog" / "0.txt", root / "3_cat" / "1.txt"
    real = files.kernel.replace

    def breaks(source: Path, target: Path) -> None:
        if target == broken:
            raise PermissionError(errno.EACCES, "no")
        if target == last:
            raise KeyboardInterrupt
        real(source, target)

    def power_cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "replace", breaks)
        patch.setattr("sdtui.plans.carrying.settle_back", power_cut)
        with pytest.raises(KeyboardInterrupt):
            Journal(root / ".sdtui").apply(plan, keep_going=True)
    journal = Journal(root / ".sdtui")
    (entry,) = journal.unfinished()
    with monkeypatch.context() as patch:
        failing_at(patch, "replace", errno.EACCES, broken.name)
        settled = journal.finish(entry.id)
    assert next(path for path, _ in settled.refused) == broken
    assert last.read_bytes() == b"3 cat 1\r\n" and broken.read_bytes() == b"10_dog 0\r\n"
    assert journal.unfinished() == ()
    assert journal.undo().refused == () and tree(root) == before


def test_an_undo_can_go_on_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    journal = Journal(root / ".sdtui")
    journal.apply(bulk_edit(root))
    with monkeypatch.context() as patch:
        failing_at(patch, "replace", errno.EACCES, "1.txt")
        undone = journal.undo(keep_going=True)
    assert {path.name for path, _ in undone.refused} == {"1.txt"}
    assert tree(root) == {**before, "3_cat/1.txt": b"3 cat 1\r\n", "10_dog/1.txt": b"10 dog 1\r\n"}
    assert journal.entries()[0].state is EntryState.UNDONE


def test_progress_is_told_to_its_end_and_cancelling_takes_all_back(root: Path) -> None:
    plan, before = bulk_edit(root), tree(root)
    told: list[tuple[int, int]] = []
    journal = Journal(root / ".sdtui")
    journal.apply(plan, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1] == (7, 7) and len(told) > 3
    journal.undo(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7) and tree(root) == before
    for at in range(1, 22):
        asked = itertools.count(1)
        with pytest.raises(WorkCancelled):
            journal.apply(bulk_edit(root), cancelled=lambda asked=asked, at=at: next(asked) >= at)  # type: ignore[misc]
        assert tree(root) == before and journal.unfinished() == ()


def test_a_copy_is_made_undone_and_made_again(root: Path) -> None:
    image, target = root / "3_cat" / "0.png", root / "new" / "0.png"
    image.write_bytes(os.urandom(3_000_000))
    image.chmod(0o640)
    journal = Journal(root / ".sdtui")
    plan = Plan("copy", (MakeFolder(root / "new"), Copy(image, target), Copy(target, root / "new" / "again.png")))
    applied = journal.apply(plan)
    assert applied.changed[1:] == (target, root / "new" / "again.png")
    assert target.read_bytes() == image.read_bytes() == (root / "new" / "again.png").read_bytes()
    assert target.stat().st_mode == image.stat().st_mode
    assert journal.undo().refused == () and not (root / "new").exists()
    journal.redo()
    assert target.read_bytes() == image.read_bytes()


def test_a_copy_goes_only_where_nothing_stands_and_only_as_it_was_made(root: Path) -> None:
    caption, other = root / "3_cat" / "0.txt", root / "3_cat" / "1.txt"
    journal = Journal(root / ".sdtui")
    with pytest.raises(WriteError, match="stands there already"):
        journal.apply(Plan("copy", (Copy(caption, other),)))
    with pytest.raises(ChangedOutsideError):
        journal.apply(Plan("copy", (Copy(root / "gone.txt", root / "new.txt"),)))
    with pytest.raises(WriteError, match="only files are copied"):
        journal.apply(Plan("copy", (Copy(root / "3_cat", root / "new"),)))
    first, second = root / "first.txt", root / "second.txt"
    journal.apply(Plan("copy", (Copy(caption, first), Copy(other, second))))
    first.write_bytes(b"edited since")
    other.unlink()
    refused = dict(journal.undo().refused)
    assert refused.keys() == {first, second} and "changed outside" in refused[first] and "1.txt" in refused[second]
    assert first.read_bytes() == b"edited since" and second.read_bytes() == b"3_cat 1\r\n"


def test_of_a_large_file_only_the_span_is_kept_and_it_is_undone_by_it(root: Path) -> None:
    metadata = root / "meta.json"
    before = b'{"a": "' + os.urandom(2_000_000).hex().encode() + b'", "b": "old"}'
    after = before.replace(b'"b": "old"', b'"b": "a longer text"')
    metadata.write_bytes(before)
    journal = Journal(root / ".sdtui")
    applied = journal.apply(Plan("edit", (Write(metadata, before, after),)))
    assert metadata.read_bytes() == after
    assert sum(path.stat().st_size for path in (journal.folder / applied.id).iterdir()) < 5_000
    assert journal.undo().refused == () and metadata.read_bytes() == before
    journal.redo()
    assert metadata.read_bytes() == after
    metadata.write_bytes(after + b"\n")
    ((path, why),) = journal.undo().refused
    assert path == metadata and "changed outside" in why and metadata.read_bytes() == after + b"\n"


def test_a_large_file_that_changed_is_not_written_again(root: Path) -> None:
    metadata = root / "meta.json"
    before = b"x" * 100_000 + b"old"
    metadata.write_bytes(before)
    journal = Journal(root / ".sdtui")
    journal.apply(Plan("edit", (Write(metadata, before, before[:-3] + b"new"),)))
    journal.undo()
    metadata.write_bytes(before + b" and more")
    with pytest.raises(ChangedOutsideError):
        journal.redo()
    assert metadata.read_bytes() == before + b" and more"
