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
from sdtui.edits.config_place import rename_plan, unset_plan
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.dataset_config import parse
from sdtui.trainer.dataset_problems import problems


def _without_mark(project: Project, finding: Finding) -> Work[Proposal]:
    """The byte order mark, at which the trainer's parser stops, goes; no other byte changes."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    before = read_bytes(config)
    after = before.removeprefix(codecs.BOM_UTF8)
    title = f"take the byte order mark out of {config.name}"
    return Proposal(title, Plan(title, (Write(config, before, after),) if after != before else ()))


def _known_key(project: Project, finding: Finding) -> Work[Proposal]:
    """A key that the trainer does not know is called by the one that was meant; where none was, it goes."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    found = problems(parse(config, read_bytes(config)))
    problem = next((one for one in found if one.code == finding.code and one.message == finding.message), None)
    if problem is None:
        raise UsageError("This key is not in the config any more, or other scripts know it", path=config)
    if problem.instead is None:
        plan = unset_plan(config, problem.place)
    else:
        plan = rename_plan(config, problem.place, problem.instead)
    return Proposal(plan.title, plan)


def _config(project: Project, finding: Finding) -> Path:
    path = finding.path or project.toml
    if path is None:
        raise UsageError("This finding names no config")
    return path


CONFIG_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "toml-bom": _without_mark,
    "json-bom": _without_mark,
    "unknown-key": _known_key,
}
"""By the code of the finding."""
