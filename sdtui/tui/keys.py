"""What can be done on every screen, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.modes import MODES

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def _has_project(app: SdtuiApp) -> bool:
    return app.project_path is not None


def _has_prompts(app: SdtuiApp) -> bool:
    """Train has a key for them."""
    return isinstance(app.screen, ModeScreen) and app.screen.MODE != "train"


def _no_monitor(app: SdtuiApp) -> bool:
    """Monitor has a key for it."""
    return isinstance(app.screen, ModeScreen) and app.screen.MODE != "monitor"


OFFERED = offered(
    *(
        Command(f"mode.{mode.name}", mode.title, mode.sentence, (mode.key,), f"mode({mode.name!r})", when=_has_project)
        for mode in MODES
    ),
    Command(
        "app.open",
        "Open another project",
        "Asks for a folder or TOML to open.",
        ("ctrl+o",),
        "open",
    ),
    Command(
        "app.prompts",
        "Edit the sample prompts",
        "Opens the prompts that the next training would draw.",
        (),
        "prompts",
        when=_has_prompts,
    ),
    Command(
        "app.open_run",
        "Open a run of others",
        "Shows a run that sdtui did not start, by its log, its logging folder or its output folder.",
        (),
        "open_run",
        when=_no_monitor,
    ),
    Command("app.keymap", "Change the keys", "Writes a file with every key, to be edited.", (), "write_keymap"),
    Command("app.theme", "Change the colours", "Goes from dark to light to the terminal's own.", (), "next_theme"),
    Command(
        "app.palette",
        "Find a command",
        "Lists everything that can be done here.",
        ("colon",),
        "palette",
        "commands",
        rank=90,
    ),
    Command(
        "app.help",
        "Help",
        "Every key that works here, with a sentence.",
        ("question_mark", "f1"),
        "help",
        "help",
        rank=91,
    ),
    Command("app.quit", "Quit", "Ends sdtui. Runs go on without it.", ("ctrl+q",), "quit", priority=True),
)
