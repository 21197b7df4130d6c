"""Tells when a run's files change: by inotify, or by looking again and again where the kernel does not tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from sdtui.machine.filesystems import needs_polling
from sdtui.runs.record import RunRecord, run_folder

_OWN_CHANGES = frozenset({"created", "modified", "closed", "moved", "deleted"})
_POLL_EVERY = 2.0


class RunWatcher:
    """Calls ``on_change`` from a thread of its own, soon after a run's files changed and at most every ``rest`` seconds.

    A call means "look again", not what changed: events that the kernel dropped lose nothing as long as another one
    comes, so ``on_change`` is also called every ``at_least`` seconds.
    """

    def __init__(
        self,
        home: Path,
        record: RunRecord,
        on_change: Callable[[], None],
        *,
        rest: float = 0.25,
        at_least: float = 5.0,
    ) -> None:
        self._folders = _folders(home, record)
        self._on_change = on_change
        self._rest = rest
        self._at_least = at_least
        self._changed = threading.Event()
        self._stopping = False
        self._observers: list[BaseObserver] = []
        self._watched: set[Path] = set()
        self._thread = threading.Thread(target=self._run, name="run-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; ``on_change`` is not called any more once this has returned (unless it is what called this)."""
        self._stopping = True
        self._changed.set()
        if threading.current_thread() is not self._thread and self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._watch_what_exists()
                self._changed.wait(self._at_least)
                self._changed.clear()
                if self._stopping:
                    return
                self._on_change()
                self._pause()
        finally:
            for observer in self._observers:
                observer.stop()
            for observer in self._observers:
                observer.join()

    def _pause(self) -> None:
        end = time.monotonic() + self._rest
        while not self._stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))

    def _watch_what_exists(self) -> None:
        """Watch each folder, or as long as it does not exist its nearest parent that does."""
        wanted = {_nearest(folder): recursive for folder, recursive in self._folders if folder.is_dir()}
        wanted |= {_nearest(folder): False for folder, _ in self._folders if not folder.is_dir()} | wanted
        for folder, recursive in wanted.items():
            if folder not in self._watched:
                self._watched.add(folder)
                self._watch(folder, recursive=recursive)

    def _watch(self, folder: Path, *, recursive: bool) -> None:
        handler = _Handler(self._changed)
        if not needs_polling(folder):
            try:
                self._begin(Observer(), folder, handler, recursive=recursive)
                return
            except OSError:
                pass  # no inotify watches left (max_user_watches): look again and again instead
        try:
            self._begin(PollingObserver(timeout=_POLL_EVERY), folder, handler, recursive=recursive)
        except OSError:
            self._watched.discard(folder)  # deleted just now; tried again at the next turn

    def _begin(self, observer: BaseObserver, folder: Path, handler: FileSystemEventHandler, *, recursive: bool) -> None:
        observer.schedule(handler, str(folder), recursive=recursive)
        observer.start()
        self._observers.append(observer)


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: threading.Event) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _OWN_CHANGES:  # not "opened" and "closed_no_write": those are our own reading
            self._changed.set()


def _folders(home: Path, record: RunRecord) -> tuple[tuple[Path, bool], ...]:
    """The folders that a run writes to, and whether what stands below them matters too."""
    output = Path(record.output_dir)
    sample = Path(record.sample_dir) if record.sample_dir else output / "sample"
    folders: list[tuple[Path, bool]] = [(run_folder(home, record.id), False), (output, False), (sample, False)]
    if record.logging_dir:
        folders.append((Path(record.logging_dir), True))
    return tuple(folders)


def _nearest(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
