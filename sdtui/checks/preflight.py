"""Everything that is to be known before a training starts, as one list of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.checks.caches import cache_findings
from sdtui.checks.captions import caption_findings
from sdtui.checks.config import check_config
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.image_rules import NOT_THE_RESOLUTION
from sdtui.checks.images import image_findings
from sdtui.checks.masks import mask_findings
from sdtui.checks.metadata import WITHOUT_FOLDER, check_metadata
from sdtui.checks.rehearsed import rehearsal_findings
from sdtui.checks.run import RUN_REFUSED, run_findings
from sdtui.checks.sized import as_run
from sdtui.checks.subsets import LEFT_OUT, subset_findings
from sdtui.dataset.listing import absolute
from sdtui.dataset.project import Project, ProjectKind
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings

DEFAULT_SCRIPT = "train_network.py"
"""The script that is checked for where no settings name one."""

_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one code and severity, in the order of the report."""

    code: str
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that they are about, each once."""
        return tuple(dict.fromkeys(file for finding in self.findings for file in finding.files))


@dataclass(frozen=True, slots=True)
class Report:
    """What a preflight has found."""

    findings: tuple[Finding, ...] = ()
    """Sorted by severity, then code."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings by severity and code."""
        sorted_by = groupby(self.findings, key=lambda finding: (finding.severity, finding.code))
        return tuple(Group(code, severity, tuple(found)) for (severity, code), found in sorted_by)

    @property
    def ok(self) -> bool:
        """Nothing is known at which the trainer would stop."""
        return not self.count(Severity.ERROR)

    @property
    def clean(self) -> bool:
        """There is neither an error nor a warning."""
        return not (self.count(Severity.ERROR) or self.count(Severity.WARNING))

    def count(self, severity: Severity) -> int:
        """How many findings there are of ``severity``."""
        return sum(finding.severity is severity for finding in self.findings)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings with this code."""
        return tuple(finding for finding in self.findings if finding.code == code)


def report_of(findings: Iterable[Finding]) -> Report:
    """The report that holds ``findings``, each once, sorted."""
    return Report(tuple(sorted(dict.fromkeys(findings), key=_place)))


def preflight(
    project: Project,
    settings: Settings | None = None,
    install: TrainerInstall | None = None,
    *,
    cancelled: Cancelled = never_cancelled,
) -> Work[Report]:
    """Look at ``project``, and at the run that ``settings`` would start with ``install``.

    Without ``settings`` only the dataset is looked at, as train_network.py would read it. Raises WorkCancelled.
    """
    found = list(_config(project, settings))
    found += yield from _metadata(project, cancelled)
    sized = as_run(project, settings)
    images = yield from image_findings(sized, cancelled=cancelled)
    found += [_as_sure(finding, settings) for finding in images]
    found += yield from caption_findings(project, settings, cancelled=cancelled)
    found += yield from mask_findings(project, settings, cancelled=cancelled)
    found += yield from subset_findings(sized, settings, cancelled=cancelled)
    found += yield from cache_findings(sized, settings, cancelled=cancelled)
    found = _without_those_left_out(found)
    if settings is not None:
        of_run = yield from run_findings(project, settings, install, cancelled=cancelled)
        stopped = any(finding.severity is Severity.ERROR for finding in found)
        # What a start would refuse is told once: by the check that has found out why.
        found += [finding for finding in of_run if not (stopped and finding.code == RUN_REFUSED)]
        found += rehearsal_findings(project, settings, install)
    return report_of(found)


def _without_those_left_out(found: Sequence[Finding]) -> list[Finding]:
    """What would stop the trainer only in subsets that the run leaves out, is no error of that run."""
    folders = {folder for finding in found if finding.code == LEFT_OUT for folder in finding.files}

    def is_left_out(file: Path) -> bool:
        return file in folders or not folders.isdisjoint(file.parents)

    return [
        replace(finding, severity=Severity.WARNING)
        if finding.severity is Severity.ERROR and finding.files and all(map(is_left_out, finding.files))
        else finding
        for finding in found
    ]


def readable(path: Path, settings: Settings | None = None) -> bool:
    """Whether ``path`` is no config, or one that the trainer's validation accepts. Raises UnreadableError."""
    return path.is_dir() or check_config(path, script_of(settings), masked_loss=_masked_loss(settings)).ok


def refused(path: Path, settings: Settings | None = None) -> tuple[Project, Report]:
    """An empty project for a config that the trainer refuses, and why it does. Raises UnreadableError."""
    file = absolute(path)
    checked = check_config(file, script_of(settings), masked_loss=_masked_loss(settings))
    return Project(file.parent, ProjectKind.TOML, ".caption", (), toml=file), report_of(checked.findings)


def script_of(settings: Settings | None) -> str:
    """The script that is checked for, such as ``train_network.py``."""
    return settings.script if settings is not None and not settings.profile.rehearsal else DEFAULT_SCRIPT


def _masked_loss(settings: Settings | None) -> bool:
    # Where nothing is said of it, a run gets it where its dataset has masks (trainer/command.py).
    return settings is None or settings["masked_loss"] is not False


def _config(project: Project, settings: Settings | None) -> Iterator[Finding]:
    if project.toml is None:
        return
    for finding in check_config(project.toml, script_of(settings), masked_loss=_masked_loss(settings)).findings:
        # A run says --masked_loss by itself where it is needed.
        if finding.code != "needs-masked-loss" or settings is None:
            yield finding


def _metadata(project: Project, cancelled: Cancelled) -> Work[list[Finding]]:
    found: list[Finding] = []
    for subset in {one.metadata_file: one for one in project.subsets if one.metadata_file is not None}.values():
        assert subset.metadata_file is not None
        folder = subset.image_dir if subset.options.get("image_dir") else None
        try:
            of_file = yield from check_metadata(subset.metadata_file, folder, cancelled=cancelled)
        except UnreadableError as error:
            found.append(Finding("metadata-unreadable", Severity.ERROR, error.sentence(), subset.metadata_file))
        else:
            # The config is known here, so that there is no doubt about its image_dir.
            found += [
                replace(one, severity=Severity.ERROR) if one.code == WITHOUT_FOLDER.code else one for one in of_file
            ]
    return found


def _as_sure(finding: Finding, settings: Settings | None) -> Finding:
    """Images of another size than the resolution stop a run without buckets just where it caches no latents."""
    if finding.code != NOT_THE_RESOLUTION.code or settings is None or settings.profile.rehearsal:
        return finding
    cached = settings["cache_latents"] or settings["cache_latents_to_disk"]
    return replace(finding, severity=Severity.INFO if cached else Severity.ERROR)


def _place(finding: Finding) -> tuple[int, str, str, int]:
    return _ORDER.index(finding.severity), finding.code, str(finding.path or ""), finding.line or 0
