"""How long the disk lasts: by what the run's own files take, and by how the free space went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sdtui.runs.supervising.machine_log import Reading

WORTH_TELLING = 3600.0
"""Seconds left from which somebody should come."""
_WINDOW = 6 * 3600.0
_SHORTEST = 1200.0
"""Seconds of free space that the trend is taken over: the last six hours, twenty minutes at least."""


def written_since(paths: Iterable[str], sizes: dict[str, int]) -> int:
    """Bytes of ``paths`` together, each looked at once; ``sizes`` remembers those that were deleted since."""
    for path in paths:
        if not sizes.get(path):
            sizes[path] = _size(Path(path))
    return sum(sizes.values())


def _size(path: Path) -> int:
    """Of a file, or of a folder with all that is in it (a state, a model of diffusers); 0 where it is gone."""
    try:
        if path.is_dir():
            return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def bytes_per_second(kept: int, seconds: float, readings: Sequence[Reading]) -> float:
    """How fast the disk fills: the faster of what this run keeps (``kept`` bytes in ``seconds``) and the trend.

    Others write there too, and a run deletes what it need not keep. 0.0 where nothing is known or it gets emptier.
    """
    own = kept / seconds if seconds > 0 else 0.0
    return max(own, _trend(readings))


def seconds_until_full(free: int, kept: int, seconds: float, readings: Sequence[Reading]) -> float | None:
    """How long ``free`` bytes last at this rate; None where it does not fill."""
    rate = bytes_per_second(kept, seconds, readings)
    return free / rate if rate > 0 else None


def _trend(readings: Sequence[Reading]) -> float:
    last: tuple[float, int] | None = None
    first: tuple[float, int] | None = None
    for reading in reversed(readings):
        if reading.disk_free is None:
            continue
        last = last or (reading.at, reading.disk_free)
        if reading.at < last[0] - _WINDOW:
            break
        first = (reading.at, reading.disk_free)
    if first is None or last is None or last[0] - first[0] < _SHORTEST:
        return 0.0
    return max(0.0, (first[1] - last[1]) / (last[0] - first[0]))
