"""``encode`` and ``count``: the tokens that the trainer's tokenizer makes of a caption."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import regex

from sdtui.tokens.alignment import Span, align
from sdtui.tokens.bpe import word_ids
from sdtui.tokens.cleaning import SPECIAL_SPLIT, Part, clean, is_simple
from sdtui.tokens.encoding import Encoding, Mode
from sdtui.tokens.vocabulary import SPECIAL, vocabulary

_CHUNK = regex.compile(r"\S+")
# transformers 4.54, tokenization_clip.py: what a word is. White space never belongs to one.
_FTFY_WORD = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE
)
# transformers 4.54, convert_slow_tokenizer.py, CLIPConverter: the same, with special tokens found before it.
_PLAIN_WORD = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")


class _ChunkIds(dict[str, tuple[int, ...]]):
    """Ids of each stretch between white space of cleaned text, worked out when first asked for.

    Captions repeat the same few thousand of them, so nearly all of counting is looking up. Safe to share between
    threads: at worst two of them work out the same thing.
    """

    LONGEST = 64
    MOST = 200_000

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        ids = tuple(token for word in self._words(chunk) for token in _ids_of_word(word))
        if len(chunk) <= self.LONGEST:
            if len(self) >= self.MOST:
                self.clear()
            self[chunk] = ids
        return ids

    def _words(self, chunk: str) -> list[str]:
        if self._mode == "ftfy":
            return _FTFY_WORD.findall(chunk)
        words: list[str] = []
        for stretch in SPECIAL_SPLIT.split(chunk):
            words += [stretch] if stretch in SPECIAL else _PLAIN_WORD.findall(stretch)
        return words


_CHUNKS: dict[Mode, _ChunkIds] = {"ftfy": _ChunkIds("ftfy"), "plain": _ChunkIds("plain")}


def _ids_of_word(word: str) -> tuple[int, ...]:
    if word in SPECIAL:
        return (SPECIAL[word],)
    return word_ids(word.encode("utf-8", errors="surrogatepass"), vocabulary())


def encode(text: str, mode: Mode = "ftfy") -> Encoding:
    """The tokens of ``text`` and where each stands in it.

    Spans are exact for nearly all captions; where ftfy rewrote the text (wrongly decoded, HTML entities) they are right
    to the word. Raises SdtuiError where the vocabulary is not installed.
    """
    ids: list[int] = []
    spans: list[Span] = []
    parts = [Part(0, len(text), text.lower(), exact=True)] if is_simple(text) else clean(text, mode)
    for part in parts:
        if part.token is not None:
            ids.append(part.token)
            spans.append((part.start, part.end))
        else:
            part_ids, clean_spans = _encode_clean(part.text, mode)
            ids += part_ids
            spans += _in_caption(text, part, clean_spans)
    return Encoding(text, tuple(ids), tuple(spans))


def count(text: str, mode: Mode = "ftfy") -> int:
    """How many tokens ``text`` has, begin and end token not counted, before truncation. Raises SdtuiError."""
    chunks = _CHUNKS[mode]
    if is_simple(text):
        return sum(map(len, map(chunks.__getitem__, text.lower().split())))
    return sum(
        sum(map(len, map(chunks.__getitem__, _CHUNK.findall(part.text)))) if part.token is None else 1
        for part in clean(text, mode)
    )


def counts(texts: Iterable[str], mode: Mode = "ftfy") -> list[int]:
    """``count`` of each of ``texts``. Raises SdtuiError."""
    return [count(text, mode) for text in texts]


def _encode_clean(text: str, mode: Mode) -> tuple[list[int], list[Span]]:
    ids: list[int] = []
    spans: list[Span] = []
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        chunk_ids = _CHUNKS[mode][chunk]
        ids += chunk_ids
        spans += _spans(chunk, chunk_ids, match.start())
    return ids, spans


def _spans(chunk: str, ids: tuple[int, ...], start: int) -> list[Span]:
    """The range of characters of each token of ``chunk``, which begins at ``start``.

    The words of a chunk leave no gap, so lengths add up. A token may be a part of a character's bytes; it then spans
    the character.
    """
    lengths = vocabulary().lengths
    edges = [0]
    for token in ids:
        edges.append(edges[-1] + lengths[token])
    if chunk.isascii():
        return [(start + left, start + right) for left, right in pairwise(edges)]
    place = [at for at, letter in enumerate(chunk) for _ in letter.encode("utf-8", errors="surrogatepass")]
    return [(start + place[left], start + place[right - 1] + 1) for left, right in pairwise(edges)]


def _in_caption(caption: str, part: Part, spans: list[Span]) -> list[Span]:
    if part.exact:
        return [(left + part.start, right + part.start) for left, right in spans]
    origin = align(caption[part.start : part.end], part.text)
    return [(origin[left][0] + part.start, origin[right - 1][1] + part.start) for left, right in spans]
