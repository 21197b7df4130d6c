"""On the way to the config editor: which config it is about, and making one where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.text import safe
from sdtui.dataset.project import Project, Subset
from sdtui.edits.dataset_config import Export, export
from sdtui.edits.export_parts import Kind
from sdtui.edits.path_rewrite import project_files
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.trainer.config_spans import Place
from sdtui.tui.config.screen import ConfigScreen
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.picker.look import is_dataset_config
from sdtui.tui.plan.screen import PlanScreen

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

_MAKE: dict[Kind, str] = {
    "lora": "make one for a LoRA: caption files, and masks where there are any",
    "finetune": "make one for a full fine-tune: metadata files",
    "controlnet": "make one for a ControlNet: subsets with conditioning images",
}


def edit_config(screen: ModeScreen, subset: Subset | None) -> None:
    """Edit the project's config at ``subset``; where it was opened by folders, ask which config, or make one."""
    project = screen.shell.project
    if project is None:
        return
    if project.toml is not None:
        place: Place | None = None
        if subset is not None:
            place = ("datasets", subset.dataset, "subsets", subset.position)
        _show(screen, project.toml, place)
        return
    screen.shell.bridge.call(screen, "configs", lambda: _configs(project), lambda found: _ask(screen, project, found))


def _configs(project: Project) -> list[Path]:
    return [file for file in project_files(project.root) if is_dataset_config(file)]


def _ask(screen: ModeScreen, project: Project, configs: list[Path]) -> None:
    standing = [Candidate(safe(str(path.relative_to(project.root))), "edit") for path in configs]
    kinds = list(_MAKE)

    def picked(index: int | None) -> None:
        if index is None:
            return
        if index < len(configs):
            _show(screen, configs[index], None)
        else:
            _make(screen, project, kinds[index - len(configs)])

    title = "This project has no config of its own: edit one of its files, or make one"
    screen.app.push_screen(Finder(title, [*standing, *(Candidate(_MAKE[kind]) for kind in kinds)]), picked)


def _make(screen: ModeScreen, project: Project, kind: Kind) -> None:
    def made(found: Export) -> None:
        if found.plan.empty:  # it stands there as it would be written
            _show(screen, found.toml_path, None)
            return

        def judged(applied: Applied | None) -> None:
            if applied is not None:
                _show(screen, found.toml_path, None)

        screen.app.push_screen(PlanScreen(Proposal(found.plan.title, found.plan)), judged)

    screen.shell.bridge.call(screen, "export", lambda: export(project, kind), made)


def _show(screen: ModeScreen, path: Path, at: Place | None) -> None:
    def left(config: Path | None) -> None:
        if config is not None:
            screen.shell.open_project(config)

    screen.app.push_screen(ConfigScreen(path, at), left)
