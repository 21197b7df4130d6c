"""Writing so that a file is old or new, and errors that are sentences."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from sdtui.base import files
from sdtui.base.errors import UnreadableError, WriteError


def fail(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    def failing(*args: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.kernel, call, failing)


def test_writes_new_and_replaces_old_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    files.write_atomic(path, b"one")
    path.chmod(0o604)
    files.write_atomic(path, b"two" * 1_000_000)
    assert path.read_bytes() == b"two" * 1_000_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_stays_a_link_even_where_it_leads_nowhere_yet(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "real" / "file.txt")
    files.write_atomic(link, b"through")
    assert link.is_symlink() and (tmp_path / "real" / "file.txt").read_bytes() == b"through"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_whatever_fails_the_old_content_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    fail(monkeypatch, call, number)
    with pytest.raises(WriteError) as error:
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["a.txt"]
    assert str(path) in error.value.sentence() and error.value.remedy


def test_long_names_of_wide_characters(tmp_path: Path) -> None:
    for name in ("猫" * 84, "n" * 255):
        files.write_atomic(tmp_path / name, b"x")
        assert (tmp_path / name).read_bytes() == b"x"


def test_a_folder_in_its_place_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="folder where a file was expected"):
        files.write_atomic(tmp_path, b"x")


def test_leftovers_of_a_killed_write_go_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "[a].txt"
    for name in (".[a].txt.0123abcd.sdtui-tmp", ".b.txt.0123abcd.sdtui-tmp", ".[a].txt.sdtui-tmp", "[a].txt"):
        (tmp_path / name).write_bytes(b"")
    files.remove_leftovers([path])
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        ".[a].txt.sdtui-tmp",
        ".b.txt.0123abcd.sdtui-tmp",
        "[a].txt",
    ]


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    assert files.read_if_there(tmp_path / "none") is None
    with pytest.raises(UnreadableError, match="does not exist"):
        files.read_bytes(tmp_path / "none")
    with pytest.raises(UnreadableError, match="folder"):
        files.read_if_there(tmp_path)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(UnreadableError, match="link"):
        files.read_bytes(loop)


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b" / "c")
    files.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteError):
        files.make_folder(tmp_path / "file" / "deeper")


def test_a_home_that_cannot_be_made_says_what_it_is_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, "mkdir", errno.EACCES)
    with pytest.raises(WriteError, match="keeps its journal and runs beside the project") as error:
        files.make_home(tmp_path / ".sdtui")
    assert ".sdtui" in error.value.sentence()


def test_what_may_never_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(UnreadableError, match="no regular file"):
            files.read_bytes(path)
    with pytest.raises(UnreadableError, match="folder where a file"):
        files.read_bytes(tmp_path)
