"""The prompts that a run's samples were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sdtui.base.errors import SdtuiError
from sdtui.runs.record import RunRecord
from sdtui.trainer.prompt_options import default_values, used_keys
from sdtui.trainer.prompts import SamplePrompt, read_prompts
from sdtui.trainer.told_prompts import told_prompts


@dataclass(frozen=True, slots=True)
class PromptWords:
    """What one sample was asked for."""

    text: str
    settings: str = ""
    """``28 steps · cfg 7``: what the prompt says; the trainer's own defaults are left unsaid."""
    negative: str = ""
    seed: int | None = None
    in_full: str = ""
    """``28 steps · cfg 7 · 512×512 · ddim``: with the trainer's defaults, but for the negative prompt and the seed."""


def prompts_of(record: RunRecord) -> tuple[PromptWords, ...]:
    """The prompts in the run's prompt file, in its order; none where it has none or it cannot be read."""
    path = _prompt_file(record)
    if path is None:
        return ()
    try:
        script, sampler = record.script, _told(record, "sample_sampler")
        return tuple(_words(prompt, script, sampler) for prompt in read_prompts(path))
    except SdtuiError:
        return ()


def prompts_told(lines: Iterable[str]) -> tuple[PromptWords, ...]:
    """The prompts that a log tells of; for a run whose prompt file is not known."""
    return tuple(_words(prompt, "", "") for prompt in told_prompts(lines))


def _prompt_file(record: RunRecord) -> Path | None:
    """As the trainer was told it; else where SD-Guide and kohya_ss' GUI keep it, beside the samples."""
    told = _told(record, "sample_prompts")
    if told:
        return Path(record.cwd) / told
    beside = Path(record.output_dir) / "sample" / "prompt.txt"
    return beside if beside.is_file() else None


def _told(record: RunRecord, name: str) -> str:
    """What the trainer was told on its command line, or in its settings; empty for nothing."""
    words = (*record.command, "")
    found = next((value for word, value in pairwise(words) if word == f"--{name}"), "")
    found = found or next((word.partition("=")[2] for word in words if word.startswith(f"--{name}=")), "")
    return found or record.settings.get(name, "")


def _words(prompt: SamplePrompt, script: str, sampler: str) -> PromptWords:
    size = f"{prompt.width}×{prompt.height}" if prompt.width and prompt.height else ""
    said = [_settings(prompt.steps, prompt.scale), size, f"not {prompt.negative}" if prompt.negative else ""]
    return PromptWords(
        prompt.prompt,
        " · ".join(part for part in said if part),
        prompt.negative or "",
        prompt.seed,
        _in_full(prompt, script, sampler),
    )


def _in_full(prompt: SamplePrompt, script: str, sampler: str) -> str:
    """As the script reads it; where the script is not known, only what the prompt says."""
    given = {
        "width": prompt.width,
        "height": prompt.height,
        "sample_steps": prompt.steps,
        "scale": prompt.scale,
        "guidance_scale": prompt.guidance,
        "sample_sampler": prompt.sampler or sampler or None,
    }
    known = default_values(script) if script else {}
    used = {key: value if value is not None else known.get(key) for key, value in given.items()}
    if script:
        used = {key: value for key, value in used.items() if key in used_keys(script)}
    width, height, guidance = used.get("width"), used.get("height"), used.get("guidance_scale")
    parts = [
        _settings(used.get("sample_steps"), used.get("scale")),
        f"guidance {guidance:g}" if guidance is not None else "",
        f"{width}×{height}" if width and height else "",
        str(used.get("sample_sampler") or ""),
    ]
    return " · ".join(part for part in parts if part)


def _settings(steps: Any, scale: Any) -> str:
    parts = (f"{steps} steps" if steps is not None else "", f"cfg {scale:g}" if scale is not None else "")
    return " · ".join(part for part in parts if part)
