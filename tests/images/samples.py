"""Pictures of every kind that a dataset folder is found to hold."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from PIL import Image

SIZE = (100, 60)


def gradient() -> Image.Image:
    """100 x 60 pixels, no two columns and no two rows alike."""
    image = Image.new("RGB", SIZE)
    image.putdata([(x * 2, y * 4, 255 - x - y) for y in range(SIZE[1]) for x in range(SIZE[0])])
    return image


def write_all_kinds(folder: Path) -> list[Path]:
    """One file of each mode and format that can be opened."""
    image = gradient()
    translucent = image.convert("RGBA")
    translucent.putalpha(Image.linear_gradient("L").resize(SIZE))
    palette = image.quantize(16)
    turned = Image.Exif()
    turned[0x0112] = 6
    image.save(folder / "rgb.png")
    image.save(folder / "rgb.jpg", quality=90)
    image.save(folder / "rgb.webp")
    image.save(folder / "rgb.bmp")
    image.save(folder / "tiff.tif", compression="tiff_lzw")
    image.save(folder / "really_jpeg.png", "JPEG")
    image.save(folder / "turned.jpg", exif=turned)
    translucent.save(folder / "rgba.png")
    translucent.save(folder / "rgba.webp")
    translucent.convert("LA").save(folder / "la.png")
    image.convert("L").save(folder / "grey.png")
    image.convert("1").save(folder / "bits.png")
    palette.save(folder / "palette.png")
    palette.save(folder / "palette_transparent.png", transparency=3)
    image.convert("CMYK").save(folder / "cmyk.jpg")
    image.convert("L").convert("I").save(folder / "deep.tif")
    image.convert("L").convert("F").save(folder / "float.tif")
    deep = Image.frombytes("I;16", SIZE, b"".join(struct.pack("<H", n * 10) for n in range(SIZE[0] * SIZE[1])))
    deep.save(folder / "deep.png")
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    frames[0].save(folder / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)
    frames[0].save(folder / "animated.png", save_all=True, append_images=frames[1:])
    return sorted(folder.iterdir())


def bomb(path: Path, width: int, height: int) -> Path:
    """A PNG of a few bytes that promises ``width`` x ``height`` pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(bytes(1000)), b"IEND")
    framed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(framed))
    return path


def damaged_tiff(path: Path) -> Path:
    """A TIFF over which libtiff, when it decodes it, complains on the process's stderr."""
    gradient().save(path, compression="tiff_lzw")
    data = path.read_bytes()
    path.write_bytes(data[:500] + b"\xff" * 200 + data[700:])
    return path


GIT_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
