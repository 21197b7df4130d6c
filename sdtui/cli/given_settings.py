"""The settings of a training command; what our table of arguments does not have is asked of the installed script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdtui.base.errors import TrainerError, UsageError
from sdtui.base.settings import UserSettings
from sdtui.cli.output import narrate
from sdtui.trainer.arguments import REFUSED, script_arguments
from sdtui.trainer.installed_arguments import learn_installed
from sdtui.trainer.location import require_trainer
from sdtui.trainer.profiles import Settings, parse_settings


def given_settings(profile: str, texts: Sequence[str], user: UserSettings, near: Path) -> Settings:
    """``parse_settings``, by the arguments of the installed script where it is newer than our table.

    Raises UsageError.
    """
    try:
        return parse_settings(profile, texts)
    except UsageError as refused:
        script = _script_of_unknown(profile, texts)
        if script is None:
            raise
        try:
            install = require_trainer(user, near=near)
            narrate(f"Asking {script} of {install.folder} what arguments it takes.")
            learn_installed(install, script)
        except TrainerError:
            raise refused from None
        return parse_settings(profile, texts)


def _script_of_unknown(profile: str, texts: Sequence[str]) -> str | None:
    """The script that one of ``texts`` sets an argument of that our table does not have; None where none does."""
    scripts = [text for text in texts if text.startswith("script=")]
    settings = parse_settings(profile, scripts)
    if settings.profile.rehearsal:
        return None
    known = {*settings.known_keys(), *REFUSED}
    keys = {text.partition("=")[0].strip().removeprefix("--").replace("-", "_") for text in texts if "=" in text}
    return settings.script if script_arguments(settings.script) and keys - known else None
