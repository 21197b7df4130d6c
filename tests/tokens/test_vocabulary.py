"""The vocabulary is found in open_clip_torch, and its absence or damage is a sentence."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import pytest

from sdtui.base.errors import SdtuiError, UnreadableError
from sdtui.tokens.vocabulary import read_vocabulary, vocabulary_path


def test_without_open_clip_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SdtuiError, match="pip install open_clip_torch"):
        vocabulary_path()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"not gzip",
        lambda data: gzip.compress(b"\n".join(gzip.decompress(data).split(b"\n")[:1000])),
        lambda data: gzip.compress(gzip.decompress(data).replace(b"\nt h\n", b"\nt\n")),
        lambda data: gzip.compress(b"\xff" + gzip.decompress(data)),
    ],
    ids=["empty", "cut off", "not gzip", "too short", "half a merge", "not UTF-8"],
)
@pytest.mark.slow
def test_a_damaged_vocabulary_is_named(damage: object, tmp_path: Path) -> None:
    assert callable(damage)
    path = tmp_path / "vocabulary.gz"
    path.write_bytes(damage(vocabulary_path().read_bytes()))
    with pytest.raises(UnreadableError, match=r"vocabulary is damaged.*vocabulary\.gz"):
        read_vocabulary(path)
