"""A setting that a person can change: what it is called, what it takes, and a sentence of help."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from sdtui.base.errors import UsageError

Value: TypeAlias = str | int | float | bool | tuple[str, ...]
"""``words`` are a tuple; a flag is a bool; everything else is itself."""

GROUPS = ("Model", "Dataset", "Steps", "Network", "Optimizer", "Memory", "Saving", "Samples", "Machines", "Other")

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_COUNT_OR_SHARE = re.compile(r"\d+|\d+(?:\.\d+)?%")
_FRACTION = re.compile(r"\d*\.?\d+(?:e-?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. ``key`` is the trainer's own argument name."""

    key: str
    title: str
    group: str
    kind: str
    """``text``, ``path``, ``int``, ``float``, ``number`` (a count, a fraction below 1, or a percentage), ``flag``,
    ``words`` (several, separated by spaces) or ``cards`` (numbers of graphics cards, separated by commas)."""
    default: Value | None
    """None: left out, so that the trainer's own default holds, or chosen when the run is made (see ``help``)."""
    help: str
    choices: tuple[str, ...] = ()
    """The values that are taken, as text; empty where any value of the kind is."""
    minimum: float | None = None
    maximum: float | None = None
    argument: bool = True
    """False for what is no argument of the script: it goes into the dataset config or to the launcher."""
    each: str = "text"
    """The kind of each of several ``words``."""

    @property
    def limits(self) -> str:
        """What it takes, for people: ``1 to 1024``, ``at least 1``, ``75, 150 or 225``, empty where anything goes."""
        if self.choices:
            return _listed(self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"at least {self.minimum:g}"
        return f"at most {self.maximum:g}" if self.maximum is not None else ""


def parse_value(field: Field, text: str) -> Value | None:
    """``text`` as a value of ``field``; None for an empty text, which leaves the setting out. Raises UsageError."""
    text = text.strip()
    if not text:
        return None
    value = _parse(field, text)
    if field.choices and value_text(value) not in field.choices:
        raise _refused(field, text, f"It takes {field.limits}.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = field.minimum is not None and value < field.minimum
        high = field.maximum is not None and value > field.maximum
        if low or high:
            raise _refused(field, text, f"It takes {field.limits}.")
    return value


def _parse(field: Field, text: str) -> Value:
    if field.kind == "flag":
        return _flag(field, text)
    if field.kind == "int":
        if not re.fullmatch(r"[+-]?\d{1,20}", text):
            raise _refused(field, text, "It takes a whole number.")
        return int(text)
    if field.kind == "float":
        return _float(field, text)
    if field.kind == "number":
        if not _COUNT_OR_SHARE.fullmatch(text) and not (_FRACTION.fullmatch(text) and float(text) < 1):
            raise _refused(field, text, "It takes a count, a fraction below 1, or a percentage such as 5%.")
        return text
    if field.kind == "cards":
        return _cards(field, text)
    if "\0" in text or "\n" in text:
        raise _refused(field, text, "It takes one line of text.")
    return tuple(text.split()) if field.kind == "words" else text


def _flag(field: Field, text: str) -> bool:
    if text.casefold() in _TRUE:
        return True
    if text.casefold() in _FALSE:
        return False
    raise _refused(field, text, "It takes true or false.")


def _cards(field: Field, text: str) -> str:
    """``0,1``: whole numbers below a thousand, none of them twice."""
    words = [word.strip() for word in text.split(",")]
    numbers = [str(int(word)) for word in words if re.fullmatch(r"[0-9]{1,3}", word)]
    if len(numbers) < len(words) or len(set(numbers)) < len(numbers):
        raise _refused(field, text, "It takes the numbers of cards, each once, such as 0 or 0,1.")
    return ",".join(numbers)


def _float(field: Field, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refused(field, text, "It takes a number such as 0.0001 or 1e-4.")
    return value


def value_text(value: Value | None) -> str:
    """A value the way ``--set`` takes it and the command line shows it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _refused(field: Field, text: str, remedy: str) -> UsageError:
    return UsageError(f"{field.key} cannot be {text!r}", remedy=remedy)


def _listed(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
