"""The sample prompts that a trainer's log tells of: it names each before it draws it (library/train_util.py,
sample_image_inference), with what it was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sdtui.trainer.prompts import SamplePrompt

_ROUND = "generating sample images"
_TOLD = re.compile(
    r"\bINFO +(?P<key>prompt|negative_prompt|width|height|sample_steps|scale|guidance_scale|sample_sampler|seed): "
    r"(?P<value>.*?)(?:  [\w.\-]+\.py:\d+)?$"
)


def told_prompts(lines: Iterable[str]) -> tuple[SamplePrompt, ...]:
    """Those of the newest round in ``lines``, as a person reads them; of the one before while that is the longer."""
    best: list[dict[str, str]] = []
    asked: list[dict[str, str]] = []
    for line in lines:
        if _ROUND in line:
            asked = []
        elif (told := _TOLD.search(line)) is not None:
            if told["key"] == "prompt":
                asked.append({})
                best = asked if len(asked) >= len(best) else best
            if asked:
                asked[-1][told["key"]] = told["value"]
    return tuple(_prompt(values, index) for index, values in enumerate(best))


def _prompt(values: Mapping[str, str], index: int) -> SamplePrompt:
    negative = values.get("negative_prompt")
    return SamplePrompt(
        index=index,
        prompt=values["prompt"],
        negative=None if negative == "None" else negative,
        width=_whole(values.get("width")),
        height=_whole(values.get("height")),
        seed=_whole(values.get("seed")),
        steps=_whole(values.get("sample_steps")),
        scale=_number(values.get("scale")),
        guidance=_number(values.get("guidance_scale")),
        sampler=values.get("sample_sampler"),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,20}", text) else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text) else None
