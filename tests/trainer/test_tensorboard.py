"""The event file reader against the trainer's own file, against the writer that accelerate uses, and against damage."""

from __future__ import annotations

import math
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.base.errors import UnreadableError
from sdtui.trainer.crc32c import masked_crc, masked_crcs
from sdtui.trainer.event_columns import decode
from sdtui.trainer.event_points import Scalar, _scalars, _usual
from sdtui.trainer.tensorboard import EventFileReader

REAL = Path(__file__).parent / "data" / "sdxl-lora.tfevents"


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def record(data: bytes) -> bytes:
    head = struct.pack("<Q", len(data))
    return head + struct.pack("<I", masked_crc(head)) + data + struct.pack("<I", masked_crc(data))


def point(tag: str, step: int, value: float, wall: float = 1.5) -> bytes:
    inner = _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
    return b"\x09" + struct.pack("<d", wall) + b"\x10" + _varint(step) + _field(5, _field(1, inner))


def points(*values: float) -> list[bytes]:
    return [record(point("loss", step, value)) for step, value in enumerate(values, start=1)]


def test_crc_of_the_standard_s_example() -> None:
    # RFC 3720, B.4: 32 bytes of zeroes give aa 36 91 8a.
    crc = 0x8A9136AA
    assert masked_crc(bytes(32)) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def scalars(reader: EventFileReader) -> list[Scalar]:
    """What is new, point by point as it was written."""
    points = [
        (place, Scalar(column.tag, step, time, value))
        for column in reader.read_new()
        for place, step, time, value in zip(column.places, column.steps, column.times, column.values, strict=True)
    ]
    return [point for _, point in sorted(points, key=lambda point: point[0])]


def test_checksums_of_many_rows_are_those_of_each() -> None:
    rows = np.random.default_rng(2).integers(0, 256, (100, 47), dtype=np.uint8)
    assert masked_crcs(rows).tolist() == [masked_crc(row.tobytes()) for row in rows]


@given(
    st.text(max_size=140),
    st.integers(0, 2**64 - 1),
    st.floats(width=32, allow_nan=False),
    st.floats(allow_nan=False),
    st.binary(max_size=3),
)
def test_the_usual_event_says_what_any_event_would(tag: str, step: int, value: float, wall: float, more: bytes) -> None:
    try:
        event = point(tag, step, value, wall)
    except UnicodeEncodeError:
        return
    assert list(_usual(event)) in ([], _scalars(event))
    assert list(_usual(event + more)) in ([], _scalars(event + more))
    if len(tag.encode()) < 100 and step < 2**63:
        assert _usual(event)


def test_many_records_at_once_are_what_each_of_them_is() -> None:
    """Steps of every length, tags of several lengths, values that are no numbers, and other things in between."""
    chance = random.Random(4)
    tags = ("loss/current", "loss/average", "lr/unet", "lr/textencoder", "x", "\u00e4\u00f6")
    steps = [1 << chance.randrange(40) | chance.randrange(128) for _ in range(400)]
    pieces = [
        point(tag, step, chance.choice((0.5, -1.0, math.inf, math.nan, chance.random())), chance.random())
        for step in sorted(steps)
        for tag in tags
    ]
    for at in range(0, len(pieces), 97):
        pieces.insert(at, chance.choice((b"", b"\x1a\x0dbrain.Event:2", b"\x09" + bytes(40), chance.randbytes(47))))
    whole = [piece + struct.pack("<I", masked_crc(piece)) for piece in pieces]
    whole[5] = whole[5][:-1] + bytes([whole[5][-1] ^ 1])
    columns, damaged = decode(whole, 1000)
    assert damaged == 12 + len(whole[5])
    found = sorted(
        (place, column.tag, step, time, repr(value))
        for column in columns
        for place, step, time, value in zip(column.places, column.steps, column.times, column.values, strict=True)
    )
    assert found == sorted(
        (1000 + place, one.tag, one.step, one.wall_time, repr(one.value))
        for place, piece in enumerate(pieces)
        if place != 5
        for one in _scalars(piece)
    )
    assert all(list(column.places) == sorted(column.places) for column in columns)


def test_damage_among_thousands_of_records_costs_only_what_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "events"
    records = points(*range(5000))
    for index in (17, 4000):
        broken = bytearray(records[index])
        broken[25] ^= 1
        records[index] = bytes(broken)
    file.write_bytes(b"".join(records))
    reader = EventFileReader(file)
    assert [one.value for one in scalars(reader)] == [value for value in range(5000) if value not in (17, 4000)]
    assert reader.skipped == len(records[17]) + len(records[4000])


