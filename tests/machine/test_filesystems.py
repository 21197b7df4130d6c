"""Where the kernel does not report changes, sdtui has to look: the type of a mount decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.machine import filesystems

MOUNTINFO = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs;path=C:\\
31 22 0:26 / /home/me/with\\040space rw - fuse.sshfs me@box:/ rw
32 22 0:27 / /home/me/train rw shared:2 - xfs /dev/sdb1 rw
33 32 0:28 / /home/me/train/shared rw - nfs4 box:/x rw
34 32 0:29 / /home/me/train/shared rw - ext4 /dev/sdc1 rw
35 22 0:30 / /dev/fuse0 rw - fuseblk /dev/sdd1 rw
broken line
"""


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTINFO)
    monkeypatch.setattr(filesystems, "MOUNTINFO", table)


@pytest.mark.parametrize(
    ("path", "kind", "polled"),
    [
        ("/mnt/c/Users/me/images", "9p", True),
        ("/mnt/cd", "ext4", False),
        ("/home/me/with space/x", "fuse.sshfs", True),
        ("/home/me/train", "xfs", False),
        ("/home/me/training", "ext4", False),
        ("/home/me/train/shared/a", "ext4", False),
        ("/dev/fuse0/x", "fuseblk", False),
    ],
)
def test_the_longest_mount_above_a_path_counts_and_of_two_the_later(path: str, kind: str, polled: bool) -> None:
    assert filesystems.kind_of(Path(path)) == kind
    assert filesystems.needs_polling(Path(path)) is polled


@pytest.mark.parametrize(
    "kind", ["9p", "drvfs", "v9fs", "virtiofs", "nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse"]
)
def test_file_systems_that_are_polled(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "other"
    table.write_text(f"22 1 8:1 / / rw - {kind} none rw\n")
    monkeypatch.setattr(filesystems, "MOUNTINFO", table)
    assert filesystems.needs_polling(Path("/data"))


def test_a_link_counts_where_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link"
    link.symlink_to("/mnt/c/images")
    assert filesystems.needs_polling(link)


def test_without_a_mount_table_nothing_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "MOUNTINFO", tmp_path / "absent")
    assert filesystems.kind_of(Path("/data")) == ""
    assert not filesystems.needs_polling(Path("/data"))


def test_free_space_of_a_folder_that_is_yet_to_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert (filesystems.free_space(tmp_path / "model" / "sample") or 0) > 0
    assert (filesystems.free_space(tmp_path / "file" / "below") or 0) > 0
