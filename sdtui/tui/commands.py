"""The registry of commands: each thing that a person can do is named once, and whatever shows it is made from it.

A screen or widget says what it offers::

    class DatasetScreen(Offers, Screen[None]):
        BINDINGS = offered(
            Command("dataset.edit", "Edit", "Opens the caption under the cursor.", ("enter",), "edit", "edit"),
        )

Bindings, the footer, the help on ``?`` and the palette on ``:`` follow from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.keys import format_key

if TYPE_CHECKING:
    from textual.screen import Screen


def always(_node: Any) -> bool:
    """The default of ``Command.when``."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person can do."""

    id: str
    """Stable name, ``room.action``: what a keymap refers to."""
    title: str
    """Two to five words, in the imperative: what the palette lists."""
    sentence: str
    """What it does, for the help."""
    keys: tuple[str, ...]
    """Textual key names, the first one is shown; none for what only the palette offers."""
    action: str
    """The Textual action that does it, looked up on the node that offers it."""
    label: str = ""
    """Its word in the footer; empty for what the footer never shows."""
    when: Callable[[Any], bool] = always
    """Whether it is possible now, asked with the node that offers it."""
    worth: Callable[[Any], bool] = always
    """Whether the footer offers it now, where its key works (and explains itself) at other times too."""
    rank: int = 50
    """Place in the footer, lower is further left and dropped later."""
    shown: str = ""
    """How its keys are written in the footer where several commands share a place (``+ -``); empty: its own key."""
    priority: bool = False
    """True where the key works even while a text is being typed."""
    still: bool = False
    """True where it moves neither the focus nor to another screen: a key that is typed after it need not wait."""

    @property
    def all_keys_text(self) -> str:
        """Every key as a person reads them in the help."""
        return " ".join(key_name(key) for key in self.keys)


REGISTRY: dict[str, Command] = {}
"""Every command whose screen or widget has been imported, by id, with the keys that it has now."""

DEFAULTS: dict[str, Command] = {}
"""The same commands with the keys that they came with."""


def offered(*commands: Command) -> list[BindingType]:
    """Register ``commands`` and make their bindings. Raises ValueError where an id is taken."""
    for command in commands:
        if DEFAULTS.setdefault(command.id, command) is not command:
            raise ValueError(f"two commands are called {command.id}")
        REGISTRY[command.id] = command
    return [binding(command) for command in commands if command.keys]


def binding(command: Command) -> Binding:
    """What makes Textual run ``command``; it must have a key."""
    return Binding(
        ",".join(command.keys),
        command.action,
        command.title,
        show=False,
        priority=command.priority,
        id=command.id,
    )


class Offers:
    """Mix into a widget, screen or app whose BINDINGS come from ``offered``: asks ``when`` before an action runs."""

    _offered: ClassVar[dict[str, Command]] = {}
    _merged_bindings: ClassVar[BindingsMap | None] = None
    _own_keys: ClassVar[BindingsMap] = BindingsMap()
    """The bindings of the class, those of its bases too, with the keys that they came with."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._own_keys = cls._merged_bindings or BindingsMap()
        own = [binding.id for binding in cls.__dict__.get("BINDINGS", []) if isinstance(binding, Binding)]
        commands = {REGISTRY[name].action: REGISTRY[name] for name in own if name in REGISTRY}
        cls._offered = {**cls._offered, **commands}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks this before it runs an action or shows a binding."""
        if not self._offered:
            return True
        written = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
        command = self._offered.get(written)
        return command.when(self) if command is not None else True


@dataclass(frozen=True, slots=True)
class Working:
    """A command that can be done now."""

    command: Command
    node: DOMNode
    """What offers it."""
    key_text: str
    """The key that does it now, as people write it; a text field may have taken its first key."""


def working_now(screen: Screen[Any]) -> list[Working]:
    """The commands whose keys work now, in order of rank."""
    found: dict[str, tuple[Command, DOMNode, list[str]]] = {}
    for key, active in screen.active_bindings.items():
        command = REGISTRY.get(active.binding.id or "")
        if command is not None and active.enabled:
            found.setdefault(command.id, (command, active.node, []))[2].append(key)
    working = [
        Working(command, node, key_name(min(keys, key=lambda key: _place(key, command))))
        for command, node, keys in found.values()
    ]
    return sorted(working, key=lambda entry: entry.command.rank)


def _place(key: str, command: Command) -> int:
    return command.keys.index(key) if key in command.keys else len(command.keys)


def key_of(name: str) -> str:
    """The first key of the command ``name`` as people write it, for a sentence that tells them to press it."""
    keys = REGISTRY[name].keys
    return key_name(keys[0]) if keys else ""


_KEY_NAMES = {
    "escape": "esc",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "comma": ",",
    "full_stop": ".",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "tilde": "~",
    "backspace": "⌫",
    "delete": "del",
}


def key_name(key: str) -> str:
    """A Textual key name as people write it: ``question_mark`` is ``?``."""
    *held, last = key.split("+")
    if not last:
        return key
    return "+".join([*held, _KEY_NAMES.get(last) or character_of(last) or last])


def character_of(key: str) -> str | None:
    """What the Textual key ``key`` types where that can be seen: ``?`` for ``question_mark``; None for ``enter``."""
    typed = format_key(key)
    if len(typed) != 1:
        return None
    bound = Binding("comma", "") if typed == "," else next(iter(Binding.make_bindings([Binding(typed, "")])))
    return typed if bound.key == key else None
