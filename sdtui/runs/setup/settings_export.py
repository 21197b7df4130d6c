"""Training settings as a ``--config_file`` of sd-scripts, with everything that it names beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UsageError, WriteError
from sdtui.base.files import read_if_there
from sdtui.base.settings import UserSettings
from sdtui.dataset.project import Project
from sdtui.edits.toml_text import spelled
from sdtui.plans.plan import Change, MakeFolder, Plan, Write
from sdtui.runs.redact import is_secret_name
from sdtui.runs.setup.request import Prepared, make_request
from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.command import shell_text
from sdtui.trainer.fields import Value
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings


@dataclass(frozen=True, slots=True)
class ExportedSettings:
    """A file of settings, not written yet."""

    path: Path
    text: str
    plan: Plan
    notes: tuple[str, ...]
    replaces: tuple[Path, ...]
    """Files that stand there: ask before they are replaced."""
    command: str
    """What trains with it, for a shell."""


def export_settings(
    project: Project, settings: Settings, install: TrainerInstall, path: Path, *, user: UserSettings | None = None
) -> ExportedSettings:
    """Write the settings of a run of ``project`` to ``path``, which must end in ``.toml``.

    The dataset config and the prompts go into a folder beside it, called like it. Secrets are left out and named.
    Raises UsageError and everything that ``make_request`` raises.
    """
    if path.suffix.lower() != ".toml":
        raise UsageError("The trainer reads settings from a .toml file only", path=path)
    if settings.profile.rehearsal:
        raise UsageError("The profile rehearsal trains with sdtui's own small trainer; choose another profile")
    path = Path.cwd() / path
    prepared = make_request(project, settings, install, user=user, inputs=path.with_name(f"{path.stem}-inputs"))
    secrets = [key for key, value in prepared.arguments.items() if value and is_secret_name(key)]
    text = _text(prepared, settings, secrets)
    before = read_if_there(path)
    folders = [] if path.parent.is_dir() else [MakeFolder(path.parent)]
    changes: list[Change] = [*folders, *prepared.plan.changes]
    if before != text.encode("utf-8"):
        changes.append(Write(path, before, text.encode("utf-8")))
    changes = [change for change in changes if not (isinstance(change, Write) and change.before == change.after)]
    notes = [f"{key} is a secret and was left out: give it on the command line." for key in secrets]
    return ExportedSettings(
        path,
        text,
        Plan(f"write {path.name}", tuple(changes)),
        (*prepared.notes, *notes),
        tuple(change.path for change in changes if isinstance(change, Write) and change.before is not None),
        _command(prepared, path),
    )


def _text(prepared: Prepared, settings: Settings, secrets: list[str]) -> str:
    """The file: the form's groups as sections, which mean nothing to the trainer (read_config_from_file)."""
    groups: dict[str, list[str]] = {}
    for key, value in prepared.arguments.items():
        if value is None or value is False or value == () or key in secrets:
            continue
        try:
            line = f"{key} = {spelled(_typed(prepared.request.script, key, value))}\n"
        except ValueError as error:
            raise WriteError(
                f"The trainer's TOML parser cannot read {error} back", remedy="Write it plainer."
            ) from error
        groups.setdefault(_group(settings, key), []).append(line)
    head = f"# Settings for {prepared.request.script} of sd-scripts, written by sdtui.\n"
    return head + "".join(f"\n[{name}]\n{''.join(lines)}" for name, lines in groups.items())


def _group(settings: Settings, key: str) -> str:
    own = settings.profile.field(key)
    return own.group.lower() if own is not None else "paths" if key in _PATHS else "other"


_PATHS = ("dataset_config", "output_dir", "logging_dir", "sample_prompts")


def _typed(script: str, key: str, value: Value) -> Value | list[float]:
    """The value as the script's parser would have made it: a file's types are not looked at again."""
    field = script_arguments(script).get(key)
    if isinstance(value, tuple):
        return [float(word) for word in value] if field is not None and field.each == "float" else value
    if isinstance(value, int | float):
        several = field is not None and field.kind == "words"
        return [float(value)] if several else value
    return _count_or_share(value) if field is not None and field.kind == "number" else value


def _count_or_share(text: str) -> Value:
    """library/train_util.py, add_optimizer_arguments, int_or_float."""
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return int(text) if re.fullmatch(r"\d+", text) and int(text) >= 1 else float(text)


def _command(prepared: Prepared, path: Path) -> str:
    words: Iterator[str] = iter(prepared.request.command)
    start = []
    for word in words:
        start.append(word)
        if word.endswith(prepared.request.script):
            break
    return shell_text((*start, "--config_file", str(path)), cwd=prepared.request.cwd)
