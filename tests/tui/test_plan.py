"""A proposal on the screen: what it shows, what is written when it is applied, and what is when it is refused."""

from __future__ import annotations

import errno
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.base.work import finish
from sdtui.edits.bulk import propose
from sdtui.edits.operations import Operation, Prepend, Replace
from sdtui.edits.proposal import CaptionEdit, Proposal
from sdtui.plans.held import Held
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import MakeFolder, Move, Plan
from sdtui.tui import workspace
from sdtui.tui.plan import words
from sdtui.tui.plan.left import LeftScreen
from sdtui.tui.plan.screen import PlanScreen
from tests.tui.conftest import LONG, Open, Opened


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


@pytest.fixture
def circles(dataset: Path) -> Path:
    """The folder of four captions, of which one is not UTF-8 and one has a cache of its text."""
    folder = dataset / "images" / "10_circle"
    (folder / "circle_003.txt").write_bytes(b"caf\xe9")
    (folder / "circle_000_te_outputs.npz").write_bytes(b"cache")
    return folder


def texts(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.txt"))]


class Shown:
    """A PlanScreen, and what it was dismissed with."""

    def __init__(self, it: Opened) -> None:
        self.it = it
        self.dismissed: list[Applied | None] = []

    @property
    def screen(self) -> PlanScreen:
        return next(screen for screen in self.it.app.screen_stack if isinstance(screen, PlanScreen))


async def show(it: Opened, proposal: Proposal) -> Shown:
    shown = Shown(it)
    it.app.push_screen(PlanScreen(proposal), shown.dismissed.append)
    await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "esc leave" in it.words())
    return shown


async def propose_in(it: Opened, operation: Operation, subset: str = "10_circle") -> Shown:
    project = it.app.project
    assert project is not None
    found = project.subset(subset)
    assert found is not None
    return await show(it, finish(propose(project, found.samples, operation)))


async def test_it_shows_each_caption_and_writes_them_with_their_caches(circles: Path, opened: Open) -> None:
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        seen = it.words()
        assert "3 captions change" in seen and "1 left out" in seen and "1 cache gets stale" in seen
        assert "nothing is written yet" in seen
        assert "3 → 5" in seen and "95 → ▲97" in seen, "tokens before and after, those over the limit marked"
        assert "1 stays over 75" in seen
        assert "shape, " in it.drawn(lambda style: style.underline)
        assert "left out: " in seen and "circle_003.txt" in seen
        assert "1 cache of the old text is deleted" in seen
        await it.press("enter")
        await it.until(lambda: shown.dismissed)
        await it.until(lambda: "3 captions were changed, 1 cache of the old text" in it.words())
        assert shown.dismissed[0] is not None and it.app.screen is it.screen
    long = LONG.encode()
    assert texts(circles) == [b"shape, a red circle\n", b"shape, a green circle\n", b"shape, " + long, b"caf\xe9"]
    assert not (circles / "circle_000_te_outputs.npz").exists()


async def test_leaving_writes_nothing_and_caches_can_be_kept(circles: Path, opened: Open) -> None:
    before = texts(circles)
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        screen = shown.screen
        screen.action_leave()
        screen.action_leave()  # pressed again before it was gone: what is below stays
        await it.until(lambda: shown.dismissed == [None])
        await it.until(lambda: it.app.screen is it.screen)
        assert texts(circles) == before
        shown = await propose_in(it, Prepend("shape"))
        await it.press("d")
        await it.until(lambda: "1 cache of the old text is kept" in it.words())
        await it.press("y")
        await it.until(lambda: shown.dismissed)
    assert texts(circles) != before
    assert (circles / "circle_000_te_outputs.npz").read_bytes() == b"cache"


