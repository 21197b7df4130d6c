"""Which file an image's caption comes from, which part of it is read, and what text is trained in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import splitext
from typing import Any, Protocol, TypeVar

from sdtui.trainer.marked import Marked

_WILDCARD = re.compile(r"\{([^}]+)\}")

EMPTY_FILE = "The caption file is empty (0 bytes), and the trainer would stop at it."
"""Why the trainer would not read a caption file of 0 bytes."""

Written = TypeVar("Written", str, Marked)
"""A text on its way to the tokenizer: plain to count its tokens, marked to show what stands where."""


@dataclass(frozen=True, slots=True)
class CaptionReading:
    """What the trainer makes of the bytes of a caption file: a text, or the reason why it would stop."""

    text: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """The subset keys that change a caption on its way to the tokenizer (library/train_util.py, process_caption)."""

    prefix: str = ""
    suffix: str = ""
    wildcard: bool = False
    separator: str = ","
    keep_tokens: int = 0
    keep_tokens_separator: str = ""
    secondary_separator: str = ""
    shuffle: bool = False
    tag_dropout: float = 0.0
    """Chance of each loose tag to be left out of a use."""
    warmup_step: float = 0
    """Steps until all tags are read; below 1 a share of all steps."""
    warmup_min: int = 1
    """Loose tags that are read at the first step."""
    dropout: float = 0.0
    """Chance of a use to have no caption at all."""
    dropout_every: int = 0
    """Each of how many epochs has no captions at all; 0: none."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> CaptionRules:
        """The rules that a subset's keys (fallbacks applied) ask for."""
        minimum = options.get("token_warmup_min")
        return cls(
            prefix=options.get("caption_prefix") or "",
            suffix=options.get("caption_suffix") or "",
            wildcard=bool(options.get("enable_wildcard", False)),
            separator=options.get("caption_separator") or ",",
            keep_tokens=options.get("keep_tokens") or 0,
            keep_tokens_separator=options.get("keep_tokens_separator") or "",
            secondary_separator=options.get("secondary_separator") or "",
            shuffle=bool(options.get("shuffle_caption", False)),
            tag_dropout=options.get("caption_tag_dropout_rate") or 0.0,
            warmup_step=options.get("token_warmup_step") or 0,
            warmup_min=1 if minimum is None else minimum,
            dropout=options.get("caption_dropout_rate") or 0.0,
            dropout_every=options.get("caption_dropout_every_n_epochs") or 0,
        )

    @property
    def before(self) -> str:
        """What stands before each caption."""
        return f"{self.prefix} " if self.prefix else ""

    @property
    def after(self) -> str:
        """What stands after each caption."""
        return f" {self.suffix}" if self.suffix else ""

    @property
    def rejoined(self) -> bool:
        """Shuffle, token warm-up or tag dropout is on: the tags are split and joined with ``", "``."""
        return self.shuffle or self.warmup_step > 0 or self.tag_dropout > 0


def with_dot(extension: str) -> str:
    """``txt`` as ``.txt``, as the trainer mends it (library/train_util.py, DreamBoothSubset)."""
    return extension if not extension or extension.startswith(".") else f".{extension}"


def own_caption(image: str, extension: str) -> str:
    """The path of an image's own caption file."""
    return splitext(image)[0] + extension


def borrowed_caption(image: str, extension: str) -> str | None:
    """The caption file that is read where the image has none of its own, None where no other comes into question.

    The whole path as the trainer was given it counts, its folders' underscores too: with five or more parts the last
    four fall away (library/train_util.py, read_caption: meant for ``name_x_y_w_h`` of face detection).
    """
    parts = splitext(image)[0].split("_")
    return "_".join(parts[:-4]) + extension if len(parts) >= 5 else None


