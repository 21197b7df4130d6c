"""Findings about a run to be: what the trainer would refuse of its settings."""

from __future__ import annotations

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import UserSettings
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.project import Project
from sdtui.trainer.conflicts import refuse_conflicts
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
    del install, user
    if cancelled():
        raise WorkCancelled
    yield Progress(0, None, "settings")
    try:
        refuse_conflicts(settings)
    except SdtuiError as error:
        return (Finding("settings-refused", Severity.ERROR, f"{error.what}.", project.root, fix=error.remedy),)
    return ()
