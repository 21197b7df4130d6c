"""What a picture file really is, whatever it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Transparency(str, Enum):
    """What the alpha channel, or the transparent colour, of a picture does."""

    NONE = "none"
    OPAQUE = "opaque"
    """There is one, and nothing is transparent."""
    USED = "used"
    """Something can be seen through; the trainer drops that and trains what lies hidden."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A picture that was decoded to its last pixel, as the trainer would (library/train_util.py, load_image)."""

    format: str
    """As the content says: PNG, JPEG, MPO, WEBP, BMP, GIF, TIFF, ..."""
    mode: str
    """Pillow's mode of the file: RGB, RGBA, P, L, CMYK, I;16, ..."""
    width: int
    """Pixels as stored, before any orientation tag."""
    height: int
    orientation: int
    """The EXIF orientation, 1 (as stored) to 8."""
    transparency: Transparency
    animated: bool
    """More than one frame, of which the trainer reads the first."""
    depth: int
    """Bits of a channel as stored."""
    clipped: bool
    """Grey of 16 or 32 bits, of which the trainer makes everything over 255 white. Pillow converts these modes so; of
    colours with 16 bits it takes the upper 8."""
    coloured: bool
    """Its channels differ; of a mask the trainer takes the red one."""
    brightest: int
    """0 to 255, of the red channel."""

    @property
    def turned(self) -> bool:
        """Whether it stands otherwise for a person than for the trainer, which ignores the orientation."""
        return self.orientation != 1


def from_header(header: Mapping[str, Any]) -> PictureFacts:
    """The facts as ``images.examine`` has put them into JSON."""
    width, height = header["full"]
    return PictureFacts(
        format=header["format"] or "",
        mode=header["mode"],
        width=int(width),
        height=int(height),
        orientation=header["orientation"],
        transparency=Transparency(header["transparency"]),
        animated=header["animated"],
        depth=header["depth"],
        clipped=header["clipped"],
        coloured=header["coloured"],
        brightest=header["brightest"],
    )
