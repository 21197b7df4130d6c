"""Mending a dataset config as a Plan, for findings of ``checks.config`` that leave no doubt about what was meant."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.work import Progress, Work
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.edits.config_place import rename_plan, set_plan, unset_plan, without_place
from sdtui.edits.config_remap import remap
from sdtui.edits.place_text import spans_of
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.backslashes import in_single_quotes
from sdtui.trainer.config_spans import Place, line_of
from sdtui.trainer.dataset_config import parse
from sdtui.trainer.dataset_problems import ConfigProblem, problems


def _without_mark(project: Project, finding: Finding) -> Work[Proposal]:
    """The byte order mark, at which the trainer's parser stops, goes; no other byte changes."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    before = read_bytes(config)
    after = before.removeprefix(codecs.BOM_UTF8)
    title = f"take the byte order mark out of {config.name}"
    return Proposal(title, Plan(title, (Write(config, before, after),) if after != before else ()))


def _single_quotes(project: Project, finding: Finding) -> Work[Proposal]:
    """Paths of Windows stand in single quotes, where a backslash is one."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    before = read_bytes(config)
    after = in_single_quotes(before.decode("utf-8")).encode("utf-8")
    parse(config, after)
    title = f"put paths of {config.name} into single quotes"
    return Proposal(title, Plan(title, (Write(config, before, after),) if after != before else ()))


def _found_again(project: Project, finding: Finding) -> Work[Proposal]:
    """What is not where the config says, named where it is now, with all that stood beside it."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    found = remap(config)
    if found.plan.empty:
        raise UsageError(
            "Nothing like it was found in the folders around the config",
            path=config,
            remedy="sdtui config remap --search DIR looks in others.",
        )
    return Proposal(found.plan.title, found.plan)


def _known_key(project: Project, finding: Finding) -> Work[Proposal]:
    """A key that the trainer does not know is called by the one that was meant; where none was, it goes."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    problem = _problem(config, finding)
    if problem.instead is None:
        plan = unset_plan(config, problem.place)
    else:
        plan = rename_plan(config, problem.place, problem.instead)
    return Proposal(plan.title, plan)


def _right_value(project: Project, finding: Finding) -> Work[Proposal]:
    """A value of another type (0 for 0.0, "true" for true) is written as the trainer takes it."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    problem = _problem(config, finding)
    if problem.value is None:
        raise UsageError("It cannot be told what was meant by this value", path=config, remedy=problem.fix)
    plan = set_plan(config, problem.place, problem.value)
    return Proposal(plan.title, plan)


def _problem(config: Path, finding: Finding) -> ConfigProblem:
    found = problems(parse(config, read_bytes(config)))
    problem = next((one for one in found if one.code == finding.code and one.message == finding.message), None)
    if problem is None:
        raise UsageError("This key is not in the config any more, or other scripts know it", path=config)
    return problem


def _taken_out(project: Project, finding: Finding) -> Work[Proposal]:
    """A key that changes nothing goes, with its line."""
    config = _config(project, finding)
    yield Progress(0, 1, "configs")
    plan = unset_plan(config, _place_of(config, finding))
    return Proposal(plan.title, plan)


def _without(key: str, value: Any) -> Callable[[Project, Finding], Work[Proposal]]:
    """``key`` goes wherever it stands with ``value``."""

    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        config = _config(project, finding)
        yield Progress(0, 1, "configs")
        before = after = read_bytes(config)
        # From the last on, so that the places of the others stay what they are.
        for place in reversed(_places_with(config, before, key, value)):
            after = without_place(config, after, place)
        title = f"take {key} out of {config.name}"
        return Proposal(title, Plan(title, (Write(config, before, after),) if after != before else ()))

    return mend


def _places_with(config: Path, data: bytes, key: str, value: Any) -> list[Place]:
    parsed = parse(config, data)
    found = []
    for place in spans_of(config, data.decode("utf-8")):
        if place[-1] == key:
            at: Any = parsed
            for step in place:
                at = at[step]
            found += [place] if at == value else []
    return found


def _place_of(config: Path, finding: Finding) -> Place:
    """The key at the line of ``finding``, whose name its sentence begins with."""
    text = read_bytes(config).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    key = finding.message.partition(" ")[0]
    for place, span in spans_of(config, text).items():
        if place[-1] == key and line_of(text, span.start) == finding.line:
            return place
    raise UsageError(f"{key} is not in the config any more", path=config)


def _config(project: Project, finding: Finding) -> Path:
    path = finding.path or project.toml
    if path is None:
        raise UsageError("This finding names no config")
    return path


CONFIG_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "toml-bom": _without_mark,
    "json-bom": _without_mark,
    "toml-backslash": _single_quotes,
    "unknown-key": _known_key,
    "missing-folder": _found_again,
    "missing-masks": _found_again,
    "missing-metadata": _found_again,
    "wrong-type": _right_value,
    "no-effect": _taken_out,
    "caption-separator-empty": _without("caption_separator", ""),
    "mask-random-crop": _without("random_crop", True),
}
"""By the code of the finding."""
