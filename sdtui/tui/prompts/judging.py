"""What is known of each prompt beside what is written: its tokens, and what the trainer makes of it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.prompt_effect import prompt_tokens, token_limit
from sdtui.checks.prompts import row_findings
from sdtui.tokens.encoder import encode
from sdtui.trainer.prompt_file import PromptFile, PromptRow
from sdtui.trainer.prompt_options import PROMPT
from sdtui.trainer.weights import unweighted_segments
from sdtui.tui.caption.count import Counted

_PART = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One prompt."""

    tokens: int
    findings: tuple[Finding, ...]
    over: bool = False
    """Whether tokens of the prompt are cut off."""

    @property
    def worst(self) -> Severity | None:
        """The most severe of its findings, None where there is none."""
        order = list(Severity)
        return min((finding.severity for finding in self.findings), key=order.index, default=None)


class Judge:
    """Remembers what was found of each row, so that a file of thousands is looked at once."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.limit = token_limit(script)
        self._known: dict[str, Judged] = {}

    def of(self, file: PromptFile, index: int) -> Judged:
        """What is to be known of one row."""
        row = file.rows[index]
        key = f"{index == 0}{row.text}" if row.text is not None else f"{index}{dict(row.values)!r}"
        found = self._known.get(key)
        if found is None:
            text = row.values.get(PROMPT)
            tokens = prompt_tokens(text) if isinstance(text, str) else 0
            over = self.limit is not None and tokens > self.limit
            found = self._known[key] = Judged(tokens, tuple(row_findings(file, index, script=self.script)), over)
        return found

    def all(self, file: PromptFile, cancelled: Cancelled) -> Work[int]:
        """How many rows have a warning or an error."""
        marked = 0
        for index in range(len(file.rows)):
            if index % _PART == 0:
                if cancelled():
                    raise WorkCancelled
                yield Progress(index, len(file.rows), "prompts")
            marked += self.of(file, index).worst in (Severity.ERROR, Severity.WARNING)
        return marked


def counted(text: str, limit: int | None) -> Counted:
    """``text`` as the editor shows it: where it is cut can be said where no part of it is weighted."""
    segments = unweighted_segments(text)
    if limit is None or segments != (text,):
        return Counted(prompt_tokens(text) if limit is not None else 0, None, (), reads_all=True)
    encoding = encode(text)
    return Counted(encoding.count, encoding.cut(limit), encoding.seams(limit), reads_all=True)


def with_parted(findings: Sequence[Finding]) -> bool:
    """Whether one of them is an option that is joined to the text before it."""
    return any(finding.code == "prompt-option-joined" for finding in findings)


def text_of(row: PromptRow | None, key: str) -> str:
    """A text value of ``row``; empty where it has none, or one of another kind."""
    value = row.values.get(key) if row is not None else None
    return value if isinstance(value, str) else ""
