"""How the text in the editor is counted: the trained text, with what stands around it, and where it is cut."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.dataset.project import Subset
from sdtui.tokens.encoder import encode
from sdtui.tokens.encoding import Mode
from sdtui.trainer.captions import CaptionRules, trained_texts


@dataclass(frozen=True, slots=True)
class Counted:
    """A caption file's text, counted. Offsets are code points of the editor's text."""

    tokens: int
    """Of the text that is trained, before truncation."""
    cut: int | None
    """Where the first token stands that the trainer drops; None where none is, or where it cannot be said."""
    seams: tuple[int, ...]
    """Where a second and third window begin."""
    reads_all: bool = False
    """All lines are read and not only the first: wildcards are on."""
    unread: int = 0
    """Lines after the first that hold something and that the trainer does not read."""


NOTHING = Counted(0, None, ())


def counted(text: str, rules: CaptionRules, limit: int, mode: Mode = "ftfy") -> Counted:
    """Count what the trainer makes of a caption file that holds ``text``, cut at ``limit`` tokens."""
    if rules.wildcard:
        lines = "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)
        return Counted(max(encode(trained, mode).count for trained in trained_texts(lines, rules)), None, (), True)
    line, _, rest = text.partition("\n")
    unread = sum(1 for each in rest.split("\n") if each.strip()) if rest.strip() else 0
    caption = line.strip()
    trained = trained_texts(caption, rules)[0]
    encoding = encode(trained, mode)
    before = line.find(caption) - (len(rules.prefix) + 1 if rules.prefix else 0)
    if trained[len(rules.prefix) + 1 if rules.prefix else 0 :][: len(caption)] != caption:
        return Counted(
            encoding.count, None, (), unread=unread
        )  # the tags are rejoined: no place in the file is the cut
    cut = encoding.cut(limit)
    return Counted(
        encoding.count,
        None if cut is None else min(len(line), max(0, cut + before)),
        tuple(at + before for at in encoding.seams(limit) if 0 <= at + before < len(line)),
        unread=unread,
    )


def rules_of(subset: Subset | None) -> CaptionRules:
    """The rules that the keys of ``subset`` ask for."""
    return CaptionRules.from_options(subset.options) if subset is not None else CaptionRules()
