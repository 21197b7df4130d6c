"""Writing a picture anew without what the trainer does not understand. Runs in the worker process."""

from __future__ import annotations

import io
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from sdtui.images.examine import ORIENTATION
from sdtui.images.opening import HARD_FILE, open_picture

_QUALITY = 97
"""Of JPEG and lossy WebP, with full colour resolution: a second loss that nobody sees."""
_LOSSY = ("JPEG", "MPO", "JPEG2000", "AVIF")
_WITHOUT_ALPHA = ("JPEG", "BMP")
_WITH_EXIF = ("JPEG", "PNG", "WEBP")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned to stand as its EXIF orientation says (the EXIF specification, tag 274)."""


class NotWrittenError(Exception):
    """The picture is fine, and there is no room for the new one, or no right to write it."""


def mend(path: str, target: str, recipe: dict[str, Any]) -> dict[str, Any]:
    """Write the first frame of ``path`` to the new file ``target``, 8 bits a channel; see ``images.recipe.Recipe``.

    Text in PNGs, EXIF data and colour profile stay as far as the format holds them. Returns the new size. Raises what
    Pillow raises, and NotWrittenError; then there is no ``target``.
    """
    limit = Image.MAX_IMAGE_PIXELS
    try:
        if recipe["most_pixels"] is not None:
            Image.MAX_IMAGE_PIXELS = None  # the memory that this process may take is limit enough
        with open_picture(path) as opened:
            before = opened.size
            options = _options(opened, recipe["format"], turned=recipe["orientation"] is not None)
            image = _mended(opened, recipe, options)
        _save(image, Path(target), recipe["format"], options, like=path)
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    return {"full": image.size, "opened": before}


def _mended(opened: Image.Image, recipe: dict[str, Any], options: dict[str, Any]) -> Image.Image:
    if recipe["most_pixels"] is not None:
        _shrink(opened, recipe["most_pixels"])
    opened.load()
    image = _eight_bits(opened, options)
    if recipe["orientation"] in _TURNS:
        image = image.transpose(_TURNS[recipe["orientation"]])
    if recipe["background"] is not None:
        image = _flattened(image, tuple(recipe["background"]))
    if recipe["size"] is not None:
        image = image.resize(tuple(recipe["size"]), Image.Resampling.LANCZOS)
    if recipe["format"] in _WITHOUT_ALPHA and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    exif = opened.getexif()
    if recipe["orientation"] is not None and ORIENTATION in exif:
        del exif[ORIENTATION]
    if recipe["format"] in _WITH_EXIF and len(exif):
        with suppress(*HARD_FILE):
            options["exif"] = exif.tobytes()
    return image


def _shrink(image: Image.Image, most_pixels: int) -> None:
    """Make it smaller while it is decoded, so that it is never whole in memory where the format allows that."""
    scale = (most_pixels / (image.width * image.height)) ** 0.5
    if scale < 1:
        image.thumbnail((max(1, int(image.width * scale)), max(1, int(image.height * scale))))


def _eight_bits(image: Image.Image, options: dict[str, Any]) -> Image.Image:
    """In a mode that every format here can hold: L, LA, RGB or RGBA."""
    mode = image.mode
    if mode in ("L", "LA", "RGB", "RGBA"):
        return image.convert("RGBA") if mode == "RGB" and image.has_transparency_data else image
    if mode.startswith(("I", "F")):
        options.pop("icc_profile", None)
        return _scaled(image)
    if mode == "1":
        return image.convert("L")
    if mode == "CMYK":
        return _from_ink(image, options.pop("icc_profile", None))
    if mode not in ("P", "PA"):
        options.pop("icc_profile", None)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _scaled(image: Image.Image) -> Image.Image:
    """16 or 32 bits of grey as 8, dark staying dark: the trainer would make everything over 255 white."""
    if ";16" in image.mode:
        most = 65535.0
    else:
        _, brightest = image.getextrema()
        assert isinstance(brightest, (int, float))
        most = next((float(top) for top in (1, 255, 65535) if brightest <= top), float(brightest))
    wide = image.convert("F")
    return wide.point(lambda value: value * (255 / most) + 0.5).convert("L")


def _from_ink(image: Image.Image, profile: bytes | None) -> Image.Image:
    """CMYK as RGB, by its colour profile where it has one that can be read."""
    if profile:
        with suppress(ImageCms.PyCMSError, *HARD_FILE):
            ink = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, ink, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if shown is not None:
                return shown
    return image.convert("RGB")


def _flattened(image: Image.Image, background: tuple[int, ...]) -> Image.Image:
    if image.mode not in ("RGBA", "LA"):
        return image
    whole = image.convert("RGBA")
    under = Image.new("RGBA", whole.size, (*background, 255))
    return Image.alpha_composite(under, whole).convert("RGB")


def _options(image: Image.Image, target_format: str, *, turned: bool) -> dict[str, Any]:
    """How it is saved, by what it is now."""
    options: dict[str, Any] = {}
    if profile := image.info.get("icc_profile"):
        options["icc_profile"] = profile
    if target_format == "JPEG":
        options |= {"quality": _QUALITY, "subsampling": 0}
    elif target_format == "WEBP":
        options |= {"quality": _QUALITY, "lossless": _is_lossless(image), "exact": True}
    elif target_format == "PNG":
        options["pnginfo"] = _texts(image, turned=turned)
    return options


def _is_lossless(image: Image.Image) -> bool:
    if image.format != "WEBP":
        return image.format not in _LOSSY
    with open(image.filename, "rb") as file:  # type: ignore[attr-defined]  # noqa: PTH123 -- the class of opened files has it
        return b"VP8L" in file.read(256)


def _texts(image: Image.Image, *, turned: bool) -> PngImagePlugin.PngInfo:
    """What programs that make pictures write into them: the prompt, the workflow.

    EXIF data written as a text is written as EXIF data; of a picture that is ``turned``, XMP may name the old way.
    """
    info = PngImagePlugin.PngInfo()
    for key, text in getattr(image, "text", {}).items():
        if not key.startswith("Raw profile type") and not (turned and key.startswith("XML:")):
            info.add_itxt(key, str(text))
    return info


def _save(image: Image.Image, target: Path, target_format: str, options: dict[str, Any], like: str) -> None:
    try:
        file = target.open("xb")
    except OSError as error:
        raise NotWrittenError(error.strerror) from error
    try:
        with file:
            image.save(file, target_format, **options)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(like, target)
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno is None:
            raise
        raise NotWrittenError(error.strerror) from error
