"""Following a run: an idle look, the next step, and opening a long log, against parsing the log from its beginning."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdtui.base.work import finish
from sdtui.machine import processes
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_search import Wanted, find
from sdtui.runs.record import ProcessMark
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.event_points import points_of
from sdtui.trainer.tensorboard import EventFileReader
from tests.bench.conftest import Compare
from tests.runs.recorded import RecordedRun, bars
from tests.trainer.test_tensorboard import point, record

pytestmark = pytest.mark.bench

STEPS = 100_000


def test_following_a_long_run(tmp_path: Path, compare: Compare) -> None:
    own = processes.mark(os.getpid())
    assert own is not None
    log = bars(1, STEPS, 2 * STEPS)
    run = RecordedRun(tmp_path, log, supervisor=ProcessMark(*own))
    follower = run.follower()
    assert follower.poll().step == STEPS
    size = f"{len(log) / 1e6:.0f} MB of console"

    def parse_all() -> None:
        ConsoleParser().feed(log)

    compare(f"opening {size}", lambda: run.follower().poll(), "parsing all of it", parse_all, rounds=3)
    compare(f"an idle look after {size}", follower.poll, "reading the file", (run.folder / "console.log").read_bytes)
    compare(f"the last 200 lines of {size}", lambda: follower.log_lines(200), "parsing all of it", parse_all, rounds=3)


def test_reading_the_points_of_a_long_run(tmp_path: Path, compare: Compare) -> None:
    records = [
        point(tag, step, 0.1, float(step))
        for step in range(1, 20_001)
        for tag in ("loss/current", "loss/average", "lr/unet")
    ]
    file = tmp_path / "events"
    file.write_bytes(b"".join(map(record, records)))

    def each_by_itself() -> None:
        for one in records:
            points_of(one)

    compare(
        f"reading and checking {len(records):,} points",
        lambda: EventFileReader(file).read_new(),
        "decoding each by itself, unchecked",
        each_by_itself,
        rounds=3,
    )


def test_reading_in_a_long_log(tmp_path: Path, compare: Compare) -> None:
    line = b"2026-11-21 19:48:51 INFO     one of very many lines of the log          train_util.py:1\n"
    path = tmp_path / "console.log"
    path.write_bytes(line * (200_000_000 // len(line)) + b"the needle\n")
    size = f"{path.stat().st_size / 1e6:.0f} MB of lines"
    log = LogFile(path)
    finish(log.count())
    middle = log.rows // 2

    def read_all() -> None:
        path.read_bytes().split(b"\n")

    compare(f"counting {size}", lambda: finish(LogFile(path).count()), "reading and splitting all", read_all, rounds=3)
    compare(f"a screenful of {size}", lambda: log.screenful(middle, 10, 40), "the same", read_all, rounds=3)
    compare(f"searching {size}", lambda: finish(find(log, Wanted("needle"), 0)), "the same", read_all, rounds=3)
