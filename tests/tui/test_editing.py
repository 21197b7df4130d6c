"""Editing captions: what is typed reaches the disk byte-exactly, is counted as it is typed, and is never lost."""

from __future__ import annotations

import errno
import threading
from functools import partial
from pathlib import Path

import pytest
from textual import events

from sdtui.base import files
from sdtui.dataset.project import Sample, Subset
from sdtui.tokens.encoder import count
from sdtui.tui.caption.count_line import CountLine
from sdtui.tui.caption.edited import Edited, open_edited
from sdtui.tui.dialogs import Ask
from sdtui.tui.theme import inks
from tests.tui.conftest import Open, Opened


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def caption(dataset: Path, name: str = "circle_000") -> Path:
    return dataset / "images" / "10_circle" / f"{name}.txt"


async def edit(it: Opened, subset: str = "10_circle", image: str = "circle_000.png") -> None:
    await it.go_to(subset, image)
    await it.press("enter")
    await it.until(lambda: it.screen.captions.editing)


def count_words(it: Opened) -> str:
    return it.screen.query_one(CountLine).render().plain


async def test_typing_is_saved_on_leaving_with_its_final_newline_kept(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type(", smooth")
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circle, smooth\n")
        assert not it.screen.captions.editing
        assert it.app.focused is it.screen.images
        sample = it.screen.sample
        assert sample is not None and sample.name == "circle_000.png"


@pytest.mark.slow
async def test_ctrl_s_saves_and_stays(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        await it.press("ctrl+s")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circles\n")
        assert it.screen.captions.editing
        await it.type("!")
        await it.press("ctrl+s")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circles!\n")


@pytest.mark.slow
async def test_leaving_without_typing_writes_nothing(dataset: Path, opened: Open) -> None:
    before = caption(dataset).stat()
    async with opened(dataset) as it:
        await edit(it)
        await it.press("escape")
        await it.until(lambda: not it.screen.captions.editing)
    assert caption(dataset).stat().st_mtime_ns == before.st_mtime_ns
    assert not (dataset / ".sdtui" / "journal").exists()


@pytest.mark.slow
async def test_only_what_was_typed_changes_in_a_file_with_bom_and_crlf(dataset: Path, opened: Open) -> None:
    caption(dataset).write_bytes(b"\xef\xbb\xbfa red circle\r\nsecond line\r\n")
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == b"\xef\xbb\xbfa red circles\r\nsecond line\r\n")


async def test_escape_sequences_and_bidi_are_shown_safely_and_saved_exactly(dataset: Path, opened: Open) -> None:
    text = "a \x1b]52;c;x\x07 red \u202ecircle\x9b\ttab"
    caption(dataset).write_bytes(text.encode())
    async with opened(dataset) as it:
        await edit(it)
        words = it.words()
        assert not set("\x1b\x07\u202e\x9b\t") & set(words)
        assert "␛]52;c;x␇" in words
        await it.type("s")
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == (text + "s").encode())


@pytest.mark.slow
async def test_the_count_moves_with_each_key_and_marks_what_is_cut(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it, image="circle_002.png")
        assert "▲20 cut" in count_words(it) and "95/75 tok" in count_words(it)
        place = count_words(it).index("/75 tok")
        await it.type(" dog")
        assert "▲21 cut" in count_words(it) and "96/75 tok" in count_words(it)
        assert count_words(it).index("/75 tok") == place
        await it.press("ctrl+t")
        assert "96/150 tok" in count_words(it) and "cut" not in count_words(it)
        await it.until(lambda: it.drawn(lambda style: style.strike) == "")
        await it.until(lambda: it.drawn(lambda style: style.underline) == "o")  # the seam at token 75
        await it.press("ctrl+t", "ctrl+t")
        await it.until(lambda: it.drawn(lambda style: style.strike).startswith("on a blue background"))


