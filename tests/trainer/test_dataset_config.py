"""Dataset configs: what the trainer takes and refuses, and how keys fall back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.base.errors import SyntaxProblem, UnreadableError
from sdtui.trainer.dataset_config import interpret, load, parse
from sdtui.trainer.dataset_keys import Support, mode_of
from sdtui.trainer.dataset_problems import problems, why_foreign
from tests.trainer.data.inputs import SUPPORTS
from tests.trainer.golden import load as golden

TOML = Path("config.toml")


@pytest.mark.parametrize("case", golden("configs.json"), ids=lambda case: case["text"].strip().splitlines()[-1])
def test_a_config_is_refused_just_when_the_trainer_refuses_it(case: dict[str, Any]) -> None:
    data = parse(TOML, case["text"].encode())
    for support, accepted in zip(SUPPORTS, case["accepted"], strict=True):
        found = [problem for problem in problems(data, Support(*support)) if problem.at_validation]
        assert (not found) == accepted, (support, found)


def test_keys_fall_back_from_subset_to_dataset_to_general_to_the_command_line() -> None:
    text = """
        [general]
        num_repeats = 2
        shuffle_caption = true
        [[datasets]]
        resolution = 512
        num_repeats = 3
        shuffle_caption = false
        [[datasets.subsets]]
        image_dir = "a"
        num_repeats = 4
        caption_extension = "txt"
        [[datasets.subsets]]
        image_dir = "b"
        [[datasets]]
        [[datasets.subsets]]
        image_dir = "c"
    """
    config = interpret(TOML, parse(TOML, text.encode()), {"num_repeats": 9, "batch_size": 4, "resolution": [768, 512]})
    (first, second), (third,) = (dataset.subsets for dataset in config.datasets)
    assert [subset.options["num_repeats"] for subset in (first, second, third)] == [4, 3, 2]
    assert [subset.options["shuffle_caption"] for subset in (first, second, third)] == [False, False, True]
    assert first.options["caption_extension"] == ".txt"
    assert second.options["caption_extension"] == ".caption"
    assert [dataset.options["resolution"] for dataset in config.datasets] == [(512, 512), (768, 512)]
    assert config.datasets[0].options["batch_size"] == 4
    assert not config.problems


def test_the_kind_of_a_dataset_is_told_by_its_subsets() -> None:
    mask, metadata = {"image_dir": "a", "conditioning_data_dir": "m"}, {"metadata_file": "j"}
    assert mode_of([mask, mask]) == "controlnet"
    assert mode_of([metadata]) == "finetuning"
    assert mode_of([{"image_dir": "a"}]) == "dreambooth"


def test_a_misspelt_key_gets_the_right_one_proposed() -> None:
    data = parse(TOML, b'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "a"\nnum_repeat = 3\n')
    (problem,) = problems(data)
    assert "Did you mean num_repeats?" in problem.message
    assert (problem.code, problem.place) == ("unknown-key", ("datasets", 0, "subsets", 0, "num_repeat"))


def test_a_config_of_another_trainer_is_recognised() -> None:
    pipe = parse(TOML, b'[[directory]]\npath = "x"\n')
    assert any("diffusion-pipe" in problem.message for problem in problems(pipe))
    assert "diffusion-pipe" in str(why_foreign(pipe))
    musubi = (
        b'[general]\nresolution = 512\n[[datasets]]\nvideo_directory = "x"\n[[datasets.subsets]]\nimage_dir = "a"\n'
    )
    assert any("musubi-tuner" in problem.message for problem in problems(parse(TOML, musubi)))
    assert "musubi-tuner" in str(why_foreign(parse(TOML, musubi)))
    assert "training command" in str(why_foreign({"model": {"pretrained_model_name_or_path": "x"}}))
    assert "preset" in str(why_foreign({"LoRA_type": "Standard", "epoch": 3}))
    assert "LoRA_Easy_Training_Scripts" in str(why_foreign({"subsets": [{"image_dir": "a"}], "general_args": {}}))
    assert why_foreign({"general": {"resolution": 512}, "datasets": 3}) is None


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"[general]\nx = \n", 2, 1),
        (b"[general]\nflip_aug = true\nflip_aug = false\n", 3, 1),
        (b"\xef\xbb\xbf[general]\n", 1, 1),
        (b'[general]\nclass_tokens = "\xe9"\n', 2, 17),
        (b'[[datasets]]\r\nresolution = 512\r\nimage_dir = "C:\\data\\new"\r\n', 3, None),
    ],
)
def test_broken_toml_says_where(data: bytes, line: int, column: int | None) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(TOML, data)
    assert caught.value.line == line
    assert f"line {line}" in caught.value.sentence()
    if column is not None:
        assert caught.value.column == column


def test_broken_json_says_where() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(Path("config.json"), b'{"general": {},\n }')
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_json_configs_are_read_and_other_endings_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"datasets": [{"resolution": 512, "subsets": [{"image_dir": "a"}]}]}')
    assert load(path).datasets[0].options["resolution"] == (512, 512)
    with pytest.raises(UnreadableError, match=r"\.toml and \.json"):
        parse(tmp_path / "config.yaml", b"")
    with pytest.raises(SyntaxProblem):
        parse(path, b"[]")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="does not exist"):
        load(tmp_path / "none.toml")


GOOD = b"""[general]
shuffle_caption = true
caption_extension = ".txt"
[[datasets]]
resolution = [512, 768]
batch_size = 2
[[datasets.subsets]]
image_dir = 'a/b'
num_repeats = 3
custom_attributes = {a = [1, 2], b = "x"}
[[datasets.subsets]]
image_dir = "c"
is_reg = true
"""


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 4)), max_size=6))
def test_a_damaged_config_is_read_or_refused_with_a_sentence(cuts: list[tuple[int, bytes, int]]) -> None:
    data = GOOD
    for at, put, drop in cuts:
        data = data[:at] + put + data[at + drop :]
    try:
        parsed = parse(TOML, data)
    except SyntaxProblem as error:
        assert error.sentence()
        return
    config = interpret(TOML, parsed)
    assert all(problem.endswith((".", "?")) for problem in config.problems)


def test_files_of_onetrainer_are_known_by_name(tmp_path: Path) -> None:
    preset = {"training_method": "LORA", "base_model_name": "sdxl", "learning_rate": 0.0003, "resolution": 1024}
    assert "OneTrainer" in str(why_foreign(preset))
    concepts = tmp_path / "concepts.json"
    concepts.write_text(json.dumps([{"name": "", "path": "/data/cats", "image": {}, "text": {}, "balancing": 1.0}]))
    with pytest.raises(SyntaxProblem, match="a list of concepts of OneTrainer"):
        load(concepts)
