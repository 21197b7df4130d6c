"""How the trainer takes one caption apart, which is what an operation goes by; and which lines it works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sdtui.dataset.project import Sample, Subset
from sdtui.trainer.captions import CaptionRules


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules of the subset that a caption stands in."""

    rules: CaptionRules = field(default_factory=CaptionRules)
    key: str = ""
    """What tells this caption from others for ``Shuffle``: the name of the image without its ending."""
    subset: str = ""
    """Name of that subset."""
    all_lines: bool = False
    """Work on every line that is not blank, also on those that the trainer does not read."""

    @classmethod
    def of(cls, subset: Subset, sample: Sample, *, all_lines: bool = False) -> Setting:
        """The setting of the caption of ``sample``, which stands in ``subset``."""
        return cls(CaptionRules.from_options(subset.options), sample.path.stem, subset.name, all_lines)

    @property
    def separator(self) -> str:
        return self.rules.separator


def read_lines(lines: list[str], setting: Setting) -> list[int]:
    """Which of ``lines`` the trainer reads: the first, or with ``enable_wildcard`` all that are not blank.

    (library/train_util.py, read_caption.) Never none: a caption without a word has its first line.
    """
    written = [at for at, line in enumerate(lines) if line.strip()] or [0]
    if setting.rules.wildcard:
        return written
    return sorted({0, *written}) if setting.all_lines else [0]


def on_read_lines(text: str, setting: Setting, change: Callable[[str], str]) -> str:
    """``text`` with ``change`` made to each line that the trainer reads; what it does not read stays as it is."""
    lines = text.split("\n")
    for at in read_lines(lines, setting):
        lines[at] = change(lines[at])
    return "\n".join(lines)


def unread_lines(text: str, setting: Setting) -> int:
    """How many lines with words in them the trainer passes over."""
    lines = text.split("\n")
    read = set(read_lines(lines, setting)) if setting.rules.wildcard else {0}
    return sum(bool(line.strip()) for at, line in enumerate(lines) if at not in read)


def ends(line: str) -> tuple[str, str, str]:
    """White space before the text of ``line``, the text, and the white space after it."""
    core = line.strip()
    if not core:
        return line, "", ""
    start = line.index(core)
    return line[:start], core, line[start + len(core) :]
