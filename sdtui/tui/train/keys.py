"""What can be done on Train, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import BindingType

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.train.screen import TrainScreen


def _in_form(screen: TrainScreen) -> bool:
    return not screen.editing


def _editing(screen: TrainScreen) -> bool:
    return screen.editing


def _with_choices(screen: TrainScreen) -> bool:
    row = screen.row
    return _in_form(screen) and row is not None and bool(row.choices)


def _changed(screen: TrainScreen) -> bool:
    row = screen.row
    return _in_form(screen) and row is not None and row.changed


def _ready(screen: TrainScreen) -> bool:
    return _in_form(screen) and screen.state is not None and screen.state.outcome.prepared is not None


def _ready_for_export(screen: TrainScreen) -> bool:
    state = screen.state
    return _ready(screen) and state is not None and not state.settings.profile.rehearsal


def _has_taken(screen: TrainScreen) -> bool:
    return _in_form(screen) and screen.state is not None and screen.state.can_take_back


def _can_rehearse(screen: TrainScreen) -> bool:
    return _in_form(screen) and screen.shell.project is not None and screen.shell.scanning is None


def _can_rehearse_for_real(screen: TrainScreen) -> bool:
    return _ready_for_export(screen) and not screen.rehearsing.on


def _rehearses(screen: TrainScreen) -> bool:
    return _in_form(screen) and screen.rehearsing.on


BINDINGS: list[BindingType] = offered(
    Command(
        "train.change",
        "Change the setting",
        "Types a value, takes the next of a few, or lists what there is to choose from.",
        ("enter", "e"),
        "change",
        "change",
        when=_in_form,
        rank=20,
    ),
    Command(
        "train.next",
        "Next choice",
        "Takes the next of the setting's choices.",
        ("right", "l", "space"),
        "turn(1)",
        "choose",
        when=_with_choices,
        rank=25,
        shown="← →",
    ),
    Command(
        "train.before",
        "Choice before",
        "Takes the choice before.",
        ("left", "h"),
        "turn(-1)",
        when=_with_choices,
    ),
    Command(
        "train.reset",
        "Back to the default",
        "Forgets what was set here.",
        ("backspace", "delete"),
        "reset",
        "default",
        when=_changed,
        rank=30,
    ),
    Command(
        "train.find",
        "Find a setting",
        "Finds any setting by a few letters, also those that are not in the form.",
        ("slash",),
        "find",
        "find",
        when=_in_form,
        rank=40,
    ),
    Command(
        "train.start",
        "Start the run",
        "Starts the run that is shown on the right, after asking.",
        ("S", "f5"),
        "start",
        "start…",
        when=_ready,
        rank=5,
    ),
    Command(
        "train.queue",
        "Queue the run",
        "Lets the run that is shown begin when its cards are free, behind those that wait already.",
        ("q",),
        "queue",
        "queue…",
        when=_ready,
        rank=7,
    ),
    Command(
        "train.show_queue",
        "See the queue",
        "Shows the runs that wait for their card, to be moved, held back or taken out.",
        ("Q",),
        "show_queue",
        when=_in_form,
    ),
    Command(
        "train.rehearse",
        "Rehearse",
        "Trains a tiny model on this dataset now: shows in minutes whether everything works, on any computer.",
        ("r",),
        "rehearse",
        "rehearse",
        when=_can_rehearse,
        rank=10,
    ),
    Command(
        "train.rehearse_for_real",
        "Rehearse with sd-scripts",
        "Tries this very run with sd-scripts on a tiny random model: shows in seconds whether it would start.",
        ("R",),
        "rehearse_for_real",
        "with sd-scripts",
        when=_can_rehearse_for_real,
        rank=12,
    ),
    Command(
        "train.end_rehearsal",
        "End the rehearsal",
        "Ends the rehearsal with sd-scripts that goes on; nothing of it is kept.",
        ("R",),
        "end_rehearsal",
        "end rehearsal",
        when=_rehearses,
        rank=11,
    ),
    Command(
        "train.copy",
        "Copy the command",
        "Sends the command to the terminal's clipboard, and shows it whole.",
        ("y",),
        "copy",
        "copy",
        when=_ready,
        rank=50,
    ),
    Command(
        "train.script",
        "Write train.sh",
        "Writes the command into the project as train.sh, with the files that it reads.",
        ("w",),
        "script",
        "write train.sh",
        when=_ready,
        rank=60,
    ),
    Command(
        "train.prompts",
        "Edit the sample prompts",
        "Opens the prompts that are drawn while it trains, each with its options.",
        ("p",),
        "prompts",
        "prompts",
        when=_in_form,
        rank=55,
    ),
    Command(
        "train.import",
        "Take settings from a file",
        "Reads a --config_file of sd-scripts, a preset of kohya_ss' GUI or a file of LoRA_Easy_Training_Scripts.",
        ("I",),
        "import_settings",
        when=_can_rehearse,
    ),
    Command(
        "train.take_back",
        "Bring back the settings",
        "Brings back what was set before settings were taken from a file or a run; once more, what was taken.",
        ("u",),
        "take_back",
        "undo",
        when=_has_taken,
        rank=20,
    ),
    Command(
        "train.export",
        "Write settings to a file",
        "Writes a --config_file for sd-scripts, with the dataset config and prompts that it names.",
        ("E",),
        "export_settings",
        when=_ready_for_export,
    ),
    Command(
        "train.history",
        "All runs of the project",
        "Lists all runs with their losses, notes and stars; there they are compared and deleted too.",
        ("H",),
        "history",
        when=_in_form,
    ),
    Command(
        "train.accept",
        "Take the value",
        "Takes what was typed.",
        ("enter",),
        "accept",
        "take it",
        when=_editing,
        rank=1,
        priority=True,
    ),
    Command(
        "train.leave",
        "Leave the value",
        "Leaves the setting as it was.",
        ("escape",),
        "leave",
        "leave",
        when=_editing,
        rank=2,
        priority=True,
    ),
)
