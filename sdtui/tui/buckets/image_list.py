"""The images of a bucket, each on a line: size, by how much it is scaled, and how much is cut off."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from sdtui.base.text import safe
from sdtui.dataset.bucket_preview import BucketImage
from sdtui.tui.buckets.groups import MUCH
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_end, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_SIZE = 11
_SCALE = 7
_CUT = 7
_WIDE = 58
_SUBSET = 14


class CutList(VirtualList):
    """One row an image."""

    def __init__(self) -> None:
        super().__init__(id="bucket-images")
        self.images: Sequence[BucketImage] = ()

    def row_count(self) -> int:
        return len(self.images)

    @property
    def image(self) -> BucketImage | None:
        """The image under the cursor."""
        return self.images[self.cursor] if self.cursor < len(self.images) else None

    def heading(self, words: str) -> str:
        """The columns' names, over the columns; ``words`` over the names."""
        name = self._name_width(self.size.width - 2) + (_SUBSET if self.size.width - 2 >= _WIDE else 0)
        return f" {fit(words, name)}{fit_right('size', _SIZE)}{fit_right('scaled', _SCALE)}{fit_right('cut', _CUT)}"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        image = self.images[row]
        width -= 1  # the last cell is the scrollbar's
        segments = [Segment(fit_end(safe(image.sample.name), self._name_width(width)), ink.text)]
        if width >= _WIDE:
            segments.append(Segment(" " + fit(safe(image.sample.subset), _SUBSET - 1), ink.dim))
        size = f"{image.size[0]}×{image.size[1]}" if min(image.size) > 0 else "unknown"
        segments.append(Segment(fit_right(size, _SIZE), ink.warn if image.under_resolution else ink.dim))
        if image.scale is None:
            return [*segments, Segment(fit_right(f"{marks().broken} stops", _SCALE + _CUT), ink.bad), Segment(" ")]
        mark = marks().over if image.enlarged else ""
        scale, cut = f"{mark}{percent(image.scale)}", exact(image.cut)
        segments.append(Segment(fit_right(scale, _SCALE), ink.warn if image.enlarged else ink.dim))
        style = ink.warn if image.cut >= MUCH else ink.text if image.cut else ink.dim
        segments.append(Segment(fit_right(cut if image.cut else "·", _CUT), style))
        return [*segments, Segment(" ")]

    def _name_width(self, width: int) -> int:
        """Cells of the names."""
        return max(8, width - _SIZE - _SCALE - _CUT - (_SUBSET if width >= _WIDE else 0))


def percent(scale: float) -> str:
    """``83%``; what is nearly all of it is not called 100%."""
    return f"{scale:.1%}" if abs(scale - 1) < 0.005 and scale != 1 else f"{scale:.0%}"


def exact(share: float) -> str:
    """``10.1%``; what is not nothing is not called 0%."""
    return f"{share:.1%}" if share >= 0.0005 or not share else "<0.1%"
