"""Findings about a run to be: what the trainer would refuse of its settings."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.settings import UserSettings
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.project import Project
from sdtui.trainer.command import RunPaths, run_arguments
from sdtui.trainer.conflicts import conflicts
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings


def run_findings(
    project: Project,
    settings: Settings,
    install: TrainerInstall | None = None,
    *,
    user: UserSettings | None = None,
    cancelled: Cancelled = never_cancelled,
) -> Work[tuple[Finding, ...]]:
    """Findings about training ``project`` with ``settings`` on this machine. Raises WorkCancelled.

    ``install`` None: sd-scripts was not found, which is a finding of its own unless the profile is the rehearsal.
    """
    del user
    if cancelled():
        raise WorkCancelled
    yield Progress(0, None, "settings")
    run = run_arguments(settings, install, RunPaths(Path("dataset.toml"), Path("model"), Path("log"), None))
    return tuple(
        Finding(one.code, Severity.ERROR, f"{one.what}.", project.root, why=one.why, fix=one.remedy)
        for one in conflicts(run)
    )
