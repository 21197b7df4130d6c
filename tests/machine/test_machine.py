"""WSL and the machine's load."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.machine import load, wsl


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
