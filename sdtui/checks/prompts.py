"""What the trainer makes of sample prompts otherwise than was meant, and where it stops at them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from sdtui.base.errors import SdtuiError, SyntaxProblem
from sdtui.base.files import read_bytes
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.prompt_effect import effect_findings
from sdtui.checks.prompt_effect import sampled_side as sampled_side
from sdtui.checks.prompt_effect import size_unit as size_unit
from sdtui.checks.prompt_line import line_findings
from sdtui.trainer.prompt_file import BOM, PromptFile, PromptRow, parse_prompt_file
from sdtui.trainer.prompt_options import FIELDS, PROMPT
from sdtui.trainer.prompts import stopping

_NOT_SAMPLED = ("enum", "subset")
"""Keys that the trainer sets or takes away itself."""


def prompt_findings(path: Path, *, script: str) -> Iterator[Finding]:
    """The findings about the prompt file at ``path`` for ``script`` (``sdxl_train_network.py``)."""
    data = b""
    try:
        data = read_bytes(path)
        file = parse_prompt_file(path, data)
    except SdtuiError as error:
        line = error.line if isinstance(error, SyntaxProblem) else None
        code = "prompt-bom" if data.startswith(codecs.BOM_UTF8) else "prompts-unreadable"
        yield Finding(code, Severity.ERROR, f"{error.what}.", path, line, fix=error.remedy)
        return
    yield from file_findings(file, script=script)


def file_findings(file: PromptFile, *, script: str) -> Iterator[Finding]:
    """The findings about a prompt file that was read."""
    if file.problem is not None:
        yield Finding(
            "prompts-unreadable", Severity.ERROR, f"{file.problem}.", file.path, fix="Write a prompt into it."
        )
    elif not file.rows:
        yield Finding(
            "prompts-none",
            Severity.WARNING,
            "There is no prompt in this file, so that nothing is sampled.",
            file.path,
            why="The trainer goes through the prompts that it finds, and says nothing where there are none.",
            fix="Write a prompt into it.",
        )
    for index in range(len(file.rows)):
        yield from row_findings(file, index, script=script)


def row_findings(file: PromptFile, index: int, *, script: str) -> Iterator[Finding]:
    """The findings about one row of the file."""
    row = file.rows[index]
    for sentence in stopping(row.values, index, script):
        yield Finding("prompt-stops-run", Severity.ERROR, f"{sentence}.", file.path, row.line)
    if index == 0 and row.text is not None and row.text.startswith(BOM):
        yield _byte_order_mark(file.path, row, row.text[1:])
    if row.text is not None:
        yield from line_findings(file.path, row.line, row.text)
    else:
        yield from _table_findings(file.path, row)
    yield from effect_findings(file.path, row, script)


def _byte_order_mark(path: Path, row: PromptRow, text: str) -> Finding:
    if text.startswith("#"):
        severity, message = Severity.WARNING, "The comment in the first line is sampled as a prompt."
    else:
        severity, message = Severity.INFO, "The first prompt begins with an invisible byte order mark."
    why = "The file begins with a byte order mark, which the trainer takes for a letter of the first line."
    return Finding("prompt-bom", severity, message, path, row.line, why=why, fix='Save it as "UTF-8" without BOM.')


def _table_findings(path: Path, row: PromptRow) -> Iterator[Finding]:
    for key in row.values:
        if key not in FIELDS and key not in _NOT_SAMPLED:
            near = [known for known in FIELDS if str(key).lower() in known] or get_close_matches(str(key), FIELDS, 1)
            yield Finding(
                "prompt-unknown-key",
                Severity.WARNING,
                f"{key} is not a key that the trainer looks at.",
                path,
                row.line,
                why=f"It knows {', '.join(FIELDS)}.",
                fix=f"Call it {near[0]}." if near else "Take it out.",
            )
    if not row.values.get(PROMPT):
        message = "This one has no prompt: the picture shows what the model makes of nothing."
        yield Finding("prompt-empty", Severity.WARNING, message, path, row.line, fix="Give it a prompt.")
