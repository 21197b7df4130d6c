"""Launching: a run belongs to nobody's terminal, and all that happens to it is written down."""

from __future__ import annotations

import errno
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.base.errors import RunError, UsageError, WriteError
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.launch import adopt, launch
from sdtui.runs.live import held_paths
from sdtui.runs.record import RunRecord, RunState
from sdtui.runs.supervising.stop import request_stop
from tests.runs.conftest import CHILD, RunLab, wait_for_end

LAUNCHER = """
import os, sys
from pathlib import Path
from sdtui.runs.launch import LaunchRequest, launch
root = Path(sys.argv[1])
if os.isatty(0):
    os.open(os.ttyname(0), os.O_RDWR)  # a session's first terminal becomes its own: closing it hangs up
record = launch(root / ".sdtui", LaunchRequest(
    name="circle", profile="test", script="child.py", command=(sys.executable, *sys.argv[2:]), cwd=str(root),
    output_dir=str(root / "model")))
print(record.id, flush=True)
sys.stdin.read()
"""


def launcher(lab: RunLab, *words: str) -> list[str]:
    return [sys.executable, "-c", LAUNCHER, str(lab.root), str(CHILD), *words]


def launch_and_hang_up(command: list[str]) -> str:
    """Run ``command`` on a terminal of its own until it has named its run, then take the terminal away."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as screen:
        os.close(theirs)
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            run_id = terminal.readline().decode().strip()
    assert screen.returncode == -signal.SIGHUP
    return run_id


def test_a_run_ends_well_and_says_so(lab: RunLab) -> None:
    record = lab.launch("train=10", "saved")
    view = lab.wait(record)
    assert (view.state, view.exit_code, view.reason) == (RunState.DONE, 0, None)
    assert "model saved." in lab.console(record)
    folder = lab.home / "runs" / record.id
    assert (folder / "output").readlink() == lab.root / "model"
    assert (folder / "logging").readlink() == lab.root / "log"


@pytest.mark.parametrize(
    ("word", "code", "state"),
    [("exit=3", 3, RunState.FAILED), ("fail=oh", 1, RunState.FAILED), ("kill-self", -9, RunState.FAILED)],
)
def test_the_exit_status_is_written_down(lab: RunLab, word: str, code: int, state: RunState) -> None:
    view = lab.ended("train=4", word)
    assert (view.exit_code, view.state) == (code, state)
    assert view.reason


def test_the_trainer_leads_a_session_of_its_own_apart_from_the_supervisor_and_from_us(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go")
    assert record.trainer is not None and record.supervisor is not None
    sessions = [os.getsid(0), os.getsid(record.supervisor.pid), os.getsid(record.trainer.pid)]
    assert len(set(sessions)) == 3
    assert sessions[2] == record.trainer.pid
    assert Path(f"/proc/{record.supervisor.pid}/cwd").readlink() == Path("/")
    supervisor = processes.stat(record.supervisor.pid)
    assert supervisor is not None and supervisor.parent != os.getpid()
    lab.release("go")
    lab.wait(record)


def test_the_log_is_made_readable_by_the_environment(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "50")
    monkeypatch.setenv("FORCE_COLOR", "1")
    words = [f"env={name}" for name in ("PYTHONUNBUFFERED", "COLUMNS", "LINES", "FORCE_COLOR", "MINE")]
    view = lab.ended(*words, env={"MINE": "x"})
    assert lab.console(view).split() == [
        "PYTHONUNBUFFERED='1'",
        "COLUMNS='400'",
        "LINES=None",
        "FORCE_COLOR=None",
        "MINE='x'",
    ]


def test_a_run_survives_the_kill_of_what_launched_it(lab: RunLab) -> None:
    lab.fifo("go")
    with subprocess.Popen(
        launcher(lab, "wait=go", "train=4", "saved"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as screen:
        assert screen.stdout is not None
        run_id = screen.stdout.readline().strip()
        screen.kill()
    record = store.load(lab.home, run_id)
    assert processes.alive(record.trainer)
    lab.release("go")
    assert lab.wait(record).state is RunState.DONE


def test_a_run_survives_the_loss_of_its_terminal(lab: RunLab) -> None:
    lab.fifo("go")
    record = store.load(lab.home, launch_and_hang_up(launcher(lab, "wait=go", "train=4", "saved")))
    lab.release("go")
    assert lab.wait(record).state is RunState.DONE


def test_a_run_can_be_interrupted_though_its_launcher_ignores_interrupts(lab: RunLab) -> None:
    lab.fifo("ready")
    lab.fifo("go")
    with subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *launcher(lab, "tell=ready", "wait=go")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as screen:
        assert screen.stdout is not None
        run_id = screen.stdout.readline().strip()
        lab.meet("ready")
        request_stop(lab.home, run_id)
        assert lab.wait(store.load(lab.home, run_id)).exit_code == -signal.SIGINT
        screen.kill()


def test_no_zombie_is_left_to_whoever_launched(lab: RunLab) -> None:
    before = {process.pid for process in children()}
    lab.wait(lab.launch("saved"))
    assert {process.pid for process in children()} <= before


def children() -> list[processes.Stat]:
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    found = (processes.stat(number) for number in numbers)
    return [process for process in found if process is not None and process.parent == os.getpid()]


def test_a_missing_program_is_a_sentence_and_a_failed_run(lab: RunLab) -> None:
    with pytest.raises(RunError, match="/nowhere/accelerate"):
        lab.launch(command=("/nowhere/accelerate", "launch"))
    record = store.resolve(lab.home, None)
    view = lab.wait(record)
    assert view.state is RunState.FAILED
    assert view.reason is not None and "/nowhere/accelerate" in view.reason
    assert not Path(record.state_folder).exists()


def test_a_program_of_a_moved_environment_is_told_apart_from_a_missing_one(lab: RunLab) -> None:
    shim = lab.root / "accelerate"
    shim.write_text("#!/moved/venv/bin/python\n")
    shim.chmod(0o755)
    with pytest.raises(RunError, match="first line names a Python"):
        lab.launch(command=(str(shim),))


def test_an_empty_command_and_a_missing_folder_are_refused(lab: RunLab) -> None:
    with pytest.raises(UsageError):
        lab.launch(command=())
    with pytest.raises(RunError, match="does not exist"):
        lab.launch("saved", cwd=str(lab.root / "nowhere"))


def test_runs_that_start_in_the_same_second_get_folders_of_their_own(lab: RunLab) -> None:
    records: list[RunRecord] = []
    barrier = threading.Barrier(6)

    def start(number: int) -> None:
        barrier.wait()
        records.append(lab.launch("saved", output_dir=str(lab.root / f"model{number}")))

    threads = [threading.Thread(target=start, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record.id for record in records}) == 6
    assert {lab.wait(record).exit_code for record in records} == {0}


def test_a_full_disk_at_launch_is_a_sentence_and_starts_nothing(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.kernel, "write", full)
    with pytest.raises(WriteError, match="disk is full"):
        lab.launch(f"file={lab.root / 'started'}")
    assert not (lab.root / "started").exists()


def test_secrets_reach_the_trainer_and_no_file(lab: RunLab) -> None:
    lab.fifo("ready")
    lab.fifo("go")
    request = lab.request(
        "tell=ready",
        "wait=go",
        env={"HF_TOKEN": "hf_abcdefgh", "MINE": "seen"},
        settings={"wandb_api_key": "wb_abcdefgh", "max_train_epochs": "3"},
    )
    words = (*request.command, "--wandb_api_key", "wb_abcdefgh", "--hub_token=hub_abcdefgh", "say=hf_abcdefgh")
    record = launch(lab.home, lab.request(command=words, env=request.env, settings=request.settings))
    lab.meet("ready")
    written = b"".join(
        path.read_bytes()
        for folder in (lab.home, Path(record.state_folder))
        for path in folder.rglob("*")
        if path.is_file()
    )
    for secret in (b"hf_abcdefgh", b"wb_abcdefgh", b"hub_abcdefgh"):
        assert secret not in written
    assert record.env == {"HF_TOKEN": "***", "MINE": "seen", "WANDB_API_KEY": "***"}
    assert record.settings == {"wandb_api_key": "***", "max_train_epochs": "3"}
    assert record.trainer is not None
    inherited = Path(f"/proc/{record.trainer.pid}/environ").read_bytes()
    assert b"WANDB_API_KEY=wb_abcdefgh" in inherited
    arguments = Path(f"/proc/{record.trainer.pid}/cmdline").read_bytes()
    assert b"wb_abcdefgh" not in arguments and b"--hub_token=hub_abcdefgh" in arguments
    lab.release("go")
    lab.wait(record)


def test_a_second_supervisor_is_turned_away(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go", "saved")
    with pytest.raises(RunError, match="has a supervisor already"):
        adopt(lab.home, record)
    lab.release("go")
    assert lab.wait(record).exit_code == 0
    with pytest.raises(RunError, match="has ended already"):
        adopt(lab.home, record)


def test_the_end_is_written_where_the_project_was_moved_to(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go", "train=4", "saved")
    moved = lab.root / "moved"
    lab.home.rename(moved)
    lab.release("go")
    assert record.supervisor is not None
    lab.home = moved
    assert lab.wait(record).state is RunState.DONE


@pytest.mark.slow
def test_an_end_that_cannot_be_written_yet_is_known_and_written_later(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go", "train=4", "saved")
    obstacle = lab.home / "runs" / record.id / store.EXIT
    obstacle.mkdir()
    lab.release("go")
    while not (Path(record.state_folder) / store.EXIT).exists():
        assert processes.alive(record.supervisor)
    assert Follower(lab.home, record).poll().state is RunState.DONE
    obstacle.rmdir()
    view = lab.wait(record)
    assert obstacle.is_file() and view.state is RunState.DONE


def test_a_supervisor_that_cannot_even_say_that_the_disk_is_full_keeps_the_end(
    lab: RunLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = store.new_run_folder

    def on_a_full_disk(home: Path, name: str) -> tuple[str, Path]:
        run_id, folder = make(home, name)
        (folder / store.SUPERVISOR_LOG).symlink_to("/dev/full")
        return run_id, folder

    monkeypatch.setattr(store, "new_run_folder", on_a_full_disk)
    lab.fifo("go")
    record = lab.launch("wait=go", "train=4", "saved")
    (lab.home / "runs" / record.id / store.EXIT).mkdir()
    lab.release("go")
    while not (Path(record.state_folder) / store.EXIT).exists():
        assert processes.alive(record.supervisor)
    assert Follower(lab.home, record).poll().state is RunState.DONE
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)


def test_the_supervisor_ends_though_its_folder_was_deleted(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go")
    shutil.rmtree(lab.home)
    lab.release("go")
    assert record.supervisor is not None
    wait_for_end(record.supervisor)
    assert not Path(record.state_folder).exists()


def test_a_run_whose_supervisor_never_came_up_has_failed_at_once(
    lab: RunLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "state" / "sdtui").mkdir(parents=True)
    (tmp_path / "state" / "sdtui" / "runs").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with pytest.raises(RunError, match="stands there already"):
        lab.launch("train=1")
    (record,) = store.list_runs(lab.home)
    view = Follower(lab.home, record).poll()
    assert view.state is RunState.FAILED
    assert view.reason is not None and "stands there already" in view.reason
    assert held_paths(lab.home) == ()


def test_a_launch_on_a_full_disk_leaves_no_run_behind(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(files.kernel, "write", full)
    with pytest.raises(WriteError, match="full"):
        lab.launch("train=1")
    assert list((lab.home / "runs").iterdir()) == []


def test_of_two_that_were_prepared_at_once_only_one_writes_to_the_files_of_that_name(lab: RunLab) -> None:
    lab.fifo("go")
    first = lab.launch("wait=go")
    with pytest.raises(RunError, match="called circle is writing to this folder now"):
        lab.launch("train=1")
    lab.release("go")
    lab.wait(first)
    assert lab.ended("train=1", "saved").state is RunState.DONE
