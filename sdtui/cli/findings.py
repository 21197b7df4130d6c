"""Findings as lines for a person."""

from __future__ import annotations

from collections.abc import Iterable

import click

from sdtui.base.text import safe
from sdtui.checks.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_FILES_AT_MOST = 5


def show_findings(findings: Iterable[Finding], *, of_many_files: bool = False) -> None:
    """Each finding on stdout: severity, code and line, then the sentences below it.

    ``of_many_files``: which file a line is of has to be said.
    """
    for finding in findings:
        name = f"{safe(finding.path.name)}, " if of_many_files and finding.path is not None else ""
        at = f"{name}line {finding.line}: " if finding.line is not None else ""
        word = click.style(finding.severity.value, fg=_COLOURS[finding.severity], bold=True)
        click.echo(f"{word} {finding.code}  {at}{safe(finding.message)}")
        for sentence in (finding.why, finding.fix):
            if sentence:
                click.echo(f"    {safe(sentence)}")
        for file in finding.files[:_FILES_AT_MOST]:
            click.echo(f"    {safe(str(file))}")
        if len(finding.files) > _FILES_AT_MOST:
            click.echo(f"    ... and {len(finding.files) - _FILES_AT_MOST} more")
