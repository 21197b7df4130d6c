"""What stands around the prompts, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import shown
from sdtui.base.text import plural, safe
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.prompt_effect import sampled_side, size_unit
from sdtui.trainer.prompt_file import PromptRow
from sdtui.trainer.prompt_options import PROMPT, option_of
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.prompts.document import PromptDocument
from sdtui.tui.prompts.judging import Judge
from sdtui.tui.prompts.option_list import OptionRow
from sdtui.tui.widgets.cells import fit_end
from sdtui.tui.widgets.lines import Line, wrap

_ROLES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "dim"}
_FINDING_LINES = 6
_ABOUT_LINES = 2


def title_line(document: PromptDocument, marked: int, width: int) -> list[Line]:
    """How many there are, how many are marked, and where they stand."""
    file = document.file
    spans = [(" Sample prompts", "strong")]
    if file is not None:
        spans.append((f"   {plural(len(file.rows), 'prompt')}", "plain"))
    if marked:
        spans.append((f"   {marks().over}{marked:,} marked", "warn"))
    if document.is_new:
        spans.append(("   not written yet", "dim"))
    room = width - sum(len(text) for text, _ in spans) - 4
    return [[*spans, (f"   {fit_end(safe(shown(document.path)), max(0, room))}", "dim")]]


def teaching(document: PromptDocument, width: int) -> list[str]:
    """What an empty list says."""
    if document.problem is not None:
        return _wrapped(_sentence(document.problem), width)
    if document.file is None:
        return ["·"]
    add, captions = key_of("prompts.add"), key_of("prompts.captions")
    return [
        "no prompts yet",
        "",
        *_wrapped("the trainer draws a picture of each while it trains, so that you see what it has learnt", width),
        "",
        *_wrapped(f"{add} adds one, {captions} begins with captions of the dataset", width),
    ]


def _wrapped(text: str, width: int) -> list[str]:
    return ["".join(words for words, _ in line) for line in wrap(safe(text), max(20, width - 4), "dim")]


def _sentence(problem: SdtuiError) -> str:
    return f"{problem.sentence()} Mend it in an editor, or set another file on Train."


def heading_line(key: str, number: int, of: int, judge: Judge, *, adding: bool) -> Line:
    """Over the words: what they are."""
    if adding:
        return [("NEW PROMPT", "dim")]
    what = "PROMPT" if key == PROMPT else "NEGATIVE PROMPT"
    beside = "" if judge.limit is not None else "   not counted: other text encoders"
    return [(f"{what} {number} of {of}{beside}" if of else what, "dim")]


def finding_lines(findings: Sequence[Finding], width: int) -> list[Line]:
    """What the trainer makes of the prompt otherwise than was meant; what to do about it where there is room."""
    order = list(Severity)
    found = sorted(findings, key=lambda finding: order.index(finding.severity))
    for with_fix in (True, False):
        lines = [line for finding in found for line in _finding(finding, width, with_fix=with_fix)]
        if len(lines) <= _FINDING_LINES:
            return lines
    return [*lines[: _FINDING_LINES - 1], [("  …", "dim")]]


def _finding(finding: Finding, width: int, *, with_fix: bool) -> Iterator[Line]:
    mark = {Severity.ERROR: marks().stop, Severity.WARNING: marks().over, Severity.INFO: " "}[finding.severity]
    role, room = _ROLES[finding.severity], max(10, width - 2)
    for index, line in enumerate(wrap(safe(finding.message), room, role)):
        yield [(f"{mark if index == 0 else ' '} ", role), *line]
    if finding.fix and with_fix:
        for line in wrap(safe(finding.fix), room, "dim"):
            yield [("  ", "dim"), *line]


def about_lines(option: OptionRow, unit: int, width: int) -> list[Line]:
    """The meaning of the option."""
    flag = "" if option.key == PROMPT else f"  --{option_of(option.key).flag}  {option.key}"
    heading: Line = [(option.field.title, "strong"), (flag, "dim")]
    limits = f" It takes {option.field.limits}." if option.field.limits and not option.field.choices else ""
    sides = f" The trainer takes multiples of {unit}." if option.key in ("width", "height") else ""
    shared = " It stands in [prompt] and holds for all prompts." if option.shared else ""
    return [heading, *wrap(f"{option.field.help}{limits}{sides}{shared}", width, "plain")[:_ABOUT_LINES]]


def refusal_lines(refusal: str, width: int) -> list[Line]:
    """Why what was typed was not taken."""
    return [*wrap(safe(refusal), width, "bad")[: _ABOUT_LINES + 1]]


def picture_lines(row: PromptRow, index: int, script: str, defaults: Mapping[str, Any], width: int) -> list[Line]:
    """What comes of a prompt: a picture of which size, under which name."""
    sides = [row.values.get(key, defaults[key]) for key in ("width", "height")]
    if not all(type(side) is int for side in sides):
        return []
    unit = size_unit(script)
    size = "×".join(str(sampled_side(side, unit)) for side in sides)
    told = f"Drawn by {script} at {size} pixels, in files whose names hold _{index:02}_."
    return [*wrap(safe(told), width, "dim")[:_ABOUT_LINES]]
