"""Pictures for the screen: decoded in another process, drawn as half cells in a thread, given back as strips."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.message_pump import MessagePump
from textual.strip import Strip

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.images.decoder import Decoder
from sdtui.images.picture import Picture
from sdtui.images.thumbnails import Thumbnails
from sdtui.tui.bridge import Bridge
from sdtui.tui.widgets.half_cells import half_cells

_PROCESSES = 2
"""One for the preview, one for what is fetched beside it."""
_KEPT = 12
"""Previews that can be shown at once: those drawn ahead, and those that were just looked at."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture ready for the screen."""

    path: Path
    columns: int
    rows: int
    strips: tuple[Strip, ...]
    full_width: int
    full_height: int
    format: str


_Wanted = tuple[Path, int, int]
"""A picture and the cells that it is to fit into."""
_Stamp = tuple[int, int]
"""When a file was changed last (ns), and its size."""


class Pictures:
    """Makes pictures for an app. What is no longer wanted is not begun; the decoding processes start with the first."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._kept: OrderedDict[_Wanted, tuple[_Stamp, Drawn]] = OrderedDict()
        self._in_work: set[_Wanted] = set()
        self._turn = threading.Condition()
        self._starting = threading.Lock()
        self._decoder: Decoder | None = None
        self._thumbnails: Thumbnails | None = None
        self.colours: int | None = None
        """256 where the terminal has no more, 0 where none are wanted; None for 24 bits."""

    def ask(
        self,
        owner: MessagePump,
        lane: str,
        path: Path,
        columns: int,
        rows: int,
        done: Callable[[Drawn], None],
        failed: Callable[[SdtuiError], None],
        *,
        keep: bool = False,
    ) -> None:
        """Draw the picture at ``path`` into ``columns`` x ``rows`` cells (two pixels a cell), aspect kept.

        With ``keep`` it is ``ready`` for a while afterwards.
        """
        draw = self._draw_and_keep if keep else self._draw
        self._bridge.work(owner, lane, lambda cancelled: draw(path, columns, rows, cancelled), done, failed=failed)

    def forget(self, owner: MessagePump, lane: str) -> None:
        """What was asked for on this lane is not wanted any more."""
        self._bridge.cancel(owner, lane)

    # Ahead of the person ------------------------------------------------------------------------------------------

    def ready(self, path: Path, columns: int, rows: int) -> Drawn | None:
        """The picture at ``path`` if it has been drawn for this many cells, without looking at the disk."""
        kept = self._kept.get((path, columns, rows))
        return kept[1] if kept is not None else None

    def ahead(self, owner: MessagePump, paths: Sequence[Path], columns: int, rows: int) -> None:
        """Draw the pictures at ``paths``, one after the other, so that ``ready`` has them.

        What ``owner`` asked for before is given up, but for the picture that is being decoded at this moment.
        """
        self._bridge.work(
            owner, "ahead", lambda cancelled: self._draw_ahead(paths, columns, rows, cancelled), lambda _none: None
        )

    def _draw_ahead(self, paths: Sequence[Path], columns: int, rows: int, cancelled: Cancelled) -> Work[None]:
        for place, path in enumerate(paths):
            yield Progress(place, len(paths), "pictures")
            with contextlib.suppress(SdtuiError):  # whoever looks at it is told
                if not self._is_kept(path, columns, rows):
                    yield from self._draw_and_keep(path, columns, rows, cancelled)

    def _is_kept(self, path: Path, columns: int, rows: int) -> bool:
        with self._turn:
            kept = self._kept.get((path, columns, rows))
            return kept is not None and kept[0] == _stamp(path)

    def _draw_and_keep(self, path: Path, columns: int, rows: int, cancelled: Cancelled) -> Work[Drawn]:
        stamp = _stamp(path)
        drawn = yield from self._draw(path, columns, rows, cancelled)
        with self._turn:
            if stamp is not None:
                self._kept[(path, columns, rows)] = (stamp, drawn)
                self._kept.move_to_end((path, columns, rows))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return drawn

    def pixels(self, path: Path, width: int, height: int) -> Picture:
        """The picture at ``path`` shrunk into ``width`` x ``height`` pixels. Slow: not for the screen's thread.

        Raises ImageProblem.
        """
        return self._maker().get(path, width, height)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _draw(self, path: Path, columns: int, rows: int, cancelled: Cancelled) -> Work[Drawn]:
        with self._alone((path, columns, rows)):  # who comes second finds it among the thumbnails
            picture = self._maker().get(path, columns, rows * 2, cancelled=cancelled)
        yield Progress(1, 2, "pictures")
        strips = half_cells(picture.width, picture.height, picture.rgb, self.colours)
        return Drawn(
            path,
            picture.width,
            len(strips),
            strips,
            picture.full_width,
            picture.full_height,
            picture.format,
        )

    @contextlib.contextmanager
    def _alone(self, wanted: _Wanted) -> Iterator[None]:
        with self._turn:
            self._turn.wait_for(lambda: wanted not in self._in_work)
            self._in_work.add(wanted)
        try:
            yield
        finally:
            with self._turn:
                self._in_work.discard(wanted)
                self._turn.notify_all()

    def _maker(self) -> Thumbnails:
        with self._starting:
            if self._thumbnails is None:
                self._decoder = Decoder(_PROCESSES)
                self._thumbnails = Thumbnails(self._decoder)
            return self._thumbnails

    def close(self) -> None:
        """End the processes that decode."""
        if self._decoder is not None:
            self._decoder.close()


def _stamp(path: Path) -> _Stamp | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
