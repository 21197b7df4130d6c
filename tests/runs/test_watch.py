"""A change of a run's files is told soon; where nothing tells of changes, the clock does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdtui.runs.following import watch
from sdtui.runs.following.watch import RunWatcher
from tests.runs.recorded import RecordedRun

SECONDS = 30.0
NEVER = 3600.0

Watch = Callable[..., tuple[RunWatcher, threading.Semaphore]]


@pytest.fixture
def watching() -> Iterator[Watch]:
    watchers = []

    def begin(run: RecordedRun, **options: float) -> tuple[RunWatcher, threading.Semaphore]:
        told = threading.Semaphore(0)
        watcher = RunWatcher(run.home, run.record, told.release, **{"rest": 0.0, "at_least": NEVER, **options})
        watchers.append(watcher)
        watcher.start()
        return watcher, told

    yield begin
    for watcher in watchers:
        watcher.stop()


def settled(watcher: RunWatcher, folder: Path) -> None:
    """Until the watcher watches ``folder``."""
    while folder not in watcher._watched:
        threading.Event().wait(0.005)


def test_a_new_line_a_checkpoint_and_a_sample_are_told(tmp_path: Path, watching: Watch) -> None:
    run = RecordedRun(tmp_path)
    watcher, told = watching(run)
    for folder, act in (
        (run.folder, lambda: run.say(b"a line\n")),
        (run.output, lambda: run.write(run.output / "tiny.safetensors", 1000.0)),
        (run.samples, lambda: run.write(run.samples / "tiny_000001_00_20261121222154.png", 1000.0)),
    ):
        settled(watcher, folder)
        while told.acquire(blocking=False):
            pass
        act()
        assert told.acquire(timeout=SECONDS)


def test_folders_that_are_made_later_are_watched_from_then_on(tmp_path: Path, watching: Watch) -> None:
    run = RecordedRun(tmp_path, output_dir=str(tmp_path / "later"))
    watcher, told = watching(run)
    settled(watcher, tmp_path)
    output = tmp_path / "later"
    output.mkdir()
    assert told.acquire(timeout=SECONDS)
    settled(watcher, output)
    while told.acquire(blocking=False):
        pass
    (output / "tiny.safetensors").touch()
    assert told.acquire(timeout=SECONDS)


def test_our_own_reading_is_no_change(tmp_path: Path, watching: Watch) -> None:
    run = RecordedRun(tmp_path)
    watcher, told = watching(run)
    settled(watcher, run.folder)
    while told.acquire(timeout=0.05):
        pass
    run.follower().poll()
    run.follower().log_lines(5)
    assert not told.acquire(timeout=0.1)
    run.say(b"x")
    assert told.acquire(timeout=SECONDS)


def test_where_the_kernel_tells_nothing_the_clock_does(
    tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "needs_polling", lambda path: True)
    monkeypatch.setattr(watch, "_POLL_EVERY", 0.01)
    watcher, told = watching(RecordedRun(tmp_path))
    assert told.acquire(timeout=SECONDS) and told.acquire(timeout=SECONDS)
    assert watcher.polls


def test_used_up_inotify_watches_are_replaced_by_the_clock(
    tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch.BaseObserver, "schedule", exhausted)
    monkeypatch.setattr(watch, "_POLL_EVERY", 0.01)
    watcher, told = watching(RecordedRun(tmp_path))
    assert told.acquire(timeout=SECONDS)
    assert watcher.polls


def test_used_up_inotify_instances_are_too(tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted() -> None:
        raise OSError(24, "inotify instance limit reached")

    monkeypatch.setattr(watch, "Observer", exhausted)
    monkeypatch.setattr(watch, "_POLL_EVERY", 0.01)
    watcher, told = watching(RecordedRun(tmp_path))
    assert told.acquire(timeout=SECONDS) and told.acquire(timeout=SECONDS)
    assert watcher.polls


def test_lost_events_are_made_good_after_a_while(tmp_path: Path, watching: Watch) -> None:
    _, told = watching(RecordedRun(tmp_path), at_least=0.01)
    assert told.acquire(timeout=SECONDS) and told.acquire(timeout=SECONDS)


def test_after_stop_nothing_is_told(tmp_path: Path, watching: Watch) -> None:
    run = RecordedRun(tmp_path)
    watcher, told = watching(run)
    settled(watcher, run.folder)
    watcher.stop()
    while told.acquire(blocking=False):
        pass
    run.say(b"more\n")
    assert not told.acquire(timeout=0.1)
    watcher.stop()