@pytest.mark.slow
async def test_an_outside_change_is_a_sentence_and_the_rest_can_be_written(circles: Path, opened: Open) -> None:
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        (circles / "circle_001.txt").write_bytes(b"somebody else was here")
        before = texts(circles)
        await it.press("enter")
        await it.until(lambda: "circle_001.txt" in it.words() and "changed outside" in it.words())
        assert texts(circles) == before and not shown.dismissed
        await it.press("g")
        await it.until(lambda: "go on with the rest, and list what is left" in it.words())
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, LeftScreen))
        await it.until(lambda: "2 captions were changed" in it.words() and "1 file was left" in it.words())
        assert "circle_001.txt" in it.words()
        await it.press("escape")
        await it.until(lambda: shown.dismissed)
        applied = shown.dismissed[0]
        assert applied is not None and [path.name for path, _ in applied.left] == ["circle_001.txt"]
    assert texts(circles)[:2] == [b"shape, a red circle\n", b"somebody else was here"]


@pytest.mark.slow
async def test_what_a_live_run_reads_is_named_and_without_its_caches_the_rest_goes(
    circles: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "held_paths", lambda _home: (Held(circles, "night run"),))
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        await it.press("enter")
        await it.until(lambda: "night run" in it.words())
        assert "d keeps the caches" in it.words()
        assert texts(circles)[0] == b"a red circle\n"
        await it.press("d", "enter")
        await it.until(lambda: shown.dismissed)
    assert texts(circles)[0] == b"shape, a red circle\n"


