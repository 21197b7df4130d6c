"""A file that was cut off is known by its end, without decoding it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sdtui.images.complete import why_incomplete

CUT = "The file is cut off: its end is missing."


def encoded(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((120, 90), 80).convert("RGB").save(file, kind, **options)
    return file.getvalue()


WHOLE = {
    "jpeg": encoded("JPEG"),
    "progressive jpeg": encoded("JPEG", progressive=True),
    "png": encoded("PNG"),
    "webp": encoded("WEBP"),
    "bmp": encoded("BMP"),
    "gif": encoded("GIF"),
}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("behind", [b"", b"\0" * 3, b"\n", b"a film that a phone appends" * 4000])
def test_a_whole_file_is_whole_whatever_stands_behind_its_end(tmp_path: Path, kind: str, behind: bytes) -> None:
    assert why_incomplete(written(tmp_path, WHOLE[kind] + behind)) is None


@pytest.mark.parametrize("kind", [kind for kind in WHOLE if kind != "gif"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_cut(tmp_path: Path, kind: str, part: float) -> None:
    data = WHOLE[kind]
    assert why_incomplete(written(tmp_path, data[: int(len(data) * part)])) == CUT


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture(tmp_path: Path) -> None:
    thumbnail = b"\xff\xe1" + (len(WHOLE["jpeg"]) + 2).to_bytes(2, "big") + WHOLE["jpeg"]
    data = WHOLE["jpeg"][:2] + thumbnail + WHOLE["jpeg"][2:]
    assert why_incomplete(written(tmp_path, data)) is None
    assert why_incomplete(written(tmp_path, data[: len(thumbnail) + 2000])) == CUT


def test_what_cannot_be_opened_is_not_judged(tmp_path: Path) -> None:
    assert why_incomplete(tmp_path / "gone.png") is None
    assert why_incomplete(tmp_path) is None


@pytest.mark.parametrize("kind", sorted(WHOLE))
@pytest.mark.parametrize("missing", [1, 2, 4, 8, 12, 16, 40, 200])
def test_just_what_pillow_stops_at_is_called_cut(tmp_path: Path, kind: str, missing: int) -> None:
    path = written(tmp_path, WHOLE[kind][:-missing])
    try:
        with Image.open(path) as image:
            image.convert("RGB")
        usable = True
    except OSError:
        usable = False
    assert (why_incomplete(path) is None) == (usable or kind == "gif")


@given(kind=st.sampled_from(sorted(WHOLE)), at=st.integers(0, 400), put=st.binary(max_size=8))
def test_damage_anywhere_in_the_head_is_no_crash(
    tmp_path_factory: pytest.TempPathFactory, kind: str, at: int, put: bytes
) -> None:
    data = WHOLE[kind]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[:at] + put + data[at + len(put) :])
    assert why_incomplete(path) in (None, CUT)
