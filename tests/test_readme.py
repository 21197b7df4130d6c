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
from sdtui.base.settings import UserSettings, settings_path
from sdtui.cli.main import COMMANDS, cli
from sdtui.dataset.query import LANGUAGE, parse
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


@pytest.fixture
def placeholders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that holds what the lines call DIR and FILE, for commands that look whether it is there."""
    (tmp_path / "DIR").mkdir()
    (tmp_path / "FILE").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("line", command_lines())
@pytest.mark.usefixtures("placeholders")
def test_a_command_line_is_understood(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "sdtui"
    command: click.Command = cli
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    parameters = command.make_context("sdtui", words).params
    if parameters.get("profile") and "texts" in parameters:
        parse_settings(parameters["profile"], parameters["texts"])
    if (where := parameters.get("where")) and not where.startswith("@"):
        parse(where)


def test_every_command_is_named() -> None:
    commands = {line.split()[1] for line in command_lines() if " " in line}
    assert set(COMMANDS) - commands == {"demo"}  # which make demo runs


def table(heading: str) -> str:
    """The lines of the table whose first column is called so."""
    found = re.search(rf"^\| {heading} \|.*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group()


def test_the_filters_of_the_table_are_filters() -> None:
    first_cells = "\n".join(line.split(" | ")[0] for line in table("filter").splitlines()[2:])
    filters = re.findall(r"`([^`]+)`", first_cells)
    assert [text for text in filters if parse(text).empty] == []
    known = re.findall(r"is:\w+", " ".join(example for example, _meaning in LANGUAGE))
    assert known and set(known) - set(re.findall(r"is:\w+", first_cells)) == set()


def test_the_setting_for_a_list_of_tags_is_a_setting() -> None:
    assert f"`tag_file` in `{shown(settings_path())}`" in README
    assert "tag_file" in UserSettings.__struct_fields__


def test_the_keys_of_the_table_are_keys_of_the_screens() -> None:
    named = re.findall(r"`([^`]+)`", table("key"))
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
