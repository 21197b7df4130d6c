"""Which files are images, and what a folder's name means to the trainer."""

from __future__ import annotations

import pytest

from sdtui.trainer.names import folder_name, is_image, parse_folder_name, why_ignored
from tests.trainer.golden import load


@pytest.mark.parametrize(("name", "expected"), load("folder_names.json"))
def test_folder_names_mean_what_the_trainer_reads(name: str, expected: list[object] | None) -> None:
    parsed = parse_folder_name(name)
    read = [parsed.repeats, parsed.class_tokens] if parsed and parsed.repeats > 0 else None
    assert read == expected


def test_a_name_that_was_made_is_read_back() -> None:
    for repeats, tokens in ((1, "circle"), (12, ""), (7, "a_b_c"), (3, "日本")):
        parsed = parse_folder_name(folder_name(repeats, tokens))
        assert parsed is not None
        assert (parsed.repeats, parsed.class_tokens) == (repeats, tokens)


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.jpeg", "a.JPG", "a.webp", "a.bmp", "a.b.png", "日本.WEBP"])
def test_the_trainer_reads(name: str) -> None:
    assert is_image(name)
    assert why_ignored(name) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a.Png", "mixture"),
        ("a.gif", ".gif"),
        ("a.tiff", ".tiff"),
        ("a.avif", "pillow-avif-plugin"),
        (".a.png", "dot"),
        (".png", "dot"),
        ("notes.md", "neither an image"),
        ("png", "neither an image"),
    ],
)
def test_the_trainer_does_not_read_and_the_reason_is_said(name: str, word: str) -> None:
    assert not is_image(name)
    reason = why_ignored(name)
    assert reason is not None
    assert word in reason
    assert reason.endswith(".")
