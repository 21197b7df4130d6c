"""Mending a dataset config as a Plan, for findings of ``checks.config`` that leave no doubt about what was meant."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.work import Progress, Work
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan, Write


def _without_mark(project: Project, finding: Finding) -> Work[Proposal]:
    """The byte order mark, at which the trainer's parser stops, goes; no other byte changes."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    before = read_bytes(config)
    after = before.removeprefix(codecs.BOM_UTF8)
    title = f"take the byte order mark out of {config.name}"
    return Proposal(title, Plan(title, (Write(config, before, after),) if after != before else ()))


def _config(project: Project, finding: Finding) -> Path:
    path = finding.path or project.toml
    if path is None:
        raise UsageError("This finding names no config")
    return path


CONFIG_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "toml-bom": _without_mark,
    "json-bom": _without_mark,
}
"""By the code of the finding."""
