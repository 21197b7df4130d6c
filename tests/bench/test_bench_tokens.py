"""Counting tokens against open_clip's own tokenizer, and against cleaning every caption with ftfy."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import ftfy
import pytest

from sdtui.tokens.encoder import counts, encode
from sdtui.tokens.vocabulary import vocabulary_path
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "purple", "orange")
TAGS = [
    f"1girl, solo, long_hair, {COLOURS[n % 8]} eyes, looking at viewer, (masterpiece:1.2), best quality, {n}"
    for n in range(3000)
]
SENTENCES = [
    f"A photograph of a {COLOURS[n % 8]} circle, number {n}, on a {COLOURS[n // 8 % 8]} background; it’s flat —"
    " no shading at all, drawn with sharp edges and lit softly from the upper left, as if for a textbook."
    for n in range(3000)
]
CHINESE = [f"一个{n}号红色的圆形，蓝色背景，扁平风格，边缘清晰。" for n in range(3000)]


@pytest.fixture(scope="module")
def open_clip_encode() -> Callable[[str], list[int]]:
    """SimpleTokenizer.encode, from its file alone: importing all of open_clip needs a torchvision that loads."""
    spec = importlib.util.spec_from_file_location("open_clip_tokenizer", vocabulary_path().with_name("tokenizer.py"))
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    encode: Callable[[str], list[int]] = module.SimpleTokenizer().encode
    return encode


@pytest.mark.parametrize(("kind", "captions"), [("tags", TAGS), ("sentences", SENTENCES), ("Chinese", CHINESE)])
def test_counting(
    kind: str, captions: list[str], open_clip_encode: Callable[[str], list[int]], compare: Compare
) -> None:
    def theirs() -> list[int]:
        return [len(open_clip_encode(caption)) for caption in captions]

    assert counts(captions) == theirs()
    compare(f"counting {len(captions):,} {kind}", lambda: counts(captions), "open_clip", theirs, rounds=3)


def test_cleaning_only_what_needs_it(compare: Compare) -> None:
    compare(
        f"counting {len(CHINESE):,} Chinese captions",
        lambda: counts(CHINESE),
        "ftfy first",
        lambda: counts(map(ftfy.fix_text, CHINESE)),
    )


def test_the_place_of_each_token(compare: Compare) -> None:
    long = SENTENCES[0] * 5
    rewritten = long + " &amp; cafÃ©"
    compare("encoding a long caption", lambda: encode(long), "one that ftfy rewrites", lambda: encode(rewritten), 50)
