"""The picture of an image with what is cut from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.color import Color
from textual.color import Color as ScreenColor
from textual.strip import Strip

from sdtui.dataset.bucket_preview import BucketImage
from sdtui.tui.buckets.crop_drawing import Part, frame_of, with_crop
from sdtui.tui.pictures import Drawn, Pictures
from sdtui.tui.theme import inks
from sdtui.tui.widgets.picture_pane import PicturePane


class CropPane(PicturePane):
    """A PicturePane that darkens what is not trained."""

    def __init__(self, pictures: Pictures, *, on_request: bool = False) -> None:
        super().__init__(pictures, on_request=on_request, id="bucket-picture")
        self._part: Part | None = None
        self._cropped: tuple[object, Sequence[Strip]] = (None, ())

    def show_image(self, image: BucketImage | None, ahead: Sequence[Path] = ()) -> None:
        """Show ``image`` soon; what is cut from it is drawn with it."""
        part = _part(image)
        if part != self._part:
            self._part = part
            self.refresh()
        self.show(image.sample.path if image is not None else None, ahead)

    def strips_of(self, drawn: Drawn) -> Sequence[Strip]:
        # The picture before stays for a moment while the next one is made: what is cut of that one is not drawn on it.
        if self._part is None or drawn.path != self._path:
            return drawn.strips
        made_for = (drawn, self._part, self.app.theme)
        if self._cropped[0] != made_for:
            self._cropped = (made_for, self._drawn_over(drawn, self._part))
        return self._cropped[1]

    def _drawn_over(self, drawn: Drawn, part: Part) -> tuple[Strip, ...]:
        height = round(drawn.columns * drawn.full_height / max(1, drawn.full_width))
        height = min(2 * drawn.rows, max(2 * drawn.rows - 1, height))
        line = inks(self.app.theme).accent.color or Color.default()
        paper = ScreenColor.parse(self.app.current_theme.background or "black").rich_color
        frame = frame_of(part, drawn.columns, height)
        return with_crop(drawn.strips, frame, line, paper, coloured=self._pictures.colours != 0)


def _part(image: BucketImage | None) -> Part | None:
    """What is trained of ``image``; None where that is all of it, or nothing."""
    box = image.box if image is not None else None
    if image is None or box is None or not image.cut:
        return None
    width, height = image.size
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height
