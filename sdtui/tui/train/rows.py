"""The rows of the Train form, as plain values: what can be set, what it is now, and what it would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sdtui.base.errors import UsageError
from sdtui.base.paths import shown
from sdtui.base.settings import UserSettings
from sdtui.base.text import safe
from sdtui.runs.supervising.inside import NONE, SYSTEMD, TMUX
from sdtui.trainer.fields import GROUPS, Field, parse_value, value_text
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import PROFILES, Settings

PROFILE = "profile"
SD_SCRIPTS = "sd_scripts"
PYTHON = "python"
MODELS = "models"
START_IN = "start_in"
USER_KEYS = (SD_SCRIPTS, PYTHON, MODELS, START_IN)
"""Rows that stand in the user's own settings: they hold for all projects."""
BASE_MODEL = "pretrained_model_name_or_path"
NEEDED = (BASE_MODEL,)
"""What a run cannot do without and no default can know."""

_PROFILE = Field(
    PROFILE,
    "Profile",
    "Run",
    "text",
    None,
    "",
    choices=tuple(PROFILES),
)
_USER_FIELDS = (
    Field(
        SD_SCRIPTS,
        "sd-scripts",
        "Trainer",
        "path",
        None,
        "The folder of kohya-ss/sd-scripts. Left empty it is looked for in the usual places.",
    ),
    Field(
        PYTHON,
        "Its Python",
        "Trainer",
        "path",
        None,
        "The Python that sd-scripts was installed for. Left empty it is the one in the folder's venv.",
    ),
    Field(
        MODELS,
        "Models folder",
        "Trainer",
        "path",
        None,
        "Where base models are picked from. Left empty they are looked for in the usual places.",
    ),
)
_START_IN = Field(
    START_IN,
    "Start in",
    "Machines",
    "text",
    NONE,
    "A run outlives this terminal anyway. tmux: in a session of its own, to attach to. systemd: in a scope of "
    "yours, for machines that end what you started when you log out.",
    choices=(NONE, TMUX, SYSTEMD),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form."""

    field: Field
    value: str
    """What holds now, as a person reads it; empty where nothing is set."""
    changed: bool
    """Whether a person set it."""
    default: str
    """What it would be without that; empty where nothing is."""
    missing: bool = False
    """Whether the run cannot start without it."""

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def choices(self) -> tuple[str, ...]:
        """What left and right go through; empty for what is typed."""
        return ("true", "false") if self.field.kind == "flag" else self.field.choices


def form_rows(
    settings: Settings, user: UserSettings, install: TrainerInstall | None, command: Sequence[str] = ()
) -> list[Row]:
    """Every row, in order. ``install`` is the trainer that was found, None where there is none or not yet.

    ``command`` is what would run: it says what becomes of settings that are left to be chosen.
    """
    settled = _arguments(command)
    rows = [Row(_PROFILE, settings.profile.name, False, "")]
    if not settings.profile.rehearsal:
        rows += [_user_row(field, user, install) for field in _USER_FIELDS]
    own = [field.key for field in settings.profile.fields]
    fields = [settings.field(key) for key in own]
    fields += [_other(settings, key) for key in settings.given if key not in own]
    fields.sort(key=lambda field: GROUPS.index(field.group))
    rows += [_row(settings, field, settled) for field in fields if field.group != "Other"]
    rows.append(_user_row(_START_IN, user, install))
    return rows + [_row(settings, field, settled) for field in fields if field.group == "Other"]


def _other(settings: Settings, key: str) -> Field:
    """A field for what was set beside those of the profile; another script may not take it."""
    try:
        return settings.field(key)
    except UsageError:
        sentence = f"{settings.script} has no argument of this name. Take it out, or choose the script that has."
        return Field(key, key.replace("_", " "), "Other", "text", None, sentence)


def _user_row(field: Field, user: UserSettings, install: TrainerInstall | None) -> Row:
    found = {SD_SCRIPTS: install.folder, PYTHON: install.python} if install is not None else {}
    written = getattr(user, field.key)
    default = shown(found[field.key]) if field.key in found else value_text(field.default)
    return Row(field, safe(written or default), written not in (None, field.default), safe(default))


def _arguments(command: Sequence[str]) -> dict[str, str]:
    """What each option of the command is set to; ``true`` for one without a value."""
    found: dict[str, str] = {}
    for word, after in pairwise((*command, "")):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            found[name] = value if equals else "true" if after.startswith("--") or not after else after
    return found


def _row(settings: Settings, field: Field, settled: Mapping[str, str]) -> Row:
    value = settings.text(field.key)
    if not value and (field.argument or field.key in settled) and field.key not in settings.given:
        value = settled.get(field.key, "false" if field.kind == "flag" and settled else "")
    shown_value = value.rsplit("/", 1)[-1] if field.key == BASE_MODEL else value
    return Row(
        field,
        safe(shown_value),
        field.key in settings.given,
        value_text(field.default),
        missing=field.key in NEEDED and not settings.text(field.key),
    )


def checked(settings: Settings, key: str, text: str) -> Settings:
    """``settings`` with ``key`` as it was typed. Raises UsageError with a sentence.

    What equals the default is not remembered as a change, so that the profile's next default holds.
    """
    field = settings.field(key)
    if parse_value(field, text) == field.default:
        return settings.without(key)
    return settings.with_text(key, text)


def turned(row: Row, by: int) -> str | None:
    """The next choice of ``row``, None where it has none."""
    choices = row.choices
    if not choices:
        return None
    current = row.value if row.value in choices else row.default
    if current not in choices:
        return choices[0] if by > 0 else choices[-1]
    return choices[(choices.index(current) + by) % len(choices)]


def find_rows(rows: Sequence[Row], matches: Callable[[Row], bool]) -> int | None:
    """The index of the first row that ``matches``."""
    return next((index for index, row in enumerate(rows) if matches(row)), None)


def help_of(row: Row, settings: Settings) -> str:
    """The sentences under the form for this row."""
    if row.key == PROFILE:
        return f"{settings.profile.title}: {settings.profile.summary}"
    limits = f" It takes {row.field.limits}." if row.field.limits else ""
    default = f" Default: {row.default}." if row.changed and row.default and row.key not in USER_KEYS else ""
    return f"{row.field.help}{limits}{default}"
