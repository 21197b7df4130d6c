"""The user's keymap: ``keymap.toml`` in the config folder gives commands other keys, by the ids of the registry::

    "dataset.edit" = "e, enter"
    "app.quit" = "ctrl+x"

What cannot be used is told in a sentence, and the command keeps the keys that it came with.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.keys import Keys as TextualKeys

import sdtui.tui
from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.paths import config_dir
from sdtui.base.user_toml import parse
from sdtui.tui.commands import DEFAULTS, Command, character_of, key_name
from sdtui.tui.rebinding import places, rebind, typed_into

_NAMED = {key_name(each.value): each.value for each in TextualKeys if not each.value.startswith("<")}
_NAMED |= {"return": "enter", "space": "space", ",": "comma", "comma": "comma"}
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""What most terminals cannot tell apart."""

_HEAD = """\
# The keys of sdtui, read when it starts. Take the # away from a command and change what stands in its quotes.
# Keys are letters, digits, signs, f1 to f12, ctrl+letter, enter, esc, space, tab, ↑ ↓ ← →, home, end, pgup, pgdn;
# several are parted by commas.
"""


@dataclass(slots=True)
class Keymap:
    """The keys that the user gave to commands, and a sentence for each thing in the file that could not be used."""

    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def keymap_path() -> Path:
    """Where the file is, whether it exists or not."""
    return config_dir() / "keymap.toml"


def use_keymap() -> tuple[str, ...]:
    """Give the commands the keys of the user's keymap; a sentence for each thing in it that could not be used.

    To be called before the app and its widgets are made.
    """
    keymap = load_keymap()
    rebind(keymap.keys)
    return tuple(keymap.problems)


def load_keymap(path: Path | None = None) -> Keymap:
    """What the keymap says, as far as it can be used. Never raises: a broken file is a problem, not the end."""
    path = path or keymap_path()
    try:
        data = read_if_there(path)
        table = parse(data, path, "The keymap is").unwrap() if data else {}
    except SdtuiError as error:
        return Keymap(problems=[error.sentence()])
    keymap = Keymap()
    if table:
        every_command()
        _read(table, keymap)
        _settle_clashes(keymap)
    return keymap


def every_command() -> Mapping[str, Command]:
    """The commands of all screens by id, with the keys that they came with.

    They are known once their modules are imported, which otherwise happens when a screen is first shown.
    """
    for module in pkgutil.walk_packages(sdtui.tui.__path__, f"{sdtui.tui.__name__}."):
        importlib.import_module(module.name)
    return DEFAULTS


def write_template(path: Path | None = None) -> Path:
    """Write a keymap that changes nothing and shows every command with its keys, unless one stands there.

    Returns where it is. Raises WriteError.
    """
    path = path or keymap_path()
    if not path.exists():
        make_folder(path.parent)
        entries = (f'# {each.sentence}\n# "{each.id}" = "{_written(each)}"\n' for each in every_command().values())
        write_atomic(path, "\n".join([_HEAD, *entries]).encode("utf-8"))
    return path


def _written(command: Command) -> str:
    return ", ".join(key if key_name(key) in '",\\' else key_name(key) for key in command.keys)


def _read(table: Mapping[str, Any], keymap: Keymap) -> None:
    typed = typed_into()
    for name, value in _flat(table):
        try:
            keymap.keys[name] = _keys(name, value, may_type=name not in typed)
        except ValueError as problem:
            keymap.problems.append(f"keymap.toml: {problem}")


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """``dataset.edit`` without quotes, and ``edit`` below ``[dataset]``, mean the same as ``"dataset.edit"``."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _keys(name: str, value: object, *, may_type: bool) -> tuple[str, ...]:
    """The Textual names of the keys in ``value``. Raises ValueError with a sentence."""
    if name not in DEFAULTS:
        near = get_close_matches(name, DEFAULTS, 1)
        raise ValueError(f"no command is called {name}" + (f"; did you mean {near[0]}?" if near else "."))
    if not isinstance(value, str):
        raise ValueError(f'the keys of {name} must be text in quotes, such as "e, enter".')
    words = [word.strip() for word in value.split(",")]
    if not all(words):
        raise ValueError(f"{name} has an empty key; the comma itself is written comma.")
    keys = tuple(dict.fromkeys(_key(name, word) for word in words))
    typing = [key_name(key) for key in keys if key == "space" or character_of(key)]
    if typing and not may_type:
        raise ValueError(f"{name} cannot have the key {typing[0]}: it works where text is typed, which needs that key.")
    return keys


def _key(name: str, word: str) -> str:
    """The Textual name of the key that a person calls ``word``. Raises ValueError with a sentence."""
    *held, end = word.split("+") if len(word) > 1 else [word]
    last = _NAMED.get(end, end) if len(end) > 1 else _of_character(end)
    known = last in _NAMED.values() or (last is not None and character_of(last))
    if last is None or not known or not {"alt", "ctrl", "shift"}.issuperset(held):
        near = get_close_matches(word, _NAMED, 1)
        raise ValueError(f"{name}: there is no key called {word}" + (f"; did you mean {near[0]}?" if near else "."))
    if held == ["shift"] and len(last) == 1:
        return last.upper()
    key = "+".join([*sorted(held), last.lower() if held else last])
    return _SAME_BYTE.get(key, key)


def _of_character(character: str) -> str | None:
    if character in _NAMED:
        return _NAMED[character]
    if not character.isprintable() or not character.strip():
        return None
    return next(iter(Binding.make_bindings([Binding(character, "")]))).key


def _settle_clashes(keymap: Keymap) -> None:
    """Take back changes until no key means two things in one place that it did not mean before, the last ones first."""
    together = [place for place in places() if place & keymap.keys.keys()]
    while (clash := next(_clashes(keymap.keys, together), None)) is not None:
        name, other, key = clash
        del keymap.keys[name]
        keeps = " ".join(map(key_name, DEFAULTS[name].keys)) or "none"
        keymap.problems.append(
            f"keymap.toml: {name} cannot have the key {key_name(key)}, which is {other}'s in the same place. It keeps "
            f"what it had: {keeps}."
        )


def _clashes(keys: dict[str, tuple[str, ...]], together: list[frozenset[str]]) -> Iterator[tuple[str, str, str]]:
    """A command whose change clashes, what it clashes with, and the key."""
    for name in reversed(keys):
        for other in sorted(frozenset[str]().union(*(place for place in together if name in place)) - {name}):
            if set(DEFAULTS[name].keys) & set(DEFAULTS[other].keys):
                continue  # they take turns, or one stands before the other on purpose
            shared = [key for key in keys[name] if key in keys.get(other, DEFAULTS[other].keys)]
            if shared:
                yield name, other, shared[0]
