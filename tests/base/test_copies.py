"""Copying whole files: the copy is what was asked for, or nothing stands there."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.copies import Digest, copy_file, digest_of_file, holds
from sdtui.base.errors import ChangedOutsideError
from sdtui.base.kernel import kernel

DATA = os.urandom(2_500_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    path.write_bytes(DATA)
    os.utime(path, ns=(1, 5_000_000_123))
    path.chmod(0o604)
    return path


def test_a_copy_has_content_mode_and_times(source: Path, tmp_path: Path) -> None:
    assert digest_of_file(source) == Digest.of(DATA)
    copied = tmp_path / "copy"
    copy_file(source, copied, Digest.of(DATA))
    assert copied.read_bytes() == DATA and holds(copied, Digest.of(DATA))
    seen = copied.stat()
    assert (seen.st_mode & 0o777, seen.st_mtime_ns) == (0o604, 5_000_000_123)


def test_what_is_not_as_it_was_is_not_copied(source: Path, tmp_path: Path) -> None:
    content = Digest.of(DATA)
    source.write_bytes(DATA[:-1] + b"x")
    with pytest.raises(ChangedOutsideError):
        copy_file(source, tmp_path / "copy", content)
    assert not (tmp_path / "copy").exists()
    assert not holds(source, content) and not holds(tmp_path / "gone", content) and not holds(tmp_path, content)


def test_a_full_disk_leaves_no_half_copy(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, written = kernel.write, 0

    def full(handle: int, data: bytes) -> Any:
        nonlocal written
        written += len(data)
        if written > 1_500_000:
            raise OSError(errno.ENOSPC, "full")
        return real(handle, data)

    monkeypatch.setattr(kernel, "write", full)
    with pytest.raises(OSError, match="full"):
        copy_file(source, tmp_path / "copy", Digest.of(DATA))
    assert not (tmp_path / "copy").exists()
