"""Where a finding leads: its images in Dataset or Review, its files in a list, the settings in Train."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import UsageError
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.trainer.profiles import Settings
from sdtui.tui.checks.words import place
from sdtui.tui.finder import Candidate, Finder

if TYPE_CHECKING:
    from sdtui.tui.checks.screen import ChecksScreen

_KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
"""What may be the name of a setting: words joined by underscores."""


def images_of(project: Project, finding: Finding, about: Mapping[Path, Collection[str]]) -> tuple[Path, ...]:
    """The images of ``project`` that findings with this code are about, in its order."""
    if not finding.files:
        return ()
    samples = (sample.path for subset in project.subsets for sample in subset.samples)
    return tuple(path for path in samples if finding.code in about.get(path, ()))


def filter_of(finding: Finding) -> str:
    """The filter that shows these images."""
    return f"finding:{finding.code}"


def go_to(screen: ChecksScreen, finding: Finding, images: Collection[Path]) -> None:
    """To the images in Dataset; where it is about none, to its config, prompts or files; else to the settings."""
    project = screen.project
    if images:
        _in_dataset(screen, finding, images)
    elif project is not None and project.toml is not None and finding.path == project.toml:
        _in_config(screen, project.toml, finding.line)
    elif finding.code.startswith("prompt"):
        _in_prompts(screen, finding.line)
    elif finding.files:
        list_files(screen, finding)
    else:
        _in_train(screen, finding)


def _in_dataset(screen: ChecksScreen, finding: Finding, images: Collection[Path]) -> None:
    from sdtui.tui.dataset.screen import DatasetScreen

    shell, first = screen.shell, next(iter(images))
    assert shell.workspace is not None
    state = shell.workspace.keeper.state
    state.filter, state.image = filter_of(finding), str(first)
    shell.action_mode("dataset")
    if isinstance(shell.screen, DatasetScreen):
        shell.screen.show_filtered(filter_of(finding), first)


def _in_config(screen: ChecksScreen, config: Path, line: int | None) -> None:
    from sdtui.tui.config.screen import ConfigScreen

    def left(_config: Path | None) -> None:
        if screen.shell.project is None:
            screen.shell.open_project(config, screen.MODE)  # it may be one now that the trainer accepts

    screen.app.push_screen(ConfigScreen(config, line=line), left)


def _in_prompts(screen: ChecksScreen, line: int | None) -> None:
    from sdtui.tui.prompts.open import show_prompts

    checked = screen.shell.checked
    show_prompts(screen.shell, checked.asked.settings if checked is not None else None, line)


def _in_train(screen: ChecksScreen, finding: Finding) -> None:
    from sdtui.tui.train.screen import TrainScreen

    shell, checked = screen.shell, screen.shell.checked
    settings = checked.asked.settings if checked is not None else None
    key = setting_of(finding, settings) if settings is not None else None
    shell.action_mode("train")
    train = shell.screen
    if key is not None and isinstance(train, TrainScreen):
        train.call_after_refresh(train.show_setting, key)


def setting_of(finding: Finding, settings: Settings) -> str | None:
    """The setting that the finding speaks of: the first that its remedy names, else its sentence."""
    for word in _KEY.findall(f"{finding.fix or ''} {finding.message}"):
        with suppress(UsageError):
            return settings.field(word).key
    return None


def review(screen: ChecksScreen, finding: Finding, images: Collection[Path]) -> None:
    """To the images in Review."""
    from sdtui.tui.review.screen import ReviewScreen

    shell, first = screen.shell, next(iter(images))
    assert shell.workspace is not None
    state = shell.workspace.keeper.state
    state.review_filter, state.review_image = filter_of(finding), str(first)
    shell.action_mode("review")
    if isinstance(shell.screen, ReviewScreen):
        shell.screen.show_filtered(filter_of(finding), first)


def list_files(screen: ChecksScreen, finding: Finding) -> None:
    """Every file that it is about, to be looked through."""
    project = screen.shell.project
    root = project.root if project is not None else Path("/")
    lines = [Candidate(place(file, root)) for file in finding.files]
    screen.app.push_screen(Finder(f"Files of {finding.code}", lines), lambda _index: None)
