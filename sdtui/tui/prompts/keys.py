"""What can be done with prompts, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.prompts.screen import PromptsScreen


def _quiet(screen: PromptsScreen) -> bool:
    return screen.typing.key is None


def _can_add(screen: PromptsScreen) -> bool:
    return _quiet(screen) and screen.file is not None


def _without_rows(screen: PromptsScreen) -> bool:
    return _can_add(screen) and screen.row is None


def _with_row(screen: PromptsScreen) -> bool:
    return _quiet(screen) and screen.row is not None


def _on_prompts(screen: PromptsScreen) -> bool:
    return _with_row(screen) and not screen.on_options


def _on_options(screen: PromptsScreen) -> bool:
    return _with_row(screen) and screen.on_options


def _can_clear(screen: PromptsScreen) -> bool:
    return _on_options(screen) and screen.option is not None and screen.option.clearable


def _for_all(screen: PromptsScreen) -> bool:
    return _on_options(screen) and screen.option is not None and screen.option.shared


def _below(screen: PromptsScreen) -> bool:
    return _on_prompts(screen) and screen.file is not None and screen.cursor + 1 < len(screen.file.rows)


def _above(screen: PromptsScreen) -> bool:
    return _on_prompts(screen) and screen.cursor > 0


def _joined(screen: PromptsScreen) -> bool:
    return _with_row(screen) and screen.has_joined


def _typing(screen: PromptsScreen) -> bool:
    return screen.typing.key is not None and not screen.typing.in_text


OFFERED = offered(
    Command(
        "prompts.edit",
        "Edit",
        "Edits the words of the prompt, or the option under the cursor.",
        ("enter", "e"),
        "edit",
        "edit",
        when=_with_row,
        rank=10,
    ),
    Command(
        "prompts.options",
        "To its options",
        "Goes to the options of the prompt: size, seed, steps, what it should not show.",
        ("right", "l", "tab"),
        "options",
        "options",
        when=_on_prompts,
        rank=15,
    ),
    Command(
        "prompts.list",
        "To the prompts",
        "Goes back to the list of prompts.",
        ("left", "h", "shift+tab"),
        "list",
        "prompts",
        when=_on_options,
        rank=15,
    ),
    Command(
        "prompts.clear",
        "Take the option out",
        "Takes the option out, so that the trainer's default holds.",
        ("backspace", "delete"),
        "clear",
        "default",
        when=_can_clear,
        rank=20,
    ),
    Command(
        "prompts.own",
        "Set it for each alone",
        "Moves the option out of [prompt] into each prompt, where it can be set for one alone.",
        ("o",),
        "own",
        "each alone",
        when=_for_all,
        rank=22,
    ),
    Command(
        "prompts.add",
        "Add a prompt",
        "Adds a prompt after this one, with the same options.",
        ("a",),
        "add",
        "add",
        when=_can_add,
        rank=25,
    ),
    Command(
        "prompts.captions",
        "Begin with captions",
        "Takes a caption of each subset as prompts to begin with.",
        ("c",),
        "captions",
        "from captions",
        when=_without_rows,
        rank=26,
    ),
    Command(
        "prompts.copy",
        "Duplicate",
        "Puts a copy of the prompt after it.",
        ("d",),
        "copy",
        "duplicate",
        when=_on_prompts,
        rank=30,
    ),
    Command(
        "prompts.remove",
        "Remove",
        "Takes the prompt out of the file; undo brings it back.",
        ("x", "delete"),
        "remove",
        "remove",
        when=_on_prompts,
        rank=35,
    ),
    Command(
        "prompts.down",
        "Move down",
        "Moves the prompt behind the next one, with the comments above it.",
        ("J",),
        "shift(1)",
        "move",
        when=_below,
        rank=40,
        shown="J K",
    ),
    Command(
        "prompts.up",
        "Move up",
        "Moves the prompt before the one above it, with the comments above it.",
        ("K",),
        "shift(-1)",
        when=_above,
    ),
    Command(
        "prompts.part",
        "Part joined options",
        "Puts the missing blank before each option that is joined to the text before it.",
        ("m",),
        "part",
        "mend",
        when=_joined,
        rank=5,
    ),
    Command("prompts.undo", "Undo", "Takes back the last change.", ("u",), "undo", "undo", when=_quiet, rank=50),
    Command("prompts.redo", "Redo", "Makes the change again that was undone last.", ("U",), "redo", when=_quiet),
    Command("prompts.leave", "Back", "Back to where you were.", ("escape",), "leave", "back", when=_quiet, rank=60),
    Command(
        "prompts.accept",
        "Take the value",
        "Takes what was typed.",
        ("enter",),
        "accept",
        "take it",
        when=_typing,
        rank=1,
        priority=True,
    ),
    Command(
        "prompts.discard",
        "Leave the value",
        "Leaves the option as it was.",
        ("escape",),
        "discard",
        "leave",
        when=_typing,
        rank=2,
        priority=True,
    ),
)
