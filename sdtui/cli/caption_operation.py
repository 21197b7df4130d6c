"""The options of ``sdtui captions edit`` that say what is to be done, of which there is exactly one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from sdtui.base.errors import UsageError
from sdtui.cli.where import point_at
from sdtui.edits import operations
from sdtui.edits.operations import Operation, PatternError

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Choice:
    """An option: how it is spelt, what it takes, and the operation that it makes of that."""

    flag: str
    takes: str
    """The names of its values, by which they are counted; empty for a switch."""
    help: str
    make: Callable[..., Operation]
    modifier: str = ""
    """Another option that says more about it."""

    @property
    def name(self) -> str:
        return self.flag.removeprefix("--").replace("-", "_")

    def option(self) -> Callable[[Command], Command]:
        number = len(self.takes.split())
        if number == 0:
            return click.option(self.flag, is_flag=True, help=self.help)
        kind: Any = int if self.takes == "SEED" else str
        return click.option(self.flag, nargs=number, type=kind, metavar=self.takes, help=self.help)

    def operation(self, value: Any, modifiers: Mapping[str, bool]) -> Operation:
        values = () if value is True else value if isinstance(value, tuple) else (value,)
        more = {self.modifier: modifiers[self.modifier]} if self.modifier else {}
        return self.make(*values, **more)


def _merge(tags: str, into: str) -> Operation:
    return operations.MergeTags(tuple(tag for tag in tags.split(",") if tag.strip()), into)


_CHOICES = (
    _Choice("--replace", "OLD NEW", "Replace a text.", operations.Replace, "ignore_case"),
    _Choice(
        "--regex",
        "PATTERN NEW",
        r"Replace what a regular expression finds; \1 and \g<name> in NEW are its groups.",
        operations.Regex,
        "ignore_case",
    ),
    _Choice(
        "--prepend",
        "TEXT",
        "Put a tag at the front; a TEXT that ends in a space goes right before what is there.",
        operations.Prepend,
    ),
    _Choice(
        "--append",
        "TEXT",
        "Put a tag at the end; a TEXT that begins with a space goes right behind what is there.",
        operations.Append,
    ),
    _Choice("--remove-tag", "TAG", "Remove a tag.", operations.RemoveTag),
    _Choice(
        "--rename-tag", "OLD NEW", "Rename a tag; where NEW stands already, they become one.", operations.RenameTag
    ),
    _Choice("--merge-tags", "TAGS INTO", "Make one tag of several (TAGS: parted by commas).", _merge),
    _Choice("--dedupe", "", "Remove tags that stand there twice.", operations.Dedupe),
    _Choice("--sort", "", "Sort tags, those that keep_tokens keeps left in place.", operations.Sort),
    _Choice("--spaces", "", "Spaces for underscores; faces such as ^_^ stay.", operations.Spaces),
    _Choice("--underscores", "", "Underscores for the spaces within tags.", operations.Underscores),
    _Choice("--trim", "", "Remove white space and empty tags that mean nothing.", operations.Trim),
    _Choice("--join-lines", "", "Make one line of many.", operations.JoinLines),
    _Choice("--split-lines", "", "Make a line of each tag.", operations.SplitLines),
    _Choice(
        "--shuffle",
        "SEED",
        "Shuffle tags, those that keep_tokens keeps left in place; always alike.",
        operations.Shuffle,
    ),
    _Choice("--separator", "OLD NEW", "Part tags by another separator.", operations.Separator),
    _Choice(
        "--create-missing", "", "Make caption files of one line end where there are none.", operations.CreateMissing
    ),
    _Choice("--copy-to", "EXT", "Copy captions to files of another extension.", operations.CopyTo, "overwrite"),
    _Choice("--copy-from", "EXT", "Take captions from files of another extension.", operations.CopyFrom, "overwrite"),
    _Choice("--trigger", "WORD", "Put the trigger at the front, never twice.", operations.Trigger),
    _Choice("--strip-emphasis", "", r"(x:1.3), (x) and [x] become x, and \( becomes (.", operations.StripEmphasis),
)
_MODIFIERS = {
    "ignore_case": "With --replace and --regex: upper and lower case are one.",
    "overwrite": "With --copy-to and --copy-from: replace another text that stands there.",
}


def operation_options(command: Command) -> Command:
    """``command`` with an option for each operation, and those that say more about one."""
    for name, help in reversed(_MODIFIERS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, is_flag=True, help=help)(command)
    for choice in reversed(_CHOICES):
        command = choice.option()(command)
    return command


def operation_of(values: Mapping[str, Any]) -> Operation:
    """The one operation that the options ``values`` ask for. Raises UsageError; a broken pattern is pointed at."""
    given = [choice for choice in _CHOICES if values[choice.name] not in (None, False)]
    if len(given) != 1:
        named = ", ".join(choice.flag for choice in given or _CHOICES)
        what = "These are several operations" if given else "There is nothing to be done yet"
        raise UsageError(f"{what}: say exactly one", remedy=f"{'You said' if given else 'There are'}: {named}.")
    (choice,) = given
    modifiers = {name: bool(values[name]) for name in _MODIFIERS}
    for name, is_set in modifiers.items():
        if is_set and name != choice.modifier:
            raise UsageError(f"--{name.replace('_', '-')} means nothing with {choice.flag}")
    _require_utf8(choice.flag, values[choice.name])
    try:
        return choice.operation(values[choice.name], modifiers)
    except PatternError as error:
        point_at(error.text, error.position)
        raise


def _require_utf8(flag: str, value: Any) -> None:
    for text in value if isinstance(value, tuple) else (value,):
        try:
            str(text).encode("utf-8")
        except UnicodeEncodeError:
            raise UsageError(f"What follows {flag} is not UTF-8 text", remedy="Captions are UTF-8.") from None
