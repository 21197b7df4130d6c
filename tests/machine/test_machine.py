"""WSL and the machine's load."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdtui.machine import load, oom, processes, usage, wsl


@pytest.mark.parametrize(
    ("release", "inside"),
    [("5.15.167.4-microsoft-standard-WSL2\n", True), ("4.4.0-19041-Microsoft\n", True), ("6.8.0-45-generic\n", False)],
)
def test_wsl_is_told_by_the_kernels_name(
    release: str, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "osrelease"
    file.write_text(release)
    monkeypatch.setattr(wsl, "OSRELEASE", file)
    assert wsl.is_wsl() is inside
    monkeypatch.setattr(wsl, "OSRELEASE", tmp_path / "absent")
    assert not wsl.is_wsl()


def test_the_load_is_within_what_the_machine_has() -> None:
    now = load.read()
    assert 0 <= now.cpu <= 100 and now.cores >= 1
    assert 0 < now.memory_used < now.memory_total


@pytest.mark.parametrize(
    ("text", "kills"),
    [("nr_free_pages 1\noom_kill 3\nswap 0\n", 3), ("nr_free_pages 1\n", None), ("oom_kill x\n", None)],
)
def test_the_kernels_kills_for_memory_are_counted(
    text: str, kills: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vmstat").write_text(text)
    monkeypatch.setattr(oom, "PROC", tmp_path)
    assert oom.kills() == kills
    (tmp_path / "vmstat").unlink()
    assert oom.kills() is None


def test_what_processes_take_is_added_up_and_the_ended_count_for_nothing() -> None:
    own = usage.usage_of([os.getpid()])
    assert own.processes == 1 and own.cpu_seconds > 0 and own.memory > 1 << 20 and own.stopped == 0
    assert usage.usage_of([]) == usage.usage_of([2**22 + 1]) == usage.Usage(0, 0.0, 0, 0, 0)


def test_a_process_is_named_by_its_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", tmp_path)
    for pid, words in (
        (1, b"/usr/bin/python3.10\0-u\0/opt/ComfyUI/main.py\0--listen\0"),
        (2, b"python\0-c\0import secrets\0"),
        (3, b"/usr/lib/xorg/Xorg\0:0\0"),
        (4, b""),
    ):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cmdline").write_bytes(words)
        (tmp_path / str(pid) / "comm").write_text("kworker\n")
    assert [processes.name_of(pid) for pid in range(1, 6)] == ["python3.10 main.py", "python", "Xorg", "kworker", ""]
