"""Launch, kill the screen, and see each run end: every exit status written down, no run started twice, nobody left."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sdtui.base.errors import SdtuiError
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.launch import launch
from sdtui.runs.record import RunRecord, RunState
from tests.runs.conftest import CHILD, RunLab
from tests.runs.test_launch import launch_and_hang_up, launcher
from tests.terminal import Terminal
from tests.tui.running import with_images
from tests.weights import SDXL, write_weights

TORTURE = [pytest.mark.torture, pytest.mark.slow]
FACTS = {
    "python": "3.11.9", "accelerate": "1.6.0", "torch": "2.6.0", "transformers": "4.54.1", "xformers": None,
    "bitsandbytes": None,
}  # fmt: skip


@pytest.mark.parametrize("times", [10, pytest.param(200, marks=TORTURE)])
@pytest.mark.slow
def test_every_run_outlives_what_launched_it(lab: RunLab, times: int) -> None:
    expected: dict[str, int] = {}
    for number in range(times):
        lab.fifo(f"go{number}")
        code = number % 5
        run_id = _launch_and_lose_the_launcher(lab, number, f"wait=go{number}", "train=4", f"exit={code}")
        expected[run_id] = code
        lab.release(f"go{number}")
        lab.wait(store.load(lab.home, run_id))
    _all_ended(lab, expected, times)


def _launch_and_lose_the_launcher(lab: RunLab, number: int, *words: str) -> str:
    command = launcher(lab, *words)
    if number % 2:
        return launch_and_hang_up(command)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as screen:
        assert screen.stdout is not None
        run_id = screen.stdout.readline().strip()
        screen.send_signal((signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)[number % 3])
    return run_id


@pytest.mark.parametrize("times", [4, pytest.param(200, marks=TORTURE)])
@pytest.mark.slow
def test_every_run_outlives_its_screen(
    lab: RunLab, own_home: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The real screen: Train, start, and then it is killed, hung up on, ended, or its terminal is closed."""
    monkeypatch.setenv("SD_SCRIPTS", str(_train_with_a_scripted_child(lab, own_home, output_name="circle")))
    expected: dict[str, int] = {}
    for number in range(times):
        lab.fifo(f"go{number}")
        code = number % 5
        (lab.root / "words").write_text(f"wait={lab.root}/go{number} train=4 exit={code}")
        record = _start_and_lose_the_screen(lab, number, frozenset(expected))
        expected[record.id] = code
        lab.release(f"go{number}")
        assert lab.wait(record).exit_code == code
    _all_ended(lab, expected, times)


def _train_with_a_scripted_child(lab: RunLab, home: Path, **settings: str) -> Path:
    """A project, settings, and an sd-scripts whose Python runs the child with what stands in ``words``."""
    with_images(lab.root)
    folder = home / "sd-scripts"
    for inner in ("library", "networks"):
        (folder / inner).mkdir(parents=True)
    scripts = ("sdxl_train_network.py", "train_network.py", "sdxl_train.py")
    for name in ("library/train_util.py", "networks/lora.py", *scripts):
        (folder / name).touch()
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    child = f"{sys.executable} {CHILD} $(cat {lab.root}/words)"
    python.write_text(f"#!/bin/sh\ncase \"$1\" in\n -m) exec {child} ;;\n *) echo '{json.dumps(FACTS)}' ;;\nesac\n")
    python.chmod(0o755)
    model = write_weights(home / "models" / "sd_xl_base_1.0.safetensors", SDXL, size=6_940_000_000)
    given = {"sdxl-lora": {"pretrained_model_name_or_path": str(model), **settings}}
    lab.home.mkdir()
    (lab.home / "train.json").write_text(json.dumps({"given": given}))
    return folder


def _start_and_lose_the_screen(lab: RunLab, number: int, before: frozenset[str]) -> RunRecord:
    with Terminal("open", lab.root, cwd=lab.root) as screen:
        _ask(screen)
        screen.press("enter")
        found: list[RunRecord] = []
        screen.until(lambda: found or found.extend(_supervised(lab, before)) or found)
        if number % 8 >= 4:  # else the screen is still waiting for its supervisor's word
            screen.wait_for("stop…")
        _END[number % 4](screen)
    return found[0]


def _ask(screen: Terminal) -> None:
    """Come to the question whether to start."""
    screen.wait_for("circle_000")
    screen.press("5")
    screen.wait_for("12 steps")
    screen.press("S")
    screen.wait_for(r"Start .*\?")
    screen.wait_for("enter start +esc not yet")


def _killed_by(number: signal.Signals) -> Callable[[Terminal], object]:
    def end(screen: Terminal) -> None:
        screen.child.kill(number)
        screen.wait_for_exit()

    return end


def _terminal_closed(screen: Terminal) -> None:
    """As when the SSH connection is cut: the kernel hangs up on whoever is on that terminal."""
    terminal = screen.child.ptyproc
    terminal.fileobj.close()
    terminal.closed = screen.child.closed = True
    screen.child.wait()


