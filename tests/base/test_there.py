"""What stands at a path is asked without an error, whatever somebody wrote there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.there import changed_at, entries_of, is_file, is_folder, is_there


@pytest.mark.parametrize("written", ["nothing", "x" * 5000, "a\0b", "file/inside"])
def test_where_nothing_can_stand_nothing_is_found(tmp_path: Path, written: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / written
    assert not is_there(path) and not is_file(path) and not is_folder(path)
    assert entries_of(path) == []
    assert changed_at(path) == 0.0


def test_what_stands_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert [entry.name for entry in entries_of(tmp_path)] == ["file"]
    assert changed_at(tmp_path / "file") == (tmp_path / "file").stat().st_mtime
