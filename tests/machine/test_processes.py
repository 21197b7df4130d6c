"""A process is known by pid, start and boot: a reused pid, a zombie or a reboot is never taken for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdtui.machine import processes

CAT = ("cat",)


def test_a_process_is_alive_until_it_ends_and_a_zombie_is_not() -> None:
    with subprocess.Popen(CAT, stdin=subprocess.PIPE) as child:
        mark = processes.mark(child.pid)
        assert processes.alive(mark)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is not reaped yet
        assert not processes.alive(mark)
        assert processes.mark(child.pid) is None
    assert not processes.alive(mark)
    assert processes.stat(child.pid) is None


def test_another_start_or_another_boot_is_another_process() -> None:
    own = processes.mark(os.getpid())
    assert own is not None and processes.alive(own)
    assert not processes.alive(own._replace(start_time=own.start_time - 1))
    assert not processes.alive(own._replace(boot_id="of last week"))
    assert not processes.alive(None)


def test_a_name_with_spaces_and_parentheses_is_read(tmp_path: Path) -> None:
    program = tmp_path / "a) S 1 (b"
    program.symlink_to(Path("/bin/cat").resolve())
    with subprocess.Popen([program], stdin=subprocess.PIPE) as child:
        found = processes.stat(child.pid)
        assert found is not None
        assert (found.parent, found.living) == (os.getpid(), True)
        child.kill()


def test_a_group_is_known_after_its_leader_has_ended() -> None:
    code = "import subprocess, sys; child = subprocess.Popen(['cat'], stdin=sys.stdin); print(child.pid, flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    ) as leader:
        mark = processes.mark(leader.pid)
        assert mark is not None and leader.stdout is not None and leader.stdin is not None
        member = int(leader.stdout.readline())
        leader.wait()
        assert not processes.alive(mark)
        assert processes.group_members(mark) == (member,)
        assert processes.group_members(mark._replace(boot_id="another")) == ()
        os.kill(member, 9)


def test_a_group_whose_number_was_given_out_again_is_gone() -> None:
    own = processes.mark(os.getpid())
    assert own is not None
    assert processes.group_members(own._replace(start_time=own.start_time - 50)) == ()


def test_descendants_are_found_below_their_parents() -> None:
    with subprocess.Popen(
        ["sh", "-c", "exec 3<&0; cat <&3 & echo $!; wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as shell:
        assert shell.stdout is not None
        grandchild = int(shell.stdout.readline())
        found = processes.descendants(os.getpid())
        assert shell.pid in found and grandchild in found
        assert processes.descendants(shell.pid) == (grandchild,)
        os.kill(grandchild, 9)


def test_a_machine_without_proc_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", tmp_path)
    assert processes.boot_id() == ""
    assert processes.mark(os.getpid()) is None
    assert list(processes.living()) == []
    assert processes.host()