async def test_a_write_is_stopped_half_way_and_taken_back(
    circles: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, gate, writing = texts(circles), threading.Event(), threading.Event()
    put = files.kernel.replace

    def slowly(source: Path, target: Path) -> None:
        put(source, target)
        if Path(target).suffix == ".txt":
            writing.set()
            gate.wait(10)

    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        monkeypatch.setattr(files.kernel, "replace", slowly)
        await it.press("enter")
        await it.until(writing.is_set)
        assert texts(circles) != before
        await it.until(lambda: "esc stops, and takes all back" in it.words())
        await it.press("escape")
        await it.until(lambda: "it is being taken back" in it.words())
        gate.set()
        await it.until(lambda: "It was stopped, and everything is as it was before" in it.words())
        assert texts(circles) == before and not shown.dismissed


@pytest.mark.slow
async def test_a_full_disk_is_a_sentence_and_nothing_is_lost(
    circles: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(circles)

    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        with monkeypatch.context() as patch:
            patch.setattr(files.kernel, "write", full)
            await it.press("enter")
            await it.until(lambda: "disk is full" in it.words() and "nothing is written yet" in it.words())
        assert texts(circles) == before and not shown.dismissed
        await it.press("enter")
        await it.until(lambda: shown.dismissed)
    assert texts(circles)[0] == b"shape, a red circle\n"


@pytest.mark.slow
async def test_an_empty_proposal_says_so(circles: Path, opened: Open) -> None:
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Replace("no such word", ""), "4_square")
        assert "nothing would change" in it.words() and "enter apply" not in it.words()
        await it.press("enter")
        assert not shown.dismissed
        await it.press("escape")
        await it.until(lambda: shown.dismissed == [None])


@pytest.mark.slow
async def test_a_hundred_thousand_rows_compare_only_those_that_are_seen(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    diff = words.diff_words

    def counting(before: str, after: str) -> object:
        nonlocal compared
        compared += 1
        return diff(before, after)

    monkeypatch.setattr(words, "diff_words", counting)
    edit = CaptionEdit(dataset / "x.png", "10_circle", dataset / "x.txt", "a red cat", "a red dog", 3, 3)
    rows = [edit] * 100_000
    rows[70_000] = replace(edit, image=dataset / "warned.png", warnings=("It would be empty then.",))
    rows[80_000] = replace(edit, image=dataset / "other.png", after="a red dög [bold]")
    proposal = Proposal("replace", Plan("many", (MakeFolder(dataset / "x"),)), edits=tuple(rows))
    async with opened(dataset) as it:
        shown = await show(it, proposal)
        assert "100,000 captions change" in it.words()
        assert 0 < compared < 200
        await it.press("n")
        await it.until(lambda: "warned.png" in it.words() and "It would be empty then." in it.words())
        await it.press("slash")
        await it.type("dög [bold")
        await it.until(lambda: "1 of 100,001 shown; all of them are written" in it.words())
        assert "a red catdög [bold]" in it.words(), "brackets are no markup"
        await it.press("enter", "escape")
        await it.until(lambda: "shown; all" not in it.words())
        await it.press("G")
        await it.until(lambda: "folder made in the project's folder" in it.words())
        assert compared < 400 and not shown.dismissed


@pytest.mark.slow
async def test_the_key_to_the_next_warning_is_offered_where_there_is_one(dataset: Path, opened: Open) -> None:
    edit = CaptionEdit(dataset / "x.png", "10_circle", dataset / "x.txt", "a red cat", "a red dog", 3, 3)
    proposal = Proposal("replace", Plan("one", (MakeFolder(dataset / "x"),)), edits=(edit,))
    async with opened(dataset) as it:
        await show(it, proposal)
        assert "next warning" not in it.words()
        await it.press("escape")
        await show(it, replace(proposal, left_out=((dataset / "y.txt", "It is not UTF-8."),)))
        assert "n next warning" in it.words()


@pytest.mark.slow
async def test_moves_are_sentences_and_nothing_reaches_the_terminal_raw(dataset: Path, opened: Open) -> None:
    nasty = dataset / "images" / "10_circle" / "a\x1b[31m\u202e[b]猫🐈.png"
    trash = dataset / ".sdtui" / "trash" / "1" / nasty.name
    plan = Plan("to the trash", (MakeFolder(trash.parent), Move(nasty, trash)))
    edit = CaptionEdit(nasty, "10_circle", nasty.with_suffix(".txt"), "x\x1b]0;y\x07\nשלום [/red]", "x\nשלום 猫", 3, 3)
    async with opened(dataset) as it:
        await show(it, Proposal("to the \x1b[0m trash", plan, edits=(edit,), left_out=((nasty, "Not \x9b UTF-8."),)))
        assert "moved to .sdtui/trash/1" in it.words()
        assert "1 file or folder moves" in it.words()
        assert "[/red]" in it.words() and "猫" in it.words()
        for key in ("j", "j", "j"):
            await it.press(key)
            shown = it.words()
            assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(shown)


@pytest.mark.slow
async def test_undo_restores_the_rest_and_lists_what_others_changed(circles: Path, opened: Open) -> None:
    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        await it.press("enter")
        await it.until(lambda: shown.dismissed)
        (circles / "circle_000.txt").write_bytes(b"theirs")
        (circles / "circle_002.txt").unlink()
        await it.press("u")
        await it.until(lambda: isinstance(it.app.screen, LeftScreen))
        await it.until(lambda: "2 files were changed, and 2 files were left." in it.words())
        assert "circle_000.txt" in it.words() and "circle_002.txt" in it.words()
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.screen)
    assert texts(circles) == [b"theirs", b"a green circle\n", b"caf\xe9"]


@pytest.mark.slow
async def test_undo_goes_on_with_the_rest_where_a_file_cannot_be_written(
    circles: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, stuck = files.kernel.replace, circles / "circle_001.txt"

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == stuck:
            raise OSError(errno.EACCES, "Permission denied", str(target))
        put(source, target)

    async with opened(circles.parent.parent) as it:
        shown = await propose_in(it, Prepend("shape"))
        await it.press("enter")
        await it.until(lambda: shown.dismissed)
        after = texts(circles)
        monkeypatch.setattr(files.kernel, "replace", refuse)
        await it.press("u")
        await it.until(lambda: "That could not be done" in it.words())
        assert texts(circles) == after
        await it.press("y")
        await it.until(lambda: "circle_001.txt was left" in " ".join(it.words().split()))
    assert texts(circles) == [b"a red circle\n", after[1], LONG.encode(), b"caf\xe9"]
