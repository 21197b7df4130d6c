"""What the newest rehearsal with the real trainer says about the run to be."""

from __future__ import annotations

from sdtui.base.text import plural
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.project import Project
from sdtui.runs.rehearsing.rehearsed import Rehearsed, last_rehearsed, log_of, mark_of, not_proven, when
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings

_AGAIN = "Rehearse again: sdtui train --rehearse, or the key on Train."


def rehearsal_findings(
    project: Project, settings: Settings | None, install: TrainerInstall | None
) -> tuple[Finding, ...]:
    """One finding where ``project`` was rehearsed with the profile of ``settings``; none where it never was."""
    rehearsed = last_rehearsed(project.home, settings.profile.name) if settings is not None else None
    if settings is None or rehearsed is None:
        return ()
    return (finding_of(rehearsed, project, current=is_current(rehearsed, project, settings, install)),)


def is_current(rehearsed: Rehearsed, project: Project, settings: Settings, install: TrainerInstall | None) -> bool:
    """Whether neither dataset, settings nor trainer have changed since."""
    return rehearsed.rehearsed == mark_of(project, settings, install)


def finding_of(rehearsed: Rehearsed, project: Project, *, current: bool) -> Finding:
    """``rehearsed`` as a finding about ``project``; ``current``: nothing has changed since."""
    at = when(rehearsed)
    if not current:
        return Finding(
            "rehearsal-outdated",
            Severity.INFO,
            f"The rehearsal of {rehearsed.profile} {_ended(rehearsed)} {at}; something was changed since then.",
            project.root,
            why="It says nothing about what has changed: the settings, the dataset or sd-scripts.",
            fix=_AGAIN,
        )
    if rehearsed.passed:
        return Finding(
            "rehearsed",
            Severity.INFO,
            f"sd-scripts has rehearsed {rehearsed.profile}: {plural(rehearsed.steps, 'step')}, {at}.",
            project.root,
            why=" ".join(not_proven(rehearsed)),
        )
    log = log_of(project.home, rehearsed.profile)
    if not rehearsed.set_up:
        return Finding(
            "rehearsal-not-set-up",
            Severity.INFO,
            f"The rehearsal itself failed, not the run. {rehearsed.sentence}",
            project.root,
            why="It says nothing about the run: sd-scripts did not come to its arguments, or was short of memory.",
            fix=f"{log} holds all that it said.",
        )
    return Finding(
        "rehearsal-failed",
        Severity.ERROR,
        rehearsed.sentence or "The rehearsal failed.",
        project.root,
        why=f"{rehearsed.script} itself stopped at it when it was rehearsed {at}, and would stop at it again.",
        fix=f"{_AGAIN} {log} holds all that it said.",
    )


def _ended(rehearsed: Rehearsed) -> str:
    return "passed" if rehearsed.passed else "failed"
