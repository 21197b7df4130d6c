"""The checkpoints and sample pictures that a run has written: those in its folders that are younger than it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from sdtui.base.there import entries_of
from sdtui.runs.record import Checkpoint, SampleImage
from sdtui.trainer.outputs import parse_checkpoint_name, parse_sample_name

_COARSE = 2.0
"""Seconds by which a file's time may be too early: FAT keeps even seconds."""
_LOOK_AGAIN = 5.0
"""Seconds after which a folder is read again although its own time stands: overwriting a file does not change it."""
_UNFINISHED = 10.0
"""Seconds after which a picture without an end is shown all the same."""
_SLASH = re.compile(r"[/\\]")
"""A log may be of another machine, also of Windows."""
_PNG_END = b"IEND\xaeB`\x82"


class OutputFolders:
    """``checkpoints`` and ``samples`` of one run, oldest first; ``look`` brings them up to date."""

    def __init__(self, output_dir: Path, sample_dir: Path, name: str | None, began: float) -> None:
        """``name`` is the run's output_name, None for a run without one; ``began`` in seconds since the epoch."""
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self.samples: tuple[SampleImage, ...] = ()
        self._output_dir = output_dir
        self._sample_dir = sample_dir
        self._name = name
        self._began = began - _COARSE
        self._seen: tuple[int | None, int | None, frozenset[str]] | None = None
        self._looked = float("-inf")
        self._known: dict[str, tuple[str, int, SampleImage]] = {}
        """Pictures that are the run's and whole, by name. Their names bear a time: none is written twice."""
        self._waiting = False

    def look(self, now: float, until: float | None = None, announced: Iterable[str] = ()) -> None:
        """Read the folders again where something may have changed.

        ``now`` and ``until`` (when the run ended) in seconds since the epoch; ``announced`` are the paths of
        checkpoints that the trainer's own log names, which are the run's whatever their times say.
        """
        told = frozenset(announced)
        seen = (_changed(self._output_dir), _changed(self._sample_dir), told)
        if seen == self._seen and not self._waiting and abs(now - self._looked) < _LOOK_AGAIN and until is None:
            return
        self._seen, self._looked = seen, now
        latest = until + _COARSE if until is not None else float("inf")
        self.checkpoints = self._find_checkpoints(latest, told)
        self.samples = self._find_samples(now, latest)

    def _find_checkpoints(self, latest: float, told: frozenset[str]) -> tuple[Checkpoint, ...]:
        names = {_SLASH.split(path)[-1] for path in told}
        found = []
        for entry in entries_of(self._output_dir):
            parsed = parse_checkpoint_name(entry.name, self._name)
            if parsed is None or parsed.is_state or (changed := _time_of(entry)) is None:
                continue
            if (entry.name in names or self._began <= changed <= latest) and _is_weights(entry):
                found.append((changed, entry.name, Checkpoint(entry.path, parsed.step, parsed.epoch)))
        return tuple(checkpoint for _, _, checkpoint in sorted(found))

    def _find_samples(self, now: float, latest: float) -> tuple[SampleImage, ...]:
        self._waiting = False
        found: dict[str, tuple[str, int, SampleImage]] = {}
        for entry in entries_of(self._sample_dir):
            known = self._known.get(entry.name)
            if known is None and (parsed := parse_sample_name(entry.name, self._name)) is not None:
                changed = _time_of(entry)
                if changed is None or not self._began <= changed <= latest:
                    continue
                if not _is_whole(entry) and now - changed < _UNFINISHED:
                    self._waiting = True
                    continue
                sample = SampleImage(entry.path, parsed.step, parsed.epoch, parsed.prompt_index, parsed.seed)
                known = parsed.made, parsed.prompt_index, sample
            if known is not None:
                found[entry.name] = known
        self._known = found
        return tuple(sample for _, _, sample in sorted(found.values(), key=lambda item: item[:2]))


def _is_whole(entry: os.DirEntry[str]) -> bool:
    """Whether the picture has its end: the trainer may just be writing it."""
    try:
        with Path(entry.path).open("rb") as file:
            file.seek(-len(_PNG_END), os.SEEK_END)
            return file.read() == _PNG_END
    except OSError:
        return False


def _is_weights(entry: os.DirEntry[str]) -> bool:
    """A file, or a folder of the diffusers format; an empty folder that bears the run's name is neither."""
    return entry.is_file() or (Path(entry.path) / "model_index.json").is_file()


def _time_of(entry: os.DirEntry[str]) -> float | None:
    """When it last changed, None where it was deleted meanwhile (save_last_n_epochs)."""
    try:
        return entry.stat().st_mtime
    except OSError:
        return None


def _changed(folder: Path) -> int | None:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return None
