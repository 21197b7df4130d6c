"""Console logs of ended runs: made small, and read as if nothing had happened."""

from __future__ import annotations

import errno
import gzip
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtui.base.files import kernel
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.curves import AVERAGE
from sdtui.runs.log import log_keeping
from sdtui.runs.log.log_bytes import LogWriter, open_log
from sdtui.runs.log.log_keeping import compress, keep_small
from sdtui.runs.record import ProcessMark, RunState
from tests.runs.conftest import RunLab
from tests.runs.recorded import DATA, RecordedRun, bars

REAL = (DATA / "real_run/console.log").read_bytes()
WORDS = b"\n2026-11-21 19:47:48 WARNING  word %d of the middle" + b" " * 40 + b"train_util.py:%d\n"


def long_log() -> bytes:
    """The real run's console, with 6,000 steps, a state and a warning in its middle."""
    start, end = REAL.index(b"\nepoch 1/"), REAL.index(b"\nsaving checkpoint")
    middle = b"".join(bars(at, at + 999, 7000) + WORDS % (at, at) for at in range(1, 7000, 1000))
    return REAL[:start] + middle + REAL[end:]


@pytest.fixture
def ended(tmp_path: Path) -> RecordedRun:
    run = RecordedRun(tmp_path, long_log(), logging_dir=None)
    run.end()
    return run


def log_of(run: RecordedRun) -> Path:
    return run.folder / store.CONSOLE


