"""``sdtui check``: everything that is to be known before a training starts, and mending what can be mended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.errors import NotADatasetError, UsageError
from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import settle_interrupted, tell_interrupted
from sdtui.cli.many_values import ManyFixes
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.proposed import applying_options, carry_out, proposal_document, show_files

if TYPE_CHECKING:
    from sdtui.checks.preflight import Report
    from sdtui.dataset.project import Project
    from sdtui.trainer.location import TrainerInstall
    from sdtui.trainer.profiles import Settings


@click.command("check", cls=ManyFixes)
@click.argument("path", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.option("--profile", metavar="NAME", help="Also check the run that this profile would start.")
@click.option("--set", "texts", metavar="KEY=VALUE", multiple=True, help="Change a setting of the profile.")
@click.option("--fix", "codes", metavar="CODE...", multiple=True, help="Mend what has this code; several may follow.")
@applying_options
def command(
    path: Path,
    profile: str | None,
    texts: tuple[str, ...],
    codes: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Say what the trainer would stop at, train otherwise than was meant, or silently leave out.

    Exit status 1 where an error or a warning stands. With --fix, what is found is mended first: each CODE is shown as
    a list of changes, asked about, and can be undone.

    With --json: ok (nothing is known at which the trainer would stop), findings, and with --fix also fixes: for each
    CODE what was changed.
    """
    from sdtui.checks.fixes import require_mendable

    checking = _Checking(path, _settings(profile, texts))
    if codes:
        settle_interrupted(path, dry_run=dry_run, yes=yes)
    else:
        tell_interrupted(path)
    report = checking.report()
    wanted = tuple(dict.fromkeys(word.strip() for text in codes for word in text.split(",") if word.strip()))
    require_mendable(report, wanted)
    fixes: list[dict[str, Any]] = []
    for code in wanted:
        done, report = _mended(checking, report, code, dry_run=dry_run, yes=yes, as_json=as_json)
        fixes += done
    if as_json:
        findings = [finding.document() for finding in report.findings]
        print_json({"ok": report.ok, "findings": findings, **({"fixes": fixes} if codes else {})})
    elif not (codes and dry_run):
        _show(report)
    return 0 if report.clean else 1


class _Checking:
    """Looks at one dataset again and again, as it is mended."""

    def __init__(self, path: Path, settings: Settings | None) -> None:
        self.path = path
        self.settings = settings
        self.project: Project
        self.install: TrainerInstall | None = None
        if settings is not None and not settings.profile.rehearsal:
            self.install = _install(path)

    def report(self) -> Report:
        """What is found now."""
        from sdtui.checks.preflight import preflight, readable, refused
        from sdtui.dataset.scan import scan

        if not readable(self.path, self.settings):
            self.project, report = refused(self.path, self.settings)
            return report
        try:
            self.project = run_work(scan(self.path, mode=self.install.token_mode if self.install else "ftfy"))
        except NotADatasetError:
            if self.path.is_dir():
                raise
            self.project, report = refused(self.path, self.settings)  # a config that names no subset
            return report
        return run_work(preflight(self.project, self.settings, self.install))


def _settings(profile: str | None, texts: tuple[str, ...]) -> Settings | None:
    from sdtui.trainer.profiles import parse_settings

    if profile is None and texts:
        raise UsageError("--set changes a setting of a profile", remedy="Name one with --profile.")
    return parse_settings(profile, texts) if profile is not None else None


def _install(path: Path) -> TrainerInstall | None:
    """The trainer to go by: one that works, else one that does not; what it lacks is a finding."""
    from sdtui.base.settings import load_settings
    from sdtui.trainer.location import find_trainers

    found = find_trainers(load_settings().settings, near=path.absolute())
    return next((install for install in found if install.problem is None), found[0] if found else None)


def _mended(
    checking: _Checking, report: Report, code: str, *, dry_run: bool, yes: bool, as_json: bool
) -> tuple[list[dict[str, Any]], Report]:
    """Mend everything that has ``code``. Returns what was done, and what is found then.

    Several findings about one file are mended one after the other.
    """
    done: list[dict[str, Any]] = []
    while True:
        before = len(report.of(code))
        done.append(_mend(checking.project, report, code, dry_run=dry_run, yes=yes, as_json=as_json))
        if not done[-1]["applied"] or not done[-1]["changes"]:
            return done, report
        report = checking.report()
        if not 0 < len(report.of(code)) < before:
            return done, report


def _mend(project: Project, report: Report, code: str, *, dry_run: bool, yes: bool, as_json: bool) -> dict[str, Any]:
    from sdtui.checks.fixes import fix_all
    from sdtui.prepare.staging import discard

    proposal = run_work(fix_all(project, report, code))
    if not as_json:
        narrate(f"{code}:")
        show_files(proposal, project.root)
    applied = carry_out(project.home, proposal, dry_run=dry_run, yes=yes)
    if applied is None:
        discard(project.home, proposal.plan)  # images that were mended already, and wait
    return {"code": code, **proposal_document(proposal, applied)}


def _show(report: Report) -> None:
    from sdtui.checks.finding import Severity
    from sdtui.checks.fixes import FIXES
    from sdtui.cli.findings import show_findings

    show_findings(report.findings, of_many_files=True)
    if not report.findings:
        click.echo("Nothing is wrong with it.")
        return
    numbers = [
        plural(report.count(severity), word)
        if severity is not Severity.INFO
        else f"{count(report.count(severity))} to know"
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, ""))
    ]
    click.echo(safe(", ".join(numbers)))
    mendable = [code for code in dict.fromkeys(finding.code for finding in report.findings) if code in FIXES]
    if mendable:
        narrate(f"sdtui can mend these with --fix CODE: {', '.join(mendable)}")
