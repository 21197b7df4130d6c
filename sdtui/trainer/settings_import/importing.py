"""Settings of another program as settings of a profile: the same training, and a list of what has no place."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdtui.base.errors import UsageError
from sdtui.trainer import launcher
from sdtui.trainer.arguments import REFUSED, script_arguments
from sdtui.trainer.fields import Field, value_text
from sdtui.trainer.profile_list import PROFILES, Profile
from sdtui.trainer.profiles import Settings, find_profile
from sdtui.trainer.scripts import SCRIPTS, file_of
from sdtui.trainer.settings_import.found import Found, Left, says_nothing, shown

_ATTENTION = ("xformers", "sdpa")
"""False is more than nothing here: where nothing is said, sdtui takes what the trainer's Python has."""

_BY_THEMSELVES = ("script", "width", "height", "masked_loss", *_ATTENTION, *launcher.KEYS)
"""Fields that are left as the profile has them where a file says nothing."""

_AGREES: Mapping[str, tuple[Any, ...]] = {"enable_bucket": (True,)}
"""What cannot be set in sdtui, and the values that it has anyway; for all others it is what says nothing."""

_PROFILE_OF = {"sdxl_train.py": "sdxl-finetune", "fine_tune.py": "sdxl-finetune", "train_network.py": "sd15-lora"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of settings."""

    kind: str
    """Which program's file it was, for people."""
    settings: Settings
    """They train what the file says: what it leaves out is as the trainer has it, not as the profile has it."""
    taken: tuple[str, ...]
    """Arguments that the file sets and that found a place."""
    left: tuple[Left, ...]
    """What found none."""
    notes: tuple[str, ...]
    """Sentences: what was guessed or understood otherwise."""


def to_settings(found: Found, *, profile: str | None = None, script: str | None = None) -> Imported:
    """Make settings of what a file says, for ``script`` and on top of ``profile`` where these are named.

    Raises UsageError for a profile or a script that there is not.
    """
    wanted = _wanted_script(script) or found.script
    notes = list(found.notes)
    if wanted is None:
        wanted = _likeliest(found.arguments) if profile is None else Settings(find_profile(profile)).script
        notes.append(f"The file does not say for which script it is; {wanted} was taken.")
    chosen = find_profile(profile) if profile is not None else _profile_for(wanted)
    if chosen.rehearsal:
        raise UsageError("The profile rehearsal trains with sdtui's own small trainer; choose another profile")
    draft = _Draft(_as_the_trainer(chosen, wanted), list(found.left))
    for key, value in found.arguments.items():
        draft.take(key, value)
    return Imported(found.kind, draft.settings, tuple(draft.taken), tuple(draft.left), (*notes, *draft.notes))


def _wanted_script(script: str | None) -> str | None:
    if script is None:
        return None
    if file_of(script).removesuffix(".py") not in SCRIPTS:
        raise UsageError(f'There is no training script "{script}"', remedy=f"It is one of {', '.join(SCRIPTS)}.")
    return file_of(script)


def _profile_for(script: str) -> Profile:
    name = _PROFILE_OF.get(script)
    return PROFILES[name or ("sdxl-lora" if script.startswith("sdxl_") else "sd15-lora")]


def _likeliest(arguments: Mapping[str, Any]) -> str:
    """The script that knows most of the arguments; of equals the one for the base model's family."""
    network = any(arguments.get(key) is not None for key in ("network_module", "network_dim", "network_alpha"))
    model = str(arguments.get("pretrained_model_name_or_path") or "").lower()
    large = bool(re.search(r"xl|pony|illustrious|noob", model)) or arguments.get("no_half_vae") is True
    order = ("sdxl_train", "train") if large else ("train", "sdxl_train")
    usual = [f"{start}_network.py" for start in order] if network else ["sdxl_train.py", "fine_tune.py", "train_db.py"]
    others = [f"{name}.py" for name in SCRIPTS if ("_network" in name) is network]
    set_ones = {key for key, value in arguments.items() if not says_nothing(value)}
    return max(dict.fromkeys((*usual, *others)), key=lambda script: len(set_ones & script_arguments(script).keys()))


def _as_the_trainer(profile: Profile, script: str) -> Settings:
    """``profile`` with its own defaults taken out."""
    settings = Settings(profile).with_text("script", script)
    for field in profile.fields:
        if field.default is not None and field.key not in _BY_THEMSELVES:
            settings = settings.with_value(field.key, False if field.kind == "flag" else None)
    # library/train_util.py, add_dataset_arguments; a profile may have finer buckets.
    return settings.with_text("bucket_reso_steps", "64")


class _Draft:
    """Takes one argument after the other."""

    def __init__(self, settings: Settings, left: list[Left]) -> None:
        self.settings = settings
        self.left = left
        self.taken: list[str] = []
        self.notes: list[str] = []
        self._known = script_arguments(settings.script)

    def take(self, key: str, value: Any) -> None:
        """Set it, or name it among what is left."""
        if key == "resolution" and not says_nothing(value):
            self._resolution(value)
        elif key in REFUSED:
            if not says_nothing(value) and value not in _AGREES.get(key, ()):
                self.left.append(Left(key, shown(value), REFUSED[key]))
        elif says_nothing(value) and value is not False:
            return
        elif key not in self._known and self.settings.profile.field(key) is None:
            if not says_nothing(value):
                self.left.append(Left(key, shown(value), f"{self.settings.script} has no such argument."))
        else:
            self._set(key, value)

    def _set(self, key: str, value: Any) -> None:
        try:
            field = self.settings.field(key)
            settings = _with(self.settings, field, value)
        except UsageError as error:
            self.left.append(Left(key, shown(value), error.sentence()))
            return
        if value is not False or self.settings[key] or key in _ATTENTION:
            self.settings = settings
        if value is not False:
            self.taken.append(key)

    def _resolution(self, value: Any) -> None:
        sides = re.fullmatch(r"\s*(\d{2,5})\s*(?:[,x]\s*(\d{2,5})\s*)?", shown(value).replace(" ", ","))
        if sides is None:
            self.left.append(Left("resolution", shown(value), "It is neither one number nor two."))
            return
        for key, text in (("width", sides[1]), ("height", sides[2] or sides[1])):
            self._set(key, text)


def _with(settings: Settings, field: Field, value: Any) -> Settings:
    if field.kind == "words" or isinstance(value, list):
        return _with_words(settings, field, value if isinstance(value, list) else str(value).split())
    if isinstance(value, bool) and field.kind != "flag":
        raise UsageError(f"{field.key} takes no true or false")
    if isinstance(value, float) and field.kind == "int" and value.is_integer():
        value = int(value)
    if isinstance(value, str) and field.kind == "int" and re.fullmatch(r"\d+\.0*", value):
        value = value.partition(".")[0]
    return settings.with_text(field.key, value_text(value) if not isinstance(value, dict) else shown(value))


def _with_words(settings: Settings, field: Field, values: list[Any]) -> Settings:
    if field.kind != "words":
        texts = list(dict.fromkeys(value_text(value) for value in values))
        if len(texts) != 1:
            raise UsageError(f"{field.key} takes one value here, not {len(texts)}")
        return settings.with_text(field.key, texts[0])
    words = [_without_blanks(str(value)) for value in values]
    unfit = next((word for word in words if re.search(r"\s", word)), None)
    if unfit is not None:
        raise UsageError(f"{field.key} cannot hold {unfit!r}, because it has a blank in it")
    return settings.with_text(field.key, " ".join(words))


def _without_blanks(word: str) -> str:
    """``betas=(0.9, 0.99)`` without its blank, where that leaves the value the same."""
    name, equals, literal = word.partition("=")
    short = re.sub(r"\s+", "", literal)
    try:
        same = ast.literal_eval(short) == ast.literal_eval(literal)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return word
    return f"{name}{equals}{short}" if same else word
