"""What is trained of a picture: scaled so that it covers its bucket, then cut to it."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.trainer.buckets import Size

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels from the top left."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a picture that is trained, in pixels of the scaled picture."""

    resized: Size
    """What the whole picture is scaled to."""
    left: int
    top: int
    width: int
    height: int

    @property
    def cut(self) -> float:
        """Part of the picture's area that is not trained, 0 to 1."""
        return 1 - (self.width * self.height) / (self.resized[0] * self.resized[1])

    def scale(self, original: Size) -> float:
        """By how much a picture of ``original`` pixels is scaled; above 1 it is enlarged."""
        return max(self.resized[0] / original[0], self.resized[1] / original[1])

    def box(self, original: Size) -> Box:
        """The same rectangle in pixels of the picture as it is stored, not rounded."""
        across, down = original[0] / self.resized[0], original[1] / self.resized[1]
        right, bottom = self.left + self.width, self.top + self.height
        return self.left * across, self.top * down, right * across, bottom * down


def crop_of(bucket: Size, resized: Size) -> Crop:
    """The middle of ``resized``, as large as ``bucket`` (library/train_util.py, trim_and_resize_if_required).

    With ``random_crop`` a rectangle of this size lies anywhere, each time the picture is used. ``resized`` must cover
    ``bucket``, as every ``Placement`` without a problem does.
    """
    return Crop(resized, (resized[0] - bucket[0]) // 2, (resized[1] - bucket[1]) // 2, *bucket)
