"""``sdtui train --rehearse``: the run with the real trainer, on a shrunken model, before it is started."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from sdtui.base.settings import UserSettings
from sdtui.base.text import duration, plural
from sdtui.checks.rehearsed import finding_of
from sdtui.cli.findings import show_findings
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.dataset.project import Project
from sdtui.runs.rehearsing.real_rehearsal import rehearse
from sdtui.runs.rehearsing.rehearsed import Rehearsed, log_of, not_proven, proven
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings


def rehearse_now(
    project: Project, settings: Settings, install: TrainerInstall | None, user: UserSettings, *, as_json: bool
) -> int:
    """Rehearse, and print what came of it. Exit status 0 where it passed, 1 where it failed."""
    rehearsed = run_work(rehearse(project, settings, install, user=user))
    finding = finding_of(rehearsed, project, current=True)
    if as_json:
        print_json({"ok": rehearsed.passed, "findings": [finding.document()], "rehearsal": _document(rehearsed)})
    elif rehearsed.passed:
        _show(rehearsed)
    else:
        show_findings([finding])
        narrate(f"All that it said stands in {log_of(project.home, rehearsed.profile)}.")
    return 0 if rehearsed.passed else 1


def _show(rehearsed: Rehearsed) -> None:
    click.secho(
        f"Rehearsed with sd-scripts: {plural(rehearsed.steps, 'step')} in {duration(rehearsed.seconds)}.", fg="green"
    )
    for sentence in proven(rehearsed):
        click.echo(f"    {sentence}")
    click.echo("Not proven:")
    for sentence in not_proven(rehearsed):
        click.echo(f"    {sentence}")


def _document(rehearsed: Rehearsed) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(rehearsed)
    document["seconds"] = round(rehearsed.seconds, 1)
    document["proven"] = list(proven(rehearsed)) if rehearsed.passed else []
    document["not_proven"] = list(not_proven(rehearsed))
    return {key: value for key, value in document.items() if key not in ("version", "rehearsed")}
