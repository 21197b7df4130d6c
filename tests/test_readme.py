"""The README says nothing that is not so: its commands, settings, keys, files and pictures are there."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sdtui.base.paths import config_dir, shown
from sdtui.cli.main import cli
from sdtui.trainer.profiles import parse_settings
from sdtui.tui.commands import key_name
from sdtui.tui.keymap import every_command, keymap_path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def command_lines() -> Iterator[str]:
    """Each ``sdtui ...`` of the sh blocks and of the text; ``list|show`` stands for one line each."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("sdtui")]
    lines += re.findall(r"`(sdtui [^`]+)`", README)
    for line in lines:
        words = [word.split("|") for word in shlex.split(line, comments=True)]
        yield from (shlex.join(each) for each in itertools.product(*words))


@pytest.mark.parametrize("line", command_lines())
def test_a_command_line_is_understood(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "sdtui"
    command: click.Command = cli
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    parameters = command.make_context("sdtui", words).params
    if "profile" in parameters:
        parse_settings(parameters["profile"], parameters["texts"])


def test_there_are_command_lines() -> None:
    commands = {line.split()[1] for line in command_lines() if " " in line}
    assert commands >= {"scan", "tokens", "repeats", "config", "train", "runs", "open"}


def test_the_keys_of_the_table_are_keys_of_the_screens() -> None:
    table = re.search(r"^\| key \|.*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert table is not None
    named = re.findall(r"`([^`]+)`", table.group())
    assert len(named) > 15
    keys = {key_name(key) for command in every_command().values() for key in command.keys}
    assert [key for key in named if key not in keys] == []


def test_a_key_that_is_named_anywhere_is_a_key() -> None:
    keys = {key_name(key) for command in every_command().values() for key in command.keys}
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([^`\s]|f\d+|ctrl\+\w)`", prose)
    assert named and [key for key in named if key not in keys] == []


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert pictures and [picture for picture in pictures if not (ROOT / picture).is_file()] == []


def test_the_targets_of_make_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {*re.findall(r"^make ([\w-]+)", README, re.MULTILINE), *re.findall(r"`make ([\w-]+)`", README)}
    assert named and [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_files_of_the_user_are_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert f"`{shown(config_dir())}`" in README
    assert f"`{shown(keymap_path())}`" in README
