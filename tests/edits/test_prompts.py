"""Prompt files edited: only the bytes that are meant change, and the trainer's reader agrees."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.errors import SdtuiError, UsageError, WriteError
from sdtui.edits.prompt_rows import with_copy, with_move, with_row, without_row
from sdtui.edits.prompt_values import with_own_values, with_parted_options, with_value
from sdtui.edits.prompts import prompts_plan
from sdtui.plans.journal import Journal
from sdtui.trainer.prompt_file import PromptFile, parse_prompt_file

DATA = Path(__file__).parent.parent / "trainer" / "data"


def file(name: str, text: str) -> PromptFile:
    return parse_prompt_file(Path(name), text.encode("utf-8"))


LINES = "# one\r\na cat --n ugly, --w 512  --s 28\r\n\r\n  two words --w 64\r\n # three"
TABLES = """# all
[prompt]
width = 512 # px
scale = 7.5

# first
[[prompt.subset]]
prompt = "a"  # the prompt
seed = 3

# second
[[prompt.subset]]
prompt = 'b'
"""
OBJECTS = """[
  {
    "prompt": "a",
    "width": 512
  },
  {"prompt": "b"},
  "c \\"q\\" \\u00e9 --w 64"
]
"""


@pytest.mark.parametrize(
    ("name", "text", "row", "key", "value", "old", "new"),
    [
        ("p.txt", LINES, 0, "width", 768, "--w 512 ", "--w 768 "),
        ("p.txt", LINES, 0, "prompt", "a dog", "a cat", "a dog"),
        ("p.txt", LINES, 0, "prompt", "#1 cat", "\na cat", "\n #1 cat"),
        ("p.txt", LINES, 0, "scale", 7.0, "--s 28", "--s 28 --l 7"),
        ("p.txt", LINES, 0, "negative_prompt", None, " --n ugly,", ""),
        ("p.txt", LINES, 0, "sample_steps", None, " --s 28", ""),
        ("p.txt", LINES, 1, "width", None, " --w 64", ""),
        ("p.txt", LINES, 2, "seed", 2**64 - 1, "# three", "# three --d 18446744073709551615"),
        ("p.txt", "a --w 512--h 64\n", 0, "width", 64, "512", "64"),
        ("p.txt", "a --w 5 --W 6\n", 0, "width", 64, "W 6", "W 64"),
        ("p.txt", "a --w 5 --W 6\n", 0, "width", None, " --w 5 --W 6", ""),
        ("p.toml", TABLES, 0, "seed", 4, "seed = 3", "seed = 4"),
        ("p.toml", TABLES, 0, "seed", None, "seed = 3\n", ""),
        ("p.toml", TABLES, 1, "prompt", 'a "b"', "'b'", '"a \\"b\\""'),
        ("p.toml", TABLES, 1, "seed", 9, "'b'\n", "'b'\nseed = 9\n"),
        ("p.toml", TABLES, 1, "width", 64, "512", "64"),
        ("p.json", OBJECTS, 0, "width", 64, "512", "64"),
        ("p.json", OBJECTS, 0, "seed", 7, '"width": 512\n', '"width": 512,\n    "seed": 7\n'),
        ("p.json", OBJECTS, 1, "seed", 7, '{"prompt": "b"}', '{"prompt": "b", "seed": 7}'),
        ("p.json", "[ {} ]", 0, "seed", 7, "{}", '{"seed": 7}'),
        ("p.json", OBJECTS, 1, "prompt", "é", '"b"', '"é"'),
        ("p.json", OBJECTS, 2, "width", 128, "--w 64", "--w 128"),
        ("p.json", OBJECTS, 2, "prompt", 'a "b" é', 'c \\"q\\" \\u00e9', 'a \\"b\\" \\u00e9'),
        ("p.json", OBJECTS, 2, "seed", 1, "--w 64", "--w 64 --d 1"),
    ],
)
def test_a_value_changes_its_own_bytes_only(
    name: str, text: str, row: int, key: str, value: Any, old: str, new: str
) -> None:
    assert text.count(old) == 1
    assert with_value(file(name, text), row, key, value).text == text.replace(old, new)


def test_a_key_for_all_rows_can_become_one_for_each() -> None:
    own = with_own_values(file("p.toml", TABLES), "width")
    assert "width" not in own.shared and [row.values["width"] for row in own.rows] == [512, 512]
    one = with_value(own, 0, "width", 64)
    assert [row.values["width"] for row in one.rows] == [64, 512]
    assert all(words in one.text for words in ("# all", "# first", "# the prompt", "# second", "scale = 7.5\n"))


@pytest.mark.parametrize(
    ("name", "text", "change", "expected"),
    [
        ("p.txt", "# h\na\nb", lambda it: with_copy(it, 0), "# h\na\na\nb"),
        ("p.txt", "# h\na\nb", lambda it: without_row(it, 0), "# h\nb"),
        ("p.txt", "# A\na\n\n# B\nb\n", lambda it: with_move(it, 0, 1), "# B\nb\n\n# A\na\n"),
        ("p.txt", "a\r\nb", lambda it: with_row(it, 2, {"prompt": "#c", "width": 64}), "a\r\nb\r\n #c --w 64"),
        ("p.txt", "", lambda it: with_row(it, 0, {"prompt": "c"}), "c\n"),
        ("p.json", "[]", lambda it: with_row(it, 0, {"prompt": "c"}), '[\n  {"prompt": "c"}\n]'),
        ("p.json", '["a",\n "b"]', lambda it: with_row(it, 1, {"prompt": "c"}), '["a",\n "c",\n "b"]'),
        ("p.json", '["a",\n "b"]', lambda it: without_row(it, 0), '["b"]'),
        ("p.json", '["a",\n {}]', lambda it: with_move(it, 1, -1), '[{},\n "a"]'),
        (
            "p.toml",
            TABLES,
            lambda it: with_row(it, 1, {"prompt": "n", "width": 9, "seed": 5}),
            TABLES.replace("seed = 3\n", 'seed = 3\n\n[[prompt.subset]]\nprompt = "n"\nseed = 5\n'),
        ),
        ("p.toml", TABLES, lambda it: without_row(it, 1), TABLES.replace("[[prompt.subset]]\nprompt = 'b'\n", "")),
        (
            "p.toml",
            TABLES,
            lambda it: with_move(it, 1, -1),
            TABLES[: TABLES.index("# first")]
            + "# second\n[[prompt.subset]]\nprompt = 'b'\n\n"
            + '# first\n[[prompt.subset]]\nprompt = "a"  # the prompt\nseed = 3\n',
        ),
        ("p.txt", "a--w 5 --s 2--d 1\nb\n", lambda it: with_parted_options(it, 0), "a --w 5 --s 2 --d 1\nb\n"),
    ],
)
def test_rows_keep_what_stands_around_them(
    name: str, text: str, change: Callable[[PromptFile], PromptFile], expected: str
) -> None:
    assert change(file(name, text)).text == expected


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("prompt", "a\nb"),
        ("prompt", "a --w 5"),
        ("prompt", "n cat"),
        ("prompt", " "),
        ("negative_prompt", "--x"),
        ("prompt", "\ud83d"),
        ("seed", 2**64),
    ],
)
def test_what_a_line_cannot_hold_is_refused(key: str, value: Any) -> None:
    with pytest.raises(UsageError):
        with_value(file("p.txt", LINES), 0, key, value)


def test_an_option_that_the_prompt_itself_sets_stays() -> None:
    with pytest.raises(UsageError, match="begins like that option"):
        with_value(file("p.txt", "s 20 years\n"), 0, "sample_steps", None)
    assert with_value(file("p.txt", "s 20 years\n"), 0, "sample_steps", 9).text == "s 20 years --s 9\n"


VALUES: dict[str, Sequence[Any]] = {
    "prompt": ("a dog", "#x, y", 'é 🙂 "q" \\ \'s', "ends ", "x\x1b[0m", "--n x"),
    "negative_prompt": ("bad", "", " lead", 'a\\b "c"', None),
    "width": (512, None),
    "seed": (0, 2**64 - 1, None),
    "scale": (7.0, 0.1, None),
    "controlnet_image": ("C:\\x\\y.png", None),
}


def changed(rnd: random.Random, now: PromptFile) -> PromptFile:
    """One change of a kind that a person can make."""
    rows = len(now.rows)
    key = rnd.choice(list(VALUES))
    change = rnd.randrange(9) if rows else 8
    row = rnd.randrange(rows) if rows else 0
    if change < 5:
        return with_value(now, row, key, rnd.choice(VALUES[key]))
    if change == 5:
        return with_copy(now, row)
    if change == 6:
        return without_row(now, row)
    if change == 7:
        return with_move(now, row, 1 if row + 1 < rows else -1) if rows > 1 else now
    return with_row(now, rnd.randrange(rows + 1), {"prompt": rnd.choice(VALUES["prompt"]), "width": 64})


def comments(text: str) -> list[str]:
    return sorted(line for line in text.replace("\r", "\n").split("\n") if line.startswith("#"))


def test_many_changes_of_hard_files_lose_nothing() -> None:
    rnd = random.Random(5)
    read = [row for row in json.loads((DATA / "prompt_files.json").read_text("utf-8")) if row[2]]
    refused = 0
    for name, text, _ in [*read, ("p.txt", LINES, []), ("p.toml", TABLES, []), ("p.json", OBJECTS, [])]:
        now = file(name, text)
        for _ in range(8):
            try:
                after = changed(rnd, now)
            except (UsageError, WriteError):
                refused += 1
                continue
            assert file(name, after.text) == after
            assert name != "p.txt" or comments(after.text) == comments(now.text)
            now = after
    assert refused < 200


def test_the_plan_makes_the_folder_and_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "model" / "sample" / "prompt.txt"
    journal = Journal(tmp_path / ".sdtui")
    first = with_row(parse_prompt_file(path, b""), 0, {"prompt": "a cat"})
    journal.apply(prompts_plan(None, first, "add a prompt"))
    assert path.read_bytes() == b"a cat\n"
    journal.apply(prompts_plan(first.data, with_value(first, 0, "width", 64), "set the width"))
    assert path.read_bytes() == b"a cat --w 64\n"
    journal.undo()
    assert path.read_bytes() == b"a cat\n"
    assert prompts_plan(first.data, first, "nothing").empty


def test_a_file_of_another_kind_is_a_sentence() -> None:
    with pytest.raises(SdtuiError, match=r"\.txt, \.toml and \.json"):
        file("p.md", "a")
