"""What was set for a project, remembered in its ``.sdtui/train.json``: the profile, and the changes of each profile."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.runs.redact import is_secret_name
from sdtui.trainer.profiles import PROFILES, Settings, find_profile

FILE = "train.json"
FIRST = "sdxl-lora"


class Remembered(msgspec.Struct):
    """The file."""

    profile: str = FIRST
    given: dict[str, dict[str, str]] = {}
    """By profile: what was set, as text; an empty text is a default that was taken out."""


def recall(home: Path) -> tuple[Remembered, str | None]:
    """What was set in the project whose records stand in ``home``, and a sentence where it could not be read."""
    path = home / FILE
    try:
        data = read_if_there(path)
        remembered = decode(data, Remembered) if data else Remembered()
    except (SdtuiError, msgspec.MsgspecError) as error:
        return Remembered(), f"The settings of the last time could not be read ({error}): {path}"
    if remembered.profile not in PROFILES:
        remembered.profile = FIRST
    return remembered, None


def remember(home: Path, remembered: Remembered) -> None:
    """Write it down. Raises WriteError."""
    make_folder(home)
    write_atomic(home / FILE, msgspec.json.format(msgspec.json.encode(remembered), indent=2), durable=False)


def settings_of(remembered: Remembered, profile: str) -> Settings:
    """The settings of ``profile``; what a newer version or another script does not know any more is left out."""
    settings = Settings(find_profile(profile))
    given = remembered.given.get(profile, {})
    # The script decides which other arguments there are, so it goes first.
    for key in sorted(given, key=lambda key: key != "script"):
        try:
            settings = settings.with_text(key, given[key])
        except UsageError:
            continue
    return settings


def with_settings(remembered: Remembered, settings: Settings) -> Remembered:
    """``remembered`` with these settings, their profile being the one that is shown. Secrets are not remembered."""
    name = settings.profile.name
    given = {key: settings.text(key) for key in settings.given if not is_secret_name(key)}
    return Remembered(name, {**remembered.given, name: given})