_END: tuple[Callable[[Terminal], object], ...] = (
    _killed_by(signal.SIGKILL),
    _killed_by(signal.SIGHUP),
    _terminal_closed,
    _killed_by(signal.SIGTERM),
)


def _supervised(lab: RunLab, before: frozenset[str]) -> list[RunRecord]:
    """The run that was started last, once it has a supervisor."""
    return [run for run in store.list_runs(lab.home) if run.id not in before and run.supervisor is not None]


def _all_ended(lab: RunLab, expected: dict[str, int], times: int) -> None:
    assert len(expected) == times == len(store.list_runs(lab.home))
    for record in store.list_runs(lab.home):
        assert lab.wait(record).exit_code == expected[record.id]
        assert lab.console(record).count("running training") == 1
        assert record.trainer is not None and processes.group_members(record.trainer) == ()
    assert not list((Path(record.state_folder)).parent.iterdir())


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=TORTURE)])
@pytest.mark.slow
def test_whoever_comes_back_sees_the_same_run_further_on(lab: RunLab, times: int) -> None:
    """Each time another process looks, by another door, and is killed; the run goes one step on between two looks."""
    for name in (f"step{number}" for number in range(1, times + 1)):
        lab.fifo(name)
    words = [word for step in range(1, times + 1) for word in (f"steps={step}-{step}-{times}", f"tell=step{step}")]
    record = lab.launch(f"header={times}", *words, "saved")
    seen: list[int] = []
    for number in range(1, times + 1):
        seen.append(_LOOKS[number % len(_LOOKS)](lab, record))
        lab.meet(f"step{number}")
    assert seen == sorted(seen) and set(seen) <= set(range(times + 1)) and seen[-1] >= times - 1
    view = lab.wait(record)
    assert (view.id, view.state, view.step) == (record.id, RunState.DONE, times)
    assert len(store.list_runs(lab.home)) == 1


def _shown(lab: RunLab, record: RunRecord) -> int:
    command = [sys.executable, "-m", "sdtui", "runs", "show", str(lab.root), "--json"]
    document = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert document["id"] == record.id
    return int(document["step"])


def _followed_and_killed(lab: RunLab, record: RunRecord) -> int:
    command = [sys.executable, "-m", "sdtui", "runs", "follow", str(lab.root), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        document = json.loads(follower.stdout.readline())
        follower.kill()
    assert document["id"] == record.id
    return int(document["step"])


def _polled(lab: RunLab, record: RunRecord) -> int:
    view = follower_of(lab.home, store.load(lab.home, record.id)).poll()
    assert view.id == record.id
    return view.step


_LOOKS: tuple[Callable[[RunLab, RunRecord], int], ...] = (_polled, _shown, _polled, _followed_and_killed)


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=TORTURE)])
@pytest.mark.slow
def test_two_who_start_at_once_start_one_run(lab: RunLab, times: int) -> None:
    lab.fifo("go")
    for _ in range(times):
        barrier, refused = threading.Barrier(2), []

        def start() -> None:
            barrier.wait()  # noqa: B023
            try:
                launch(lab.home, lab.request("wait=go", "train=4", "saved"))
            except SdtuiError as error:
                refused.append(error.sentence())  # noqa: B023

        both = [threading.Thread(target=start) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        (sentence,) = refused
        assert "is writing to this folder now" in sentence
        lab.release("go")
        assert lab.wait(store.resolve(lab.home, None)).state is RunState.DONE
    assert len(store.list_runs(lab.home)) == times


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=TORTURE)])
@pytest.mark.slow
def test_two_screens_that_race_to_start_give_one_run(
    lab: RunLab, own_home: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Nobody chose a name: the second screen would find another one, and must not take it."""
    monkeypatch.setenv("SD_SCRIPTS", str(_train_with_a_scripted_child(lab, own_home)))
    lab.fifo("go")
    (lab.root / "words").write_text(f"wait={lab.root}/go train=4 saved")
    for number in range(1, times + 1):
        with Terminal("open", lab.root, cwd=lab.root) as one, Terminal("open", lab.root, cwd=lab.root) as other:
            _ask(one)
            _ask(other)
            one.press("enter")
            other.press("enter")
            _watch_until_settled(one, other)
            assert [_is_monitor(one), _is_monitor(other)].count(True) == 1
            lab.release("go")
            assert lab.wait(store.resolve(lab.home, None)).exit_code == 0
        assert len(store.list_runs(lab.home)) == number


def _watch_until_settled(one: Terminal, other: Terminal) -> None:
    def settled() -> bool:
        return (_is_monitor(one) or _is_monitor(other)) and _settled(one) and _settled(other)

    one.until(lambda: other.read() and settled())


def _is_monitor(screen: Terminal) -> bool:
    return "stop…" in screen.text


def _settled(screen: Terminal) -> bool:
    """Whether its start has succeeded or was refused."""
    return _is_monitor(screen) or ("· starting" not in screen.text and not re.search(r"Start .*\?", screen.text))
