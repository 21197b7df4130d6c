"""How large checkpoints will be, from the header of the base model: exact to networks.lora."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.trainer.checkpoint_size import saved_sizes
from sdtui.trainer.run_arguments import RunArguments
from sdtui.trainer.saves import Saves, saves_of
from sdtui.trainer.weights_file import Tensor
from tests.trainer.golden import DATA


def full_size() -> Any:
    """Names and shapes of whole models, and how many numbers sd-scripts puts beside them (``made`` says how)."""
    return json.loads(gzip.decompress((DATA / "full_size_models.json.gz").read_bytes()))


FULL = full_size()
MODELS = {
    name: {key: Tensor(tuple(shape), "F16") for key, shape in shapes.items()} for name, shapes in FULL["models"].items()
}


def run(script: str = "train_network.py", **values: Any) -> RunArguments:
    return RunArguments(script, {"network_module": "networks.lora", **values})


@pytest.mark.parametrize("network", FULL["networks"], ids=lambda row: f"{row['model']}-{row['network_dim']}")
def test_a_lora_is_as_large_as_the_trainer_makes_it(network: dict[str, Any]) -> None:
    given = {**network, "network_args": tuple(network["network_args"]), "save_precision": "fp16"}
    tensors = MODELS[given.pop("model")]
    elements = given.pop("elements")
    sizes = saved_sizes(run(**given), tensors)
    assert sizes is not None
    assert sizes.weights == 2 * elements
    assert saved_sizes(run(**{**given, "save_precision": None}), tensors).weights == 4 * elements  # type: ignore[union-attr]


def test_a_full_fine_tune_saves_all_of_the_model_and_its_state_by_the_optimizer() -> None:
    elements = sum(tensor.elements for tensor in MODELS["sdxl"].values())
    bf16 = saved_sizes(run("sdxl_train.py", save_precision="bf16", optimizer_type="Adafactor"), MODELS["sdxl"])
    assert bf16 is not None
    assert (bf16.weights, bf16.state) == (2 * elements, 4 * elements)
    adam = saved_sizes(run("sdxl_train.py", full_bf16=True), MODELS["sdxl"])
    assert adam is not None
    assert (adam.weights, adam.state) == (2 * elements, 10 * elements)


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert saved_sizes(RunArguments("train_network.py", {"network_module": "lycoris.kohya"}), MODELS["sd1"]) is None
    assert saved_sizes(RunArguments("train_textual_inversion.py", {}), MODELS["sd1"]) is None


@pytest.mark.parametrize(
    ("values", "saves"),
    [
        ({}, Saves(1, 0)),
        ({"save_every_n_epochs": 1}, Saves(10, 0)),
        ({"save_every_n_epochs": 3}, Saves(4, 0)),
        ({"save_every_n_steps": 10}, Saves(11, 0)),
        ({"save_every_n_epochs": 1, "save_last_n_epochs": 2}, Saves(4, 0)),
        ({"save_every_n_steps": 10, "save_last_n_steps": 20}, Saves(4, 0)),
        ({"save_every_n_epochs": 1, "save_state": True}, Saves(10, 10)),
        ({"save_every_n_epochs": 1, "save_state": True, "save_last_n_epochs_state": 1}, Saves(10, 3)),
        ({"save_every_n_epochs": 1, "save_state_on_train_end": True}, Saves(10, 1)),
        ({"save_n_epoch_ratio": 5}, Saves(5, 0)),
    ],
)
def test_saves_are_counted_as_they_stand_on_the_disk_at_once(values: dict[str, Any], saves: Saves) -> None:
    assert saves_of(run(**values), steps_per_epoch=10, total_steps=100) == saves


def test_a_file_is_read_by_its_header_alone(tmp_path: Path) -> None:
    from sdtui.trainer.model_kind import extra_channels, kind_of
    from sdtui.trainer.weights_file import read_weights
    from tests.weights import SD1, SDXL, write_weights

    whole = read_weights(write_weights(tmp_path / "xl.safetensors", SDXL, size=6_940_000_000))
    assert (whole.problem, kind_of(whole.tensors)) == (None, "sdxl")
    assert 6_939_999_000 < sum(tensor.size for tensor in whole.tensors.values()) < 6_940_000_000
    assert kind_of(read_weights(write_weights(tmp_path / "sd.safetensors")).tensors) == "sd1"
    two = {**SD1, "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024)}
    assert kind_of(read_weights(write_weights(tmp_path / "two.safetensors", two)).tensors) == "sd2"
    nine = {**SD1, "model.diffusion_model.input_blocks.0.0.weight": (320, 9, 3, 3)}
    assert extra_channels(read_weights(write_weights(tmp_path / "nine.safetensors", nine)).tensors) == 9
    lora = {"lora_unet_down_blocks_0.lora_down.weight": (4, 320)}
    assert kind_of(read_weights(write_weights(tmp_path / "lora.safetensors", lora)).tensors) == "lora"
    for kind, name in (("flux", "double_blocks.0.img_attn.qkv.weight"), ("sd3", "joint_blocks.0.x_block.qkv")):
        assert kind_of({name: Tensor((1,), "F16")}) == kind
    assert kind_of({"something": Tensor((1,), "F16")}) is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x05", "no file of safetensors"),
        (b"\xff" * 64, "no file of safetensors"),
        ((2).to_bytes(8, "little") + b"{}", "holds no weights"),
        ((2).to_bytes(8, "little") + b"[]", "no header"),
        ((9).to_bytes(8, "little") + b'{"a": {}}', "no header"),
        ((9).to_bytes(8, "little") + b'{"a": 1.}', "no header"),
        ((400).to_bytes(8, "little") + b"[" * 400, "no header"),
        ((62).to_bytes(8, "little") + b'{"a": {"dtype": "F16", "shape": [-1], "data_offsets": [0, 2]}}', "no header"),
        (bytes(1000), "no header"),
    ],
)
def test_what_is_no_file_of_weights_is_said_and_never_crashes(data: bytes, says: str, tmp_path: Path) -> None:
    from sdtui.trainer.weights_file import read_weights

    (tmp_path / "model.safetensors").write_bytes(data)
    assert says in (read_weights(tmp_path / "model.safetensors").problem or "")


@pytest.mark.parametrize(("end", "says"), [(-10, "cut off"), (10, "longer than its header says")])
def test_a_file_of_another_length_than_its_header_says(end: int, says: str, tmp_path: Path) -> None:
    from sdtui.trainer.weights_file import read_weights
    from tests.weights import write_weights

    assert says in (read_weights(write_weights(tmp_path / "a.safetensors", end=end)).problem or "")
    assert "does not exist" in (read_weights(tmp_path / "none.safetensors").problem or "")
