"""Opening the prompts that the next training would sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.runs.setup.remembered import recall, settings_of
from sdtui.runs.setup.sample_prompts import PROMPT_FILE
from sdtui.trainer.profiles import Settings

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_ANY_SCRIPT = "train_network.py"
"""Whose rules hold where no script of sd-scripts is set: the rehearsal's."""


def show_prompts(shell: SdtuiApp, settings: Settings | None = None, line: int | None = None) -> None:
    """Open the prompts of the project; ``settings`` are those of Train, else what was set there last.

    The cursor begins on the prompt at ``line`` of the file.
    """
    from sdtui.tui.prompts.screen import PromptsScreen

    path = shell.project_path
    if path is None:
        return
    root = path if path.is_dir() else path.parent
    if settings is None:
        remembered, _ = recall(root / PROJECT_FOLDER)
        settings = settings_of(remembered, remembered.profile)
    wanted = settings.text("sample_prompts")
    file = Path(wanted).expanduser().absolute() if wanted else root / PROMPT_FILE
    script = _ANY_SCRIPT if settings.profile.rehearsal else settings.script
    size = (settings.number("width", 512), settings.number("height", 512))
    shell.push_screen(PromptsScreen(file, script, settings.text("sample_sampler"), size, line))
