"""Sample prompt files, read as the trainer reads them (library/train_util.py, load_prompts and line_to_prompt_dict)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import read_bytes
from sdtui.trainer.prompt_file import PromptFile, PromptRow, parse_prompt_file
from sdtui.trainer.prompt_lines import line_parts, line_values
from sdtui.trainer.prompt_options import LARGEST_SEED, NEGATIVE, PROMPT, SEED

SMALLEST_SEED = -(2**63)
_KINDS: tuple[tuple[tuple[str, ...], tuple[type, ...], str], ...] = (
    (("width", "height", SEED, "sample_steps"), (int,), "a whole number"),
    (("scale", "guidance_scale"), (int, float), "a number"),
    ((PROMPT, NEGATIVE), (str, list), "text"),
)


@dataclass(frozen=True, slots=True)
class SamplePrompt:
    """One picture to be made. None: the trainer's default (512 x 512 px, 30 steps, scale 7.5, a random seed)."""

    index: int
    """What stands in the picture's file name."""
    prompt: str
    negative: str | None = None
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    steps: int | None = None
    scale: float | None = None
    guidance: float | None = None
    """``--g``: the guidance of FLUX and SD3; SD and SDXL look at ``--l`` only."""
    sampler: str | None = None
    unknown: tuple[str, ...] = field(default=())
    """Parts that begin like an option and that the trainer drops, with their text."""
    line: int | None = None
    """Line of the file, counted from 1."""


def read_prompts(path: Path) -> tuple[SamplePrompt, ...]:
    """The prompts of a .txt, .toml or .json file.

    Raises UnreadableError, and SyntaxProblem for what would end the run at its first sample.
    """
    return sample_prompts(parse_prompt_file(path, read_bytes(path)))


def sample_prompts(file: PromptFile) -> tuple[SamplePrompt, ...]:
    """The prompts of a file that was read. Raises SyntaxProblem for what would end the run at its first sample."""
    if file.problem is not None:
        raise SyntaxProblem(file.problem, path=file.path)
    return tuple(_checked(row, index, file.path) for index, row in enumerate(file.rows))


def _checked(row: PromptRow, index: int, path: Path) -> SamplePrompt:
    for sentence in stopping(row.values, index):
        raise SyntaxProblem(sentence, path=path, line=row.line)
    return sample_prompt(row, index)


def stopping(values: Mapping[str, Any], index: int, script: str = "") -> Iterator[str]:
    """Sentences, without their full stop, about what would end the run at the first sample of row ``index``.

    (sample_image_inference in library/train_util.py: torch.manual_seed and arithmetic on what is no number; in
    lumina_train_util.py its assertion about the seed; get_timesteps_sigmas in hunyuan_image_utils.py.)
    """
    for keys, kinds, what in _KINDS:
        for key in keys:
            value = values.get(key)
            left_out = key not in values or (key in (SEED, NEGATIVE) and value is None)
            if not left_out and (not isinstance(value, kinds) or isinstance(value, bool)):
                yield (
                    f"{key} of sample prompt {index + 1} is not {what}, and the trainer would stop at its first sample"
                )
    seed = values.get(SEED)
    if isinstance(seed, int) and not SMALLEST_SEED <= seed <= LARGEST_SEED:
        yield (
            f"The seed of sample prompt {index + 1} has over 64 bits ({LARGEST_SEED} is the largest), "
            "and the trainer would stop at it"
        )
    if script.startswith("lumina") and isinstance(seed, int) and seed <= 0:
        yield f"The seed of sample prompt {index + 1} is {seed}, and Lumina's script takes 1 and more only"
    if script.startswith("hunyuan") and isinstance(values.get("flow_shift"), str):
        yield (
            f"Sample prompt {index + 1} sets --fs in a line, where it is text to the trainer, and Hunyuan Image's "
            "script stops at it; in a TOML or JSON file it can be a number"
        )


def sample_prompt(row: PromptRow, index: int) -> SamplePrompt:
    """``row`` as plain values; what is of a wrong type is left out."""
    values = row.values
    return SamplePrompt(
        index=index,
        prompt=str(values.get(PROMPT) or ""),
        negative=_text(values.get(NEGATIVE)),
        width=_whole(values.get("width")),
        height=_whole(values.get("height")),
        seed=_whole(values.get("seed")),
        steps=_whole(values.get("sample_steps")),
        scale=_number(values.get("scale")),
        guidance=_number(values.get("guidance_scale")),
        sampler=_text(values.get("sample_sampler")),
        unknown=_unknown(row.text) if row.text is not None else (),
        line=row.line,
    )


def parse_prompt(line: str, index: int = 0) -> SamplePrompt:
    """One line of a prompt file. Each part between ``--`` is looked at, the prompt itself too."""
    return replace(sample_prompt(PromptRow(line_values(line), 1, 0, len(line), line), index), line=None)


def _unknown(line: str) -> tuple[str, ...]:
    return tuple(part.text for part in line_parts(line)[1:] if part.option is None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
