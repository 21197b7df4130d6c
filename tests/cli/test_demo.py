"""``sdtui demo`` where standard output is no terminal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli

SHORT = ("--set", "max_train_steps=4", "--set", "sample_every_n_steps=2", "--set", "num_cpu_threads_per_process=1")


def facts(stdout: str, title: str) -> list[str]:
    return [line.split(None, 1)[1] for line in stdout.splitlines() if line.split(None, 1)[:1] == [title]]


@pytest.mark.slow
def test_it_makes_a_dataset_trains_on_it_and_says_where_everything_is(sdtui: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = sdtui("demo", folder, *SHORT)
    assert result.returncode == 0, result.stderr
    out = result.stdout
    assert "96 images + 16 regularization images" in out
    assert out.count("[[datasets]]") == 2
    assert f'conditioning_data_dir = "{folder}/images/3_star/conditioning"' in out
    assert "is_reg = true" in out and 'caption_extension = ".txt"' in out
    config = out[out.index("[general]") : out.index("starting")]
    assert "1_broken" not in config and "1_broken is left out" in result.stderr
    # Four steps may be over between two looks at the run.
    assert any(f"\n{state}  " in out for state in ("training", "saving", "sampling", "starting"))
    assert "\ndone  4/4" in out
    assert facts(out, "state") == ["done"]
    assert float(facts(out, "loss")[0].split()[0]) > 0
    assert [Path(path).is_file() for path in facts(out, "checkpoint")] == [True]
    samples = facts(out, "sample")
    assert len(samples) == 8 and all(Path(path).is_file() for path in samples)


@pytest.mark.slow
def test_a_second_demo_keeps_the_finished_run_and_starts_another(sdtui: Cli, tmp_path: Path) -> None:
    for runs in (1, 2):
        assert sdtui("demo", tmp_path, *SHORT).returncode == 0
        listed = json.loads(sdtui("runs", "list", tmp_path, "--json").stdout)
        assert [run["state"] for run in listed] == ["done"] * runs
    files = [checkpoint["path"] for run in listed for checkpoint in run["checkpoints"]]
    assert len(set(files)) == 2 and all(Path(file).is_file() for file in files)


def test_without_a_folder_it_takes_one_of_its_own(sdtui: Cli, tmp_path: Path) -> None:
    (tmp_path / "sdtui-demo").mkdir()
    (tmp_path / "sdtui-demo/letter.txt").write_text("not a dataset")
    result = sdtui("demo", cwd=tmp_path)
    assert result.returncode == 3
    assert "the folder holds something else already (letter.txt)" in result.stderr
    assert [path.name for path in (tmp_path / "sdtui-demo").iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(sdtui: Cli, tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text("")
    result = sdtui("demo", tmp_path / "dataset.toml")
    assert result.returncode == 2
    assert "this is a file" in result.stderr


@pytest.mark.slow
def test_a_run_that_is_left_goes_on_and_is_followed_instead_of_starting_another(sdtui: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with _demo(folder, "--set", "max_train_steps=100000") as first:
        _read_until(first, "training  ")
        first.send_signal(signal.SIGINT)
        _, told = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "goes on" in told and f"sdtui runs stop {folder}" in told
    with _demo(folder) as second:
        _read_until(second, "training  ")
        assert sdtui("runs", "stop", folder, "--yes").returncode == 0
        _, told = second.communicate(timeout=60)
    assert second.returncode == 3
    assert "is still running here, so no other run is started" in told and "was stopped" in told
    assert len(json.loads(sdtui("runs", "list", folder, "--json").stdout)) == 1


def _demo(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sdtui", "demo", str(folder), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )


def _read_until(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(text):
            return
    raise AssertionError(f"it ended without {text!r}")
