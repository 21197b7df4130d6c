"""What the trainer's tokenizer makes of a caption before it looks for words.

``ftfy`` mode is transformers' CLIPTokenizer up to 4.x (tokenization_clip.py, ``_tokenize``), which repairs text with
ftfy. ``plain`` mode is its CLIPTokenizerFast, and CLIPTokenizer from 5 on (convert_slow_tokenizer.py,
``CLIPConverter``): NFC and lower case only.

ftfy takes most of the time that counting takes, but does nothing to most captions except replacing quotes and
full-width forms. Those are recognised here and treated the same, and then each character keeps its place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import regex

from sdtui.tokens.encoding import Mode
from sdtui.tokens.vocabulary import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECIAL_SPLIT = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")
_SPACE = regex.compile(r"\s+")
_SIMPLE = re.compile(r"[\t\n\r -~]*")

# Characters that ftfy leaves alone or replaces one for one, and that occur in no sign of wrongly decoded text, nor
# combine with one another.
_CALM_TEXT = re.compile(
    "["
    " -~‘’“”–—•…"
    "\u3000-\u3002\u3005-\u3011\u3041-\u3096\u30a1-\u30fa\u30fc"  # Chinese and Japanese punctuation, kana
    "\u3400-\u4db5\u4e00-\u9fa5\uac00-\ud7a3"  # Han, Hangul
    "\uff01-\uff05\uff07-\uff5e"  # full-width forms but for the ampersand, which could begin an entity
    "\u200d\ufe0f\U0001f300-\U0001f64f\U0001f680-\U0001f6d2\U0001f900-\U0001f93e"  # emoji
    "]*"
)
_ONE_FOR_ONE = {
    **dict.fromkeys(map(ord, "‘’"), "'"),
    **dict.fromkeys(map(ord, "“”"), '"'),
    0x3000: " ",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
}


@dataclass(frozen=True, slots=True)
class Part:
    """``text``: what became of ``caption[start:end]``; or, where ``token`` is set, a special token written out."""

    start: int
    end: int
    text: str
    exact: bool
    """Code point for code point: ``text[i]`` is what became of ``caption[start + i]``."""
    token: int | None = None


def is_simple(text: str) -> bool:
    """True for ASCII without control characters, HTML entities or special tokens: either mode only lowers its case."""
    return (
        ((text.isascii() and text.isprintable()) or _SIMPLE.fullmatch(text) is not None)
        and not ("&" in text and ";" in text)
        and "<|" not in text
    )


def clean(text: str, mode: Mode) -> list[Part]:
    """The parts of ``text`` between special tokens, cleaned as the trainer does before it looks for words."""
    return [_plain_part(text)] if mode == "plain" else list(_ftfy_parts(text))


def _plain_part(text: str) -> Part:
    # Rust lowers each character by itself; Python looks around a capital sigma.
    lowered = "".join(map(str.lower, unicodedata.normalize("NFC", text)))
    exact = len(lowered) == len(text) and unicodedata.is_normalized("NFC", text)
    return Part(0, len(text), lowered, exact)


def _ftfy_parts(text: str) -> Iterator[Part]:
    # The trie of transformers finds special tokens in the text as it was written, and each stretch between is cleaned
    # by itself (tokenization_utils.py, PreTrainedTokenizer.tokenize).
    at = 0
    for stretch in SPECIAL_SPLIT.split(text):
        end = at + len(stretch)
        if stretch in SPECIAL:
            yield Part(at, end, stretch, exact=True, token=SPECIAL[stretch])
        elif stretch:
            replaced = _calm(stretch)
            if replaced is not None:
                yield Part(at, end, replaced.lower(), exact=True)
            else:
                yield Part(at, end, _SPACE.sub(" ", _ftfy().fix_text(stretch)).strip().lower(), exact=False)
        at = end


def _calm(text: str) -> str | None:
    """What ftfy makes of ``text`` where that is known to be one character for another, None where it may be more."""
    if not _CALM_TEXT.fullmatch(text) or ("&" in text and (";" in text or "；" in text)):
        return None
    return text.translate(_ONE_FOR_ONE)


@cache
def _ftfy() -> Any:
    import ftfy  # 100 ms, and most captions do without

    return ftfy
