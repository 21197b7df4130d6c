"""Hard images: every kind of file that is found in a dataset folder under an image's name, made by Pillow and struct.

Also run by the trainer's own Python (``data/make_trainer_images.py``), so it imports nothing of sdtui.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, features

SIZE = (96, 64)
PICTURES = ("rgb.png", "rgb.jpg", "rgb.webp", "rgb.bmp")


def gradient() -> Image.Image:
    """No two columns and no two rows alike."""
    image = Image.new("RGB", SIZE)
    image.putdata([(x * 2, y * 3, 255 - x - y) for y in range(SIZE[1]) for x in range(SIZE[0])])
    return image


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG of any depth and colour type, of filtered ``rows``."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(rows), b"IEND")
    framed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def deep_png(channels: int, colour: int) -> bytes:
    """16 bits a channel."""
    rows = b""
    for y in range(SIZE[1]):
        values = ((x * 600 + y * 100 + 5000 * c) % 65536 for x in range(SIZE[0]) for c in range(channels))
        rows += b"\0" + b"".join(struct.pack(">H", value) for value in values)
    return png(*SIZE, 16, colour, rows)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def hard_files() -> dict[str, bytes]:
    """Each file by its name."""
    return dict((*_plain(), *_modes(), *_kinds(), *_broken(), *_no_pictures()))


def write_hard(folder: Path) -> None:
    """All of them in ``folder``, and a folder and links called like images."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in hard_files().items():
        (folder / name).write_bytes(data)
    (folder / "folder.png").mkdir()
    (folder / "lost_link.png").symlink_to("nowhere.png")
    (folder / "good_link.png").symlink_to("rgb.png")


def _plain() -> Iterator[tuple[str, bytes]]:
    image = gradient()
    picture = encoded(image, "PNG")
    for name, format in zip(PICTURES, ("PNG", "JPEG", "WEBP", "BMP"), strict=True):
        yield name, encoded(image, format)
    jpeg = encoded(image, "JPEG")
    for name in (
        "plain.jpeg",
        "upper.JPEG",
        "mixed_a.Jpeg",
        "mixed_b.jPG",
        "other.jfif",
        "other.jpe",
        "jpeg_called.png",
    ):
        yield name, jpeg
    for name in ("upper_a.PNG", "mixed.Png", ".hidden.png", "space .png", "no_ending_png"):
        yield name, picture
    yield "trailing.jpg", jpeg + b"junk" * 50
    yield "trailing.png", picture + b"junk" * 50


def _modes() -> Iterator[tuple[str, bytes]]:
    image = gradient()
    translucent = image.convert("RGBA")
    translucent.putalpha(Image.linear_gradient("L").resize(SIZE))
    yield "grey.png", encoded(image.convert("L"), "PNG")
    yield "bits.png", encoded(image.convert("1"), "PNG")
    yield "grey_jpeg.jpg", encoded(image.convert("L"), "JPEG")
    yield "la.png", encoded(translucent.convert("LA"), "PNG")
    yield "rgba_opaque.png", encoded(image.convert("RGBA"), "PNG")
    yield "rgba.png", encoded(translucent, "PNG")
    yield "rgba_webp.webp", encoded(translucent, "WEBP", lossless=True, exact=True)
    yield "palette.png", encoded(image.quantize(16), "PNG")
    yield "palette_transparent.png", encoded(image.quantize(16), "PNG", transparency=3)
    yield "one_colour_transparent.png", encoded(image, "PNG", transparency=(0, 0, 255))
    yield "deep_grey.png", deep_png(1, 0)
    yield "deep_la.png", deep_png(2, 4)
    yield "deep_rgb.png", deep_png(3, 2)
    yield "deep_rgba.png", deep_png(4, 6)
    yield "cmyk.jpg", encoded(image.convert("CMYK"), "JPEG")
    yield "cmyk_tiff_called.png", encoded(image.convert("CMYK"), "TIFF")
    yield "wide_tiff_called.png", encoded(image.convert("L").convert("I"), "TIFF")
    yield "float_tiff_called.png", encoded(image.convert("L").convert("F"), "TIFF")
    yield "tiny.png", encoded(image.crop((0, 0, 1, 1)), "PNG")
    yield "thin.png", encoded(image.crop((0, 0, 96, 1)), "PNG")
    yield "large.png", png(12000, 8000, 1, 0, (b"\0" + bytes(1500)) * 8000)


def _kinds() -> Iterator[tuple[str, bytes]]:
    image = gradient()
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    animation = {"save_all": True, "append_images": frames[1:]}
    yield "animated_webp.webp", encoded(frames[0], "WEBP", lossless=True, **animation)
    yield "animated_png.png", encoded(frames[0], "PNG", **animation)
    yield "animated_gif_called.png", encoded(frames[0], "GIF", **animation)
    for orientation in range(1, 9):
        yield f"turned_{orientation}.jpg", encoded(image, "JPEG", exif=turned(orientation))
        yield f"turned_png_{orientation}.png", encoded(image, "PNG", exif=turned(orientation))
    yield "turned_webp.webp", encoded(image, "WEBP", exif=turned(6))
    yield "turned_unknown.jpg", encoded(image, "JPEG", exif=turned(9))
    for name, format in (("other.gif", "GIF"), ("other.tif", "TIFF"), ("other.tiff", "TIFF"), ("other.ico", "ICO")):
        yield name, encoded(image, format)
    yield "webp_called.jpg", encoded(image, "WEBP")
    yield "tiff_called.png", encoded(image, "TIFF")
    yield "gif_called.jpg", encoded(image, "GIF")
    if features.check("avif"):
        yield "other.avif", encoded(image, "AVIF")
        yield "avif_called.jpg", encoded(image, "AVIF")


def _broken() -> Iterator[tuple[str, bytes]]:
    image = gradient()
    for name, format in zip(PICTURES, ("PNG", "JPEG", "WEBP", "BMP"), strict=True):
        data, ending = encoded(image, format), name[4:]
        yield f"cut_{ending}.{ending}", data[: len(data) * 2 // 3]
        yield f"stub_{ending}.{ending}", data[:20]
    picture, jpeg = encoded(image, "PNG"), encoded(image, "JPEG")
    middle = len(picture) // 2
    yield (
        "damaged.png",
        picture[:middle] + bytes(b ^ 255 for b in picture[middle : middle + 20]) + picture[middle + 20 :],
    )
    yield "wrong_checksum.png", picture[:-4] + b"abcd"
    yield "without_end.png", picture[:-12]
    yield "without_end.jpg", jpeg[:-2]
    yield "bomb.png", png(20000, 20000, 8, 2, bytes(1000))
    yield "no_pixels.png", png(0, 0, 8, 2, b"")


def _no_pictures() -> Iterator[tuple[str, bytes]]:
    yield "empty.png", b""
    yield "pointer.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
    yield "page.jpg", b"<!DOCTYPE html><html></html>"
    yield "text.png", b"hello\n"
    yield "heic_called.jpg", b"\0\0\0\x18ftypheic" + bytes(64)
    yield "other.heic", b"\0\0\0\x18ftypheic" + bytes(64)
