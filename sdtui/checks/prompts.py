"""What the trainer makes of sample prompts otherwise than was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sdtui.base.text import count
from sdtui.checks.finding import Finding, Severity
from sdtui.tokens.encoder import count as count_tokens
from sdtui.tokens.encoding import LIMITS
from sdtui.trainer.prompts import SamplePrompt
from sdtui.trainer.weights import unweighted_segments

_FLAG = re.compile(r"(?:w|h|d|s) \d|(?:l|g) [\d.]|(?:n|ss|cn|ctr|rcfg|fs) .", re.IGNORECASE)
_SMALLEST = 64


def size_unit(script: str) -> int:
    """What the sides of a sample are rounded down to a multiple of.

    (sample_image_inference in library/train_util.py, flux_train_utils.py and hunyuan_image_train_network.py)
    """
    return 16 if script.startswith(("flux", "anima", "hunyuan")) else 8


def check_prompt(path: Path, prompt: SamplePrompt, *, script: str, limit: int = LIMITS[-1]) -> Iterator[Finding]:
    """The findings about one prompt of the file at ``path``.

    ``limit``: tokens that are read; samples of SD and SDXL take 225 whatever ``--max_token_length`` says
    (library/lpw_stable_diffusion.py, max_embeddings_multiples).
    """
    for part in prompt.unknown:
        yield _dropped(path, prompt, part)
    if prompt.prompt and _FLAG.match(prompt.prompt):
        yield Finding(
            "prompt-reads-as-flag",
            Severity.WARNING,
            f'The prompt begins with "{prompt.prompt[:12]}", which the trainer also takes for an option.',
            path,
            prompt.line,
            why="Each part is looked at, the prompt itself too (line_to_prompt_dict).",
            fix="Begin it with another word or a comma.",
        )
    yield from _too_long(path, prompt, limit)
    yield from _rounded(path, prompt, size_unit(script))


def _dropped(path: Path, prompt: SamplePrompt, part: str) -> Finding:
    if re.match(r"d -\d", part, re.IGNORECASE):
        message, fix = f"--{part.strip()} is no seed to the trainer, so each sample has another.", "Leave it out."
        return Finding("prompt-negative-seed", Severity.INFO, message, path, prompt.line, fix=fix)
    return Finding(
        "prompt-unknown-flag",
        Severity.WARNING,
        f'"--{part[:40]}" is dropped, with its text.',
        path,
        prompt.line,
        why="The trainer knows --n --w --h --d --s --l --g --ss --cn --ctr --rcfg --fs, each with a blank and a value.",
        fix="Write the option with its value, or take the two hyphens out of the text.",
    )


def _too_long(path: Path, prompt: SamplePrompt, limit: int) -> Iterator[Finding]:
    for what, text in (("The prompt", prompt.prompt), ("The negative prompt", prompt.negative or "")):
        tokens = sum(map(count_tokens, unweighted_segments(text)))
        if tokens > limit:
            message = f"{what} has {count(tokens)} tokens, {count(tokens - limit)} over {limit}."
            why = "What is over the limit is cut off, as in captions."
            yield Finding("prompt-over-limit", Severity.WARNING, message, path, prompt.line, why=why)


def _rounded(path: Path, prompt: SamplePrompt, unit: int) -> Iterator[Finding]:
    for name, side in (("width", prompt.width), ("height", prompt.height)):
        if side is not None and sampled_side(side, unit) != side:
            message = f"The {name} of {side} becomes {sampled_side(side, unit)}."
            why = f"The trainer takes multiples of {unit}, and at least {_SMALLEST}."
            yield Finding("prompt-size-rounded", Severity.WARNING, message, path, prompt.line, why=why)


def sampled_side(side: int, unit: int) -> int:
    """The side in pixels that a sample really gets."""
    return max(_SMALLEST, side - side % unit)
