"""Mending a prompt file as a Plan, for findings that leave no doubt about what was meant."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.work import Progress, Work
from sdtui.checks.finding import Finding
from sdtui.checks.prompts import row_findings
from sdtui.dataset.project import Project
from sdtui.edits.prompt_values import with_parted_options, without_negative_seed
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.prompt_file import PromptFile, parse_prompt_file

_ANY_SCRIPT = "train_network.py"
"""What is mended here is the same to all scripts."""


def _each_row(what: str, mend: Callable[[PromptFile, int], PromptFile]) -> Callable[[Project, Finding], Work[Proposal]]:
    """Mends every row of the file that has the finding: they are one change of one file."""

    def mended(_project: Project, finding: Finding) -> Work[Proposal]:
        if finding.path is None:
            raise UsageError("This finding names no prompt file")
        before = read_bytes(finding.path)
        file = parse_prompt_file(finding.path, before)
        for index in _rows_with(finding.code, file):
            yield Progress(index, len(file.rows), "prompts")
            file = mend(file, index)
        title = f"{what} of {finding.path.name}"
        return Proposal(title, Plan(title, (Write(finding.path, before, file.data),) if file.data != before else ()))

    return mended


def _rows_with(code: str, file: PromptFile) -> Iterator[int]:
    for index in range(len(file.rows)):
        if any(finding.code == code for finding in row_findings(file, index, script=_ANY_SCRIPT)):
            yield index


def _without_mark(_project: Project, finding: Finding) -> Work[Proposal]:
    """The byte order mark goes; no other byte changes."""
    if finding.path is None:
        raise UsageError("This finding names no prompt file")
    yield Progress(0, 1, "prompts")
    before = read_bytes(finding.path)
    after = before.removeprefix(codecs.BOM_UTF8)
    title = f"take the byte order mark out of {finding.path.name}"
    return Proposal(title, Plan(title, (Write(finding.path, before, after),) if after != before else ()))


PROMPT_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "prompt-option-joined": _each_row("part joined options", with_parted_options),
    "prompt-negative-seed": _each_row("take out the negative seeds", without_negative_seed),
    "prompt-bom": _without_mark,
}
"""By the code of the finding."""
