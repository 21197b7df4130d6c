"""What stands in the demo dataset: which pictures, which captions, and what is wrong on purpose."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sdtui.prepare.demo_pictures import COLOURS, Scene, draw, draw_mask, imagine

HELD_OUT = (("circle", "purple"), ("square", "yellow"), ("triangle", "green"), ("star", "red"))
"""Shape and colour pairs that no picture shows: a model that draws them has understood the words, not copied."""

SUBSETS = {"images/10_circle": 33, "images/4_square": 26, "images/2_triangle": 22, "images/3_star": 12}
REGULARIZATION, REGULARIZATION_IMAGES = "regularization/1_shape", 16
BROKEN = "images/1_broken"

LONG = (
    "a red circle on a blue background, the edge of the circle is smooth and round, the light falls from the upper "
    "left, a soft shadow lies below and to the right of it, the background is plain and has one colour, there is "
    "nothing else in the picture, no person, no animal, no building, no text, no frame, no watermark, the drawing is "
    "flat and clean, simple shapes, simple colours, digital drawing, made for a demonstration"
)
"""Over 75 tokens: the trainer drops its end unless it is told to take 150."""

VERY_LONG = (
    LONG
    + ", the shape is drawn by a program and not by hand, each side of it is as far from the middle as any other, "
    + "its colour is a little brighter where the light meets it and a little darker on the other side, the "
    + "background was painted first, then the shadow, then the shape, and nothing was painted after it, whoever "
    + "looks at it sees the shape before the background, because the two colours differ so much, the picture is "
    + "wider or taller than others of its kind, so that the trainer sorts it into a bucket of its own, and it was "
    + "saved with little compression, so that its edges stay clean when it is made smaller, captions as long as "
    + "this one are seldom a good idea, since the words that matter most should stand first, and since the trainer "
    + "reads no more than two hundred and twenty five tokens even when it is asked for as many as it can take, so "
    + "that the end of this sentence is never learned by any model that is trained with it"
)
"""Over 225 tokens: more than the trainer takes with any setting."""

PROMPTS = """\
# One prompt a line. --w and --h: size, --d: seed, --l: guidance, --s: steps, --n: negative prompt.
a red circle on a blue background --w 512 --h 512 --d 1 --l 5 --s 20
a yellow triangle on a purple background --w 512 --h 512 --d 2 --l 5 --s 20
a purple circle on a white background --w 512 --h 512 --d 3 --l 5 --s 20
green square, white background, simple background --w 640 --h 448 --d 4 --l 5 --s 20
"""
"""Sample prompts for a run on the demo dataset. The purple circle is one that the dataset does not show."""

ABOUT = """\
This is the demo dataset of sdtui: simple shapes, drawn by a program. Change whatever you like.

images/10_circle, 4_square, 2_triangle   shapes; the number is how often an epoch repeats each picture
images/3_star                            with masks in conditioning/: only the white part of a mask is trained
images/1_broken                          an empty caption and a cut-off picture: the trainer would stop at them
regularization/1_shape                   regularization images

