"""Every line of a log is reached, found, and its troubles are collected: against reading all of it at once."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtui.base.errors import UsageError
from sdtui.base.work import WorkCancelled, finish
from sdtui.runs.log import log_file
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_keeping import compress
from sdtui.runs.log.log_notes import ERROR, WARNING, Note, notes
from sdtui.runs.log.log_search import Wanted, find
from sdtui.trainer.log_lines import LogLine, fold, rows_of
from tests.runs.recorded import DATA, bars

REAL = (DATA / "real_run/console.log").read_bytes()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of a few hundred bytes is a long one."""
    monkeypatch.setattr(log_file, "BLOCK", 64)
    monkeypatch.setattr(log_file, "_STRIDE", 3)
    monkeypatch.setattr(log_file, "_PIECE", 150)
    monkeypatch.setattr(log_file, "_WHOLE", 400)
    monkeypatch.setattr(log_file, "_LONGEST_ROW", 200)


def opened(path: Path, data: bytes | None = None) -> LogFile:
    if data is not None:
        path.write_bytes(data)
    log = LogFile(path)
    finish(log.count())
    return log


def all_at_once(data: bytes) -> list[LogLine]:
    return fold(rows_of(data.removesuffix(b"\n"))) if data else []


def walked(log: LogFile, size: int) -> list[LogLine]:
    """All lines, a screenful at a time."""
    found: list[LogLine] = []
    while more := log.lines(found[-1].row + found[-1].rows if found else 0, size):
        found += more
    return found


def walked_back(log: LogFile, size: int) -> list[LogLine]:
    found: list[LogLine] = []
    while more := log.lines_before(found[0].row if found else log.rows, size):
        found = [*more, *found]
    return found


def test_a_real_log_line_by_line_from_both_ends(tmp_path: Path) -> None:
    log = opened(tmp_path / "console.log", REAL)
    assert log.rows == REAL.count(b"\n")
    assert walked(log, 7) == walked(log, 1000) == all_at_once(REAL)
    assert walked_back(log, 1000) == all_at_once(REAL)
    assert log.last_lines(3) == tuple(all_at_once(REAL)[-3:])


_ROWS = st.lists(
    st.sampled_from(
        [
            b"",
            b"short",
            b"x" * 90,
            b"x" * 700,
            "2026-11-21 19:47:48 INFO     学習 started   a.py:1".encode(),
            b"\x1b[31mred\x1b[0m\r",
            b"".join(b"\rsteps: %d%%|##| %d/99 [00:01<00:02, 2.0it/s]" % (n, n) for n in range(30)),
            b"\xff\xfe\x00",
        ]
    ),
    max_size=40,
)