def read_caption(data: bytes, *, wildcard: bool = False) -> CaptionReading:
    """The text that the trainer reads from a caption file (library/train_util.py, read_caption).

    The first line, stripped; with ``enable_wildcard`` all lines that are not blank, stripped. A byte order mark stays
    in the text. The trainer stops at an empty file and at bytes that are not UTF-8.
    """
    if not data:
        return CaptionReading(None, EMPTY_FILE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return CaptionReading(None, f"The caption is not UTF-8 (line {line}), and the trainer would stop at it.")
    return CaptionReading(read_text(text, wildcard=wildcard), None)


def read_text(text: str, *, wildcard: bool = False) -> str:
    """What is read of a caption file that holds ``text``, as ``read_caption`` says."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if wildcard:
        lines = (line.strip() for line in text.split("\n"))
        return "\n".join(line for line in lines if line)
    return text.partition("\n")[0].strip()


class Hand(Protocol[Written]):
    """How the pieces of a caption are put together: as plain text, or marked with where they come from."""

    def choice(self, alternatives: list[Written]) -> Written:
        """What stands in place of ``{a|b}``."""

    def joined(self, head: list[Written], loose: list[Written], tail: list[Written]) -> Written:
        """The tags, with ``", "`` between them."""

    def separated(self, caption: Written, old: str, new: str) -> Written:
        """``new`` for each ``old``."""


class _Plain:
    def choice(self, alternatives: list[str]) -> str:
        return max(alternatives, key=len)

    def joined(self, head: list[str], loose: list[str], tail: list[str]) -> str:
        return ", ".join([*head, *loose, *tail])

    def separated(self, caption: str, old: str, new: str) -> str:
        return caption.replace(old, new)


_PLAIN = _Plain()


def trained_texts(caption: str, rules: CaptionRules) -> tuple[str, ...]:
    """The texts that a caption can become in training, dropout and shuffling aside; one but for ``enable_wildcard``.

    With wildcards there is one text a line, each ``{a|b}`` replaced by its longest alternative. As
    library/train_util.py, process_caption; with cached text encoder outputs the trainer skips all of this.
    """
    return processed(f"{rules.before}{caption}{rules.after}", rules, _PLAIN)


def processed(whole: Written, rules: CaptionRules, hand: Hand[Written]) -> tuple[Written, ...]:
    """What becomes of a caption that stands between its prefix and suffix (library/train_util.py, process_caption)."""
    lines = whole.split("\n") if rules.wildcard else whole.split("\n", 1)[:1]
    return tuple(_processed(line, rules, hand) for line in lines)


def _processed(line: Written, rules: CaptionRules, hand: Hand[Written]) -> Written:
    if rules.wildcard:
        line = _chosen(line, hand)
    if rules.rejoined:
        line = hand.joined(*tag_ranges(line, rules))
    if rules.secondary_separator:
        line = hand.separated(line, rules.secondary_separator, rules.separator)
    return line


def _chosen(line: Written, hand: Hand[Written]) -> Written:
    opening, closing = "⦅", "⦆"
    while opening in line or closing in line:
        opening, closing = opening + "⦅", closing + "⦆"
    line = line.replace("{{", opening).replace("}}", closing)
    pieces: list[Written] = []
    at = 0
    for match in _WILDCARD.finditer(str(line)):
        pieces.append(line[at : match.start()])
        pieces.append(hand.choice(line[match.start(1) : match.end(1)].split("|")))
        at = match.end()
    pieces.append(line[at:])
    line = line[:0].join(pieces)
    return line.replace(opening, "{").replace(closing, "}")


def tag_ranges(caption: Written, rules: CaptionRules) -> tuple[list[Written], list[Written], list[Written]]:
    """The tags that stay in front, those that are shuffled, dropped or held back, and those that stay at the end.

    As library/train_util.py, process_caption, which splits tags only where one of these three is on.
    """
    keep = rules.keep_tokens_separator
    if not (keep and keep in caption):
        tags = [tag.strip() for tag in caption.strip().split(rules.separator)]
        kept = max(0, rules.keep_tokens)
        return tags[:kept], tags[kept:], []
    ranges = caption.split(keep, 2)
    tail: list[Written] = _tags(ranges[2], rules) if len(ranges) > 2 else []
    return _tags(ranges[0], rules), _tags(ranges[1], rules), tail


def _tags(part: Written, rules: CaptionRules) -> list[Written]:
    return [tag for tag in (tag.strip() for tag in part.split(rules.separator)) if tag]
