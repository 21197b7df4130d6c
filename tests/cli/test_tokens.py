"""``sdtui tokens`` as scripts use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import Cli, CliResult

LONG = "red cat, " * 60


def lines(result: CliResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def caption(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_each_file_is_one_caption(sdtui: Cli, tmp_path: Path) -> None:
    short, long = caption(tmp_path, "short.txt", "a photo of a cat"), caption(tmp_path, "long.txt", LONG)
    result = sdtui("tokens", "--json", short, long)
    assert lines(result) == [
        {"source": str(short), "tokens": 5, "limit": 75, "over": False, "cut": None, "windows": 1},
        {"source": str(long), "tokens": 180, "limit": 75, "over": True, "cut": 225, "windows": 3},
    ]
    assert list(lines(result)[0]) == ["source", "tokens", "limit", "over", "cut", "windows"]
    assert result.returncode == 0


def test_each_line_of_standard_input_is_one(sdtui: Cli) -> None:
    result = sdtui("tokens", "--json", "-", stdin="a cat\n\n  two cats\r\nlast")
    assert [(line["source"], line["tokens"]) for line in lines(result)] == [
        ("-:1", 2),
        ("-:2", 0),
        ("-:3", 2),
        ("-:4", 1),
    ]


def test_the_limit_can_be_set(sdtui: Cli) -> None:
    result = sdtui("tokens", "--json", "--limit", "150", "-", stdin=LONG)
    assert (lines(result)[0]["limit"], lines(result)[0]["cut"]) == (150, 450)
    result = sdtui("tokens", "--json", "--limit", "225", "-", stdin=LONG)
    assert (lines(result)[0]["over"], lines(result)[0]["cut"]) == (False, None)


def test_a_file_is_read_as_the_trainer_reads_it(sdtui: Cli, tmp_path: Path) -> None:
    path = caption(tmp_path, "a.txt", "  a cat \r\nthe second line is not read\n")
    assert lines(sdtui("tokens", "--json", path))[0]["tokens"] == 2


def test_the_cut_counts_from_the_beginning_of_the_file(sdtui: Cli, tmp_path: Path) -> None:
    path = caption(tmp_path, "a.txt", "   " + LONG + "\n")
    cut = lines(sdtui("tokens", "--json", path))[0]["cut"]
    assert path.read_text()[cut:].startswith("red cat, ")
    assert cut == 3 + 225


def test_a_byte_order_mark_stays_as_the_trainer_keeps_it(sdtui: Cli, tmp_path: Path) -> None:
    path = caption(tmp_path, "a.txt", b"\xef\xbb\xbfa cat")
    counted = {mode: lines(sdtui("tokens", "--json", "--mode", mode, path))[0]["tokens"] for mode in ("ftfy", "plain")}
    assert counted == {"ftfy": 2, "plain": 5}


def test_what_cannot_be_read_is_said_and_does_not_stop_the_others(sdtui: Cli, tmp_path: Path) -> None:
    bad = [
        caption(tmp_path, "latin.txt", b"caf\xe9"),
        caption(tmp_path, "empty.txt", b""),
        tmp_path,
        tmp_path / "missing.txt",
    ]
    good = caption(tmp_path, "good.txt", "a cat")
    result = sdtui("tokens", "--json", *bad, good)
    assert result.returncode == 3
    assert [line["source"] for line in lines(result)] == [str(good)]
    said = result.stderr.splitlines()
    assert len(said) == len(bad)
    for sentence, path in zip(said, bad, strict=True):
        assert sentence.startswith("sdtui: ")
        assert str(path) in sentence
    assert "not UTF-8" in said[0]
    assert "empty" in said[1]


def test_a_line_that_is_not_utf8_is_named() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sdtui", "tokens", "--json", "-"],
        input=b"a\n\xff\nb\n",
        capture_output=True,
        check=False,
    )
    assert result.returncode == 3
    assert [json.loads(line)["source"] for line in result.stdout.splitlines()] == ["-:1", "-:3"]
    assert b"-:2" in result.stderr


def test_for_people_it_says_what_is_cut(sdtui: Cli, tmp_path: Path) -> None:
    short, long = caption(tmp_path, "short.txt", "a cat"), caption(tmp_path, "long.txt", LONG)
    result = sdtui("tokens", short, long)
    first, second = result.stdout.splitlines()
    assert "2/75 tok" in first
    assert "▲" not in first
    assert "▲ 180/75 tok" in second
    assert "105 cut from “red cat, red" in second
    assert "1 of 2 captions over 75 tokens." in result.stderr
    assert result.returncode == 0


def test_nothing_in_a_caption_reaches_the_terminal_as_a_command(sdtui: Cli) -> None:
    result = sdtui("tokens", "-", stdin="red cat, " * 25 + "\x1b]0;title\x07 end")
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_wrong_usage_is_exit_two(sdtui: Cli) -> None:
    assert sdtui("tokens").returncode == 2
    assert sdtui("tokens", "--limit", "76", "-").returncode == 2
    assert sdtui("tokens", "--mode", "fast", "-").returncode == 2


def test_what_may_never_end_is_not_waited_for(sdtui: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = sdtui("tokens", tmp_path / "pipe", "/dev/zero", caption(tmp_path, "a.txt", "a cat"))
    assert result.returncode == 3
    assert result.stderr.count("This is a pipe or a device, which may never end") == 2
    assert "2/75 tok" in result.stdout


def test_a_path_that_cannot_be_does_not_keep_the_others_from_being_counted(sdtui: Cli, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    result = sdtui("tokens", tmp_path / "loop", tmp_path / ("a" * 300), caption(tmp_path, "a.txt", "a cat"))
    assert result.returncode == 3
    assert "leads to itself" in result.stderr
    assert "too long" in result.stderr
    assert "2/75 tok" in result.stdout


def test_what_the_shell_puts_in_place_of_a_command_is_read() -> None:
    script = f"{sys.executable} -m sdtui tokens --json <(echo a red cat)"
    result = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=60)
    assert json.loads(result.stdout)["tokens"] == 3
