"""Caption files that are read before the person comes to them, so that the whole text is there with the image."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.dataset.project import Sample
from sdtui.tui.caption.edited import Edited, open_edited

if TYPE_CHECKING:
    from sdtui.tui.caption.pane import CaptionPane


class CaptionsAhead:
    """The captions of the images that were asked for last. Whoever shows one still reads its file for itself."""

    def __init__(self, pane: CaptionPane) -> None:
        self._pane = pane
        self._read: dict[Path, tuple[Sample, Edited]] = {}

    def of(self, sample: Sample) -> Edited | None:
        """What was read for ``sample`` as the project knows it now."""
        known, edited = self._read.get(sample.path, (None, None))
        return edited if known is sample else None

    def read(self, samples: Sequence[Sample]) -> None:
        """Read the caption files of ``samples`` in the background, and forget those read before."""
        self._pane.shell.bridge.call(self._pane, "captions ahead", lambda: _read(samples), self._take)

    def _take(self, read: dict[Path, tuple[Sample, Edited]]) -> None:
        self._read = read


def _read(samples: Sequence[Sample]) -> dict[Path, tuple[Sample, Edited]]:
    found: dict[Path, tuple[Sample, Edited]] = {}
    for sample in samples:
        with contextlib.suppress(SdtuiError):  # whoever looks at it is told
            found[sample.path] = (sample, open_edited(sample, None))
    return found