async def test_undo_and_revert_in_the_editor(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type("xyz")
        await it.press("ctrl+r")
        assert it.screen.captions.editor.caption == "a red circle\n"
        await it.press("ctrl+z")
        assert it.screen.captions.editor.caption == "a red circlexyz\n"


@pytest.mark.slow
async def test_an_outside_change_while_typing_is_asked_about_and_mine_wins_when_chosen(
    dataset: Path, opened: Open
) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type(" mine")
        caption(dataset).write_bytes(b"theirs")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Ask))
        assert caption(dataset).read_bytes() == b"theirs"
        await it.until(lambda: "theirs" in it.words() and "a red circle mine" in it.words())
        await it.press("m")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circle mine\n")


@pytest.mark.slow
async def test_an_outside_change_while_typing_theirs_wins_when_chosen(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type(" mine")
        caption(dataset).write_bytes(b"theirs")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Ask))
        await it.press("t")
        await it.until(lambda: not isinstance(it.app.screen, Ask))
        assert caption(dataset).read_bytes() == b"theirs"
        assert it.screen.captions.editor.caption == "theirs"
        assert it.screen.keeper.state.drafts == {}


@pytest.mark.slow
async def test_a_stale_text_cache_is_deleted_with_the_save_and_undo_brings_both_back(
    dataset: Path, opened: Open
) -> None:
    cache = dataset / "images" / "10_circle" / "circle_000_te_outputs.npz"
    cache.write_bytes(b"old")
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Ask))
        await it.until(lambda: cache.name in it.words())
        await it.press("d")
        await it.until(lambda: not cache.exists() and caption(dataset).read_bytes() == b"a red circles\n")
        await it.until(lambda: it.app.focused is it.screen.images)
        await it.press("u")
        await it.until(lambda: cache.exists() and caption(dataset).read_bytes() == b"a red circle\n")
        assert cache.read_bytes() == b"old"


@pytest.mark.slow
async def test_a_borrowed_caption_becomes_the_images_own(dataset: Path, opened: Open) -> None:
    folder = dataset / "images" / "10_circle"
    (folder / "circle_001.png").rename(folder / "x_1_2_3_4.png")
    (folder / "circle_001.txt").unlink()
    (folder / "x.txt").write_bytes(b"borrowed text")
    async with opened(dataset) as it:
        await it.go_to("10_circle", "x_1_2_3_4.png")
        await it.until(lambda: "borrowed from x.txt" in it.words())
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.type("!")
        await it.press("escape")
        await it.until(lambda: (folder / "x_1_2_3_4.txt").exists())
        assert (folder / "x_1_2_3_4.txt").read_bytes() == b"borrowed text!"
        assert (folder / "x.txt").read_bytes() == b"borrowed text"


@pytest.mark.slow
async def test_a_missing_caption_is_written(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it, "4_square", "square_001.png")
        await it.type("a green square")
        await it.press("escape")
        written = dataset / "images" / "4_square" / "square_001.txt"
        await it.until(written.exists)
        assert written.read_bytes() == b"a green square"


@pytest.mark.slow
async def test_what_is_not_utf8_is_shown_and_never_rewritten(dataset: Path, opened: Open) -> None:
    caption(dataset).write_bytes(b"caf\xe9 circle")
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: "caf� circle" in it.words())
        await it.press("enter")
        await it.until(lambda: "is not UTF-8" in it.words())
        assert not it.screen.captions.editing
    assert caption(dataset).read_bytes() == b"caf\xe9 circle"


@pytest.mark.slow
async def test_pasting_much_neither_loses_nor_freezes(dataset: Path, opened: Open) -> None:
    pasted = "red circle, " * 8_000
    async with opened(dataset) as it:
        await edit(it)
        it.screen.captions.editor.post_message(events.Paste(pasted))
        await it.until(lambda: f"{count(f'a red circle{pasted}'):,}/75 tok" in count_words(it))
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == f"a red circle{pasted}\n".encode())


