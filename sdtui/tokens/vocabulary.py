"""CLIP's vocabulary, read from the installed open_clip_torch without importing it (that would load torch).

The file holds 48,894 byte-pair merges. From them follow all ids: 0 to 255 are bytes within a word, 256 to 511 bytes
that end one, 512 and up the merges in their order, and then the two special tokens (openai/CLIP, simple_tokenizer.py).
"""

from __future__ import annotations

import gzip
import importlib.util
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sdtui.base.errors import SdtuiError, UnreadableError
from sdtui.base.files import read_error

FILE_NAME = "bpe_simple_vocab_16e6.txt.gz"
MERGES = 49152 - 256 - 2
END_OF_WORD = 256
"""Added to the id of a byte that ends a word."""
FIRST_MERGE = 512
BEGIN = FIRST_MERGE + MERGES
END = BEGIN + 1
SPECIAL = {"<|startoftext|>": BEGIN, "<|endoftext|>": END}
"""Strings that stand for one token each when they are written out in a caption."""
PAIR_SHIFT = 16


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``byte_ids[b]``: id of byte ``b`` within a word. ``merges[left << 16 | right]``: id of the two merged; a lower
    id is merged first. ``lengths[id]``: how many bytes of text a token stands for."""

    byte_ids: tuple[int, ...]
    merges: dict[int, int]
    lengths: tuple[int, ...]


def vocabulary_path() -> Path:
    """Where open_clip_torch keeps the vocabulary. Raises SdtuiError where it is not installed."""
    spec = importlib.util.find_spec("open_clip")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    raise SdtuiError(
        "CLIP tokens cannot be counted, because the vocabulary of open_clip_torch is not installed",
        remedy="Install it with: pip install open_clip_torch",
    )


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once. Raises SdtuiError, UnreadableError."""
    return read_vocabulary(vocabulary_path())


def read_vocabulary(path: Path) -> Vocabulary:
    """Read the merges from ``path``. Raises UnreadableError."""
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1 : MERGES + 1]
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise read_error(error, path) from error
    letters = _byte_letters()
    ids = {letter: at for at, letter in enumerate(letters.values())}
    ids |= {f"{letter}</w>": at + END_OF_WORD for letter, at in ids.items()}
    lengths = [1] * FIRST_MERGE
    merges: dict[int, int] = {}
    try:
        for merged, line in enumerate(lines, FIRST_MERGE):
            left, right = line.split()
            a, b = ids[left], ids[right]
            ids[left + right] = merged
            merges[a << PAIR_SHIFT | b] = merged
            lengths.append(lengths[a] + lengths[b])
    except (KeyError, ValueError) as error:
        raise _damaged(path) from error
    if len(merges) != MERGES:
        raise _damaged(path)
    byte_ids = tuple(ids[letters[byte]] for byte in range(256))
    return Vocabulary(byte_ids, merges, (*lengths, *map(len, SPECIAL)))


def _damaged(path: Path) -> UnreadableError:
    return UnreadableError(
        "CLIP's vocabulary is damaged",
        path=path,
        remedy="Install it again: pip install --force-reinstall open_clip_torch",
    )


def _byte_letters() -> dict[int, str]:
    """The printable letter by which the file writes each byte, in the order of the ids."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + at) for at, byte in enumerate(others)}