@given(rows=_ROWS, ended=st.booleans(), size=st.integers(1, 9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
def test_any_rows_are_reached_from_both_ends(
    rows: list[bytes], ended: bool, size: int, small_pieces: None, tmp_path: Path
) -> None:
    data = b"\n".join(rows) + (b"\n" if ended and rows else b"")
    log = opened(tmp_path / "console.log", data)
    expected = all_at_once(data)
    assert log.rows == len(expected)
    found = walked(log, size)
    assert found == walked_back(log, size)
    assert [line.row for line in found] == list(range(len(expected)))
    for line, whole in zip(found, expected, strict=True):
        assert whole.text.startswith(line.text) and (len(whole.text) <= 150 or len(line.text) >= 150)


def test_it_is_counted_on_where_it_grows_and_anew_where_it_is_another(tmp_path: Path, small_pieces: None) -> None:
    path, data = tmp_path / "console.log", b""
    log = opened(path)
    assert (log.rows, log.lines(0, 5)) == (0, ())
    for number in range(60):
        data += b"row %d, which is not long\n" % number + b"begun"
        path.write_bytes(data)
        finish(log.count())
        assert log.rows == number + 2
        assert [line.text for line in log.last_lines(2)][-1].endswith("begun")
        assert log.lines(number, 1)[0].text.endswith(f"row {number}, which is not long")
    path.write_bytes(b"shorter\n")
    finish(log.count())
    assert [line.text for line in log.lines(0, 9)] == ["shorter"]
    other = tmp_path / "other"
    other.write_bytes(b"another one, which is longer\nof two rows\n")
    other.rename(path)
    finish(log.count())
    assert [line.text for line in log.lines(0, 9)] == ["another one, which is longer", "of two rows"]


def test_a_count_that_is_given_up_spoils_nothing(tmp_path: Path, small_pieces: None) -> None:
    path, data = tmp_path / "console.log", b"".join(b"row %d\n" % number for number in range(300))
    log = opened(path, data[:1000])
    path.write_bytes(data)
    given_up = log.count()
    for _ in range(3):
        next(given_up)
    assert log.rows == data[:1000].count(b"\n") + 1
    finish(log.count())
    for _ in given_up:
        pass
    finish(log.count())
    assert walked(log, 50) == all_at_once(data)


def test_a_screenful_stands_around_its_line_and_is_full_at_both_ends(tmp_path: Path) -> None:
    log = opened(tmp_path / "console.log", b"".join(b"%d\n" % number for number in range(100)))

    def shown(row: int, at: int) -> list[int]:
        return [int(line.text) for line in log.screenful(row, at, 10)]

    assert shown(50, 3) == list(range(47, 57))
    assert shown(1, 5) == list(range(10))
    assert shown(98, 0) == shown(99, 9) == shown(500, 9) == list(range(90, 100))
    assert [line.text for line in opened(tmp_path / "short", b"a\nb\n").screenful(1, 5, 10)] == ["a", "b"]


def test_what_was_replaced_since_it_was_counted_is_not_mixed_up(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    log = opened(path, b"one\ntwo\nthree\n")
    path.with_name("new").write_bytes(b"another log\n" * 9)
    path.unlink()
    assert log.lines(1, 1) == ()
    path.with_name("new").rename(path)
    assert log.lines(1, 1) == ()


@pytest.mark.slow
def test_a_compressed_log_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    data = REAL + b"\n" + b"".join(b"row %d %s\n" % (n, os.urandom(8).hex().encode()) for n in range(9000))
    log = opened(path, data)
    before, at = walked(log, 500)[-200:], log.rows // 2
    some = log.lines(at, 40)
    assert compress(path)
    finish(log.count())
    assert [line.text for line in log.last_lines(200)] == [line.text for line in before]
    shift = log.rows - data.count(b"\n")
    assert [line.text for line in log.lines(at + shift, 40)] == [line.text for line in some]
    assert gzip.decompress((tmp_path / "console.log.gz").read_bytes()).count(b"\n") == log.rows


def test_a_message_that_was_wrapped_is_one_line_wherever_one_begins_to_read(tmp_path: Path) -> None:
    wrapped = (
        "                    INFO     Saving current state to         accelerator.py:3241\n"
        "                             /home/me/k/run_tiny/out/tiny-00\n"
        "                             0001-state\n"
    )
    log = opened(tmp_path / "console.log", ("before\n" + wrapped + "after\n").encode())
    for row in (1, 2, 3):
        (line,) = log.lines(row, 1)
        assert (line.row, line.rows) == (1, 3)
        assert line.text.strip() == (
            "INFO     Saving current state to /home/me/k/run_tiny/out/tiny-000001-state  accelerator.py:3241"
        )
    assert finish(find(log, Wanted("tiny-000001-state"), 0)) == 1


# --- searching


def test_found_rows_are_those_that_reading_all_of_it_finds(tmp_path: Path, small_pieces: None) -> None:
    data = REAL[:9000] + b"\n\x1b[31mspl\x1b[0mit\x1b[K word\nNeedle\n" + REAL[9000:30000]
    log = opened(tmp_path / "console.log", data)
    lines = all_at_once(data)
    for text in (
        "image",
        "IMAGE",
        "split word",
        "needle",
        "Needle",
        "~/image_(dir|count)/",
        "~/[0-9]{4,}: x?/",
        "画像",
    ):
        wanted = Wanted(text)
        rows = [line.row for line in lines if wanted.stands_in(line.text)]
        for start in (0, log.rows // 2, log.rows - 1):
            later = [row for row in rows if row > start] + [row for row in rows if row <= start]
            assert finish(find(log, wanted, start)) == (later[0] if later else None), text
            earlier = [row for row in rows if row >= start] + [row for row in rows if row < start]
            assert finish(find(log, wanted, start, backwards=True)) == (earlier[-1] if earlier else None), text


def test_lower_case_finds_both_and_upper_case_only_itself() -> None:
    assert Wanted("error").places("an ERROR and an Error") == [(3, 8), (16, 21)]
    assert Wanted("ERROR").places("an ERROR and an Error") == [(3, 8)]
    assert Wanted("a.b").places("axb a.b") == [(4, 7)]


@pytest.mark.parametrize("text", ["", "~/(/", "~/(a{1000}){1000}{1000}/"])
def test_what_cannot_be_looked_for_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        Wanted(text)


def test_a_pattern_that_would_never_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdtui.runs.log.log_search._SECONDS", 0.05)
    log = opened(tmp_path / "console.log", b"a" * 60 + b"!\n")
    with pytest.raises(UsageError, match="takes longer than"):
        finish(find(log, Wanted("~/(a|a)+$/"), 0))


def test_a_search_can_be_given_up_and_says_how_far_it_is(tmp_path: Path, small_pieces: None) -> None:
    log = opened(tmp_path / "console.log", b"nothing\n" * 500)
    steps = list(find(log, Wanted("x"), 0))
    assert steps[-1].done == steps[-1].total == 500 and len(steps) > 5
    with pytest.raises(WorkCancelled):
        finish(find(log, Wanted("x"), 0, cancelled=lambda: True))


# --- warnings and errors


def collected(tmp_path: Path, text: str | bytes) -> list[tuple[int, str, str, int]]:
    log = opened(tmp_path / "console.log", text.encode() if isinstance(text, str) else text)
    return [(note.row, note.severity, note.text, note.times) for note in finish(notes(log))]


def test_warnings_and_errors_are_collected_in_english_once_each_with_their_place(
    tmp_path: Path, small_pieces: None
) -> None:
    filler = "nothing to see here\n" * 20
    text = (
        "2026-11-21 19:47:48 WARNING  no regularization images / 正則化画像が見つかりません   train_util.py:2167\n"
        + filler
        + bars(1, 30, 30).decode()
        + "2026-11-21 19:47:48 ERROR    illegal char in file   train_util.py:1\n"
        + filler
        + "                    WARNING  no regularization images / 正則化画像が見つかりません   train_util.py:2167\n"
        + "/home/me/pipeline.py:221: FutureWarning: The configuration is outdated\n"
        + "Traceback (most recent call last):\n"
        + '  File "/home/me/a.py", line 5, in <module>\n    raise ValueError(\n' * 6
        + "ValueError: too many values\n"
        + "Traceback (most recent call last):\n"
        '  File "/v/bin/accelerate", line 8, in <module>\n'
        "subprocess.CalledProcessError: Command '['python']' returned non-zero exit status 1.\n"
    )
    raised = text[: text.index("ValueError: too")].count("\n")
    assert collected(tmp_path, text) == [
        (0, WARNING, "no regularization images", 2),
        (21, ERROR, "illegal char in file", 1),
        (43, WARNING, "FutureWarning: The configuration is outdated", 1),
        (raised, ERROR, "ValueError: too many values", 1),
        (raised + 3, ERROR, "The launcher says that the trainer ended with status 1", 1),
    ]


def test_a_traceback_of_one_of_several_processes_and_one_that_the_log_ends_in(tmp_path: Path) -> None:
    text = (
        "[rank1]: Traceback (most recent call last):\n[rank1]:   File x\n[rank1]: KeyError: 'x'\n"
        "Traceback (most recent call last):\n  File y\n"
    )
    assert collected(tmp_path, text) == [
        (2, ERROR, "KeyError: 'x'", 1),
        (4, ERROR, "A traceback that names no error", 1),
    ]


def test_there_is_an_end_to_how_many_are_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdtui.runs.log.log_notes.MOST", 10)
    text = "".join(f"ValueError: number {number}\n" for number in range(30)) + "ValueError: number 3\n"
    found = collected(tmp_path, text)
    assert len(found) == 10
    assert found[3] == (3, ERROR, "ValueError: number 3", 2)


def test_collecting_tells_what_it_has_so_far(tmp_path: Path, small_pieces: None) -> None:
    log = opened(tmp_path / "console.log", b"ValueError: early\n" + b"nothing\n" * 300 + b"ValueError: late\n")
    steps: Iterator[object] = notes(log)
    assert getattr(next(steps), "found") == (Note(0, ERROR, "ValueError: early"),)  # noqa: B009
