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
    from sdtui.base.files import read_bytes
    from sdtui.checks.finding import Severity
    from sdtui.checks.prompts import file_findings
    from sdtui.cli.findings import show_findings
    from sdtui.trainer.prompt_file import parse_prompt_file
    from sdtui.trainer.prompts import sample_prompts
    from sdtui.trainer.scripts import file_of, support_of

    support_of(script)
    name = file_of(script)
    parsed = parse_prompt_file(file, read_bytes(file))
    rows = [_row(prompt, name) for prompt in sample_prompts(parsed)]
    findings = list(file_findings(parsed, script=name))
    if as_json:
        print_json({"prompts": rows, "findings": [finding.document() for finding in findings]})
    else:
        for row in rows:
            click.echo("\n".join(_lines(row)))
        show_findings(findings)
    return 1 if any(finding.severity is not Severity.INFO for finding in findings) else 0


def _row(prompt: SamplePrompt, script: str) -> dict[str, Any]:
    """What ``script`` samples, its defaults filled in."""
    from sdtui.checks.prompts import sampled_side, size_unit
    from sdtui.trainer.prompt_options import default_values

    given: dict[str, Any] = {
        "width": prompt.width,
        "height": prompt.height,
        "sample_steps": prompt.steps,
        "scale": prompt.scale,
        "guidance_scale": prompt.guidance,
    }
    values: dict[str, Any] = {
        key: default_values(script).get(key) if value is None else value for key, value in given.items()
    }
    unit = size_unit(script)
    return {
        "index": prompt.index,
        "line": prompt.line,
        "prompt": prompt.prompt,
        "negative_prompt": prompt.negative,
        "width": sampled_side(values["width"], unit),
        "height": sampled_side(values["height"], unit),
        "seed": prompt.seed,
        "sample_steps": values["sample_steps"],
        "scale": values["scale"],
        "guidance_scale": values["guidance_scale"],
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
