"""Profiles, and the settings of one run to be: a profile with what a person set beside its defaults."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sdtui.base.errors import UsageError
from sdtui.trainer.arguments import REFUSED, script_arguments
from sdtui.trainer.fields import Field, Value, parse_value, value_text
from sdtui.trainer.profile_list import PROFILES, REHEARSAL_SCRIPT, Profile

__all__ = ["PROFILES", "REHEARSAL_SCRIPT", "Field", "Profile", "Settings", "Value", "find_profile", "parse_settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """A profile with the settings that were changed. Never edited: ``with_text`` gives a new one."""

    profile: Profile
    given: Mapping[str, Value | None] = field(default_factory=dict)
    """What a person set; None where a default was taken out."""

    @property
    def script(self) -> str:
        """The script's name, or the module of the rehearsal."""
        return str(self["script"] or REHEARSAL_SCRIPT)

    def __getitem__(self, key: str) -> Value | None:
        if key in self.given:
            return self.given[key]
        found = self.profile.field(key)
        return found.default if found is not None else self.profile.fixed.get(key)

    def text(self, key: str) -> str:
        """The value as a person would type it, empty where there is none."""
        return value_text(self[key])

    def number(self, key: str, otherwise: int) -> int:
        """A whole number, ``otherwise`` where it is not set."""
        value = self[key]
        return value if isinstance(value, int) and not isinstance(value, bool) else otherwise

    def field(self, key: str) -> Field:
        """The field of ``key``: the profile's own, or any other argument of the script. Raises UsageError."""
        if key in REFUSED:
            raise UsageError(f"{key} cannot be set here", remedy=REFUSED[key])
        own = self.profile.field(key)
        others = {} if self.profile.rehearsal or key == "script" else script_arguments(self.script)
        if own is not None:
            # The script may take more than all scripts do (sdxl_train.py saves in the format of diffusers too).
            more = tuple(choice for choice in others[key].choices if choice not in own.choices) if key in others else ()
            return replace(own, choices=(*own.choices, *more)) if own.choices else own
        if key in others:
            return others[key]
        if not self.profile.rehearsal and not others:
            return Field(key, key.replace("_", " "), "Other", "text", None, f"An argument of {self.script}.")
        raise UsageError(
            f"The profile {self.profile.name} has no setting called {key!r}", remedy=_nearest(key, self.known_keys())
        )

    def known_keys(self) -> tuple[str, ...]:
        """Everything that can be set: the profile's fields first, then the script's other arguments."""
        own = tuple(field.key for field in self.profile.fields)
        if self.profile.rehearsal:
            return own
        others = (key for key in script_arguments(self.script) if key not in own and key not in REFUSED)
        return (*own, *others)

    def with_text(self, key: str, text: str) -> Settings:
        """These settings with ``key`` set to what was typed; an empty text leaves it out. Raises UsageError."""
        return replace(self, given={**self.given, key: parse_value(self.field(key), text)})

    def with_value(self, key: str, value: Value | None) -> Settings:
        """These settings with a value that needs no reading, such as a path that was found."""
        return replace(self, given={**self.given, key: value})

    def without(self, key: str) -> Settings:
        """These settings with ``key`` as the profile has it."""
        return replace(self, given={name: value for name, value in self.given.items() if name != key})

    def as_text(self) -> dict[str, str]:
        """Everything that is set, for the run's record."""
        keys = dict.fromkeys((*(field.key for field in self.profile.fields), *self.given))
        return {key: self.text(key) for key in keys if self[key] is not None}


def find_profile(name: str) -> Profile:
    """The profile called ``name``. Raises UsageError."""
    if name not in PROFILES:
        raise UsageError(
            f"There is no profile called {name!r}", remedy=_nearest(name, tuple(PROFILES), everything=True)
        )
    return PROFILES[name]


def parse_settings(profile: Profile | str, texts: Iterable[str] = ()) -> Settings:
    """Settings from ``key=value`` texts, the later one winning. ``key=`` leaves a setting out. Raises UsageError."""
    return with_texts(Settings(find_profile(profile) if isinstance(profile, str) else profile), texts)


def with_texts(settings: Settings, texts: Iterable[str]) -> Settings:
    """``settings`` with ``key=value`` texts on top, as ``parse_settings`` reads them."""
    return with_pairs(settings, pairs_of(texts))


def with_pairs(settings: Settings, pairs: Mapping[str, str]) -> Settings:
    """``settings`` with ``pairs`` of key and typed text on top; an empty text leaves one out. Raises UsageError."""
    # The script decides which other arguments there are, so it goes first.
    for key in sorted(pairs, key=lambda key: key != "script"):
        settings = settings.with_text(key, pairs[key])
    return settings


def pairs_of(texts: Iterable[str]) -> dict[str, str]:
    """``key=value`` texts by key, the later one winning. Raises UsageError."""
    return dict(_pair(text) for text in texts)


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    key = key.strip().removeprefix("--").replace("-", "_")
    if not separator or not key:
        raise UsageError(f"A setting looks like key=value, not {text!r}")
    return key, value


def _nearest(key: str, keys: tuple[str, ...], *, everything: bool = False) -> str:
    close = difflib.get_close_matches(key, keys, n=3, cutoff=0.5)
    if everything or not close:
        return f"There are: {', '.join(keys)}." if everything else "See `sdtui train --help` for where they are listed."
    return f"Did you mean {' or '.join(close)}?"
