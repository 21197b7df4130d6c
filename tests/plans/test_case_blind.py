"""Disks that take ``A`` and ``a`` for one name, as Windows drives under WSL do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.base.errors import WriteError
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Move, Plan


def blind(path: Path) -> Path:
    """The path under which ``path`` stands really."""
    if path.parent == path or not path.parent.exists():
        return path
    return next((one for one in path.parent.iterdir() if one.name.casefold() == path.name.casefold()), path)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the journal sees through such a disk, where a rename that only changes case does nothing."""

    def rename(source: Path, target: Path) -> None:
        if blind(source) != blind(target):
            blind(source).rename(blind(target) if blind(target).exists() else target)

    monkeypatch.setattr(files.kernel, "lstat", lambda path: os.lstat(blind(Path(path))))
    monkeypatch.setattr(files.kernel, "rename", rename)
    (tmp_path / "3_cat").mkdir()
    (tmp_path / "3_cat" / "a.txt").write_bytes(b"a")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".sdtui")


def test_a_rename_of_case_alone_goes_by_a_name_in_between(disk: Path) -> None:
    journal = Journal(disk / ".sdtui")
    journal.apply(Plan("case", (Move(disk / "3_cat", disk / "3_Cat"),)))
    assert names(disk) == ["3_Cat"]
    journal.undo()
    assert names(disk) == ["3_cat"]
    journal.redo()
    assert names(disk) == ["3_Cat"]


@pytest.mark.parametrize("way", ["finish", "roll_back"])
def test_interrupted_at_the_name_in_between(disk: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    journal = Journal(disk / ".sdtui")
    with monkeypatch.context() as patch:
        real = files.kernel.rename

        def die(source: Path, target: Path) -> None:
            if source.name.startswith("."):
                raise SystemExit  # both the rename and taking it back end here, as if the process had died
            real(source, target)

        patch.setattr(files.kernel, "rename", die)
        with pytest.raises(SystemExit):
            journal.apply(Plan("case", (Move(disk / "3_cat", disk / "3_Cat"),)))
    assert names(disk)[0].startswith(".3_cat.")
    (entry,) = journal.unfinished()
    journal.finish(entry.id) if way == "finish" else journal.roll_back(entry.id)
    assert names(disk) == (["3_Cat"] if way == "finish" else ["3_cat"])


def test_a_name_taken_in_another_case_is_explained(disk: Path) -> None:
    (disk / "5_DOG").mkdir()
    with pytest.raises(WriteError, match="5_DOG stands there already, and this disk takes 5_dog for the same name"):
        Journal(disk / ".sdtui").apply(Plan("clash", (Move(disk / "3_cat", disk / "5_dog"),)))
    assert names(disk) == ["3_cat", "5_DOG"]
