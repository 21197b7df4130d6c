"""Typed text outlives a kill of the real program, another program beside it, and whatever characters it is made of."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import msgspec
import pytest
from textual import events

from sdtui.base.paths import state_dir
from sdtui.tui import project_state
from sdtui.tui.project_state import ScreenState, StateKeeper
from tests.terminal import Terminal
from tests.tui.conftest import Open
from tests.tui.test_editing import caption, edit

HARD: dict[str, bytes] = {
    "bom": b"\xef\xbb\xbfa red circle\n",
    "crlf": b"a red circle\r\nsecond line\r\n",
    "cr": b"a red circle\rsecond\r",
    "mixed": b"one\r\ntwo\nthree\rfour",
    "no_end": b"a red circle",
    "blank_around": b"  \t a red circle  \n\n\n",
    "many_lines": b"first\n\n\nfourth   \n",
    "only_newline": b"\n",
    "only_blanks": b"   ",
    "empty": b"",
    "not_utf8": b"caf\xe9 circle\n",
    "nul": b"a\x00b\x1b[31mc\x7f\n",
    "wide": "女孩, 👩‍👩‍👧, 🇯🇵, é e\u0301, שלום, [red], \u202eback\u202c\n".encode(),
    "separators": "a\u2028b\u2029c\x0bd\x85e\n".encode(),
    "halves": b"\xed\xa0\x80\n",
    "long": b"red circle, " * 9_000,
}


def drafts() -> dict[str, str]:
    """What is on disk of unsaved text, by the names of the images."""
    found: dict[str, str] = {}
    for path in (state_dir() / "projects").glob("*.json"):
        state = msgspec.json.decode(path.read_bytes(), type=ScreenState)
        found |= {Path(image).stem: text for image, text in state.drafts.items()}
    return found


def wait_for_draft(name: str, part: str) -> str:
    end = time.monotonic() + 30
    while part not in drafts().get(name, ""):
        assert time.monotonic() < end, f"{part!r} of {name} is not on disk: {drafts()}"
        time.sleep(0.02)
    return drafts()[name]


@pytest.mark.slow
def test_what_was_typed_outlives_a_kill_of_the_program(dataset: Path, tmp_path: Path) -> None:
    caption(dataset).write_bytes(b"")
    with Terminal("open", dataset, "--slow", cwd=tmp_path) as screen:
        screen.wait_for(r"10_circle .*%")
        screen.press("f")
        screen.wait_for("Jump to")
        screen.type("circle_000")
        screen.press("enter", "e")
        screen.wait_for("save, leave")
        screen.type("half a thought")
        screen.wait_for("half a thought")
        wait_for_draft("circle_000", "half a thought")
        many = "".join(f"{number:04} " for number in range(100))
        screen.type(many)
        screen.wait_for("0099")
        screen.kill()
    kept = drafts()["circle_000"]
    assert ("half a thought" + many).startswith(kept)
    assert len("half a thought" + many) - len(kept) <= 200
    assert caption(dataset).read_bytes() == b""
    with Terminal("open", dataset, "--slow", cwd=tmp_path) as screen:
        screen.wait_for("Unsaved text of circle_000.png")
        screen.press("e")
        screen.wait_for("save, leave")
        screen.type(" and its end")
        screen.press("esc")
        screen.wait_until_gone("save, leave")
        screen.press("ctrl+q")
        assert screen.wait_for_exit() == 0
    assert caption(dataset).read_text() == f"{kept} and its end"
    assert drafts() == {}


def test_unsaved_text_waits_for_the_disk_two_seconds_and_200_keystrokes_at_most(tmp_path: Path) -> None:
    woken: list[None] = []
    keeper = StateKeeper(tmp_path, lambda: woken.append(None))
    for typed in range(199):
        keeper.draft(Path("/a.png"), "x" * (typed + 1))
    assert woken and drafts() == {}
    keeper.draft(Path("/a.png"), "y" * 200)
    assert drafts() == {"a": "y" * 200}
    keeper.draft(Path("/a.png"), "z")
    keeper.write()
    assert drafts() == {"a": "z"}
    assert project_state._KEYSTROKES == 200


def test_two_programs_on_one_project_keep_each_others_unsaved_text(tmp_path: Path) -> None:
    one, two = (StateKeeper(tmp_path, lambda: None) for _ in range(2))
    one.draft(Path("/a.png"), "of one")
    one.write()
    two.draft(Path("/b.png"), "of two")
    two.write()
    assert drafts() == {"a": "of one", "b": "of two"}
    one.draft(Path("/a.png"), None)
    one.write()
    assert drafts() == {"b": "of two"}


@pytest.mark.slow
async def test_no_byte_of_a_folder_changes_by_opening_and_saving_each(dataset: Path, opened: Open) -> None:
    folder = dataset / "images" / "10_circle"
    (folder / "circle_000.png").rename(folder / "bom.png")
    for each in folder.glob("circle_*"):
        each.unlink()
    for name, data in HARD.items():
        if name != "bom":
            os.link(folder / "bom.png", folder / f"{name}.png")
        (folder / f"{name}.txt").write_bytes(data)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.txt")}
    async with opened(dataset) as it:
        await it.go_to("10_circle", f"{min(HARD)}.png")
        for name, data in sorted(HARD.items()):
            await it.until(lambda name=name: it.shown == f"{name}.png")
            await it.press("enter")
            await it.until(lambda name=name: it.screen.captions.editing or name in ("not_utf8", "halves"))
            await it.press(*(["x", "backspace"] if it.screen.captions.editing else []), "ctrl+s", "escape")
            await it.until(lambda: not it.screen.captions.editing)
            assert (folder / f"{name}.txt").read_bytes() == data, name
            await it.press("j")
        it.app.bridge.drain()
        assert it.screen.keeper.state.drafts == {}
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.txt")} == before


@pytest.mark.slow
async def test_a_hard_paste_is_shown_right_and_saved_exactly(dataset: Path, opened: Open) -> None:
    hard = "女孩, 👩‍👩‍👧, 🇯🇵, e\u0301, שלום, [red](x), {a|b}, \\[, \u202e\x1b[2J, "
    pasted = hard + "red circle, " * 8_500
    async with opened(dataset) as it:
        await edit(it)
        it.screen.captions.editor.post_message(events.Paste(pasted))
        await it.until(lambda: it.screen.captions.editor.caption.startswith("a red circle女孩"))
        await it.press("ctrl+s")
        await it.until(lambda: caption(dataset).read_bytes() == f"a red circle{pasted}\n".encode())
        it.screen.captions.editor.move_cursor((0, 0))
        await it.until(lambda: "a red circle女孩" in it.words())
        words = it.words()
        assert "[red](x), {a|b}, \\[" in words and "שלום" in words and "e\u0301" in words
        assert "\u202e" not in words and "\x1b" not in words


@pytest.mark.slow
async def test_lines_that_are_not_read_are_said_to_be_so(dataset: Path, opened: Open) -> None:
    caption(dataset).write_bytes(b"first\nsecond\n\nfourth\n")
    async with opened(dataset) as it:
        await edit(it)
        await it.until(lambda: "2 lines below the first are not read by the trainer" in it.words())
        struck = it.drawn(lambda style: style.strike)
        assert "second" in struck and "fourth" in struck and "first" not in struck
        await it.press("down", "home", "backspace")
        await it.until(lambda: "1 line below the first is not read" in it.words())


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)
