"""Sample prompt files, as the trainer reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.errors import SyntaxProblem, UnreadableError
from sdtui.trainer.prompt_file import parse_prompt_file
from sdtui.trainer.prompt_lines import line_values
from sdtui.trainer.prompts import SamplePrompt, parse_prompt, read_prompts
from tests.trainer.golden import load


def test_a_prompt_of_the_guide() -> None:
    line = "yuai, a portrait --n ugly, deformed --w 832 --h 1216 --d 1 --l 7 --s 28"
    assert parse_prompt(line) == SamplePrompt(0, "yuai, a portrait", "ugly, deformed", 832, 1216, 1, 28, 7.0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a cat", SamplePrompt(0, "a cat")),
        ("a cat --W 64 --SS euler_a", SamplePrompt(0, "a cat", width=64, sampler="euler_a")),
        ("a --s 5000", SamplePrompt(0, "a", steps=1000)),
        ("a --s 0", SamplePrompt(0, "a", steps=1)),
        ("a --g 3.5", SamplePrompt(0, "a", guidance=3.5)),
        ("a --l 1.2.3", SamplePrompt(0, "a")),
        ("a --d -1", SamplePrompt(0, "a", unknown=("d -1",))),
        ("a --am 0.5 --w 64", SamplePrompt(0, "a", width=64, unknown=("am 0.5",))),
        ("a --cn mask.png", SamplePrompt(0, "a")),
        ("a--w 512", SamplePrompt(0, "a--w 512")),
        # What the trainer does to prompts that look like options:
        ("n cat", SamplePrompt(0, "n cat", negative="cat")),
        ("d 5", SamplePrompt(0, "d 5", seed=5)),
        ("--n x", SamplePrompt(0, "--n x")),
    ],
)
def test_every_part_is_read_as_the_trainer_reads_it(line: str, expected: SamplePrompt) -> None:
    assert parse_prompt(line) == expected


def test_lines_that_are_no_prompts(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_bytes("# a comment\r\n\r\n  first --d 1 \r\n # part of a prompt\u2028still\n\nlast".encode())
    found = read_prompts(file)
    assert [(one.index, one.prompt) for one in found] == [
        (0, "first"),
        (1, "# part of a prompt\u2028still"),
        (2, "last"),
    ]


def test_toml(tmp_path: Path) -> None:
    file = tmp_path / "prompt.toml"
    file.write_text(
        '[prompt]\nwidth = 64\nsample_steps = 3\n[[prompt.subset]]\nprompt = "a"\nscale = 5\n'
        '[[prompt.subset]]\nprompt = "b"\nseed = 4\n'
    )
    assert read_prompts(file) == (
        SamplePrompt(0, "a", width=64, steps=3, scale=5.0, line=4),
        SamplePrompt(1, "b", width=64, steps=3, seed=4, line=7),
    )


def test_json(tmp_path: Path) -> None:
    file = tmp_path / "prompt.json"
    file.write_text('[{"prompt": "a", "negative_prompt": "b", "guidance_scale": 2}, "c --w 64"]')
    assert read_prompts(file) == (
        SamplePrompt(0, "a", "b", guidance=2.0, line=1),
        SamplePrompt(1, "c", width=64, line=1),
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("p.toml", '[prompt]\nwidth = 1\n[[prompt.subset]]\nwidth = 2\nprompt = "a"\n', "width stands in"),
        ("p.toml", "[prompt\n", "not valid TOML"),
        ("p.toml", "[other]\n", "no [[prompt.subset]]"),
        ("p.json", "[1", "not valid JSON"),
        ("p.json", "{}", "no list"),
        ("p.json", "[1]", "neither text nor a table"),
        ("p.json", '[{"prompt": "a", "width": "512"}]', "width of sample prompt 1 is not a whole number"),
        ("p.json", '[{"prompt": "a", "height": 512.5}]', "height of sample prompt 1 is not a whole number"),
        ("p.json", '[{"prompt": "a", "sample_steps": null}]', "sample_steps of sample prompt 1"),
        ("p.json", '[{"prompt": "a", "scale": "7"}]', "scale of sample prompt 1 is not a number"),
        ("p.json", '[{"prompt": "a", "seed": 18446744073709551616}]', "(18446744073709551615 is the largest)"),
        ("p.json", '[{"prompt": "a", "seed": -9223372036854775809}]', "The seed of sample prompt 1"),
        ("p.json", '["a --d 18446744073709551616"]', "The seed of sample prompt 1"),
        ("p.json", '[{"prompt": null}]', "prompt of sample prompt 1 is not text"),
        ("p.json", '[{"negative_prompt": 5}]', "negative_prompt of sample prompt 1 is not text"),
        ("p.json", '\ufeff["a"]', "byte order mark"),
        ("p.txt", "# two\n\nfirst\nsecond --d 18446744073709551616", "line 4"),
        ("p.md", "a cat", ".txt, .toml and .json files only"),
    ],
)
def test_files_that_would_end_the_run_are_sentences(tmp_path: Path, name: str, text: str, says: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(SyntaxProblem) as error:
        read_prompts(file)
    assert says in error.value.sentence()


def test_a_seed_of_64_bits_is_taken(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text(f"a --d {2**64 - 1}")
    (tmp_path / "p.json").write_text('[{"prompt": "a", "seed": -9223372036854775808}, {"prompt": "b", "seed": null}]')
    assert read_prompts(tmp_path / "p.txt")[0].seed == 2**64 - 1
    assert [prompt.seed for prompt in read_prompts(tmp_path / "p.json")] == [-(2**63), None]


def test_bytes_that_are_not_utf_8_and_no_file(tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_bytes(b"\x83\x8b")
    with pytest.raises(SyntaxProblem, match="UTF-8"):
        read_prompts(file)
    with pytest.raises(UnreadableError, match="does not exist"):
        read_prompts(tmp_path / "none.txt")


def test_lines_give_the_dictionary_that_the_trainer_makes() -> None:
    rows: list[tuple[str, dict[str, Any]]] = load("prompt_lines.json")
    # As JSON, since NaN is unlike itself.
    wrong = [line for line, expected in rows if json.dumps(line_values(line)) != json.dumps(expected)]
    assert len(rows) == 700
    assert wrong == []


def as_the_trainer_has_them(path: Path) -> str | None:
    try:
        file = parse_prompt_file(path, path.read_bytes())
    except SyntaxProblem:
        return None
    if file.problem is not None:
        return None
    rows = [{**row.values, "enum": index} for index, row in enumerate(file.rows)]
    assert all(file.text[row.start : row.stop] == row.text for row in file.rows if file.kind == "txt")
    return json.dumps(rows, sort_keys=True)


def test_files_give_the_prompts_that_the_trainer_loads(tmp_path: Path) -> None:
    wrong = []
    for name, text, expected in load("prompt_files.json"):
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8"))
        # An empty table is no list; the trainer takes it for one without prompts.
        expected = None if expected == {} else expected
        if as_the_trainer_has_them(path) != (None if expected is None else json.dumps(expected, sort_keys=True)):
            wrong.append((name, text))
    assert wrong == []
