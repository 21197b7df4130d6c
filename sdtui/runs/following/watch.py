"""Tells when a run's files change: by inotify, and by a clock where the kernel does not tell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from sdtui.machine.filesystems import needs_polling
from sdtui.runs.record import RunRecord, run_folder

_CHANGES = frozenset({"created", "modified", "closed", "moved", "deleted"})
"""Not "opened" and "closed_no_write": those are our own reading."""
_POLL_EVERY = 2.0

# A dropped event is told to logging, whose last resort is stderr, which is the screen.
logging.getLogger("watchdog").addHandler(logging.NullHandler())


class RunWatcher:
    """Calls ``on_change`` from a thread of its own after a run's files changed, at most every ``rest`` seconds.

    A call means "look again", not what changed. Without any event it comes every ``at_least`` seconds, so that events
    which the kernel dropped lose nothing; every two seconds where a file system reports no events or the user's
    inotify watches are used up. A Follower's look costs less than a polling observer's walk.
    """

    def __init__(
        self, home: Path, record: RunRecord, on_change: Callable[[], None], *, rest: float = 0.25, at_least: float = 5.0
    ) -> None:
        self._folders = _folders(home, record)
        self._on_change = on_change
        self._rest = rest
        self._patience = at_least
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._observer: BaseObserver | None = None
        self._watched: set[Path] = set()
        self._thread = threading.Thread(target=self._run, name="run-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; ``on_change`` is not called any more once this has returned (unless it is what called this)."""
        self._stopped.set()
        self._changed.set()
        if threading.current_thread() is not self._thread and self._thread.is_alive():
            self._thread.join()

    @property
    def polls(self) -> bool:
        """Whether some of the run's files are looked at by the clock, because nothing tells of their changes."""
        return self._patience <= _POLL_EVERY

    def _run(self) -> None:
        self._observer = _observer()
        try:
            while True:
                self._watch_what_exists()
                self._changed.wait(self._patience)
                self._changed.clear()
                if self._stopped.is_set():
                    return
                self._on_change()
                self._stopped.wait(self._rest)
        finally:
            if self._observer is not None:
                self._observer.stop()
                self._observer.join()

    def _watch_what_exists(self) -> None:
        """Watch each folder, or as long as it does not exist its nearest parent that does."""
        if self._observer is None:
            self._poll()
            return
        for folder in {_nearest(folder) for folder in self._folders} - self._watched:
            if needs_polling(folder):
                self._poll()
            else:
                try:
                    self._observer.schedule(_Handler(self._changed), str(folder))
                except FileNotFoundError:
                    continue  # deleted just now: its parent is watched at the next turn
                except OSError:
                    self._poll()  # no watches left (fs.inotify.max_user_watches)
            self._watched.add(folder)
            self._changed.set()  # what was written into it before it was watched

    def _poll(self) -> None:
        self._patience = min(self._patience, _POLL_EVERY)


def _observer() -> BaseObserver | None:
    """A started observer, None where the user's inotify instances are used up (fs.inotify.max_user_instances)."""
    try:
        observer: BaseObserver = Observer()
        observer.start()
    except OSError:
        return None
    return observer


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: threading.Event) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _CHANGES:
            self._changed.set()


def _folders(home: Path, record: RunRecord) -> tuple[Path, ...]:
    """Where a run writes. Below its logging folder it writes with each step, and so to its console."""
    output = Path(record.output_dir)
    sample = Path(record.sample_dir) if record.sample_dir else output / "sample"
    folders = [run_folder(home, record.id), output, sample]
    if record.logging_dir:
        folders.append(Path(record.logging_dir))
    if record.state_folder and Path(record.state_folder).is_dir():
        folders.append(Path(record.state_folder))  # it goes when the run ends
    return tuple(folders)


def _nearest(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