def test_the_trainer_s_own_file() -> None:
    found = scalars(EventFileReader(REAL))
    losses = [(one.step, round(one.value, 3)) for one in found if one.tag == "loss/current"]
    assert losses == [(1, 1.129), (2, 1.074), (3, 1.129), (4, 1.161)]
    assert {one.tag for one in found} == {
        "loss/current", "loss/average", "loss/epoch_average", "lr/textencoder", "lr/unet", "lr/group1",
    }  # fmt: skip


@pytest.mark.slow
def test_the_file_of_the_writer_that_accelerate_uses(tmp_path: Path) -> None:
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(tmp_path))
    writer.add_scalar("loss/current", 0.25, 3)
    writer.add_text("hparams", "not a curve", 0)
    writer.add_scalar("lr/unet", float("nan"), 4)
    writer.close()
    found = scalars(EventFileReader(next(tmp_path.iterdir())))
    assert [(one.tag, one.step) for one in found] == [("loss/current", 3), ("lr/unet", 4)]
    assert found[0].value == 0.25
    assert math.isnan(found[1].value)


def test_only_what_is_new_is_read_and_nothing_when_nothing_is(tmp_path: Path) -> None:
    file = tmp_path / "events"
    first, second = points(0.5, 0.25)
    file.write_bytes(first)
    reader = EventFileReader(file)
    assert scalars(reader) == [Scalar("loss", 1, 1.5, 0.5)]
    assert reader.read_new() == []
    with file.open("ab") as out:
        out.write(second)
    assert scalars(reader) == [Scalar("loss", 2, 1.5, 0.25)]


@given(cut=st.integers(min_value=0, max_value=sum(map(len, points(1, 2, 3)))))
def test_a_record_that_is_half_written_waits_for_its_rest(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    file = tmp_path_factory.mktemp("tb") / "events"
    data = b"".join(points(1, 2, 3))
    file.write_bytes(data[:cut])
    reader = EventFileReader(file)
    found = scalars(reader)
    file.write_bytes(data)
    found += scalars(reader)
    assert [one.value for one in found] == [1, 2, 3]
    assert reader.damage is None


def test_damage_is_passed_over_and_said(tmp_path: Path) -> None:
    file = tmp_path / "events"
    first, second, third = points(1, 2, 3)
    broken = bytearray(second)
    broken[20] ^= 0xFF
    file.write_bytes(first + bytes(broken) + b"garbage" * 9 + third)
    reader = EventFileReader(file)
    assert [one.value for one in scalars(reader)] == [1, 3]
    assert reader.skipped == len(second) + 63
    assert reader.damage is not None
    assert "damaged" in reader.damage


def test_garbage_gives_no_points_and_no_error(tmp_path: Path) -> None:
    file = tmp_path / "events"
    file.write_bytes(random.Random(1).randbytes(5000))
    reader = EventFileReader(file)
    assert reader.read_new() == []
    assert reader.damage is not None


@given(st.binary(max_size=60))
def test_a_sound_record_with_any_content_is_no_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("tb") / "events"
    file.write_bytes(record(data) + points(7)[0])
    assert scalars(EventFileReader(file))[-1].value == 7


def test_a_file_that_became_shorter_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "events"
    file.write_bytes(b"".join(points(1, 2, 3)))
    reader = EventFileReader(file)
    reader.read_new()
    file.write_bytes(b"".join(points(9)))
    assert [one.value for one in scalars(reader)] == [9]


def test_a_scalar_in_a_tensor(tmp_path: Path) -> None:
    def event(tensor: bytes) -> bytes:
        value = _field(1, b"x") + _field(8, tensor)
        return record(b"\x10\x05" + _field(5, _field(1, value)))

    single = b"\x08\x01" + _field(5, struct.pack("<f", 0.5))
    double = b"\x08\x02" + _field(4, struct.pack("<d", 0.125))
    text = b"\x08\x07" + _field(8, b"words")
    file = tmp_path / "events"
    file.write_bytes(event(single) + event(double) + event(text))
    assert [(one.step, one.value) for one in scalars(EventFileReader(file))] == [(5, 0.5), (5, 0.125)]


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="does not exist"):
        EventFileReader(tmp_path / "events").read_new()