In 10_circle, on purpose: circle_003 has a caption of more than 75 tokens, circle_004 one of more than 225,
circle_007 has none, circle_005 ends in .jpeg, and c_1_2_3_4.png borrows its caption from c.txt.
"""


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One file of the dataset. ``path`` is relative to its folder; ``content`` makes the bytes."""

    path: str
    scene: Scene | None
    text: str = ""
    mask: bool = False
    cut_off: bool = False

    def content(self) -> bytes:
        """The bytes, the same every time."""
        if self.scene is None:
            return self.text.encode()
        picture = draw_mask(self.scene) if self.mask else draw(self.scene)
        data = io.BytesIO()
        match self.path.rpartition(".")[2]:
            case "png":
                picture.save(data, "PNG", compress_level=1 if not self.mask else 6)
            case "webp":
                picture.save(data, "WEBP", quality=88, method=1)
            case _:
                picture.save(data, "JPEG", quality=92)
        return data.getvalue()[: data.tell() // 2] if self.cut_off else data.getvalue()


def demo_files() -> tuple[DemoFile, ...]:
    """Every file of the demo dataset, in the order of writing."""
    return (
        *(file for folder, images in SUBSETS.items() for file in _subset(folder, images)),
        *_borrower(),
        *_broken(),
        *_regularization(),
        DemoFile("model/sample/prompt.txt", None, PROMPTS),
    )


def _subset(folder: str, images: int) -> Iterator[DemoFile]:
    shape = folder.rpartition("_")[2]
    chance = Random(folder)
    pairs = _colour_pairs(shape, chance)
    for number in range(1, images + 1):
        colour, background = pairs[number % len(pairs)]
        scene = imagine(shape, colour, background, chance)
        name = f"{shape}_{number:03}"
        text = _caption(scene, number) + ("\n" if number % 5 == 0 else "")
        if shape == "circle":
            scene, text = _circle_on_purpose(number, scene, text, chance)
        yield DemoFile(f"{folder}/{name}.{_extension(shape, number)}", scene)
        if text:
            yield DemoFile(f"{folder}/{name}.txt", None, text)
        if shape == "star":
            yield DemoFile(f"{folder}/conditioning/{name}.png", scene, mask=True)


def _colour_pairs(shape: str, chance: Random) -> list[tuple[str, str]]:
    shown = [colour for colour in COLOURS if (shape, colour) not in HELD_OUT]
    pairs = [(colour, background) for colour in shown for background in COLOURS if background != colour]
    chance.shuffle(pairs)
    return pairs


def _extension(shape: str, number: int) -> str:
    if shape == "circle" and number == 5:
        return "jpeg"
    return ("png", "jpg", "webp", "jpg")[number % 4]


def _caption(scene: Scene, number: int) -> str:
    if number % 3 == 2:
        return f"{scene.colour} {scene.shape}, {scene.background} background, simple background, no humans"
    share = scene.radius / min(scene.width, scene.height)
    size = "small " if share < 0.31 else "big " if share > 0.38 else ""
    return f"a {size}{scene.colour} {scene.shape} on a {scene.background} background"


def _circle_on_purpose(number: int, scene: Scene, text: str, chance: Random) -> tuple[Scene, str]:
    if number in (1, 3, 4):
        scene = imagine("circle", "red", "blue", chance)
    special = {1: _caption(scene, 1), 3: LONG, 4: VERY_LONG, 7: ""}
    return scene, special.get(number, text)


def _borrower() -> Iterator[DemoFile]:
    scene = imagine("circle", "yellow", "green", Random("borrowed"))
    yield DemoFile("images/10_circle/c_1_2_3_4.png", scene)
    yield DemoFile("images/10_circle/c.txt", None, _caption(scene, 0))


def _broken() -> Iterator[DemoFile]:
    chance = Random(BROKEN)
    yield DemoFile(f"{BROKEN}/empty_caption.png", imagine("circle", "green", "white", chance))
    yield DemoFile(f"{BROKEN}/empty_caption.txt", None, "")
    scene = imagine("square", "blue", "yellow", chance)
    yield DemoFile(f"{BROKEN}/truncated.jpg", scene, cut_off=True)
    yield DemoFile(f"{BROKEN}/truncated.txt", None, _caption(scene, 0))


def _regularization() -> Iterator[DemoFile]:
    chance = Random(REGULARIZATION)
    pairs = _colour_pairs("shape", chance)
    for number in range(1, REGULARIZATION_IMAGES + 1):
        shape = ("hexagon", "diamond", "cross")[number % 3]
        scene = imagine(shape, *pairs[number % len(pairs)], chance)
        name = f"{REGULARIZATION}/shape_{number:03}"
        yield DemoFile(f"{name}.{_extension('shape', number)}", scene)
        yield DemoFile(f"{name}.txt", None, _caption(scene, number))
