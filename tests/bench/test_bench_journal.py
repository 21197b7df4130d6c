"""What the journal's safety costs, against plain atomic writes, and that it does not grow with what was done before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.base.files import write_atomic
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Plan, Remove, Write
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench

EARLIER = 20_000


def _captions(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number}.txt" for number in range(count)]
    for path in paths:
        path.write_bytes(b"1girl, solo, long hair, looking at viewer, smile, standing in a field of flowers\n")
    return paths


@pytest.mark.parametrize("count", [1, 500, 10_000])
def test_captions_through_the_journal(tmp_path: Path, compare: Compare, count: int) -> None:
    paths = _captions(tmp_path / "5_girl", count)
    journal = Journal(tmp_path / ".sdtui")

    def journalled() -> None:
        changes = [Write(path, before := path.read_bytes(), before + b"1") for path in paths]
        journal.apply(Plan("edit", tuple(changes)))

    def plain() -> None:
        for path in paths:
            write_atomic(path, path.read_bytes() + b"2")

    rounds = 5 if count < 1_000 else 3
    compare(f"{count} captions through the journal", journalled, "an atomic, durable write each", plain, rounds=rounds)


def test_captions_whose_caches_go(tmp_path: Path, compare: Compare) -> None:
    paths = _captions(tmp_path / "5_girl", 1_000)
    caches = [path.with_name(f"{path.stem}_te_outputs.npz") for path in paths]
    journal = Journal(tmp_path / ".sdtui")

    def edit(*, stale: bool) -> None:
        changes: list[Write | Remove] = [Write(path, before := path.read_bytes(), before + b"1") for path in paths]
        for cache in caches if stale else ():
            cache.write_bytes(b"cache")
            seen = cache.lstat()
            changes.append(Remove(cache, seen.st_size, seen.st_mtime_ns))
        journal.apply(Plan("edit", tuple(changes)))

    compare(
        "1000 captions with a stale cache each",
        lambda: edit(stale=True),
        "the same without caches",
        lambda: edit(stale=False),
        rounds=3,
    )


@pytest.fixture(scope="module")
def long_used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A caption that was edited 20,000 times, and one that never was, each in a project of its own."""
    used, fresh = tmp_path_factory.mktemp("used"), tmp_path_factory.mktemp("fresh")
    for project in (used, fresh):
        (project / "a.txt").write_bytes(b"0")
    journal = Journal(used / ".sdtui")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.kernel, "fsync", lambda _handle: None)  # 20,000 times it takes minutes
        for number in range(EARLIER):
            before = (used / "a.txt").read_bytes()
            journal.apply(Plan("edit", (Write(used / "a.txt", before, str(number).encode().ljust(300)),)))
    yield used, fresh


def _edit(project: Path) -> None:
    caption = project / "a.txt"
    Journal(project / ".sdtui").apply(
        Plan("edit", (Write(caption, caption.read_bytes(), caption.read_bytes() + b"x"),))
    )


def _edit_and_undo(project: Path) -> None:
    _edit(project)
    Journal(project / ".sdtui").undo()


@pytest.mark.parametrize(
    ("what", "action"),
    [
        ("an edit", _edit),
        ("an edit and its undo", _edit_and_undo),
        ("looking for what was interrupted", lambda project: Journal(project / ".sdtui").unfinished()),
        ("listing the newest 50 entries", lambda project: Journal(project / ".sdtui").entries(50)),
    ],
    ids=["edit", "undo", "unfinished", "entries"],
)
def test_after_twenty_thousand_edits(long_used: tuple[Path, Path], compare: Compare, what: str, action: object) -> None:
    used, fresh = long_used
    assert callable(action)
    compare(f"{what} after {EARLIER} edits", lambda: action(used), "after none", lambda: action(fresh), rounds=40)


def test_a_caption_in_a_large_metadata_file(tmp_path: Path, compare: Compare) -> None:
    metadata, journal = tmp_path / "meta.json", Journal(tmp_path / ".sdtui")
    entries = {f"/data/train/{number:06d}.png": {"caption": "a girl in a field, " * 12} for number in range(100_000)}
    metadata.write_text(json.dumps(entries, indent=2))
    turn = iter(range(1_000))

    def edited() -> bytes:
        return metadata.read_bytes().replace(b"a girl in a field, ", f"a girl {next(turn)}, ".encode(), 1)

    def journalled() -> None:
        journal.apply(Plan("edit", (Write(metadata, metadata.read_bytes(), edited()),)))

    compare(
        "a caption in 28 MB of metadata",
        journalled,
        "an atomic, durable write",
        lambda: write_atomic(metadata, edited()),
    )
    kept = sum(path.stat().st_size for path in journal.folder.rglob("*") if path.is_file())
    print(f"\n  the journal grew by {kept / 5:,.0f} bytes an edit of {metadata.stat().st_size:,}")
