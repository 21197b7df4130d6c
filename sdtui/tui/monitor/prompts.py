"""The prompts that a run's samples were asked for."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class PromptWords:
    """What one sample was asked for."""

    text: str
    settings: str = ""
    """``28 steps · cfg 7``."""


def prompts_of(record: RunRecord) -> tuple[PromptWords, ...]:
    """The prompts in the run's prompt file, in its order; none where it has none or it cannot be read."""
    return ()
