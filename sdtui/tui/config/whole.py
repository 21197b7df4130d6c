"""What is done to a config as a whole: finding its files again, making folders of it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Work
from sdtui.dataset.scan import scan
from sdtui.edits.config_remap import Remap, remap
from sdtui.edits.proposal import Proposal
from sdtui.edits.to_folders import to_folders
from sdtui.trainer.dataset_config import load
from sdtui.tui.dialogs import AskText
from sdtui.tui.plan.screen import PlanScreen

if TYPE_CHECKING:
    from sdtui.tui.config.screen import ConfigScreen


def find_files(screen: ConfigScreen) -> None:
    """Look for what is not where the config says, and show what would change."""
    path = screen.path

    def found(remapped: Remap) -> None:
        lost = f"Nothing like {remapped.not_found[0]} was found" if remapped.not_found else ""
        more = len(remapped.not_found) - 1
        others = f", nor like {plural(more, 'other path')}" if more > 0 else ""
        if lost:
            screen.shell.say(f"{lost}{others}.", "warning")
        if not remapped.plan.empty:
            screen.app.push_screen(PlanScreen(Proposal(remapped.plan.title, remapped.plan)))
        elif not lost:
            screen.shell.say("Everything that it names is there.")

    screen.shell.bridge.call(screen, "files", lambda: remap(path), found)


def make_folders(screen: ConfigScreen) -> None:
    """Ask where, and show what would be copied."""
    path, table = screen.path, screen.table
    number = table.place[1] if table is not None and len(table.place) > 1 else None
    dataset = number if isinstance(number, int) else None

    def make(output: Path, _cancelled: Cancelled) -> Work[Proposal]:
        project = yield from scan(path)
        made = to_folders(project, load(path), output, dataset)
        beside = f"Beside the folders the trainer needs {shlex.join(made.words)}"
        plan = replace(made.plan, warnings=(*made.plan.warnings, *([f"{beside}."] if made.words else [])))
        return Proposal(plan.title, plan)

    def answered(text: str | None) -> None:
        if text is not None and text.strip():
            output = Path(text.strip()).expanduser().absolute()
            screen.shell.bridge.work(
                screen, "folders", lambda cancelled: make(output, cancelled), lambda made: _show(screen, made)
            )

    title = "Folder for images and regularization"
    sentence = "Images and captions are copied; the config and its files stay as they are."
    screen.app.push_screen(AskText(title, sentence, str(path.parent / f"{path.stem}-folders")), answered)


def _show(screen: ConfigScreen, made: Proposal) -> None:
    screen.app.push_screen(PlanScreen(made))
