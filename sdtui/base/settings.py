"""The user's own settings: ``settings.toml`` in the config folder. A broken file never stops the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from sdtui.base.errors import SdtuiError, SyntaxProblem, UsageError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.paths import config_dir
from sdtui.base.user_toml import parse


class UserSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What can stand in the file. Everything may be left out."""

    sd_scripts: str | None = None
    """Folder of kohya-ss/sd-scripts."""
    python: str | None = None
    """The Python that runs it: ``/home/me/kohya_ss/venv/bin/python``."""
    models: str | None = None
    """Folder that base models are picked from."""
    tokens: str = "auto"
    """``ftfy`` or ``plain``: how captions are cleaned before they are counted; ``auto`` asks the trainer."""
    tag_file: str | None = None
    """A CSV of danbooru or e621 that tags are completed from; a relative path starts in the settings' folder."""
    suggest_tags: bool = True
    """Suggest tags while a caption is typed."""
    start_in: Literal["none", "tmux", "systemd"] = "none"
    """Where runs are started: in a tmux session, in a scope of the user's systemd, or nowhere in particular."""
    theme: str | None = None
    slow: bool = False
    """For poor links: no animations, no previews until asked."""
    bell: bool = False
    """Ring the terminal when a run ends or needs the person."""
    desktop_notice: bool = False
    """Ask the terminal for a notice on the desktop then (OSC 9)."""
    notice_command: str | None = None
    """A shell command that is run then, also when no screen is open; it reads SDTUI_TEXT and its like."""
    notice_webhook: str | None = None
    """A URL that is told then, also when no screen is open."""
    on_nan: Literal["tell", "pause", "stop"] = "tell"
    """What becomes of a run whose loss is not a number."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and a sentence for each thing in the file that could not be used."""

    settings: UserSettings
    problems: tuple[str, ...] = ()


def settings_path() -> Path:
    """Where the file is, whether it exists or not."""
    return config_dir() / "settings.toml"


def load_settings(path: Path | None = None) -> LoadedSettings:
    """The user's settings; defaults for what the file does not say or says wrongly. Raises UnreadableError.

    Unknown keys are let be: a newer version may know them.
    """
    path = path or settings_path()
    data = read_if_there(path)
    if not data:
        return LoadedSettings(UserSettings())
    try:
        table = parse(data, path, "The settings are").unwrap()
    except SyntaxProblem as problem:
        return LoadedSettings(UserSettings(), (problem.sentence(),))
    return _checked(table, path)


def settings_or_defaults() -> UserSettings:
    """The user's settings, or the defaults where their file cannot be read: for whoever has nobody to tell it."""
    try:
        return load_settings().settings
    except SdtuiError:
        return UserSettings()


def save_setting(key: str, value: str | bool | None, path: Path | None = None) -> None:
    """Set ``key`` in the file, or take it out with None; comments and other keys stay.

    Raises UsageError for a key or a value that does not fit, SyntaxProblem where the file is broken, WriteError.
    """
    path = path or settings_path()
    default = getattr(UserSettings(), key, None)
    if problem := _problem(key, default if value is None else value):
        raise UsageError(problem)
    document = parse(read_if_there(path) or b"", path, "The settings are")
    if value is None:
        document.pop(key, None)
    else:
        document[key] = value
    make_folder(path.parent)
    write_atomic(path, document.as_string().encode("utf-8"))


def _checked(table: dict[str, Any], path: Path) -> LoadedSettings:
    known = {field.name for field in msgspec.structs.fields(UserSettings)}
    good: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in table.items():
        if key not in known:
            continue
        if problem := _problem(key, value):
            problems.append(f"{problem} (in {path}); its default is used.")
        else:
            good[key] = value
    return LoadedSettings(UserSettings(**good), tuple(problems))


def _problem(key: str, value: object) -> str | None:
    """Why ``value`` cannot stand for ``key``, None when it can."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(UserSettings)}
    if key not in kinds:
        return f"There is no setting called {key!r}; there are {', '.join(kinds)}"
    try:
        msgspec.convert(value, kinds[key], strict=True)
    except msgspec.ValidationError as error:
        return f"The setting {key} is wrong: {error}"
    return None
