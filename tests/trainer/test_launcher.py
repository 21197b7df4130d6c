"""What accelerate is told, with and without a configuration file of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.trainer.launcher import alone, elsewhere, launcher_of, launcher_words, unheard
from sdtui.trainer.profiles import parse_settings

WRITTEN = """\
compute_environment: LOCAL_MACHINE
debug: false
distributed_type: MULTI_GPU
downcast_bf16: 'no'
dynamo_config:
  dynamo_backend: INDUCTOR
enable_cpu_affinity: false
gpu_ids: all
machine_rank: 1
main_process_ip: 10.0.0.1
main_process_port: 29600
main_training_function: main
mixed_precision: fp16
num_machines: 2
num_processes: 8
rdzv_backend: static
same_network: true
use_cpu: false
"""
"""As `accelerate config` of accelerate 1.6 writes it."""


def words(*texts: str) -> str:
    return " ".join(launcher_words(parse_settings("sdxl-lora", texts)))


def config(folder: Path, text: str = WRITTEN, name: str = "default_config.yaml") -> str:
    (folder / name).write_text(text)
    return f"accelerate_config={folder / name}"


def test_without_a_file_all_is_said_outright() -> None:
    assert words() == (
        "--num_processes 1 --num_machines 1 --dynamo_backend no --mixed_precision bf16 --num_cpu_threads_per_process 4"
    )
    assert "--num_processes 2 --num_machines 1 --dynamo_backend no --multi_gpu" in words("num_processes=2")


def test_several_machines_know_their_number_and_where_they_meet() -> None:
    meeting = ("num_processes=4", "num_machines=2", "main_process_ip=10.0.0.1", "main_process_port=29600")
    assert words(*meeting, "machine_rank=1").startswith(
        "--num_processes 4 --num_machines 2 --machine_rank 1 --main_process_ip 10.0.0.1 --main_process_port 29600"
    )
    launcher = launcher_of(parse_settings("sdxl-lora", meeting))
    assert (launcher.processes, launcher.here, launcher.rank) == (4, 2, 0)
    assert "each of the 2 machines" in " ".join(elsewhere(launcher)) and "10.0.0.1:29600" in " ".join(
        elsewhere(launcher)
    )


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("num_machines=2",), "1 process cannot be shared evenly by 2 machines"),
        (("num_machines=2", "num_processes=2"), "need to know where they meet"),
        (("machine_rank=1",), "This machine cannot be number 1 of 1"),
    ],
)
def test_what_cannot_be_shared_is_refused(texts: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        words(*texts)


def test_a_named_file_is_used_and_what_is_set_wins_over_it(tmp_path: Path) -> None:
    named = config(tmp_path)
    said = words(named)
    assert said.startswith(f"--config_file {tmp_path}/default_config.yaml --num_processes 8 --num_machines 2")
    assert "--machine_rank 1 --main_process_ip 10.0.0.1 --main_process_port 29600" in said
    assert "--multi_gpu" not in said and "--dynamo_backend" not in said  # the file says it
    changed = words(named, "num_processes=4", "machine_rank=0", "main_process_port=4000")
    assert "--num_processes 4 --num_machines 2 --machine_rank 0 --main_process_ip 10.0.0.1" in changed
    assert "--main_process_port 4000" in changed


def test_what_sd_scripts_does_not_take_from_it_is_said(tmp_path: Path) -> None:
    settings = parse_settings("sdxl-lora", (config(tmp_path),))
    assert list(unheard(settings)) == [
        "The precision fp16 of default_config.yaml is not looked at: mixed_precision is bf16.",
        "The dynamo backend of default_config.yaml is not looked at: set torch_compile and dynamo_backend.",
    ]
    agreeing = config(tmp_path, "distributed_type: 'NO'\nmixed_precision: no\nnum_processes: 1\n")
    assert list(unheard(parse_settings("sdxl-lora", (agreeing,)))) == []


def test_json_is_read_too_and_one_process_becomes_two(tmp_path: Path) -> None:
    named = config(tmp_path, json.dumps({"distributed_type": "NO", "num_processes": 1}), "a.json")
    assert "--num_processes 2 --num_machines 1 --multi_gpu" in words(named, "num_processes=2")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a\n- list\n", "no accelerate configuration"),
        ("num_processes: many\n", "no accelerate configuration"),
        ("a: [1\n", "no accelerate configuration"),
        ("\ud800".encode("utf-16-le", "surrogatepass").decode("latin-1"), "no accelerate configuration"),
        ("[" * 5000, "no accelerate configuration"),
        ("", "no accelerate configuration"),
        ("!!python/object/apply:os.system ['touch pwned']\n", "no accelerate configuration"),
        ("compute_environment: AMAZON_SAGEMAKER\ndistributed_type: 'NO'\n", "SageMaker"),
        ("distributed_type: MULTI_GPU\n", "does not say how many processes"),
        ("distributed_type: MULTI_GPU\nnum_processes: -1\n", "does not say how many processes"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        words(config(tmp_path, text))


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        words(f"accelerate_config={tmp_path}/nowhere.yaml")


def test_a_model_that_is_named_by_mistake_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(7_000_000_000)
    for path in (tmp_path / "model.safetensors", tmp_path):
        with pytest.raises(UsageError, match="no accelerate configuration"):
            words(f"accelerate_config={path}")


def test_a_rehearsal_runs_alone(tmp_path: Path) -> None:
    settings = alone(parse_settings("sdxl-lora", (config(tmp_path), "num_machines=2")))
    assert " ".join(launcher_words(settings)).startswith("--num_processes 1 --num_machines 1")


@pytest.mark.slow
def test_accelerate_starts_so_many_processes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os\nopen('rank' + os.environ['RANK'] + 'of' + os.environ['WORLD_SIZE'], 'w').close()\n")
    named = config(tmp_path, "distributed_type: MULTI_GPU\nnum_processes: 4\n")
    command = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        *words(named, "num_processes=2").split(),
        str(script),
    ]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=200, check=True)
    assert sorted(path.name for path in tmp_path.glob("rank*")) == ["rank0of2", "rank1of2"]
