"""Captions with characters at which other programs end a line: they are kept, whatever is edited beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import Open
from tests.tui.test_editing import caption, edit

ENDS = "a\u2028b\u2029c\x0bd\x0ce\x1cf\x1dg\x1eh\x85i"
TEXT = f"{ENDS}\r\nsecond {ENDS}\r\n"


async def test_opened_and_left_they_are_not_written(dataset: Path, opened: Open) -> None:
    caption(dataset).write_bytes(TEXT.encode())
    before = caption(dataset).stat()
    async with opened(dataset) as it:
        await edit(it)
        assert it.screen.captions.editor.document.line_count == 3
        assert it.screen.captions.editor.caption == TEXT.replace("\r\n", "\n")
        await it.press("escape")
        await it.until(lambda: not it.screen.captions.editing)
    assert caption(dataset).read_bytes() == TEXT.encode()
    assert caption(dataset).stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "after"),
    [
        pytest.param(("!",), TEXT.replace("i\r\n", "i!\r\n", 1), id="typed after them"),
        pytest.param(("home", "!"), "!" + TEXT, id="typed before them"),
        pytest.param(("backspace", "backspace"), TEXT.replace("\x85i\r\n", "\r\n", 1), id="the last one deleted"),
        pytest.param(("down", "end", "!"), TEXT[:-2] + "!\r\n", id="typed on another line"),
        pytest.param(("!", "ctrl+z", "home", "?"), "?" + TEXT, id="taken back"),
    ],
)
async def test_an_edit_beside_them_keeps_each(dataset: Path, opened: Open, keys: tuple[str, ...], after: str) -> None:
    caption(dataset).write_bytes(TEXT.encode())
    async with opened(dataset) as it:
        await edit(it)
        await it.press(*keys)
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == after.encode())


@pytest.mark.slow
async def test_pasted_ones_and_private_characters_are_saved_as_they_were_pasted(dataset: Path, opened: Open) -> None:
    pasted = f"{ENDS}\U000f0000\U000f0010\U000f0040"
    async with opened(dataset) as it:
        await edit(it)
        it.screen.captions.editor.post_message(events.Paste(pasted))
        await it.until(lambda: len(it.screen.captions.editor.caption) > len("a red circle\n"))
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() != b"a red circle\n")
        assert caption(dataset).read_bytes() == f"a red circle{pasted}\n".encode()
