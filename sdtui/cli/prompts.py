"""``sdtui prompts``: what the trainer will sample, and what it drops or misreads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.text import safe
from sdtui.cli.output import print_json

if TYPE_CHECKING:
    from sdtui.trainer.prompts import SamplePrompt


@click.command("prompts")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--script", metavar="NAME", default="train_network", show_default=True, help="Which script will sample.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(file: Path, script: str, as_json: bool) -> int:
    """Say what the trainer will sample from a prompt file (.txt, .toml or .json).

    Exit status 1 where something is dropped or misread.
    """
    from sdtui.checks.finding import Severity
    from sdtui.checks.prompts import check_prompt, sampled_side, size_unit
    from sdtui.cli.findings import show_findings
    from sdtui.trainer.prompts import read_prompts
    from sdtui.trainer.scripts import file_of, support_of

    support_of(script)
    name = file_of(script)
    prompts = read_prompts(file)
    findings = [finding for prompt in prompts for finding in check_prompt(file, prompt, script=name)]
    rows = [_row(prompt, lambda side: sampled_side(side, size_unit(name))) for prompt in prompts]
    if as_json:
        print_json({"prompts": rows, "findings": [finding.document() for finding in findings]})
    else:
        for row in rows:
            click.echo("\n".join(_lines(row)))
        show_findings(findings)
    return 1 if any(finding.severity is not Severity.INFO for finding in findings) else 0


def _row(prompt: SamplePrompt, sampled: Any) -> dict[str, Any]:
    """What is sampled, the trainer's defaults filled in (library/train_util.py, sample_image_inference)."""
    return {
        "index": prompt.index,
        "line": prompt.line,
        "prompt": prompt.prompt,
        "negative_prompt": prompt.negative,
        "width": sampled(prompt.width if prompt.width is not None else 512),
        "height": sampled(prompt.height if prompt.height is not None else 512),
        "seed": prompt.seed,
        "sample_steps": prompt.steps if prompt.steps is not None else 30,
        "scale": prompt.scale if prompt.scale is not None else 7.5,
        "guidance_scale": prompt.guidance,
        "sample_sampler": prompt.sampler,
        "dropped": list(prompt.unknown),
    }


def _lines(row: dict[str, Any]) -> Iterator[str]:
    seed = "random" if row["seed"] is None else row["seed"]
    sampler = f" · {safe(row['sample_sampler'])}" if row["sample_sampler"] else ""
    yield f"{row['index']:>3}  {safe(row['prompt'])}"
    if row["negative_prompt"]:
        yield f"     not: {safe(row['negative_prompt'])}"
    size = f"{row['width']}×{row['height']}"
    yield f"     {size} · seed {seed} · {row['sample_steps']} steps · scale {row['scale']:g}{sampler}"
