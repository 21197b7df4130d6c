"""Which bucket an image falls into, to the pixel (library/train_util.py, BucketManager)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Size = tuple[int, int]
"""Width and height in pixels."""

MOST_BUCKETS = 10_000
"""Widths beyond which a set of buckets is a mistake; the trainer would count through them all."""

_STEP_UNITS = {
    "fine_tune.py": 64,
    "train_db.py": 64,
    "train_network.py": 64,
    "train_textual_inversion.py": 64,
    "train_control_net.py": 64,
    "flux_train_network.py": 64,
    "hunyuan_image_train_network.py": 64,
    "lumina_train_network.py": 64,
    "sd3_train_network.py": 32,
    "flux_train.py": 16,
    "lumina_train.py": 16,
    "anima_train.py": 16,
    "anima_train_network.py": 16,
    "sd3_train.py": 8,
}
_TOO_SMALL = "is too small for the bucket step: one side of its bucket would be 0 pixels"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lands: scaled to ``resized``, then cropped to ``bucket``."""

    bucket: Size | None
    """None where the trainer stops while it makes its buckets."""
    resized: Size | None
    problem: str | None = None
    """Half a sentence to follow the image's name: why the trainer cannot use it."""


@dataclass(frozen=True, slots=True)
class BucketRules:
    """The keys of a ``[[datasets]]`` that decide about buckets."""

    resolution: Size
    enable_bucket: bool = False
    no_upscale: bool = False
    steps: int = 64
    minimum: int = 256
    maximum: int = 1024


def step_unit(script: str) -> int:
    """What ``script`` demands that ``bucket_reso_steps`` is a multiple of; 1 for a script that is not known.

    (``verify_bucket_reso_steps`` as each script calls it; those that begin with ``sdxl_`` say 32.)
    """
    return _STEP_UNITS.get(script, 32 if script.startswith("sdxl_") else 1)


def adjusted_range(minimum: int, maximum: int, steps: int) -> tuple[int, int]:
    """``min_bucket_reso`` and ``max_bucket_reso`` moved to multiples of the step, as the trainer does with a warning.

    (library/train_util.py, adjust_min_max_bucket_reso_by_steps)
    """
    return minimum - minimum % steps, maximum + (-maximum) % steps


def why_refused(rules: BucketRules) -> str | None:
    """Why the trainer would refuse these rules before it looks at an image, as a sentence; None when it takes them."""
    if min(rules.resolution) <= 0:
        return f"The resolution {rules.resolution[0]}x{rules.resolution[1]} is not positive."
    if not rules.enable_bucket:
        return None
    if rules.steps <= 0:
        return f"bucket_reso_steps is {rules.steps}; it must be positive."
    minimum, maximum = adjusted_range(rules.minimum, rules.maximum, rules.steps)
    if min(rules.resolution) < minimum:
        return f"min_bucket_reso {minimum} is larger than the resolution's shorter side {min(rules.resolution)}."
    if max(rules.resolution) > maximum:
        return f"max_bucket_reso {maximum} is smaller than the resolution's longer side {max(rules.resolution)}."
    if not rules.no_upscale and (maximum - minimum) // rules.steps > MOST_BUCKETS:
        return f"max_bucket_reso {rules.maximum} and bucket_reso_steps {rules.steps} make too many buckets."
    if minimum <= 0 and not rules.no_upscale:
        return f"min_bucket_reso {rules.minimum} is smaller than bucket_reso_steps {rules.steps}."
    return None


def bucket_resolutions(resolution: Size, minimum: int = 256, maximum: int = 1024, steps: int = 64) -> tuple[Size, ...]:
    """All buckets of a resolution, sorted (library/model_util.py, make_bucket_resolutions)."""
    area = resolution[0] * resolution[1]
    side = int(math.sqrt(area) // steps) * steps
    found = {(side, side)}
    for width in range(minimum, maximum + 1, steps):
        height = min(maximum, (area // width) // steps * steps)
        if height >= minimum:
            found |= {(width, height), (height, width)}
    return tuple(sorted(found))


@dataclass
class Buckets:
    """The buckets of one dataset; remembers each size that it was asked for."""

    rules: BucketRules
    resolutions: tuple[Size, ...] = field(init=False)
    """The buckets to choose from; empty where each image's own size decides (``bucket_no_upscale``)."""
    _placed: dict[Size, Placement] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        rules = self.rules
        if not rules.enable_bucket:
            self.resolutions = (rules.resolution,)
        elif rules.no_upscale:
            self.resolutions = ()
        else:
            minimum, maximum = adjusted_range(rules.minimum, rules.maximum, rules.steps)
            self.resolutions = bucket_resolutions(rules.resolution, minimum, maximum, rules.steps)
        self._known = frozenset(self.resolutions)

    def place(self, width: int, height: int) -> Placement:
        """Where an image of this size lands (library/train_util.py, select_bucket)."""
        size = (width, height)
        if size not in self._placed:
            self._placed[size] = self._place(width, height)
        return self._placed[size]

    def _place(self, width: int, height: int) -> Placement:
        if width <= 0 or height <= 0:
            return Placement(None, None, "has no readable size")
        if self.rules.enable_bucket and self.rules.no_upscale:
            return self._place_unscaled(width, height)
        ratio = width / height
        bucket = (width, height) if (width, height) in self._known else self._nearest(ratio)
        scale = bucket[1] / height if ratio > bucket[0] / bucket[1] else bucket[0] / width
        return Placement(bucket, (int(width * scale + 0.5), int(height * scale + 0.5)))

    def _nearest(self, ratio: float) -> Size:
        return min(self.resolutions, key=lambda size: abs(size[0] / size[1] - ratio))

    def _place_unscaled(self, width: int, height: int) -> Placement:
        resized = self._shrunk(width, height)
        if resized is None:
            return Placement(None, None, _TOO_SMALL)
        steps = self.rules.steps
        bucket = (resized[0] - resized[0] % steps, resized[1] - resized[1] % steps)
        if bucket[1] == 0:
            return Placement(None, None, _TOO_SMALL)
        return Placement(bucket, resized, None if bucket[0] else _TOO_SMALL)

    def _shrunk(self, width: int, height: int) -> Size | None:
        """The size after shrinking to the area of the resolution, None where the trainer divides by zero."""
        area = self.rules.resolution[0] * self.rules.resolution[1]
        if width * height <= area:
            return width, height
        ratio = width / height
        ideal_width = math.sqrt(area * ratio)
        ideal_height = area / ideal_width
        by_width = self._rounded(ideal_width)
        height_by_width = self._rounded(by_width / ratio)
        by_height = self._rounded(ideal_height)
        width_by_height = self._rounded(by_height * ratio)
        if height_by_width == 0 or by_height == 0:
            return None
        if abs(by_width / height_by_width - ratio) < abs(width_by_height / by_height - ratio):
            return by_width, int(by_width / ratio + 0.5)
        return int(by_height * ratio + 0.5), by_height

    def _rounded(self, value: float) -> int:
        whole = int(value + 0.5)
        return whole - whole % self.rules.steps
