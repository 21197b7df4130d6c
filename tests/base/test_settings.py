"""The user's settings file: defaults, mistakes, and edits that keep what else stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.base.settings import UserSettings, load_settings, save_setting, settings_path


def write(text: str) -> Path:
    path = settings_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())
    return path


def test_no_file_is_all_defaults() -> None:
    loaded = load_settings()
    assert loaded.settings == UserSettings()
    assert loaded.problems == ()


def test_a_config_folder_that_cannot_be_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/dev/null")
    assert load_settings().settings == UserSettings()


def test_what_the_file_says_is_used_also_with_a_byte_order_mark() -> None:
    write('\ufeffsd_scripts = "/k"\r\nslow = true\r\nof_a_newer_version = 1\r\n')
    loaded = load_settings()
    assert loaded.settings == UserSettings(sd_scripts="/k", slow=True)
    assert loaded.problems == ()


def test_a_wrong_value_costs_only_itself() -> None:
    write('sd_scripts = "/k"\nslow = "yes"\n')
    loaded = load_settings()
    assert loaded.settings == UserSettings(sd_scripts="/k")
    assert len(loaded.problems) == 1
    assert "slow" in loaded.problems[0]


def test_a_broken_file_is_a_sentence_with_its_place_and_defaults() -> None:
    write('slow = true\nsd_scripts = "/k\n')
    loaded = load_settings()
    assert loaded.settings == UserSettings()
    assert "line 2" in loaded.problems[0]


def test_saving_keeps_comments_order_and_unknown_keys() -> None:
    path = write("# mine\nnewer = [1]  # keep\nslow = true\n")
    save_setting("sd_scripts", "/k")
    save_setting("slow", None)
    assert path.read_text() == '# mine\nnewer = [1]  # keep\nsd_scripts = "/k"\n'
    assert load_settings().settings == UserSettings(sd_scripts="/k")


def test_saving_makes_the_file() -> None:
    save_setting("models", "/m")
    assert load_settings().settings.models == "/m"


def test_nothing_is_saved_that_could_not_be_read_back() -> None:
    with pytest.raises(UsageError, match="no setting called 'sd_script'"):
        save_setting("sd_script", "/k")
    with pytest.raises(UsageError, match="slow"):
        save_setting("slow", "yes")
    path = write("[broken\n")
    with pytest.raises(SyntaxProblem):
        save_setting("slow", True)
    assert path.read_text() == "[broken\n"
