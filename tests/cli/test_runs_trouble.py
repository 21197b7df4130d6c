"""``sdtui runs machine|remedies|pause|go-on|tensorboard|notify`` through their own door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.settings import save_setting
from sdtui.machine import gpu
from sdtui.machine.gpu import Gpu, GpuProcess
from sdtui.trainer.profiles import parse_settings
from tests.conftest import Cli
from tests.runs.conftest import RunLab, lab

__all__ = ["lab"]

CARD = Gpu(
    0,
    "RTX 4090",
    98,
    21 << 30,
    24 << 30,
    71,
    340.0,
    450.0,
    ("heat",),
    (GpuProcess(7, 2 << 30, "python \x1b[2Jmain.py"),),
)


def halfway(lab: RunLab) -> str:
    """A run that stands at step 4 of 10 until ``lab.release("go")``."""
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "saved")
    lab.meet("there")
    return run.id


def test_a_run_that_lives_is_paused_and_the_machine_beside_it_told(
    inside: Cli, lab: RunLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = halfway(lab)
    monkeypatch.setattr(gpu, "read", lambda: (CARD,))
    told = inside("runs", "machine", lab.root).stdout
    assert "98%  21.0 GB of 24.0 GB  71 °C  340 W  RTX 4090" in told
    assert "held back by heat" in told and "main.py (7)  2.0 GB" in told and "\x1b" not in told
    document = json.loads(inside("runs", "machine", lab.root, run[:12], "--json").stdout)
    assert document["now"]["gpus"][0]["utilization"] == 98 and document["now"]["own_memory"] > 1_000_000
    assert document["most"]["gpus"][0] == {
        "index": 0, "memory_used": 21 << 30, "temperature": 71, "power": 340.0, "throttling": ["heat"],
    }  # fmt: skip
    assert json.loads(inside("runs", "pause", lab.root, "--json").stdout) == {"id": run, "paused": True}
    assert "is paused. It keeps its memory" in inside("runs", "pause", lab.root).stderr
    while not json.loads(inside("runs", "show", lab.root, "--json").stdout)["paused"]:
        continue
    assert "goes on" in inside("runs", "go-on", lab.root).stderr
    assert "has not ended" in inside("runs", "remedies", lab.root).stderr
    lab.release("go")


def test_what_helps_is_told_as_commands(inside: Cli, lab: RunLab) -> None:
    settings = parse_settings("rehearsal", ["train_batch_size=4"]).as_text()
    run = lab.ended("fail=CUDA out of memory", profile="rehearsal", settings=settings)
    (batch, resolution) = json.loads(inside("runs", "remedies", lab.root, "--json").stdout)
    assert (batch["name"], batch["changes"]) == ("batch-size", {"train_batch_size": "1"})
    assert batch["command"] == f"sdtui runs again {lab.root} {run.id} --set train_batch_size=1"
    assert resolution["changes"] == {"width": "384", "height": "384"}
    assert batch["command"] in inside("runs", "remedies", lab.root).stdout
    assert inside("runs", "pause", lab.root).returncode == 3
    assert "looked at" in inside("runs", "machine", lab.root).stderr


def test_tensorboard_is_told_with_its_tunnel(inside: Cli, lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.ended("exit=1")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.9 50000 192.168.7.4 2222")
    document = json.loads(inside("runs", "tensorboard", lab.root, "--json").stdout)
    assert document["command"] == f"tensorboard --logdir {lab.root}/log --port 6006"
    assert document["tunnel"].startswith("ssh -N -L 6006:localhost:6006 -p 2222 ")
    assert document["tunnel"].endswith("@192.168.7.4") and document["url"] == "http://localhost:6006"
    assert document["tunnel"] in inside("runs", "tensorboard", lab.root).stdout


def test_notices_can_be_tried(inside: Cli, tmp_path: Path) -> None:
    assert inside("runs", "notify", tmp_path, "--test").returncode == 2
    save_setting("notice_command", f'printf "%s" "$SDTUI_EVENT $SDTUI_TEXT" > {tmp_path}/told')
    result = inside("runs", "notify", tmp_path, "--test")
    assert (result.returncode, (tmp_path / "told").read_text()) == (0, "test sdtui can reach you.")
    save_setting("notice_command", "exit 4")
    save_setting("notice_webhook", "https://hooks.example/s3cret")
    document = json.loads(inside("runs", "notify", tmp_path, "--json").stdout)
    assert (document["notice_command"], document["bell"], document["on_nan"]) == (True, False, "tell")
    save_setting("notice_webhook", None)
    result = inside("runs", "notify", tmp_path, "--test")
    assert result.returncode == 3 and "ended with status 4" in result.stderr
