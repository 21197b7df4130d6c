"""What the trainer drops or misreads of a prompt that is written as one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sdtui.checks.finding import Finding, Severity
from sdtui.trainer.prompt_lines import Part, line_parts
from sdtui.trainer.prompt_options import MOST_STEPS, OPTIONS, PromptOption

FLAGS = ", ".join(f"--{option.flag}" for option in OPTIONS)
_NAMES = "|".join(sorted((option.flag for option in OPTIONS), key=len, reverse=True))
JOINED = re.compile(rf"(?<!\s)--(?=(?:{_NAMES}) )", re.IGNORECASE)
"""Where an option begins without a blank before it."""
_QUOTED = 40


def line_findings(path: Path, number: int, line: str) -> Iterator[Finding]:
    """The findings about ``line``, which stands at line ``number`` of the file."""
    parts = line_parts(line)
    found = [*_prompt(parts[0]), *(each for part in parts[1:] for each in _option(part)), *_twice(parts[1:])]
    joined = next(JOINED.finditer(line[1:]), None)
    if joined is not None:
        found.append(_joined(line[joined.start() + 1 :]))
    for code, severity, message, why, fix in found:
        yield Finding(code, severity, message, path, number, why=why, fix=fix)


_Found = tuple[str, Severity, str, "str | None", str]


def _prompt(part: Part) -> Iterator[_Found]:
    if part.text.startswith("--"):
        message = "The line begins with an option, which is sampled as the words of a prompt."
        why = "A line is parted at two hyphens with a blank before them, so that its beginning is always the prompt."
        yield "prompt-begins-with-option", Severity.WARNING, message, why, "Write the prompt before the options."
    if part.option is not None:
        message = f'The prompt begins with "{part.text[:12]}", which the trainer also takes for an option.'
        why = "Each part is looked at, the prompt itself too (line_to_prompt_dict)."
        yield "prompt-reads-as-flag", Severity.WARNING, message, why, "Begin it with another word or a comma."


def _option(part: Part) -> Iterator[_Found]:
    written = f'"--{part.text.strip()[:_QUOTED]}"'
    if part.option is None:
        if re.match(r"d -\d", part.text, re.IGNORECASE):
            message = f"--{part.text.strip()[:_QUOTED]} is no seed to the trainer, so each sample has another."
            yield "prompt-negative-seed", Severity.INFO, message, None, "Leave it out."
            return
        why = f"The trainer knows {FLAGS}, each with a blank and a value."
        fix = "Write the option with its value, or take the two hyphens out of the text."
        yield "prompt-unknown-flag", Severity.WARNING, f"{written} is dropped, with its text.", why, fix
    elif part.read is None:
        fix = f"Write a number: {_example(part.option)}."
        yield "prompt-no-number", Severity.WARNING, f"{written} is no number, and is dropped.", None, fix
    else:
        yield from _cut(part, part.option, written)


def _cut(part: Part, option: PromptOption, written: str) -> Iterator[_Found]:
    begin, end = (at - part.start for at in part.value)
    text = part.text[begin:end]
    if part.dropped and not JOINED.match(part.dropped):
        message = f"Of {written} the trainer reads {text} only."
        yield "prompt-value-cut", Severity.WARNING, message, None, f"Write it as {_example(option)}."
    if option.key == "sample_steps" and int(text) != part.read:
        message = f"{written} becomes {part.read} steps."
        why = f"The trainer samples with 1 to {MOST_STEPS:,} steps."
        yield "prompt-steps-cut", Severity.WARNING, message, why, "Write a number in between."


def _twice(parts: tuple[Part, ...]) -> Iterator[_Found]:
    seen: set[str] = set()
    for part in parts:
        if part.option is None or part.read is None:
            continue
        if part.option.key in seen:
            message = f"--{part.option.flag} stands there more than once; the last one holds."
            yield "prompt-option-twice", Severity.WARNING, message, None, "Take the others out."
            return
        seen.add(part.option.key)


def _joined(text: str) -> _Found:
    option = text[2:].partition("--")[0].strip()
    message = f'"--{option[:_QUOTED]}" is no option, since no blank stands before its two hyphens.'
    why = "The trainer parts a line at a blank and two hyphens; this stays in the text before it, or is dropped."
    return "prompt-option-joined", Severity.WARNING, message, why, "Put a blank before the two hyphens."


def _example(option: PromptOption) -> str:
    number = {"width": "512", "height": "512", "sample_steps": "28", "seed": "42"}.get(option.key, "7.5")
    return f"--{option.flag} {number}"
