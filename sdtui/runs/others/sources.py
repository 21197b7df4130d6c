"""What can be found out about a run that sdtui did not start: its folders, its name, its arguments, its process."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sdtui.base.errors import SdtuiError
from sdtui.base.there import changed_at, is_folder
from sdtui.edits.path_spelling import as_linux
from sdtui.machine import processes
from sdtui.runs.others.places import ForeignPlaces, newest_events, newest_name
from sdtui.runs.others.process import Trainer, find_trainer
from sdtui.runs.others.story import ForeignStory
from sdtui.trainer.outputs import output_name_of
from sdtui.trainer.settings_import.reading import read_settings

T = TypeVar("T")

_LOOK_FOR_FILES = 5.0
"""Seconds between two walks through folders that may hold years of runs."""
_LOOK_FOR_PROCESS = 10.0
"""Seconds between two looks at all processes while the run's own is not found."""
_COARSE = 2.0
"""Seconds: an event file's name has whole ones."""
_GUI_SETTINGS = "config_*.toml"
"""What kohya_ss' GUI writes into the output folder and gives to the script as ``--config_file``."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run at one moment."""

    output_dir: Path | None = None
    logging_dir: Path | None = None
    events: tuple[Path, int] | None = None
    """The folder with the run's own event files, and when it was begun (seconds since the epoch)."""
    name: tuple[str | None] | None = None
    """Its output_name, in a tuple, which holds None for a run without one; None where nothing tells it."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    trainer: Trainer | None = None
    """Its process, also once that has ended; None where none was ever seen."""
    alive: bool = False
    """Whether its process was seen a moment ago."""

    @property
    def began(self) -> float | None:
        """When it was started, in seconds since the epoch, as near as anything tells it."""
        if self.trainer is not None:
            return self.trainer.began
        return float(self.events[1]) if self.events is not None else None


class Sources:
    """Looks again and again, since what tells a run's name or folders may come later. What a person named wins."""

    def __init__(self, places: ForeignPlaces) -> None:
        self.places = places
        self.somewhere = next(
            place for place in (places.log and places.log.parent, places.output_dir, places.logging_dir) if place
        )
        """A folder of the run's, for relative paths of which nothing is known."""
        self._trainer: Trainer | None = None
        self._alive = False
        self._looked = float("-inf")
        self._settings: dict[str, Mapping[str, str]] = {}
        self._found: dict[str, tuple[float, Any]] = {}

    def look(self, now: float, told: ForeignStory) -> Known:
        """What is known ``now`` (seconds since the epoch), after the log has told ``told``."""
        self._look_for_process(now)
        arguments = self._arguments(told)
        output_dir = self.places.output_dir or self._folder(arguments, "output_dir") or self._announced(told)
        if not arguments and output_dir is not None:
            arguments = self._now_and_then(now, "settings", lambda: self._left_by_the_gui(output_dir))
        logging_dir = self.places.logging_dir or self._folder(arguments, "logging_dir")
        return Known(
            output_dir,
            logging_dir,
            self._now_and_then(now, "events", lambda: self._events(logging_dir, told)),
            _told_name(arguments, told) or self._now_and_then(now, "name", lambda: _name_in(output_dir)),
            arguments,
            self._trainer,
            self._alive,
        )

    def _now_and_then(self, now: float, what: str, find: Callable[[], T]) -> T:
        """What ``find`` gives, which walks through folders: asked again at once only while it finds nothing."""
        when, found = self._found.get(what, (float("-inf"), None))
        if found is None or now - when >= _LOOK_FOR_FILES:
            found = find()
            self._found[what] = now, found
        result: T = found
        return result

    def absolute(self, path: str) -> Path:
        """A path as the trainer was told it, one of Windows as WSL calls it."""
        folder = self._trainer.folder if self._trainer is not None else None
        return (folder or self.somewhere) / as_linux(path)

    def _events(self, logging_dir: Path | None, told: ForeignStory) -> tuple[Path, int] | None:
        """The newest run's; not those of a run after the log's, nor of one before the process that goes on."""
        if logging_dir is None:
            return None
        until = changed_at(self.places.log) if self.places.log is not None and told.over else None
        found = newest_events(logging_dir, until)
        if found is not None and self._trainer is not None and found[1] < self._trainer.began - _COARSE:
            return None
        return found

    def _look_for_process(self, now: float) -> None:
        self._alive = self._trainer is not None and processes.alive(self._trainer.mark)
        if self._alive:
            return
        if now - self._looked >= _LOOK_FOR_PROCESS:
            folders = [folder for folder in (self.places.logging_dir, self.places.output_dir) if folder is not None]
            found, self._looked = find_trainer(self.places.log, folders), now
            self._trainer, self._alive = found or self._trainer, found is not None

    def _arguments(self, told: ForeignStory) -> Mapping[str, str]:
        """Those of its process, and those in the settings file that the process or the log names."""
        given = dict(self._trainer.arguments) if self._trainer is not None else {}
        file = given.get("config_file") or told.settings_file
        return {**self._settings_in(self.absolute(file)), **given} if file else given

    def _left_by_the_gui(self, output_dir: Path) -> Mapping[str, str]:
        """The newest settings file of kohya_ss' GUI in the output folder."""
        files = sorted(output_dir.glob(_GUI_SETTINGS), key=changed_at)
        return self._settings_in(files[-1]) if files else {}

    def _settings_in(self, path: Path) -> Mapping[str, str]:
        """Read once. Empty where it is not here: the log of another machine names its own paths."""
        key = str(path)
        if key not in self._settings:
            try:
                # The trainer adds the extension (library/train_util.py, read_config_from_file).
                found = read_settings(path if path.suffix else path.with_suffix(".toml")).arguments
            except SdtuiError:
                found = {}
            self._settings[key] = {name: str(value) for name, value in found.items() if value not in (None, False)}
        return self._settings[key]

    def _folder(self, arguments: Mapping[str, str], key: str) -> Path | None:
        path = self.absolute(arguments[key]) if arguments.get(key) else None
        return path if path is not None and is_folder(path) else None

    def _announced(self, told: ForeignStory) -> Path | None:
        """The folder of the checkpoint that the log names last."""
        path = self.absolute(next(reversed(told.checkpoints))).parent if told.checkpoints else None
        return path if path is not None and is_folder(path) else None


def _told_name(arguments: Mapping[str, str], told: ForeignStory) -> tuple[str | None] | None:
    if arguments.get("output_name"):
        return (arguments["output_name"],)
    names = (output_name_of(re.split(r"[/\\]", path)[-1]) for path in reversed(told.checkpoints))
    return next((name for name in names if name is not None), None)


def _name_in(output_dir: Path | None) -> tuple[str | None] | None:
    return newest_name(output_dir) if output_dir is not None else None
