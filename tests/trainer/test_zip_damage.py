"""Zips of the trainer, damaged anywhere: a cache and a schedule are read or refused, and nothing breaks."""

from __future__ import annotations

import io
import pickle
import random
import zipfile
from pathlib import Path

import pytest

from sdtui.trainer.npz import shapes
from sdtui.trainer.saved_state import read_state
from tests.checks.cases import npz


def packed(name: str, content: bytes, packing: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as file:
        file.writestr(name, content)
        file.writestr("é", b"3")
    return data.getvalue()


def array() -> bytes:
    with zipfile.ZipFile(io.BytesIO(npz({"latents": [4, 8, 8]}))) as file:
        return file.read("latents.npy")


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_is_read_or_refused(tmp_path: Path, packing: int) -> None:
    schedule = packed("s/data.pkl", pickle.dumps({"last_epoch": 7, "more": list(range(300))}, 2), packing)
    cache = packed("latents.npy", array(), packing)
    folder, path = tmp_path / "x-state", tmp_path / "a.npz"
    folder.mkdir()
    (folder / "scheduler.bin").write_bytes(schedule)
    assert read_state(folder).scheduled == 7
    chance, refused = random.Random(packing), 0
    for _ in range(150):
        (folder / "scheduler.bin").write_bytes(damaged(schedule, chance))
        refused += read_state(folder).scheduled is None
        path.write_bytes(damaged(cache, chance))
        try:
            shapes(path)
        except (ValueError, OSError):
            refused += 1
    assert refused


def damaged(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled[: chance.randrange(len(spoiled))] if chance.random() < 0.1 else spoiled)


def test_a_name_that_is_no_utf_8_refuses_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(packed("latents.npy", array(), zipfile.ZIP_STORED).replace("é".encode(), b"\xc3\x28"))
    with pytest.raises(ValueError, match="utf-8"):
        shapes(path)


def test_brackets_in_brackets_tell_no_step(tmp_path: Path) -> None:
    (tmp_path / "train_state.json").write_bytes(b"[" * 100_000)
    assert read_state(tmp_path).told_step is None
