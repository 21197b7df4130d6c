"""The scalars of a run: from its TensorBoard files, and the average loss from its console where there are none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.there import entries_of
from sdtui.runs.following.growing import Growing
from sdtui.trainer.event_columns import Column
from sdtui.trainer.tensorboard import EventFileReader

LOSS = "loss"
"""The raw loss of each step: ``loss/current`` (train_network.py) or ``loss`` (the other scripts)."""
AVERAGE = "avr_loss"
"""The trainer's moving average: ``loss/average``, else what its console prints."""

_PATTERN = "events.out.tfevents.*"
# tensorboard names host, process and a count; tensorboardX (what accelerate takes where there is no tensorboard) only
# the host.
_FILE = re.compile(r"events\.out\.tfevents\.(?P<seconds>\d+)\.(?:.+\.(?P<pid>\d+)\.\d+$)?")
_CLOCK_SLACK = 60.0
_MOST_STRETCHES = 100
"""Of steps without a loss, so many are told apart."""
_SAME = {LOSS: "loss/current", AVERAGE: "loss/average"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One scalar over a run. ``times`` in seconds since the epoch; empty where only the console told."""

    steps: Sequence[int]
    values: Sequence[float]
    times: Sequence[float]

    def __len__(self) -> int:
        return len(self.steps)


class _Scalar:
    """A curve while it grows."""

    def __init__(self) -> None:
        self.steps, self.values, self.times = Growing("q"), Growing("d"), Growing("d")
        self._shown = Curve((), (), ())

    def add(self, column: Column) -> None:
        self.steps.extend(column.steps)
        self.values.extend(column.values)
        self.times.extend(column.times)

    def curve(self) -> Curve:
        """As it is now; the same object until something was added."""
        if len(self._shown) != len(self.steps):
            self._shown = Curve(self.steps.taken(), self.values.taken(), self.times.taken())
        return self._shown


class EventFiles:
    """The TensorBoard files that a run writes below its logging folder, read as they grow."""

    def __init__(
        self, logging_dir: Path | None, began: float, is_foreign: Callable[[int, int], bool] = lambda *_: False
    ) -> None:
        """``began`` in seconds since the epoch.

        ``is_foreign`` says whether a pid is known to have been no part of the run at a time in seconds since the epoch.
        """
        self._logging_dir = logging_dir
        self._began = began
        self._is_foreign = is_foreign
        self._folder: Path | None = None
        self._readers: dict[Path, EventFileReader] = {}
        self._scalars: dict[str, _Scalar] = {}
        self._bad: list[tuple[int, int]] = []

    def read_new(self, until: float | None = None) -> None:
        """Read what was written since the last time. ``until``: when the run ended (seconds since the epoch)."""
        for path in self._own_files(until):
            if path not in self._readers:
                self._readers[path] = EventFileReader(path)
        for path, reader in list(self._readers.items()):
            try:
                self._keep(reader.read_new())
            except UnreadableError:
                del self._readers[path]  # deleted meanwhile; what was read of it stays

    def folder(self, until: float | None = None) -> Path | None:
        """The folder of the run's own files; where it has none (yet), the one below which it makes it."""
        self._own_files(until)
        return self._folder or self._logging_dir

    @property
    def damage(self) -> tuple[str, ...]:
        """A sentence for each file of which a part could not be read."""
        return tuple(reader.damage for reader in self._readers.values() if reader.damage)

    def newest(self, *tags: str) -> float | None:
        """The last value of the first of ``tags`` that the run writes."""
        for tag in tags:
            if tag in self._scalars:
                return float(self._scalars[tag].values.taken()[-1])
        return None

    def timing(self, *tags: str) -> tuple[Sequence[int], Sequence[float]]:
        """Steps and times of the first of ``tags`` that the run writes."""
        for tag in tags:
            if tag in self._scalars:
                return self._scalars[tag].steps.taken(), self._scalars[tag].times.taken()
        return (), ()

    @property
    def nan_steps(self) -> tuple[tuple[int, int], ...]:
        """Steps whose raw loss was not a number: (first, last) of each stretch."""
        return tuple(self._bad)

    @property
    def tags(self) -> tuple[str, ...]:
        """All scalars, in the order in which they came."""
        return tuple(self._scalars)

    def curves(self) -> dict[str, Curve]:
        """Every scalar under its own name, and the two losses under LOSS and AVERAGE."""
        found = {tag: scalar.curve() for tag, scalar in self._scalars.items()}
        for name, tag in _SAME.items():
            if tag in found:
                found[name] = found[tag]
        return found

    def _keep(self, columns: Iterable[Column]) -> None:
        for column in columns:
            self._scalars.setdefault(column.tag, _Scalar()).add(column)
            if column.tag in (LOSS, _SAME[LOSS]):
                for step, value in zip(column.steps, column.values, strict=True):
                    if not math.isfinite(value):
                        self._spoiled(step)

    def _spoiled(self, step: int) -> None:
        if self._bad and 0 <= step - self._bad[-1][1] <= 1:
            self._bad[-1] = (self._bad[-1][0], step)
        elif len(self._bad) < _MOST_STRETCHES:
            self._bad.append((step, step))

    def _own_files(self, until: float | None) -> list[Path]:
        """The run's files: those in the first folder below the logging folder that appeared after it began.

        The trainer makes ``LOGDIR/<prefix><time>/<tracker>/events.out.tfevents.<seconds>.<host>.<pid>.<n>``.
        """
        if self._folder is not None:
            return sorted(self._folder.rglob(_PATTERN))
        if self._logging_dir is None:
            return []
        candidates = [
            (seconds, path)
            for path in _recent_files(self._logging_dir, self._began)
            if (seconds := self._begin_of(path)) is not None and seconds <= (until or math.inf)
        ]
        if not candidates:
            return []
        first = min(candidates)[1].relative_to(self._logging_dir)
        if len(first.parts) == 1:
            return sorted(path for _, path in candidates if path.parent == self._logging_dir)
        self._folder = self._logging_dir / first.parts[0]
        return sorted(self._folder.rglob(_PATTERN))

    def _begin_of(self, path: Path) -> int | None:
        """When the file was begun, None where it is older than the run or of another one."""
        found = _FILE.match(path.name)
        if found is None or int(found["seconds"]) < int(self._began):
            return None
        if found["pid"] and self._is_foreign(int(found["pid"]), int(found["seconds"])):
            return None
        return int(found["seconds"])


def _recent_files(logging_dir: Path, began: float) -> Iterator[Path]:
    """Event files in folders that were touched since: a logging folder may hold years of other runs."""
    for entry in entries_of(logging_dir):
        try:
            recent = entry.stat().st_mtime >= began - _CLOCK_SLACK
            folder = entry.is_dir()
        except OSError:
            continue
        if folder and recent:
            yield from Path(entry.path).rglob(_PATTERN)
        elif not folder:
            yield Path(entry.path)


def event_files(logging_dir: Path, since: float) -> list[tuple[int, Path]]:
    """The event files in and below a logging folder that were begun at ``since`` or later, each after its beginning.

    Both in seconds since the epoch.
    """
    found = ((_FILE.match(path.name), path) for path in _recent_files(logging_dir, since))
    begun = [(int(match["seconds"]), path) for match, path in found if match is not None]
    return sorted(one for one in begun if one[0] >= int(since))


def console_curve(steps: Sequence[int], values: Sequence[float]) -> Mapping[str, Curve]:
    """The average loss as the console printed it."""
    return {AVERAGE: Curve(steps[:], values[:], ())} if len(steps) else {}
