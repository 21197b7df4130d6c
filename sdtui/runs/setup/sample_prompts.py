"""The sample prompts of a run: the person's file, else the dataset's own captions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.paths import typed_path
from sdtui.base.there import is_file
from sdtui.dataset.project import Project
from sdtui.trainer.prompts import SamplePrompt, parse_prompt, read_prompts

PROMPT_FILE = Path("model") / "sample" / "prompt.txt"
"""Where a project keeps its prompts, as SD-Guide has it."""
_FROM_CAPTIONS = 4
_SEED = 1


@dataclass(frozen=True, slots=True)
class PromptText:
    """What goes into the run's own prompt file."""

    name: str
    data: bytes
    prompts: tuple[SamplePrompt, ...]
    source: Path | None
    """The file that it was copied from; None: made from captions."""


def prompts_for(project: Project, wanted: str, width: int, height: int) -> PromptText | None:
    """The prompts of a run, None where there is nothing to make them from.

    ``wanted`` is a path, or empty for the project's ``model/sample/prompt.txt``; where that does not exist, up to four
    captions serve as prompts. Raises UsageError for a file that does not exist or has no prompt, UnreadableError.
    """
    path = typed_path(wanted) if wanted else project.root / PROMPT_FILE
    if wanted and not is_file(path):
        raise UsageError("There is no such file of sample prompts", path=path)
    if is_file(path):
        prompts = read_prompts(path)
        if prompts:
            return PromptText(f"prompt{path.suffix}", read_bytes(path), prompts, path)
        if wanted:
            raise UsageError("There is no prompt in this file", path=path)
    return _from_captions(project, width, height)


def _from_captions(project: Project, width: int, height: int) -> PromptText | None:
    lines = [f"{text} --w {width} --h {height} --d {_SEED}" for text in _captions(project)]
    if not lines:
        return None
    prompts = tuple(parse_prompt(line, index) for index, line in enumerate(lines))
    return PromptText("prompt.txt", ("\n".join(lines) + "\n").encode("utf-8"), prompts, None)


def _captions(project: Project) -> Iterator[str]:
    """One caption of each subset that is trained, so that the samples show what each has taught."""
    subsets = [subset for subset in project.subsets if not subset.is_reg]
    found = 0
    for subset in subsets:
        usable = (sample.caption for sample in subset.samples if sample.problem is None)
        text = next((text for text in usable if text and _is_plain(text)), None)
        if text is not None and found < _FROM_CAPTIONS:
            found += 1
            yield text


def _is_plain(text: str) -> bool:
    """Whether the trainer would read the caption as nothing but a prompt: neither options nor a comment in it."""
    return (
        "--" not in text
        and "\n" not in text
        and not text.startswith("#")
        and parse_prompt(text) == SamplePrompt(0, text)
    )
