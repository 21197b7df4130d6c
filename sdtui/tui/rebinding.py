"""Giving commands other keys, so that bindings, footer, help and palette all know them.

Textual's own ``set_keymap`` is not used: it takes away whatever shares a key with a command that is changed, and is
applied after the keys that a text field takes have been left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from textual.app import App
from textual.binding import BindingsMap
from textual.screen import ModalScreen, Screen

from sdtui.tui.commands import DEFAULTS, REGISTRY, Command, Offers, binding, key_name

Keys = Mapping[str, tuple[str, ...]]
"""Textual key names by command id, for those commands whose keys are not the ones that they came with."""


def rebind(keys: Keys) -> None:
    """From now on the commands in ``keys`` have these keys, and all others those that they came with.

    This is for what is made afterwards: a widget that stands on the screen keeps the keys that it has.
    """
    for command in DEFAULTS.values():
        changed = replace(command, keys=keys.get(command.id, command.keys), shown=_shown(command, keys))
        REGISTRY[command.id] = changed if changed != command else command
    for kind in _offering():
        kind._merged_bindings = _rebound(kind, keys) if offered_by(kind) & keys.keys() else kind._own_keys


def offered_by(kind: type[Offers]) -> frozenset[str]:
    """The ids of what a class offers; the app offers what only the palette lists."""
    named = {bound.id for _key, bound in kind._own_keys if bound.id is not None}
    keyless = {command.id for command in DEFAULTS.values() if not command.keys} if issubclass(kind, App) else set()
    return frozenset((named & DEFAULTS.keys()) | keyless)


def places() -> Iterator[frozenset[str]]:
    """The ids of what can be asked for at once: a widget's, those of the screen around it, and the app's.

    A widget is taken to stand on the screens of its own folder.
    """
    kinds = list(_offering())
    app = frozenset[str]().union(*(offered_by(kind) for kind in kinds if issubclass(kind, App)))
    for screen in (kind for kind in kinds if issubclass(kind, Screen)):
        around = offered_by(screen) | (frozenset() if issubclass(screen, ModalScreen) else app)
        yield around
        for widget in (kind for kind in kinds if not issubclass(kind, Screen | App)):
            if _home(widget) == _home(screen):
                yield around | offered_by(widget)


def typed_into() -> frozenset[str]:
    """The ids of commands that work while a text is typed: no key that types something can be theirs."""
    from textual.widgets import Input, TextArea

    priority = {command.id for command in DEFAULTS.values() if command.priority}
    fields = (kind for kind in _offering() if issubclass(kind, Input | TextArea))
    return frozenset(priority).union(*(offered_by(field) for field in fields))


def _offering() -> Iterator[type[Offers]]:
    waiting = Offers.__subclasses__()
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        yield found


def _home(kind: type[Offers]) -> str:
    """The folder of a screen and its widgets; the module itself where it lies beside others' screens."""
    folder = kind.__module__.rpartition(".")[0]
    return kind.__module__ if folder == __package__ else folder


def _rebound(kind: type[Offers], keys: Keys) -> BindingsMap:
    kept = [bound for _key, bound in kind._own_keys if bound.id not in keys]
    changed = [binding(REGISTRY[name]) for name in DEFAULTS if name in keys and name in offered_by(kind)]
    ours = [bound for bound in (*kept, *changed) if bound.id is not None]
    # What the person asked for goes before the keys of Textual's own widgets, which have no id.
    return BindingsMap([*ours, *(bound for bound in kept if bound.id is None)])


def _shown(command: Command, keys: Keys) -> str:
    """``+ - =`` with the keys that the commands of these three have now."""
    room = _room(command.id)
    if room not in map(_room, keys):
        return command.shown
    beside = [other for name, other in DEFAULTS.items() if _room(name) == room]
    holders = {key_name(key): other.id for other in beside for key in other.keys}
    changed = [(word, keys.get(holders.get(word, ""))) for word in command.shown.split()]
    return " ".join(key_name(new[0]) if new else word for word, new in changed)


def _room(name: str) -> str:
    return name.partition(".")[0]
