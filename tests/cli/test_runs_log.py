"""``sdtui runs log``: the log of a run, also a long one, also once it is compressed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.runs import store
from sdtui.runs.log.log_keeping import compress
from tests.conftest import Cli
from tests.runs.recorded import DATA, RecordedRun

REAL = (DATA / "real_run/console.log").read_bytes()


@pytest.mark.parametrize("compressed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_its_end_any_part_and_what_stands_where(sdtui: Cli, tmp_path: Path, compressed: bool) -> None:
    run = RecordedRun(tmp_path, REAL)
    run.end()
    if compressed:
        compress(run.folder / store.CONSOLE)
    end = sdtui("runs", "log", tmp_path, "--lines", 2)
    assert end.stdout.splitlines()[0].endswith("INFO     model saved.  train_network.py:1729")
    assert end.stdout.splitlines()[1].startswith("steps: 100%|██████████| 12/12 [")
    part = json.loads(sdtui("runs", "log", tmp_path, run.record.id, "--from", 2, "--lines", 3, "--json").stdout)
    assert 250 < part["lines"] <= REAL.count(b"\n")
    assert [found["line"] for found in part["found"]] == [2, 3, 4]
    assert "load tokenizer from cache" in part["found"][0]["text"]
    found = sdtui("runs", "log", tmp_path, "--search", "saving checkpoint").stdout.splitlines()
    assert [line.partition(": ")[2] for line in found] == [
        "saving checkpoint: /home/me/circle/model/tiny-000001.safetensors",
        "saving checkpoint: /home/me/circle/model/tiny.safetensors",
    ]
    noted = json.loads(sdtui("runs", "log", tmp_path, "--errors", "--json").stdout)["found"]
    assert {note["severity"] for note in noted} == {"warning"}
    assert "no regularization images" in [note["text"] for note in noted]


def test_what_cannot_be_is_a_sentence_and_nothing_found_is_no_failure(sdtui: Cli, tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"\x1b[31mall\x1b[0m is well\x07\n")
    run.end()
    assert sdtui("runs", "log", tmp_path).stdout == "all is well␇\n"
    nothing = sdtui("runs", "log", tmp_path, "--errors")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No warnings and no errors stand in this log." in nothing.stderr
    both = sdtui("runs", "log", tmp_path, "--errors", "--search", "x")
    assert both.returncode == 2 and "exclude each other" in both.stderr
    wrong = sdtui("runs", "log", tmp_path, "--search", "~/(/")
    assert wrong.returncode == 2 and "no valid regular expression" in wrong.stderr
    (run.folder / store.CONSOLE).unlink()
    gone = sdtui("runs", "log", tmp_path)
    assert (gone.returncode, gone.stdout) == (0, "")