def small(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def test_the_view_the_lines_and_the_curve_are_the_same_afterwards(ended: RecordedRun) -> None:
    before, size = ended.follower(), log_of(ended).stat().st_size
    view, lines = before.poll(), before.log_lines(50)
    changed = log_of(ended).stat().st_mtime_ns
    assert compress(log_of(ended))
    assert not log_of(ended).exists()
    assert small(log_of(ended)).stat().st_size < size / 40
    assert small(log_of(ended)).stat().st_mtime_ns == changed
    after = ended.follower()
    assert msgspec.structs.replace(after.poll(), it_per_s=None) == msgspec.structs.replace(view, it_per_s=None)
    assert after.log_lines(50) == lines
    told, curve = before.curves()[AVERAGE], after.curves()[AVERAGE]
    assert (curve.steps[0], curve.steps[-1]) == (told.steps[0], told.steps[-1])
    assert (min(curve.values), max(curve.values)) == (min(told.values), max(told.values))
    assert set(zip(curve.steps, curve.values, strict=True)) <= set(zip(told.steps, told.values, strict=True))


def test_every_tool_that_reads_gzip_reads_it_and_no_line_is_missing(ended: RecordedRun) -> None:
    log = log_of(ended).read_bytes()
    lines = [line for line in log.split(b"\n") if b"%|" not in line]
    compress(log_of(ended))
    left = gzip.decompress(small(log_of(ended)).read_bytes())
    assert [line for line in left.split(b"\n") if b"%|" not in line] == lines
    assert left[-500:] == log[-500:]


@pytest.mark.slow
def test_a_follower_that_looks_while_it_is_compressed_sees_the_same_end(tmp_path: Path) -> None:
    own = processes.mark(os.getpid())
    assert own is not None
    run = RecordedRun(tmp_path, long_log(), logging_dir=None, supervisor=ProcessMark(*own))
    follower = run.follower()
    step = follower.poll().step
    compress(log_of(run))
    assert follower.poll().step == step
    run.end()
    view = follower.poll()
    assert (view.state, view.step) == (RunState.DONE, step)


def test_a_log_that_somebody_may_write_to_is_left_alone(ended: RecordedRun) -> None:
    data = log_of(ended).read_bytes()
    with log_of(ended).open("ab"):
        assert not compress(log_of(ended))
    assert log_of(ended).read_bytes() == data
    assert not small(log_of(ended)).exists()
    assert compress(log_of(ended))


def test_a_full_disk_leaves_the_log_as_it_was(ended: RecordedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    names, data = {path.name for path in ended.folder.iterdir()}, log_of(ended).read_bytes()
    monkeypatch.setattr(kernel, "write", full)
    keep_small(ended.home)
    assert {path.name for path in ended.folder.iterdir()} == names
    assert log_of(ended).read_bytes() == data


@pytest.mark.parametrize("last", ["replace", "unlink"])
def test_whoever_is_killed_in_the_middle_loses_nothing(
    ended: RecordedRun, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_paths: Path) -> None:
        raise Killed

    lines = ended.follower().log_lines(30)
    with monkeypatch.context() as patch:
        patch.setattr(kernel, last, killed)
        with pytest.raises(Killed):
            compress(log_of(ended))
    assert ended.follower().log_lines(30) == lines
    keep_small(ended.home)
    assert sorted(path.name for path in ended.folder.iterdir()) == ["console.log.gz", "exit.json", "run.json"]
    assert ended.follower().log_lines(30) == lines


def test_a_short_log_stays_as_it_is(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, REAL)
    run.end()
    keep_small(run.home)
    assert log_of(run).read_bytes() == REAL


def test_a_damaged_part_says_so_and_the_rest_is_read(ended: RecordedRun) -> None:
    big = b"".join(b"line %d %s\n" % (number, os.urandom(20).hex().encode()) for number in range(8000))
    log_of(ended).write_bytes(big)
    compress(log_of(ended))
    path = small(log_of(ended))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    log = open_log(log_of(ended))
    read = log.read(0, log.size)
    log.close()
    assert len(read) == len(big)
    assert b"This part of the log is damaged" in read and read.startswith(big[:1000]) and read.endswith(big[-1000:])
    path.write_bytes(data[: len(data) - 5000])
    assert "This part of the log is damaged and cannot be read." in ended.follower().log_lines(9)


def test_a_log_that_another_program_compressed_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "nohup.out.gz"
    path.write_bytes(gzip.compress(REAL))
    log = open_log(path)
    assert log.read(0, log.size) == REAL
    log.close()
    path.write_bytes(gzip.compress(REAL)[:-20])
    log = open_log(path)
    assert REAL.startswith(log.read(0, log.size)) and log.size > len(REAL) / 2
    log.close()


def test_the_supervisor_makes_its_own_log_small_and_those_of_runs_that_were_lost(
    lab: RunLab,
) -> None:
    lost = RecordedRun(lab.root, long_log())
    away = RecordedRun(lab.root, long_log(), id="20261121-222124-away", host="elsewhere 1")
    view = lab.ended("header=7000", "steps=1-7000-7000", f"file={lab.root}/model/circle.safetensors", "saved")
    assert (view.state, view.step) == (RunState.DONE, 7000)
    folder = lab.home / "runs" / view.id
    assert (folder / "console.log.gz").exists() and not (folder / "console.log").exists()
    assert small(log_of(lost)).exists() and not log_of(lost).exists()
    assert log_of(away).exists() and not small(log_of(away)).exists()
    again = lost.follower().poll()
    assert (again.state, again.step) == (RunState.LOST, 12)


@pytest.mark.slow
def test_a_run_that_lives_keeps_its_log(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_keeping, "_WORTH", 10)
    lab.fifo("there")
    lab.fifo("go")
    record = lab.launch("train=50", "tell=there", "wait=go")
    lab.meet("there")
    keep_small(lab.home)
    assert (lab.home / "runs" / record.id / store.CONSOLE).exists()
    lab.release("go")
    assert lab.wait(record).step == 50


@given(
    tail=st.binary(max_size=200),
    parts=st.lists(st.tuples(st.integers(0, 9_000_000), st.integers(0, 200_000)), max_size=8),
)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_of_a_compressed_log_is_read(tail: bytes, parts: list[tuple[int, int]], tmp_path: Path) -> None:
    data = os.urandom(70_000) + REAL + tail
    writer = LogWriter()
    path = tmp_path / "console.log.gz"
    path.write_bytes(b"".join([*writer.write(data[:100_000]), *writer.write(data[100_000:]), *writer.close()]))
    with closing(open_log(tmp_path / "console.log")) as log:
        assert log.size == len(data)
        for start, length in [(0, len(data)), *((start % (len(data) + 5), length) for start, length in parts)]:
            assert log.read(start, length) == data[start : start + length]


_COMPRESS = (
    "import sys; from pathlib import Path; from sdtui.runs.log.log_keeping import compress; compress(Path(sys.argv[1]))"
)


@pytest.mark.torture
def test_whenever_it_is_killed_the_log_is_there(tmp_path: Path) -> None:
    data = long_log() * 8
    lines = [line for line in data.split(b"\n") if b"%|" not in line]
    path = tmp_path / "console.log"
    path.write_bytes(data)
    chance = random.Random(1)
    for _ in range(60):
        with subprocess.Popen([sys.executable, "-c", _COMPRESS, str(path)]) as process:
            time.sleep(chance.uniform(0.1, 0.6))
            process.kill()
        with closing(open_log(path)) as log:
            read = log.read(0, log.size)
        assert [line for line in read.split(b"\n") if b"%|" not in line] == lines
        if not path.exists():
            path.write_bytes(data)
