"""The prompts that a run's samples were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.runs.record import RunRecord
from sdtui.trainer.prompts import SamplePrompt, read_prompts


@dataclass(frozen=True, slots=True)
class PromptWords:
    """What one sample was asked for."""

    text: str
    settings: str = ""
    """``28 steps · cfg 7``."""


def prompts_of(record: RunRecord) -> tuple[PromptWords, ...]:
    """The prompts in the run's prompt file, in its order; none where it has none or it cannot be read."""
    path = _prompt_file(record)
    if path is None:
        return ()
    try:
        return tuple(_words(prompt) for prompt in read_prompts(path))
    except SdtuiError:
        return ()


def _prompt_file(record: RunRecord) -> Path | None:
    """As the trainer was told it; else where SD-Guide and kohya_ss' GUI keep it, beside the samples."""
    told = next((value for name, value in pairwise(record.command) if name == "--sample_prompts"), None)
    told = told or record.settings.get("sample_prompts")
    if told:
        return Path(record.cwd) / told
    beside = Path(record.output_dir) / "sample" / "prompt.txt"
    return beside if beside.is_file() else None


def _words(prompt: SamplePrompt) -> PromptWords:
    """The trainer's own defaults are left unsaid."""
    said = [
        f"{prompt.steps} steps" if prompt.steps is not None else "",
        f"cfg {prompt.scale:g}" if prompt.scale is not None else "",
        f"{prompt.width}×{prompt.height}" if prompt.width and prompt.height else "",
        f"not {prompt.negative}" if prompt.negative else "",
    ]
    return PromptWords(prompt.prompt, " · ".join(part for part in said if part))
