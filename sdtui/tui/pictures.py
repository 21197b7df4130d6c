"""Pictures for the screen: decoded in another process, drawn as half cells in a thread, given back as strips."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message_pump import MessagePump
from textual.strip import Strip

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import cache_dir
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled
from sdtui.tui.bridge import Bridge
from sdtui.tui.widgets.half_cells import half_cells

if TYPE_CHECKING:
    from sdtui.images.thumbnails import Thumbnails


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
    """Makes pictures for an app. One is decoded at a time; what is no longer wanted is not begun."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._gate = threading.Lock()
        self._thumbnails: Thumbnails | None = None
        self._close: Callable[[], None] | None = None
        self.colours: int | None = None
        """256 where the terminal has no more; None for 24 bits."""

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

    def _draw(self, path: Path, columns: int, rows: int, cancelled: Cancelled) -> Work[Drawn]:
        with self._gate:
            if cancelled():
                raise WorkCancelled
            picture = self._maker().get(path, columns, rows * 2)
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
        if self._thumbnails is None:
            from sdtui.images.decoder import Decoder
            from sdtui.images.thumbnails import Thumbnails

            decoder = Decoder()
            self._close = decoder.close
            self._thumbnails = Thumbnails(decoder, cache_dir() / "thumbnails")
        return self._thumbnails

    def close(self) -> None:
        """End the process that decodes."""
        if self._close is not None:
            self._close()
