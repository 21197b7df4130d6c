"""Pictures written anew: what a person sees is what the trainer then reads, and what belongs to the file stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, PngImagePlugin

from sdtui.images.decoder import Decoder
from sdtui.images.problems import ImageProblem, Kind
from sdtui.images.recipe import Recipe
from tests.images.hard import SIZE, deep_png, encoded, gradient, png, turned


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def mended(decoder: Decoder, path: Path, recipe: Recipe, ending: str = ".png") -> Image.Image:
    target = path.with_name(f"mended{ending}")
    size = decoder.mend(path, target, recipe)
    with Image.open(target) as image:
        image.load()
        assert (image.size, image.format) == (size, recipe.format)
        return image


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest of any channel of any pixel."""
    extrema = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema()
    return max(int(highest) for _, highest in extrema)  # type: ignore[misc]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("ending", "kind", "most"), [(".png", "PNG", 0), (".jpg", "JPEG", 8), (".webp", "WEBP", 0)])
def test_a_turned_picture_is_baked_as_every_viewer_shows_it(
    decoder: Decoder, tmp_path: Path, orientation: int, ending: str, kind: str, most: int
) -> None:
    path = tmp_path / f"a{ending}"
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    gradient().save(path, exif=turned(orientation), **options)
    with Image.open(path) as before:
        shown = ImageOps.exif_transpose(before)
    image = mended(decoder, path, Recipe(kind, orientation=orientation), ending)
    assert image.getexif().get(0x0112, 1) == 1
    assert difference(image, shown) <= most


def test_exif_colour_profile_and_the_prompt_of_a_generated_picture_stay(decoder: Decoder, tmp_path: Path) -> None:
    exif = turned(6)
    exif[0x010E] = "a description"
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a red circle\nSteps: 20")
    info.add_itxt("workflow", '{"caption": "圆"}')
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    gradient().save(tmp_path / "a.png", exif=exif, pnginfo=info, icc_profile=profile)
    image = mended(decoder, tmp_path / "a.png", Recipe("PNG", orientation=6))
    assert isinstance(image, PngImagePlugin.PngImageFile)
    assert image.text["parameters"] == "a red circle\nSteps: 20"
    assert image.text["workflow"] == '{"caption": "圆"}'
    assert image.getexif()[0x010E] == "a description"
    assert image.info["icc_profile"] == profile


def test_a_turn_that_stands_in_a_text_is_gone_too(decoder: Decoder, tmp_path: Path) -> None:
    exif = b"Exif\0\0" + turned(6).tobytes().removeprefix(b"Exif\0\0")
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(exif):8}\n{exif.hex()}\n", zip=True)
    info.add_itxt("XML:com.adobe.xmp", '<x xmlns:tiff="t" tiff:Orientation="6"/>')
    gradient().save(tmp_path / "a.png", pnginfo=info)
    assert decoder.facts(tmp_path / "a.png").orientation == 6
    decoder.mend(tmp_path / "a.png", tmp_path / "b.png", Recipe("PNG", orientation=6))
    assert decoder.facts(tmp_path / "b.png").orientation == 1


def test_another_mending_leaves_the_turn_to_its_tag(decoder: Decoder, tmp_path: Path) -> None:
    gradient().convert("RGBA").save(tmp_path / "a.png", exif=turned(8))
    assert mended(decoder, tmp_path / "a.png", Recipe("PNG", background=(0, 0, 0))).getexif()[0x0112] == 8


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_gets_the_colour_under_it(decoder: Decoder, tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", SIZE, (200, 30, 60, 255))
    image.paste((10, 20, 30, 0), (0, 0, 48, 64))
    image.convert(mode).save(tmp_path / "a.png")
    flat = mended(decoder, tmp_path / "a.png", Recipe("PNG", background=(255, 255, 255)))
    assert flat.mode == "RGB"
    assert flat.getpixel((5, 5)) == (255, 255, 255)
    right = flat.getpixel((90, 5))
    assert isinstance(right, tuple)
    assert right != (255, 255, 255)


def test_alpha_stays_where_nobody_asks_for_a_colour(decoder: Decoder, tmp_path: Path) -> None:
    image = gradient().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    image.save(tmp_path / "a.png", exif=turned(3))
    upright = mended(decoder, tmp_path / "a.png", Recipe("PNG", orientation=3))
    assert upright.mode == "RGBA"
    assert upright.tobytes() == image.transpose(Image.Transpose.ROTATE_180).tobytes()


def test_grey_of_16_bits_keeps_its_shades(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(deep_png(1, 0))
    image = mended(decoder, tmp_path / "a.png", Recipe("PNG"))
    assert image.mode == "L"
    wanted = [round((x * 600 + y * 100) % 65536 / 257) for y in range(SIZE[1]) for x in range(SIZE[0])]
    assert max(abs(a - b) for a, b in zip(image.tobytes(), wanted, strict=True)) <= 1


def test_floating_point_grey_from_0_to_1_keeps_its_shades(decoder: Decoder, tmp_path: Path) -> None:
    grey = gradient().convert("L")
    grey.convert("F").point(lambda value: value * (1 / 255)).save(tmp_path / "a.png", "TIFF")
    assert difference(mended(decoder, tmp_path / "a.png", Recipe("PNG")), grey) <= 1


def test_ink_becomes_rgb(decoder: Decoder, tmp_path: Path) -> None:
    gradient().convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    image = mended(decoder, tmp_path / "a.jpg", Recipe("JPEG"), ".jpg")
    assert image.mode == "RGB"
    assert difference(image, gradient()) < 30


def test_the_first_frame_of_an_animation_is_kept(decoder: Decoder, tmp_path: Path) -> None:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    image = mended(decoder, tmp_path / "a.webp", Recipe("WEBP"), ".webp")
    assert not getattr(image, "is_animated", False)
    assert difference(image, frames[0]) == 0


@pytest.mark.slow
def test_a_picture_too_large_to_open_is_shrunk(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(19000, 10000, 1, 0, (b"\0" + bytes(2375)) * 10000))
    with pytest.raises(ImageProblem) as refused:
        decoder.facts(tmp_path / "a.png")
    assert refused.value.kind is Kind.TOO_LARGE
    image = mended(decoder, tmp_path / "a.png", Recipe("PNG", most_pixels=1_000_000))
    assert 990_000 < image.width * image.height <= 1_000_000
    with pytest.raises(ImageProblem):
        decoder.facts(tmp_path / "a.png")  # the limit holds again


def test_what_cannot_be_opened_leaves_no_file_behind(decoder: Decoder, tmp_path: Path) -> None:
    data = encoded(gradient(), "PNG")
    (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageProblem):
        decoder.mend(tmp_path / "a.png", tmp_path / "b.png", Recipe("PNG"))
    with pytest.raises(ImageProblem, match="longer than 0 s"):
        decoder.mend(tmp_path / "a.png", tmp_path / "b.png", Recipe("PNG"), timeout=0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_file_that_stands_there_is_never_written_over(decoder: Decoder, tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"mine")
    with pytest.raises(ImageProblem) as refused:
        decoder.mend(tmp_path / "a.png", tmp_path / "b.png", Recipe("PNG"))
    assert refused.value.kind is Kind.NOT_WRITTEN
    assert (tmp_path / "b.png").read_bytes() == b"mine"


def test_the_new_file_may_be_read_by_whom_the_old_one_may(decoder: Decoder, tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png")
    os.chmod(tmp_path / "a.png", 0o640)  # noqa: PTH101
    mended(decoder, tmp_path / "a.png", Recipe("PNG"))
    assert (tmp_path / "mended.png").stat().st_mode & 0o777 == 0o640
