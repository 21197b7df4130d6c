"""Drawing the demo dataset's pictures: one coloured shape on a coloured ground, from a Scene to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

COLOURS: dict[str, Colour] = {
    "red": (214, 40, 40),
    "yellow": (246, 205, 50),
    "green": (46, 148, 70),
    "blue": (38, 84, 196),
    "purple": (132, 50, 160),
    "white": (240, 240, 236),
}
"""What the captions' words for colours look like, before each picture's own shade."""

SIZES = ((512, 512), (640, 512), (512, 640), (768, 512), (512, 768), (576, 576), (720, 480), (448, 640))
"""Width and height in pixels; they fall into several of the trainer's buckets."""

_SMOOTH = 2  # drawn this many times larger, then averaged: cheap antialiasing
_CORNERS = {"square": 4, "triangle": 3, "hexagon": 6, "diamond": 4}
_FIRST_CORNER = {"square": math.pi / 4, "triangle": -math.pi / 2, "hexagon": 0.0, "diamond": -math.pi / 2}
_WIDER = {"square": 1.2, "triangle": 1.15, "hexagon": 1.0, "diamond": 1.1}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is needed to draw a picture: sizes and places in pixels, angle in radians."""

    shape: str
    colour: str
    background: str
    width: int
    height: int
    centre: Point
    radius: float
    angle: float
    pattern: str
    shade: int
    """Seed of the small differences between pictures of the same colours."""


def imagine(shape: str, colour: str, background: str, chance: Random) -> Scene:
    """A scene whose shape stands near the middle, so that the trainer's cut to a bucket leaves it whole."""
    width, height = chance.choice(SIZES)
    short = min(width, height)
    radius = short * chance.uniform(0.28, 0.4)
    return Scene(
        shape,
        colour,
        background,
        width,
        height,
        (width * chance.uniform(0.42, 0.58), height * chance.uniform(0.43, 0.57)),
        radius,
        chance.uniform(-0.2, 0.2),
        chance.choice(("plain", "glow", "stripes", "dots")),
        chance.randrange(1 << 30),
    )


def draw(scene: Scene) -> Image.Image:
    """The picture of ``scene``, RGB."""
    chance = Random(scene.shade)
    ground = _ground(scene, _shaded(COLOURS[scene.background], chance), chance)
    outline = _silhouette(scene, scene.radius)
    shadow = ImageChops.offset(outline, 6, 9).point(lambda value: value // 6)
    ground.paste((12, 12, 20), (0, 0), shadow)
    ground.paste(_lit(scene, _shaded(COLOURS[scene.colour], chance)), (0, 0), outline)
    return ground


def draw_mask(scene: Scene) -> Image.Image:
    """Where the shape of ``scene`` is, with a margin: white is trained, black is not. Greyscale, the picture's size."""
    return _silhouette(scene, scene.radius * 1.2)


def _shaded(colour: Colour, chance: Random) -> Colour:
    red, green, blue = (max(0, min(255, value + chance.randint(-14, 14))) for value in colour)
    return red, green, blue


def _times(colour: Colour, factor: float) -> Colour:
    red, green, blue = (max(0, min(255, round(value * factor))) for value in colour)
    return red, green, blue


def _gradient(size: tuple[int, int], corners: tuple[Colour, Colour, Colour, Colour]) -> Image.Image:
    small = Image.new("RGB", (2, 2))
    small.putdata(corners)
    # The box keeps the outermost half pixels, where there is nothing to blend, out of the picture.
    return small.resize(size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


def _ground(scene: Scene, colour: Colour, chance: Random) -> Image.Image:
    size = scene.width, scene.height
    if scene.pattern == "plain":
        return Image.new("RGB", size, colour)
    shades = [_times(colour, chance.uniform(0.84, 1.12)) for _ in range(4)]
    ground = _gradient(size, (shades[0], shades[1], shades[2], shades[3]))
    pen = ImageDraw.Draw(ground)
    if scene.pattern == "stripes":
        _stripes(pen, scene, _times(colour, 0.9), chance)
    elif scene.pattern == "dots":
        _dots(pen, scene, _times(colour, 0.88), chance)
    return ground


def _stripes(pen: ImageDraw.ImageDraw, scene: Scene, colour: Colour, chance: Random) -> None:
    step = chance.randint(36, 64)
    lean = chance.choice((-1, 0, 1)) * scene.height // 2
    for x in range(-scene.height, scene.width + scene.height, step):
        pen.line([(x, 0), (x + lean, scene.height)], fill=colour, width=step // 4)


def _dots(pen: ImageDraw.ImageDraw, scene: Scene, colour: Colour, chance: Random) -> None:
    step = chance.randint(40, 64)
    size = step // 5
    for row, y in enumerate(range(0, scene.height + step, step)):
        for x in range(step // 2 * (row % 2), scene.width + step, step):
            pen.ellipse([x - size, y - size, x + size, y + size], fill=colour)


def _lit(scene: Scene, colour: Colour) -> Image.Image:
    return _gradient((scene.width, scene.height), (_times(colour, 1.12), colour, colour, _times(colour, 0.86)))


def _silhouette(scene: Scene, radius: float) -> Image.Image:
    """The shape in white on black, with smooth edges."""
    large = Image.new("L", (scene.width * _SMOOTH, scene.height * _SMOOTH))
    pen = ImageDraw.Draw(large)
    x, y = scene.centre
    if scene.shape == "circle":
        pen.ellipse([(side * _SMOOTH) for side in (x - radius, y - radius, x + radius, y + radius)], fill=255)
    else:
        pen.polygon([(px * _SMOOTH, py * _SMOOTH) for px, py in _polygon(scene, radius)], fill=255)
    return large.reduce(_SMOOTH)


def _polygon(scene: Scene, radius: float) -> list[Point]:
    if scene.shape in ("star", "cross"):
        return _pointed(scene, radius)
    corners = _CORNERS[scene.shape]
    first = _FIRST_CORNER[scene.shape] + scene.angle
    return [
        _on_circle(scene.centre, radius * _WIDER[scene.shape], first + turn * math.tau / corners)
        for turn in range(corners)
    ]


def _pointed(scene: Scene, radius: float) -> list[Point]:
    points, inner = (5, 0.45) if scene.shape == "star" else (4, 0.35)
    first = scene.angle - math.pi / 2
    return [
        _on_circle(scene.centre, radius * 1.15 * (inner if turn % 2 else 1), first + turn * math.pi / points)
        for turn in range(points * 2)
    ]


def _on_circle(centre: Point, radius: float, angle: float) -> Point:
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)
