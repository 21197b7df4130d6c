"""Which file an image's caption comes from, which part of it is read, and what text is trained in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import splitext
from typing import Any

_WILDCARD = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class CaptionReading:
    """What the trainer makes of the bytes of a caption file: a text, or the reason why it would stop."""

    text: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """The subset keys that change a caption on its way to the tokenizer (library/train_util.py, process_caption)."""

    prefix: str | None = None
    suffix: str | None = None
    wildcard: bool = False
    separator: str = ","
    keep_tokens_separator: str | None = None
    secondary_separator: str | None = None
    rejoined: bool = False
    """Shuffle, token warm-up or tag dropout is on: the tags are split and joined with ``", "``."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> CaptionRules:
        """The rules that a subset's keys (fallbacks applied) ask for."""
        return cls(
            prefix=options.get("caption_prefix"),
            suffix=options.get("caption_suffix"),
            wildcard=bool(options.get("enable_wildcard", False)),
            separator=options.get("caption_separator") or ",",
            keep_tokens_separator=options.get("keep_tokens_separator"),
            secondary_separator=options.get("secondary_separator"),
            rejoined=bool(
                options.get("shuffle_caption")
                or (options.get("token_warmup_step") or 0) > 0
                or (options.get("caption_tag_dropout_rate") or 0) > 0
            ),
        )


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
        return CaptionReading(None, "The caption file is empty (0 bytes), and the trainer would stop at it.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return CaptionReading(None, f"The caption is not UTF-8 (line {line}), and the trainer would stop at it.")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if wildcard:
        lines = (line.strip() for line in text.split("\n"))
        return CaptionReading("\n".join(line for line in lines if line), None)
    return CaptionReading(text.partition("\n")[0].strip(), None)


def trained_texts(caption: str, rules: CaptionRules) -> tuple[str, ...]:
    """The texts that a caption can become in training, dropout and shuffling aside; one but for ``enable_wildcard``.

    With wildcards there is one text a line, each ``{a|b}`` replaced by its longest alternative. As
    library/train_util.py, process_caption; with cached text encoder outputs the trainer skips all of this.
    """
    if rules.prefix:
        caption = f"{rules.prefix} {caption}"
    if rules.suffix:
        caption = f"{caption} {rules.suffix}"
    if not rules.wildcard:
        return (_separated(caption.partition("\n")[0], rules),)
    return tuple(_separated(_longest_choice(line), rules) for line in caption.split("\n"))


def _longest_choice(line: str) -> str:
    opening, closing = "⦅", "⦆"
    while opening in line or closing in line:
        opening, closing = opening + "⦅", closing + "⦆"
    line = line.replace("{{", opening).replace("}}", closing)
    line = _WILDCARD.sub(lambda match: max(match.group(1).split("|"), key=len), line)
    return line.replace(opening, "{").replace(closing, "}")


def _separated(caption: str, rules: CaptionRules) -> str:
    if rules.rejoined:
        caption = ", ".join(_tags(caption, rules))
    if rules.secondary_separator:
        caption = caption.replace(rules.secondary_separator, rules.separator)
    return caption


def _tags(caption: str, rules: CaptionRules) -> list[str]:
    keep = rules.keep_tokens_separator
    if not (keep and keep in caption):
        return [tag.strip() for tag in caption.strip().split(rules.separator)]
    fixed, _, rest = caption.partition(keep)
    flexible, _, fixed_end = rest.partition(keep)
    parts = (part.split(rules.separator) for part in (fixed, flexible, fixed_end))
    return [tag.strip() for part in parts for tag in part if tag.strip()]
