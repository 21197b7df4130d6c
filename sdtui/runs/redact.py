"""Keeps passwords and keys out of everything that is written down about a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"(?i)(^|[_-])(api[_-]?keys?|apikey|key|token|secret|password|passwd|credentials?)$|^wandb[_-]api"
)
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]+):[^/\s@]+@")
_SHORTEST = 6
"""A shorter value is not searched for in other text: it would be found everywhere by chance."""


_BY_VARIABLE = {"--wandb_api_key": "WANDB_API_KEY", "--huggingface_token": "HF_TOKEN"}
"""Arguments of sd-scripts whose libraries (wandb, huggingface_hub) take the same from a variable."""


def without_secret_arguments(command: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """``command`` without the secrets that can be handed over as variables, and those variables.

    ``accelerate launch`` prints the whole command into the log when the trainer fails, and ``ps`` shows it to all.
    """
    kept: list[str] = []
    variables: dict[str, str] = {}
    words = iter(command)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _BY_VARIABLE:
            variables[_BY_VARIABLE[name]] = value if equals else next(words, "")
        else:
            kept.append(word)
    return tuple(kept), variables


def is_secret_name(name: str) -> bool:
    """Whether a variable or argument of this name holds a secret: ``HF_TOKEN``, not ``keep_tokens``."""
    return _SECRET_NAME.search(name.lstrip("-")) is not None


def redact_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """``settings`` or variables with the secret values hidden."""
    return {name: HIDDEN if is_secret_name(name) and value else _plain(value) for name, value in settings.items()}


def redact_command(command: Sequence[str], env: Mapping[str, str]) -> tuple[str, ...]:
    """``command`` with the values of secret arguments hidden, and the values of secret variables of ``env``."""
    values = [value for name, value in env.items() if is_secret_name(name) and len(value) >= _SHORTEST]
    shown: list[str] = []
    hide_next = False
    for word in command:
        if hide_next and not word.startswith("--"):
            shown.append(HIDDEN)
            hide_next = False
            continue
        name, equals, value = word.partition("=")
        option = word.startswith("--")
        hide_next = option and not equals and is_secret_name(name)
        if option and equals and is_secret_name(name) and value:
            shown.append(f"{name}={HIDDEN}")
        else:
            shown.append(_without(_plain(word), values))
    return tuple(shown)


def _without(text: str, values: Sequence[str]) -> str:
    for value in values:
        text = text.replace(value, HIDDEN)
    return text


def _plain(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
