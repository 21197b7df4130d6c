"""``sdtui runs open`` through its own door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.runs.recorded import RecordedRun, real_run
from tests.terminal import Terminal


@pytest.fixture
def done(tmp_path: Path) -> RecordedRun:
    run = real_run(tmp_path)
    run.end()
    return run


def test_json_is_the_record_that_show_prints(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    shown = json.loads(sdtui("runs", "show", tmp_path, "--json").stdout)
    (tmp_path / "copied.log").write_bytes((done.folder / "console.log").read_bytes())
    result = sdtui(
        "runs", "open", "--log", tmp_path / "copied.log", "--output-dir", done.output,
        "--logging-dir", done.logging, "--json",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    opened = json.loads(result.stdout)
    assert opened.keys() == shown.keys()
    same = (
        "name",
        "state",
        "step",
        "total_steps",
        "epoch",
        "epochs",
        "loss",
        "avr_loss",
        "lr",
        "checkpoints",
        "samples",
    )
    assert {key: opened[key] for key in same} == {key: shown[key] for key in same}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--log, --logging-dir or --output-dir"),
        (("--log", "no.log", "--json"), 3, "no such file"),
        (("--log", "."), 3, "--output-dir"),
        (("--output-dir", "."), 3, "needs a terminal"),
    ],
)
def test_what_cannot_be_opened_says_why(
    sdtui: Cli, words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    result = sdtui("runs", "open", *words, cwd=tmp_path)
    assert result.returncode == code
    assert said in result.stderr
    assert not result.stdout


@pytest.mark.slow
def test_in_a_terminal_it_is_the_same_monitor(done: RecordedRun, tmp_path: Path) -> None:
    (tmp_path / "copied.log").write_bytes((done.folder / "console.log").read_bytes())
    with Terminal("runs", "open", "--log", "copied.log", "--output-dir", done.output, cwd=tmp_path) as terminal:
        terminal.wait_for("step 12/12")
        terminal.wait_for("SAMPLES  prompt 1/2")
        terminal.press("esc")
        assert terminal.wait_for_exit() == 0
