"""The points that one record of a TensorBoard file holds: an ``Event`` with a ``Summary``.

Sources: tensorflow/core/util/event.proto and framework/summary.proto, tensor.proto.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sdtui.trainer.protobuf import BadMessage, first_double, first_float, first_int, messages, texts


@dataclass(frozen=True, slots=True)
class Scalar:
    """One point of a curve. ``value`` may be nan or infinite."""

    tag: str
    step: int
    wall_time: float
    """Seconds since the epoch."""
    value: float


USUAL = re.compile(
    rb"\x09(?P<time>.{8})(?:\x10(?P<step>[\x80-\xff]{0,8}[\x00-\x7f]))?"
    rb"\x2a(?P<summary>[\x00-\x7f])\x0a(?P<value>[\x00-\x7f])\x0a(?P<length>[\x00-\x7f])(?P<tag>.*)\x15(?P<number>.{4})",
    re.DOTALL,
)
"""An Event as both writers of TensorBoard files lay it out: a time, a step, one value under a tag."""
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")


def usual(record: bytes) -> re.Match[bytes] | None:
    """The parts of an Event that is laid out as usual, None where it is laid out otherwise."""
    found = USUAL.fullmatch(record)
    if found is None:
        return None
    length = len(found["tag"])
    fits = found["length"][0] == length == found["value"][0] - 7 == found["summary"][0] - 9
    return found if fits else None


def points_of(record: bytes) -> Sequence[Scalar]:
    """The points of one Event; none where it holds other things (hyperparameters, pictures) or is no Event."""
    return _usual(record) or _scalars(record)


def _usual(record: bytes) -> tuple[Scalar, ...]:
    """The point of an Event that is laid out as usual, else nothing."""
    found = usual(record)
    if found is None:
        return ()
    step = shift = 0
    for byte in found["step"] or b"":
        step |= (byte & 0x7F) << shift
        shift += 7
    number: float = _FLOAT.unpack(found["number"])[0]
    return (Scalar(tag_text(found["tag"]), step, _DOUBLE.unpack(found["time"])[0], number),)


@lru_cache(maxsize=1024)
def tag_text(tag: bytes) -> str:
    """A tag; what is not UTF-8 is replaced."""
    return tag.decode("utf-8", "replace")


def _scalars(record: bytes) -> list[Scalar]:
    """The same, however it is laid out."""
    try:
        wall_time = first_double(record, 1) or 0.0
        step = first_int(record, 2) or 0
        points = []
        for summary in messages(record, 5):
            for value in messages(summary, 1):
                tag = next(texts(value, 1), None)
                number = _number(value)
                if tag is not None and number is not None:
                    points.append(Scalar(tag, step, wall_time, number))
        return points
    except BadMessage:
        return []


def _number(value: bytes) -> float | None:
    """``simple_value``, or a ``tensor`` with one element (newer writers)."""
    simple = first_float(value, 2)
    if simple is not None:
        return simple
    tensor = next(messages(value, 8), None)
    return _tensor_number(tensor) if tensor is not None else None


def _tensor_number(tensor: bytes) -> float | None:
    kind = {1: ("<f", 5), 2: ("<d", 6)}.get(first_int(tensor, 1) or 0)
    if kind is None:
        return None
    layout, field = kind
    content = next(messages(tensor, 4), b"") or next(messages(tensor, field), b"")
    if len(content) == struct.calcsize(layout):
        return float(struct.unpack(layout, content)[0])
    return first_float(tensor, 5) if field == 5 else first_double(tensor, 6)
