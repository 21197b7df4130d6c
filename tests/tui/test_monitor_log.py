"""The log, large: every line of it is reached, found, listed, and followed as it grows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.log.log_keeping import compress
from sdtui.runs.record import ProcessMark
from tests.runs.recorded import DATA, RecordedRun
from tests.tui.running import look_often, seen, with_images

__all__ = ["look_often"]

pytestmark = pytest.mark.usefixtures("look_often")

REAL = (DATA / "real_run/console.log").read_bytes()
LINES = 30_000


def long_log() -> bytes:
    lines = [b"line number %d of the log" % number for number in range(1, LINES + 1)]
    lines[11_999] = b"\x1b[31mneedle\x1b[0m [red]markup[/] one"
    lines[22_999] = b"Needle two"
    lines[4_999] = b"2026-11-21 19:47:48 WARNING  too little of it   train_util.py:1"
    lines[5_999] = lines[4_999]
    lines[6_999] = b"ValueError: early"
    return b"\n".join(lines) + b"\n"


def ended(root: Path, console: bytes, code: int = 0) -> RecordedRun:
    run = RecordedRun(with_images(root), console)
    run.end(code)
    return run


@pytest.mark.slow
async def test_any_line_of_a_long_log_is_reached_and_found(tmp_path: Path) -> None:
    ended(tmp_path, long_log())
    async with seen(tmp_path, "monitor") as it:
        await it.sees("l log")
        await it.press("l")
        await it.sees(f"▸ line number {LINES} of the log", f"line {LINES:,} of {LINES:,} · 100%", "/ search")
        await it.press("home")
        await it.sees("▸ line number 1 of the log", f"line 1 of {LINES:,} · 0%")
        await it.press("j", "j", "pagedown")
        await it.until(lambda: "line number 1 of" not in it.words())
        await it.press("equals_sign")
        await it.sees("Which line?")
        await it.type("15000")
        await it.press("enter")
        await it.sees("▸ line number 15000 of the log", f"line 15,000 of {LINES:,} · 50%")
        await it.press("slash")
        await it.type("needle")
        await it.press("enter")
        await it.sees("▸ Needle two", "line 23,000 of", "n next")
        await it.press("n")
        await it.sees("▸ needle [red]markup[/] one", "needle from the other end")
        await it.press("N")
        await it.sees("▸ Needle two", "from the other end")
        await it.press("escape")
        await it.until(lambda: "/ search" not in it.words() and "l log" in it.words())


@pytest.mark.slow
async def test_warnings_and_errors_are_listed_and_lead_to_their_line(tmp_path: Path) -> None:
    ended(tmp_path, long_log())
    async with seen(tmp_path, "monitor") as it:
        await it.sees("l log")
        await it.press("e")
        await it.sees(
            "2 different warnings and errors", "▲ too little of it", "2× from line 5,000", "✗ ValueError: early"
        )
        await it.type("early")
        await it.until(lambda: "▲ too little" not in it.words())
        await it.press("enter")
        await it.sees("▸ ValueError: early", "line 7,000 of")


@pytest.mark.slow
async def test_a_log_without_trouble_says_so_and_a_wrong_search_is_explained(tmp_path: Path) -> None:
    ended(tmp_path, b"all is well\n" * 50)
    async with seen(tmp_path, "monitor", (80, 24)) as it:
        await it.sees("l log")
        await it.press("e")
        await it.sees("No warnings and no errors stand in this log.")
        await it.press("slash")
        await it.type("absent")
        await it.press("enter")
        await it.sees("absent stands nowhere in the log")
        await it.press("slash", "~", "slash", "(")
        await it.press("enter")
        await it.sees("no valid regular expression")
        await it.press("escape", "equals_sign")
        await it.sees("Which line?")
        await it.type("many")
        await it.press("enter")
        await it.sees("is no line")


@pytest.mark.slow
async def test_the_end_is_followed_until_a_person_goes_elsewhere(tmp_path: Path) -> None:
    own = processes.mark(os.getpid())
    assert own is not None
    run = RecordedRun(with_images(tmp_path), long_log(), supervisor=ProcessMark(*own))
    async with seen(tmp_path, "monitor") as it:
        await it.sees("l log")
        await it.press("l")
        await it.sees("· following")
        run.say(b"a new line\n")
        await it.sees("▸ a new line", f"line {LINES + 1:,} of {LINES + 1:,}", "· following")
        await it.press("home")
        await it.sees("▸ line number 1 of the log")
        run.say(b"a newer line\n")
        await it.sees(f"line 1 of {LINES + 2:,}")
        assert "following" not in it.words() and "newer" not in it.words()
        await it.press("G")
        await it.sees("▸ a newer line", "· following")


@pytest.mark.slow
async def test_a_failed_run_opens_at_its_error_and_a_compressed_log_is_read_alike(tmp_path: Path) -> None:
    run = ended(tmp_path, long_log() + b"ValueError: the last one\n" + b"shutting down\n" * 400, 1)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("▸ ValueError: the last one")
        compress(run.folder / store.CONSOLE)
        await it.press("l")
        await it.sees("▸ ValueError: the last one", f"line {LINES + 1:,} of {LINES + 401:,}", "shutting down")


@pytest.mark.slow
async def test_a_terminal_of_another_size_is_filled_anew(tmp_path: Path) -> None:
    ended(tmp_path, long_log())
    async with seen(tmp_path, "monitor", (80, 24)) as it:
        await it.sees("l log")
        await it.press("l")
        await it.sees(f"▸ line number {LINES} of the log", f"line number {LINES - 15} of")
        await it.pilot.resize_terminal(120, 40)
        await it.sees(f"▸ line number {LINES} of the log", f"line number {LINES - 30} of")
        await it.press("home")
        await it.sees("▸ line number 1 of")
        await it.pilot.resize_terminal(80, 24)
        await it.sees("▸ line number 1 of", "line number 15 of")


@pytest.mark.slow
async def test_a_line_is_copied_whole_and_long_ones_are_reached_sideways(tmp_path: Path) -> None:
    ended(tmp_path, b"x" * 150 + b" the end of a long line\n")
    async with seen(tmp_path, "monitor") as it:
        await it.sees("l log")
        await it.press("l")
        await it.sees("line 1 of 1")
        assert "the end of a long line" not in it.words()
        await it.press("right", "right", "right", "right")
        await it.sees("the end of a long line")
        await it.press("left", "left", "left", "left", "y")
        await it.sees("Line 1", "the end of a long line", "clipboard")