@pytest.mark.slow
async def test_unsaved_text_survives_a_kill_and_is_offered_again(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it, image="circle_001.png")
        await it.type(" half a thought")
        it.screen.keeper.write()
        # As if it had been killed: nothing more is saved.
        it.screen.captions.save_at_once = lambda: None  # type: ignore[method-assign]
        it.screen.captions.save = lambda _then: None  # type: ignore[method-assign]
    assert caption(dataset, "circle_001").read_bytes() == b"a green circle\n"
    async with opened(dataset) as again:
        await again.until(lambda: again.shown == "circle_001.png")
        await again.until(lambda: "Unsaved text of circle_001.png" in again.words())
        await again.press("enter")
        await again.until(lambda: again.screen.captions.editing)
        assert again.screen.captions.editor.caption == "a green circle half a thought\n"
        await again.press("escape")
        await again.until(lambda: caption(dataset, "circle_001").read_bytes() == b"a green circle half a thought\n")


@pytest.mark.slow
async def test_quitting_while_editing_saves(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        await it.press("ctrl+q")
    assert caption(dataset).read_bytes() == b"a red circles\n"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["first\nsecond", "first\nsecond\n"])
async def test_lines_that_the_trainer_does_not_read_are_dimmed_and_kept(dataset: Path, opened: Open, text: str) -> None:
    caption(dataset).write_text(text)
    async with opened(dataset) as it:
        await edit(it)
        dim = inks(it.app.theme).dim.color
        await it.until(lambda: "second" in it.drawn(lambda style: style.color == dim))
        assert "first" not in it.drawn(lambda style: style.color == dim)
        await it.type("!")
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_text() == text.replace("first", "first!"))


async def test_a_full_disk_is_a_sentence_and_the_text_is_kept(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type(" and more")

        def full(*_args: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(files.kernel, "write", full)
            await it.press("escape")
            await it.until(lambda: "The disk is full" in it.words())
        await it.until(lambda: "unsaved" in it.words())
        assert caption(dataset).read_bytes() == b"a red circle\n"
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.press("escape")
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circle and more\n")
        await it.until(lambda: "unsaved" not in it.words())


@pytest.mark.slow
@pytest.mark.parametrize("leave", ["tab", "click"])
async def test_going_elsewhere_saves_too(dataset: Path, opened: Open, leave: str) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        if leave == "tab":
            await it.press("tab")
        else:
            await it.pilot.click("#subsets", offset=(4, 1))
        await it.until(lambda: caption(dataset).read_bytes() == b"a red circles\n")
        await it.until(lambda: not it.screen.captions.editing)
        if leave == "click":
            assert it.app.focused is it.screen.subsets and it.screen.subsets.cursor == 1


@pytest.mark.slow
async def test_another_window_of_the_desktop_does_not_end_editing(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await edit(it)
        await it.type("s")
        it.app.post_message(events.AppBlur())
        await it.until(lambda: not it.screen.captions.editor.has_focus)
        it.app.post_message(events.AppFocus())
        await it.until(lambda: it.screen.captions.editor.has_focus)
        assert it.screen.captions.editing
        assert caption(dataset).read_bytes() == b"a red circle\n"


async def test_a_caption_that_is_read_late_is_never_taken_for_that_of_the_next_image(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, reading = threading.Event(), threading.Event()

    def late(sample: Sample, subset: Subset | None) -> Edited:
        if sample.name == "circle_001.png":
            reading.set()
            gate.wait(10)
        return open_edited(sample, subset)

    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        pane = it.screen.captions
        monkeypatch.setattr("sdtui.tui.caption.pane.open_edited", late)
        pane._hurry._asked = float("-inf")
        await it.press("j")
        await it.until(reading.is_set)
        pane._hurry._held = 1.0  # as under a held key: the next file is not asked for yet
        await it.press("j")
        assert it.shown == "circle_002.png"
        late_reader = next(thread for thread in threading.enumerate() if thread.name == "sdtui caption")
        gate.set()
        late_reader.join(10)
        await it.press("enter")
        await it.until(lambda: pane.editing)
        await it.press("end", "!", "escape")
        await it.until(lambda: b"!" in caption(dataset, "circle_002").read_bytes())
    assert caption(dataset, "circle_001").read_bytes() == b"a green circle\n"
