"""Pictures for the screen: decoded in another process, drawn as half cells in a thread, given back as strips."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.message_pump import MessagePump
from textual.strip import Strip

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.images.decoder import Decoder
from sdtui.images.thumbnails import Thumbnails
from sdtui.tui.bridge import Bridge
from sdtui.tui.widgets.half_cells import half_cells

_PROCESSES = 2
"""One for the preview, one for what is fetched beside it."""


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


class Pictures:
    """Makes pictures for an app. What is no longer wanted is not begun; the decoding processes start with the first."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
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
    ) -> None:
        """Draw the picture at ``path`` into ``columns`` x ``rows`` cells (two pixels a cell), aspect kept."""
        self._bridge.work(
            owner, lane, lambda cancelled: self._draw(path, columns, rows, cancelled), done, failed=failed
        )

    def forget(self, owner: MessagePump, lane: str) -> None:
        """What was asked for on this lane is not wanted any more."""
        self._bridge.cancel(owner, lane)

    def _draw(self, path: Path, columns: int, rows: int, cancelled: Cancelled) -> Work[Drawn]:
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
