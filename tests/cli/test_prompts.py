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


MISREAD = (
    ("a cat --am 3", "prompt-unknown-flag"),
    ("s 20 years old", "prompt-reads-as-flag"),
    ("a cat --w 513", "prompt-size-rounded"),
    ("word " * 226, "prompt-over-limit"),
    ("a cat --w 512--h 512", "prompt-option-joined"),
    ("a cat--w 512", "prompt-option-joined"),
    ("a cat --w 64px", "prompt-value-cut"),
    ("a cat --l 1.2.3", "prompt-no-number"),
    ("a cat --s 5000", "prompt-steps-cut"),
    ("a cat --w 512 --w 64", "prompt-option-twice"),
    ("--w 512", "prompt-begins-with-option"),
    ("a cat --ss Euler a", "prompt-unknown-sampler"),
    ("a cat --cn /nowhere/x.png", "missing-prompt-image"),
)


def test_what_the_trainer_drops_or_misreads_is_marked(sdtui: Cli, tmp_path: Path) -> None:
    status, document = read(sdtui, tmp_path, "".join(f"{line}\nfine\n" for line, _ in MISREAD))
    assert status == 1
    expected = [(code, 2 * index + 1) for index, (_, code) in enumerate(MISREAD)]
    assert [(row["code"], row["line"]) for row in document["findings"]] == expected


def test_what_does_no_harm_is_said_and_passes(sdtui: Cli, tmp_path: Path) -> None:
    status, document = read(sdtui, tmp_path, "a cat --d -1\na cat --n ugly --l 1\n")
    assert (status, [row["code"] for row in document["findings"]]) == (
        0,
        ["prompt-negative-seed", "prompt-negative-unused"],
    )


def test_sizes_are_rounded_as_the_script_does(sdtui: Cli, tmp_path: Path) -> None:
    line = "a cat --w 520 --h 30"
    assert [(row["width"], row["height"]) for row in read(sdtui, tmp_path, line)[1]["prompts"]] == [(520, 64)]
    flux = read(sdtui, tmp_path, line, "--script", "flux_train_network")[1]["prompts"]
    assert [(row["width"], row["height"]) for row in flux] == [(512, 64)]


def test_a_byte_order_mark_makes_a_prompt_of_a_comment(sdtui: Cli, tmp_path: Path) -> None:
    document = read(sdtui, tmp_path, "\ufeff# words\na cat\n")[1]
    assert [(row["code"], row["severity"], row["line"]) for row in document["findings"]] == [
        ("prompt-bom", "warning", 1)
    ]
    assert len(document["prompts"]) == 2


def test_a_file_without_prompts_samples_nothing(sdtui: Cli, tmp_path: Path) -> None:
    status, document = read(sdtui, tmp_path, "# words\n")
    assert (status, [row["code"] for row in document["findings"]]) == (1, ["prompts-none"])


def test_keys_that_the_trainer_does_not_look_at_are_marked(sdtui: Cli, tmp_path: Path) -> None:
    text = '[\n{"prompt": "a", "steps": 3},\n{"negative": "b"}]'
    found = read(sdtui, tmp_path, text, name="p.json")[1]["findings"]
    assert [(row["code"], row["line"]) for row in found] == [
        ("prompt-unknown-key", 2),
        ("prompt-unknown-key", 3),
        ("prompt-empty", 3),
    ]
    assert found[0]["fix"] == "Call it sample_steps."


@pytest.mark.parametrize(("script", "line"), [("lumina_train", "a --d 0"), ("hunyuan_image_train_network", "a --fs 3")])
def test_what_only_one_script_stops_at_is_an_error_there(sdtui: Cli, tmp_path: Path, script: str, line: str) -> None:
    found = read(sdtui, tmp_path, line, "--script", script)[1]["findings"]
    assert [(row["code"], row["severity"]) for row in found] == [("prompt-stops-run", "error")]


def test_each_script_has_defaults_of_its_own(sdtui: Cli, tmp_path: Path) -> None:
    row = read(sdtui, tmp_path, "a cat", "--script", "flux_train_network")[1]["prompts"][0]
    assert (row["sample_steps"], row["scale"], row["guidance_scale"]) == (20, 1.0, 3.5)


def test_weights_cost_no_tokens(sdtui: Cli, tmp_path: Path) -> None:
    document = read(sdtui, tmp_path, "(word:1.2) " * 225 + "\n" + "(word:1.2) " * 226)[1]
    assert [row["line"] for row in document["findings"]] == [2]


def test_toml_and_json_are_read_too(sdtui: Cli, tmp_path: Path) -> None:
    toml = '[prompt]\nwidth = 640\n[[prompt.subset]]\nprompt = "one"\n[[prompt.subset]]\nprompt = "two"\nseed = 3\n'
    rows = read(sdtui, tmp_path, toml, name="p.toml")[1]["prompts"]
    assert [(row["prompt"], row["width"], row["seed"]) for row in rows] == [("one", 640, None), ("two", 640, 3)]
    rows = read(sdtui, tmp_path, '[{"prompt": "a"}, "b --s 9"]', name="p.json")[1]["prompts"]
    assert [(row["prompt"], row["sample_steps"]) for row in rows] == [("a", 30), ("b", 9)]
    (tmp_path / "p.md").write_text("x")
    assert sdtui("prompts", tmp_path / "p.md").returncode == 3
