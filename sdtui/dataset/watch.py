"""Tells when something changes in a project's folders: by inotify, or where that is mute by looking again and again."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

from sdtui.base.files import explain
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.dataset.burst import Burst, OnChange, overflows
from sdtui.dataset.listing import SCRATCH_SUFFIX
from sdtui.dataset.project import Project, ProjectKind
from sdtui.dataset.subset_folders import REG_FOLDERS, TRAIN_FOLDERS
from sdtui.machine.filesystems import needs_polling
from sdtui.trainer.caches import is_cache

# Opening and reading are left out: our own scan of 50,000 captions would raise 100,000 of them.
_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]
# The polling observer reports a save in place as "modified" and knows no "closed".
_POLLED_EVENTS: list[type[FileSystemEvent]] = [*_EVENTS, FileModifiedEvent]


class Watcher:
    """Watches the folders of a project from ``start()`` until ``stop()``."""

    def __init__(
        self, project: Project, on_change: OnChange, *, poll: bool | None = None, interval: float | None = None
    ) -> None:
        """``poll`` forces one way or the other; ``interval`` is the seconds between two looks of polling."""
        self.polling = False
        """True where changes are looked for every ``interval`` seconds instead of being told by the kernel."""
        self.why_polling: str | None = None
        """A sentence, where ``polling`` is True."""
        self.interval = interval if interval is not None else _interval(project)
        self._project = project
        self._poll = poll
        self._burst = Burst(on_change)
        self._observer: BaseObserver | None = None
        self._handler = _Handler(self._burst)
        self._watches: dict[str, ObservedWatch] = {}
        self._turn = threading.RLock()

    def start(self) -> None:
        """Begin to watch, once; does nothing after stop. Where nothing can be watched, nothing is told."""
        with self._turn:
            if self._burst.start():
                overflows.add(self._burst)
                self._watch()

    def stop(self) -> None:
        """End it: no call of ``on_change`` begins after this returns. May be called more than once."""
        overflows.discard(self._burst)
        self._burst.stop()
        with self._turn:
            self._unwatch()

    def update(self, project: Project) -> None:
        """Watch the folders of ``project`` from now on: after a subset came, went, or was renamed."""
        with self._turn:
            self._update(project)

    def _update(self, project: Project) -> None:
        before = self._handler.places
        self._project = project
        self._handler.places = _places(project)
        if self._observer is None:
            return
        trouble = self._schedule()
        if trouble is not None and not self.polling:
            self._unwatch()
            self._fall_back(trouble)
        # What happened in a new folder before it was watched is not known.
        known = {place.folder for places in before.values() for place in places}
        new = [place.folder for places in self._handler.places.values() for place in places]
        self._burst.add(folder for folder in new if folder not in known)

    def _watch(self) -> None:
        self._handler.places = _places(self._project)
        self.polling, self.why_polling = self._choice()
        if self.polling:
            self._observe(lambda: PollingObserver(timeout=self.interval))
        elif (trouble := self._observe(Observer)) is not None:
            self._fall_back(trouble)

    def _fall_back(self, trouble: str) -> None:
        self.polling, self.why_polling = True, trouble
        self._observe(lambda: PollingObserver(timeout=self.interval))

    def _choice(self) -> tuple[bool, str | None]:
        if self._poll is not None:
            return self._poll, "It was asked for." if self._poll else None
        mute = next((real for real in self._handler.places if needs_polling(Path(real))), None)
        if mute is None:
            return False, None
        return True, f"The file system of {mute} does not tell of changes; they show after up to {self.interval:.0f} s."

    def _observe(self, make: Callable[[], BaseObserver]) -> str | None:
        """Start an observer on the folders; a sentence where the kernel has no room for it."""
        try:
            self._observer = make()
            self._observer.start()
        except OSError as error:
            self._observer = None
            return _no_room(error)
        trouble = self._schedule()
        if trouble is not None and not self.polling:
            self._unwatch()
        return trouble

    def _schedule(self) -> str | None:
        """Watch just the folders that are wanted now."""
        assert self._observer is not None
        events = _POLLED_EVENTS if self.polling else _EVENTS
        for real in self._watches.keys() - self._handler.places.keys():
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(self._watches.pop(real))
        for real in self._handler.places.keys() - self._watches.keys():
            try:
                self._watches[real] = self._observer.schedule(self._handler, real, recursive=False, event_filter=events)
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue  # a folder that cannot be read is shown as such, and watched once it can be
            except OSError as error:
                return _no_room(error)
        return None

    def _unwatch(self) -> None:
        observer, self._observer = self._observer, None
        self._watches = {}
        if observer is not None:
            observer.stop()
            if observer is not threading.current_thread():
                observer.join(timeout=5)


def _no_room(error: OSError) -> str:
    reason = "the kernel allows no more watches" if error.errno in (errno.ENOSPC, errno.EMFILE) else explain(error)[0]
    return f"Changes cannot be told by the kernel ({reason}), so the folders are looked through every few seconds."


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder as the project names it."""

    folder: Path
    only: frozenset[str] | None = None
    """Names in it that matter; None: all."""


class _Handler(FileSystemEventHandler):
    """Turns events into the paths that the project knows: watchdog is given real paths, links resolved."""

    def __init__(self, burst: Burst) -> None:
        self.places: Mapping[str, Sequence[_Place]] = {}
        self._burst = burst

    def on_any_event(self, event: FileSystemEvent) -> None:
        for raw in (event.src_path, event.dest_path):
            path = os.fsdecode(raw)
            if path:
                self._burst.add(self._known_as(path))

    def _known_as(self, path: str) -> list[Path]:
        folder, name = os.path.split(path)
        inside = [
            place.folder / name
            for place in self.places.get(folder, ())
            if (place.only is None and _matters(name)) or (place.only is not None and name in place.only)
        ]
        return inside + [place.folder for place in self.places.get(path, ())]


def _matters(name: str) -> bool:
    """False for what comes and goes in a dataset's folders without meaning: scratch files, the trainer's caches."""
    return not (name.endswith(SCRATCH_SUFFIX) or is_cache(name) or name == PROJECT_FOLDER)


def _places(project: Project) -> dict[str, list[_Place]]:
    """The folders to watch by their real paths, each by itself and not what is below it."""
    found = [_Place(project.root, frozenset({project.toml.name}) if project.toml else None)]
    if project.kind is not ProjectKind.TOML:
        bases = (project.root / name for name in (*TRAIN_FOLDERS, *REG_FOLDERS))
        found += [_Place(base) for base in bases if base.is_dir()]
    for subset in project.subsets:
        if subset.metadata_file is not None:
            found.append(_Place(subset.metadata_file.parent, frozenset({subset.metadata_file.name})))
        found.append(_Place(subset.image_dir))
        if subset.mask_dir is not None:
            found.append(_Place(subset.mask_dir))
    places: dict[str, list[_Place]] = defaultdict(list)
    for place in dict.fromkeys(found):
        places[os.path.realpath(place.folder)].append(place)
    return dict(places)


def _interval(project: Project) -> float:
    """2 s, and more for large datasets: looking through 100,000 files costs about a second."""
    return min(30.0, max(2.0, sum(subset.img_count for subset in project.subsets) / 5000))
