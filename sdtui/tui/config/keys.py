"""What can be done in the config editor, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.config.screen import ConfigScreen


def _quiet(screen: ConfigScreen) -> bool:
    return not screen.typing


def _undoable(screen: ConfigScreen) -> bool:
    return _quiet(screen) and screen.shell.project is not None


def _typing(screen: ConfigScreen) -> bool:
    return screen.typing


def _readable(screen: ConfigScreen) -> bool:
    return _quiet(screen) and bool(screen.table_list.tables)


def _on_tables(screen: ConfigScreen) -> bool:
    return _readable(screen) and screen.table_list.has_focus


def _on_key(screen: ConfigScreen) -> bool:
    return _readable(screen) and screen.key_list.has_focus and screen.row is not None


def _with_choices(screen: ConfigScreen) -> bool:
    return _on_key(screen) and screen.row is not None and bool(screen.row.choices)


def _written(screen: ConfigScreen) -> bool:
    return _on_key(screen) and screen.row is not None and screen.row.written


def _with_problem(screen: ConfigScreen) -> bool:
    return _readable(screen) and screen.looked is not None and bool(screen.looked.said)


def _not_the_projects(screen: ConfigScreen) -> bool:
    return _readable(screen) and not screen.is_of_project


OFFERED = offered(
    Command(
        "config.into",
        "Look at its keys",
        "Goes from the tables to the keys of the one under the cursor.",
        ("enter", "right", "l"),
        "keys",
        "keys",
        when=_on_tables,
        rank=10,
    ),
    Command(
        "config.back",
        "Back to the tables",
        "Goes from the keys to the tables.",
        ("left", "h"),
        "tables",
        "tables",
        when=_on_key,
        rank=25,
        shown="←",
    ),
    Command(
        "config.change",
        "Change the value",
        "Types a value for this key in this table, or takes the next where there are few.",
        ("enter", "e"),
        "change",
        "change",
        when=_on_key,
        rank=10,
    ),
    Command(
        "config.turn",
        "Next choice",
        "Takes the next of the values that the key knows.",
        ("space", "right", "l"),
        "turn",
        "choose",
        when=_with_choices,
        rank=15,
    ),
    Command(
        "config.take_out",
        "Take it out",
        "Takes the key out of this table, so that what stands above it holds.",
        ("backspace", "delete", "x"),
        "take_out",
        "take out",
        when=_written,
        rank=20,
    ),
    Command(
        "config.find",
        "Find a key",
        "Finds any key of this table by a few letters.",
        ("slash",),
        "find",
        "find",
        when=_readable,
        rank=40,
    ),
    Command(
        "config.problem",
        "Next problem",
        "Goes to the next place that there is something to be said of.",
        ("n",),
        "problem",
        "next problem",
        when=_with_problem,
        rank=30,
    ),
    Command(
        "config.only_written",
        "Only what is set",
        "Shows only keys that are written somewhere, or all of them again.",
        ("a",),
        "only_written",
        "only set",
        when=_readable,
        rank=45,
    ),
    Command(
        "config.script",
        "For another script",
        "Checks the config as another training script would: each takes other keys.",
        ("s",),
        "script",
        "script",
        when=_quiet,
        rank=50,
    ),
    Command(
        "config.open",
        "Open the project by it",
        "Opens the project by this config, so that trainings go by it.",
        ("o",),
        "open",
        "open by it",
        when=_not_the_projects,
        rank=11,
    ),
    Command(
        "config.find_files",
        "Find its files again",
        "Looks for folders and files that are not where the config says, and shows what would change.",
        ("m",),
        "find_files",
        when=_readable,
    ),
    Command(
        "config.folders",
        "Make folders of it",
        "Copies the images of this dataset into folders called N_name, as --train_data_dir takes them.",
        ("F",),
        "folders",
        when=_readable,
    ),
    Command(
        "config.undo", "Undo", "Takes back the last change of files.", ("u",), "undo", "undo", when=_undoable, rank=60
    ),
    Command("config.redo", "Redo", "Makes the change again that was undone last.", ("U",), "redo", when=_undoable),
    Command("config.leave", "Back", "Back to where you were.", ("escape", "q"), "leave", "back", when=_quiet, rank=12),
    Command(
        "config.accept",
        "Take the value",
        "Writes what was typed into the config.",
        ("enter",),
        "accept",
        "write it",
        when=_typing,
        rank=1,
        priority=True,
    ),
    Command(
        "config.leave_value",
        "Leave the value",
        "Leaves the key as it was.",
        ("escape",),
        "leave_value",
        "leave",
        when=_typing,
        rank=2,
        priority=True,
    ),
)
