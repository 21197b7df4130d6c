"""Runs that are started in tmux or systemd, where the user wants it so."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdtui.base.errors import RunError, UsageError
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.record import RunState
from sdtui.runs.supervising import inside
from sdtui.runs.supervising.inside import how_to_look, notes
from tests.runs.conftest import RunLab

with_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")

SCOPE = """#!/bin/sh
# Stands for systemd-run: says what it was asked, and becomes what it was given.
echo "$@" > "{0}"
while [ "$1" != "--" ]; do shift; done
shift
exec "$@"
"""


@pytest.fixture
def tmux(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tmux server of this test's own. Its socket's path must be short."""
    folder = tempfile.mkdtemp(prefix="t", dir="/tmp")
    monkeypatch.setenv("TMUX_TMPDIR", folder)
    monkeypatch.delenv("TMUX", raising=False)
    yield
    subprocess.run(["tmux", "kill-server"], env={**os.environ, "TMUX_TMPDIR": folder}, capture_output=True, check=False)
    shutil.rmtree(folder)


def pane_of(run_id: str) -> str:
    command = ["tmux", "capture-pane", "-p", "-t", f"sdtui-{run_id}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@with_tmux
def test_a_run_in_tmux_shows_its_progress_there_and_outlives_the_session(lab: RunLab, tmux: None) -> None:
    lab.fifo("ready")
    lab.fifo("go")
    secret = {"HF_TOKEN": "hf_abcdefgh"}
    record = lab.launch("header=10", "steps=1-4-10", "tell=ready", "wait=go", "saved", start_in="tmux", env=secret)
    lab.meet("ready")
    assert record.start_in == "tmux" and record.trainer is not None and record.supervisor is not None
    assert b"hf_abcdefgh" in Path(f"/proc/{record.trainer.pid}/environ").read_bytes()
    for process in processes.living():
        arguments = Path(f"/proc/{process.pid}/cmdline")
        assert not arguments.exists() or b"hf_abcdefgh" not in arguments.read_bytes()
    while "4/10" not in pane_of(record.id):
        assert processes.alive(record.trainer)
    assert how_to_look(record.start_in, record.id) == f"tmux attach -t sdtui-{record.id}"
    subprocess.run(["tmux", "kill-server"], check=True)
    assert processes.alive(record.trainer)
    lab.release("go")
    assert lab.wait(record).exit_code == 0


@pytest.mark.slow
@with_tmux
def test_a_trainer_that_cannot_be_started_is_the_same_sentence_there(lab: RunLab, tmux: None) -> None:
    with pytest.raises(RunError, match="/nowhere/accelerate"):
        lab.launch(command=("/nowhere/accelerate", "launch"), start_in="tmux")
    assert Follower(lab.home, store.resolve(lab.home, None)).poll().state is RunState.FAILED


@pytest.mark.parametrize(
    ("place", "program", "said"),
    [("tmux", "tmux", "tmux opened no session \\(no server"), ("systemd", "systemd-run", "\\(no server running")],
)
def test_what_does_not_open_is_its_own_sentence(
    lab: RunLab, monkeypatch: pytest.MonkeyPatch, place: str, program: str, said: str
) -> None:
    instead_of(program, "#!/bin/sh\necho 'no server running' >&2\nexit 1\n", lab, monkeypatch)
    with pytest.raises(RunError, match=said):
        lab.launch("saved", start_in=place)
    assert Follower(lab.home, store.resolve(lab.home, None)).poll().state is RunState.FAILED


def instead_of(program: str, script: str, lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ``script`` of this name is found before the program."""
    programs = lab.root / "bin"
    programs.mkdir()
    (programs / program).write_text(script)
    (programs / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


def test_a_run_in_a_scope_of_systemd(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lab.root / "asked"
    instead_of("systemd-run", SCOPE.format(asked), lab, monkeypatch)
    view = lab.ended("train=4", "saved", start_in="systemd")
    assert view.state is RunState.DONE
    assert asked.read_text().startswith(f"--user --scope --quiet --collect --unit=sdtui-{view.id} -- ")
    assert how_to_look("systemd", view.id) == f"systemctl --user status sdtui-{view.id}.scope"


@pytest.mark.parametrize("place", ["tmux", "systemd"])
def test_what_is_not_installed_is_said_before_anything_is_written(
    lab: RunLab, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("PATH", str(lab.root))
    with pytest.raises(UsageError, match=f"{place}.* was not found"):
        lab.launch("saved", start_in=place)
    assert store.list_runs(lab.home) == ()


def test_systemd_ends_what_it_started_unless_lingering_is_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "_LINGERING", tmp_path)
    monkeypatch.setattr(inside.getpass, "getuser", lambda: "ann")
    assert "loginctl enable-linger" in " ".join(notes("systemd"))
    (tmp_path / "ann").touch()
    assert list(notes("systemd")) == list(notes("tmux")) == list(notes(None)) == []


def test_names_of_runs_are_made_plain() -> None:
    assert how_to_look("tmux", "20261122-1-卓越.a b") == "tmux attach -t sdtui-20261122-1--a-b"
    assert how_to_look(None, "x") is None
