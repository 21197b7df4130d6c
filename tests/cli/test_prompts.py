"""``sdtui prompts``: what is sampled, and what is dropped or misread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli


def read(sdtui: Cli, folder: Path, text: str, *words: str, name: str = "prompts.txt") -> tuple[int, dict[str, Any]]:
    path = folder / name
    path.write_text(text, "utf-8")
    result = sdtui("prompts", path, *words, "--json")
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def test_what_is_sampled_has_the_trainers_defaults(sdtui: Cli, tmp_path: Path) -> None:
    text = "# none\n\na red circle --n ugly --w 768 --d 7 --l 5.5\nplain\n"
    status, document = read(sdtui, tmp_path, text)
    assert (status, document["findings"]) == (0, [])
    first, second = document["prompts"]
    assert first == {
        "index": 0,
        "line": 3,
        "prompt": "a red circle",
        "negative_prompt": "ugly",
        "width": 768,
        "height": 512,
        "seed": 7,
        "sample_steps": 30,
        "scale": 5.5,
        "guidance_scale": None,
        "sample_sampler": None,
        "dropped": [],
    }
    assert (second["index"], second["line"], second["seed"]) == (1, 4, None)


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        ("a cat --am 3", "prompt-unknown-flag", 1),
        ("a cat --d -1", "prompt-negative-seed", 0),
        ("s 20 years old", "prompt-reads-as-flag", 1),
        ("a cat --w 513", "prompt-size-rounded", 1),
        ("word " * 226, "prompt-over-limit", 1),
    ],
)
def test_what_the_trainer_drops_or_misreads_is_marked(
    sdtui: Cli, tmp_path: Path, line: str, code: str, status: int
) -> None:
    found_status, document = read(sdtui, tmp_path, f"fine\n{line}\n")
    assert found_status == status
    assert [(row["code"], row["line"]) for row in document["findings"]] == [(code, 2)]


def test_sizes_are_rounded_as_the_script_does(sdtui: Cli, tmp_path: Path) -> None:
    line = "a cat --w 520 --h 30"
    assert [(row["width"], row["height"]) for row in read(sdtui, tmp_path, line)[1]["prompts"]] == [(520, 64)]
    flux = read(sdtui, tmp_path, line, "--script", "flux_train_network")[1]["prompts"]
    assert [(row["width"], row["height"]) for row in flux] == [(512, 64)]


def test_weights_cost_no_tokens(sdtui: Cli, tmp_path: Path) -> None:
    assert read(sdtui, tmp_path, "(word:1.2) " * 225)[0] == 0
    assert read(sdtui, tmp_path, "(word:1.2) " * 226)[0] == 1


def test_toml_and_json_are_read_too(sdtui: Cli, tmp_path: Path) -> None:
    toml = '[prompt]\nwidth = 640\n[[prompt.subset]]\nprompt = "one"\n[[prompt.subset]]\nprompt = "two"\nseed = 3\n'
    rows = read(sdtui, tmp_path, toml, name="p.toml")[1]["prompts"]
    assert [(row["prompt"], row["width"], row["seed"]) for row in rows] == [("one", 640, None), ("two", 640, 3)]
    rows = read(sdtui, tmp_path, '[{"prompt": "a"}, "b --s 9"]', name="p.json")[1]["prompts"]
    assert [(row["prompt"], row["sample_steps"]) for row in rows] == [("a", 30), ("b", 9)]
    (tmp_path / "p.md").write_text("x")
    assert sdtui("prompts", tmp_path / "p.md").returncode == 3
