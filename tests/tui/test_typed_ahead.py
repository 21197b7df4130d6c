"""Keys that come in one burst, as over a slow link or from a quick hand: each goes where the one before leads."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.keys import key_to_character

from tests.tui.conftest import Open, Opened

_TYPED = {"slash": "/", "space": " ", "comma": ",", "escape": None, "enter": "\r", "tab": "\t"}


def burst(it: Opened, *keys: str) -> None:
    """All at once, before the app has seen the first."""
    for key in keys:
        it.app.post_message(events.Key(key, _TYPED.get(key) or key_to_character(key)))


async def test_letters_after_the_filter_key_are_the_filter(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        await it.go_to("10_circle", "circle_003.png")
        burst(it, "slash", *"green", "enter", "j", "k", "e")
        await it.until(lambda: [sample.name for sample in it.screen.images.samples] == ["circle_001.png"])
        await it.until(lambda: it.screen.captions.editing)


@pytest.mark.slow
async def test_letters_after_the_key_that_finds_are_what_is_sought(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        burst(it, "f", *"squ2", "enter")
        await it.until(lambda: it.shown == "square_002.png")
        burst(it, "f", "escape", "k", "k")
        await it.until(lambda: it.shown == "square_000.png")


async def test_a_caption_is_edited_and_saved_in_one_burst(dataset: Path, opened: Open) -> None:
    captions = dataset / "images" / "10_circle"
    async with opened(dataset, slow=True) as it:
        await it.go_to("10_circle", "circle_000.png")
        burst(it, "j", "enter", *"x", "escape", "k", "enter", *"yz", "escape")
        await it.until(lambda: (captions / "circle_001.txt").read_bytes() == b"a green circlex\n")
        await it.until(lambda: (captions / "circle_000.txt").read_bytes() == b"a red circleyz\n")


async def test_a_paste_keeps_its_place_between_keys(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        await it.go_to("10_circle")
        burst(it, "slash", "g")
        it.app.post_message(events.Paste("ree"))
        burst(it, "n")
        await it.until(lambda: [sample.name for sample in it.screen.images.samples] == ["circle_001.png"])


async def test_a_letter_does_not_overtake_the_key_that_moves_before_it(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        await it.go_to("10_circle", "circle_000.png")
        burst(it, "enter", "home", "x", "end", "y", "backspace", "z", "escape")
        caption = dataset / "images" / "10_circle" / "circle_000.txt"
        await it.until(lambda: caption.read_bytes() == b"xa red circlez\n")
