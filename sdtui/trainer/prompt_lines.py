"""One line of a prompt file, part by part, as the trainer reads it (library/train_util.py, line_to_prompt_dict)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdtui.trainer.prompt_options import PROMPT, OptionValue, PromptOption, match_option

BETWEEN = " --"
"""What parts a line."""


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two ``--``. Offsets are code points of the line."""

    text: str
    start: int
    option: PromptOption | None
    """What the trainer takes it for; the first part is the prompt, and may be an option as well."""
    value: tuple[int, int]
    """Where the value of ``option`` begins and stops; what follows it in the part is dropped."""
    read: OptionValue | None
    """The value that counts; None where it is no number."""

    @property
    def stop(self) -> int:
        return self.start + len(self.text)

    @property
    def dropped(self) -> str:
        """What of an option the trainer leaves out silently."""
        return self.text[self.value[1] - self.start :].strip() if self.option is not None else ""


def line_parts(line: str) -> tuple[Part, ...]:
    """The parts of ``line``, the prompt first."""
    parts: list[Part] = []
    start = 0
    for text in line.split(BETWEEN):
        found = match_option(text)
        if found is None:
            parts.append(Part(text, start, None, (start, start), None))
        else:
            option, match = found
            value = (start + match.start(1), start + match.end(1))
            parts.append(Part(text, start, option, value, option.read(match.group(1))))
        start += len(text) + len(BETWEEN)
    return tuple(parts)


def line_values(line: str) -> dict[str, Any]:
    """What the trainer's dictionary holds of ``line``: of an option that is given twice the later one."""
    parts = line_parts(line)
    values: dict[str, Any] = {PROMPT: parts[0].text}
    values.update({part.option.key: part.read for part in parts if part.option and part.read is not None})
    return values
