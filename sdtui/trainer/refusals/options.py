"""``name=value`` words, as optimizer_args, lr_scheduler_args and network_args take them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_NO_LITERAL = (ValueError, SyntaxError, MemoryError, RecursionError, TypeError)


def refused_words(run: RunArguments, key: str) -> Iterator[Conflict]:
    """Words that library/train_util.py, get_optimizer and get_scheduler_fix, cannot take apart."""
    for word in run.words(key):
        name, equals, literal = word.partition("=")
        remedy = None
        if not name or not equals or "=" in literal or "," in name:
            remedy = "Each is name=value, separated by spaces."
        elif literal.casefold() in ("true", "false", "none") and literal not in ("True", "False", "None"):
            remedy = f"Write {name}={literal.capitalize()}."
        elif not _is_literal(literal):
            remedy = "Its value must be one of Python: a number, True, False, None, or text in quotes."
        if remedy is not None:
            yield Conflict(f"{key.replace('_', '-')}-form", f"{key} cannot hold {word!r}", remedy)


def options_of(run: RunArguments, key: str) -> dict[str, Any]:
    """The options as the trainer reads them; what it cannot read is left out."""
    found: dict[str, Any] = {}
    for word in run.words(key):
        name, _, literal = word.partition("=")
        if name and _is_literal(literal):
            found[name] = ast.literal_eval(literal)
    return found


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except _NO_LITERAL:
        return False
    return True
