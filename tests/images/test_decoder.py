"""Pictures as the trainer sees them, from files that may do anything to whoever opens them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageChops, ImageStat

from sdtui.base.work import WorkCancelled
from sdtui.images.decoder import Decoder, ImageProblem
from tests.images.samples import GIT_LFS_POINTER, SIZE, bomb, damaged_tiff, gradient, write_all_kinds


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def png(tmp_path: Path) -> Path:
    gradient().save(tmp_path / "a.png")
    return tmp_path / "a.png"


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "sdtui.images.worker" in " ".join(child.cmdline())]


def test_every_kind_of_picture_is_what_the_trainer_makes_of_it(decoder: Decoder, tmp_path: Path) -> None:
    for path in write_all_kinds(tmp_path):
        picture = decoder.picture(path, *SIZE)
        with Image.open(path) as image:  # library/train_util.py, load_image
            assert picture.rgb == image.convert("RGB").tobytes(), path.name
            assert (picture.format, picture.mode) == (image.format, image.mode)
        assert (picture.width, picture.height) == (picture.full_width, picture.full_height) == SIZE


def test_a_picture_is_shrunk_into_the_box_and_never_enlarged(decoder: Decoder, tmp_path: Path) -> None:
    for path in write_all_kinds(tmp_path):
        picture = decoder.picture(path, 50, 50)
        assert (picture.width, picture.height) == (50, 30)
        assert (picture.full_width, picture.full_height) == SIZE
        assert len(picture.rgb) == 50 * 30 * 3
        whole = decoder.picture(path, 1000, 1000)
        assert (whole.width, whole.height) == SIZE
        with Image.open(path) as image:
            expected = image.convert("RGB").resize((50, 30), Image.Resampling.BOX)
        difference = ImageChops.difference(expected, Image.frombytes("RGB", (50, 30), picture.rgb))
        assert max(ImageStat.Stat(difference).mean) < 20, path.name


def test_what_lies_under_transparency_is_shown_as_it_is_trained(decoder: Decoder, tmp_path: Path) -> None:
    Image.new("RGBA", SIZE, (200, 30, 60, 0)).save(tmp_path / "a.png")
    assert decoder.picture(tmp_path / "a.png", 1, 1).rgb == bytes((200, 30, 60))


def test_a_box_of_nothing_still_gives_a_pixel(decoder: Decoder, png: Path) -> None:
    assert len(decoder.picture(png, 0, -5).rgb) == 3


def test_a_name_that_is_not_utf8_can_be_opened(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9 \n.png")
    gradient().save(os.fsencode(path))
    assert decoder.picture(path, 10, 10).width == 10


def test_a_relative_path_is_the_callers(decoder: Decoder, png: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(png.parent)
    assert decoder.picture(Path("a.png"), 10, 10).width == 10


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.gif"])
def test_a_cut_off_picture_is_a_sentence(decoder: Decoder, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    gradient().save(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(ImageProblem, match=r"damaged or cut off.*" + name):
        decoder.picture(path, 50, 50)


def test_what_is_no_picture_is_a_sentence(decoder: Decoder, tmp_path: Path, png: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    (tmp_path / "lfs.png").write_bytes(GIT_LFS_POINTER)
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "script.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    for name, word in (
        ("lfs.png", "Git LFS"),
        ("text.png", "not a picture"),
        ("script.png", "not a picture"),
        ("pipe.png", "not a file"),
        ("missing.png", "does not exist"),
    ):
        with pytest.raises(ImageProblem, match=word):
            decoder.picture(tmp_path / name, 50, 50)
    assert decoder.picture(png, 10, 10).width == 10


def test_a_bomb_is_a_sentence(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(ImageProblem, match="more pixels"):
        decoder.picture(bomb(tmp_path / "a.png", 60_000, 60_000), 50, 50)


def test_what_takes_too_long_is_given_up_and_the_next_picture_is_opened(decoder: Decoder, png: Path) -> None:
    decoder.picture(png, 10, 10)
    [worker] = workers()
    with pytest.raises(ImageProblem, match="longer than 0 s"):
        decoder.picture(png, 10, 10, timeout=0)
    assert not worker.is_running()
    assert decoder.picture(png, 10, 10).width == 10


def test_a_worker_that_was_killed_is_replaced(decoder: Decoder, png: Path) -> None:
    decoder.picture(png, 10, 10)
    [worker] = workers()
    worker.kill()
    psutil.wait_procs([worker], timeout=10)
    assert decoder.picture(png, 10, 10).width == 10


EVIL_PLUGIN = """
import os, signal
from PIL import Image, ImageFile

class Evil(ImageFile.ImageFile):
    format = "JXL"
    def _open(self):
        what = self.fp.read(5)
        if what == b"CRASH":
            os.kill(os.getpid(), signal.SIGSEGV)
        self.fp = bytearray(64 << 30)

Image.register_open("JXL", Evil, lambda prefix: prefix[:5] in (b"CRASH", b"HUNGR"))
"""


@pytest.fixture
def evil_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoder]:
    """Its Pillow has a plugin that crashes over files that begin with CRASH, and takes all memory over HUNGRY ones."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "pillow_jxl.py").write_text(EVIL_PLUGIN)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    with Decoder() as decoder:
        yield decoder


def test_a_picture_that_crashes_the_worker_is_a_sentence(evil_decoder: Decoder, tmp_path: Path, png: Path) -> None:
    (tmp_path / "crash.jxl").write_bytes(b"CRASH" * 100)
    with pytest.raises(ImageProblem, match=r"ended while it had this one open \(signal 11\).*crash\.jxl"):
        evil_decoder.picture(tmp_path / "crash.jxl", 10, 10)
    assert evil_decoder.picture(png, 10, 10).width == 10


def test_a_picture_that_eats_all_memory_is_a_sentence(evil_decoder: Decoder, tmp_path: Path, png: Path) -> None:
    (tmp_path / "hungry.jxl").write_bytes(b"HUNGRY" * 100)
    with pytest.raises(ImageProblem, match=r"more memory than it may.*hungry\.jxl"):
        evil_decoder.picture(tmp_path / "hungry.jxl", 10, 10)
    assert evil_decoder.picture(png, 10, 10).width == 10


def test_closing_frees_whoever_waits(png: Path) -> None:
    decoder = Decoder()
    decoder.picture(png, 10, 10)
    [worker] = workers()
    worker.suspend()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(decoder.picture, png, 10, 10) for _ in range(3)]
        decoder.close()
        for each in asked:
            with pytest.raises(WorkCancelled):
                each.result()
    assert workers() == []
    with pytest.raises(WorkCancelled):
        decoder.picture(png, 10, 10)


def test_a_request_that_nobody_wants_any_more_is_not_begun(decoder: Decoder, png: Path) -> None:
    with pytest.raises(WorkCancelled):
        decoder.picture(png, 10, 10, cancelled=lambda: True)
    assert workers() == []
    assert decoder.picture(png, 10, 10, cancelled=lambda: False).width == 10


def test_many_threads_each_get_their_own_picture(tmp_path: Path) -> None:
    colours = [(n * 8, 255 - n * 8, n) for n in range(30)]
    for n, colour in enumerate(colours):
        Image.new("RGB", (20 + n, 20), colour).save(tmp_path / f"{n}.png")
    with Decoder(processes=2) as decoder, ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda n: decoder.picture(tmp_path / f"{n}.png", 100, 100), range(30)))
        assert len(workers()) <= 2
    assert [(picture.width, tuple(picture.rgb[:3])) for picture in pictures] == [
        (20 + n, colour) for n, colour in enumerate(colours)
    ]


def test_nothing_that_a_library_prints_reaches_the_terminal(
    decoder: Decoder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ImageProblem, match="damaged"):
        decoder.picture(damaged_tiff(tmp_path / "a.tif"), 50, 50)
    assert capfd.readouterr() == ("", "")


def test_nothing_is_imported_from_the_folder_that_the_user_stands_in(
    png: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIL", "sdtui", "json", "sitecustomize", "pillow_jxl"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    with Decoder() as decoder:
        assert decoder.picture(png, 10, 10).width == 10
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_a_worker_does_not_outlive_who_started_it(png: Path) -> None:
    code = (
        "import os, sys, psutil\nfrom pathlib import Path\nfrom sdtui.images.decoder import Decoder\n"
        f"decoder = Decoder()\ndecoder.picture(Path({str(png)!r}), 10, 10)\n"
        "print(psutil.Process().children()[0].pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == -9
    pid = int(result.stdout)
    try:
        psutil.Process(pid).wait(10)
    except psutil.NoSuchProcess:
        pass  # it was gone already


def test_the_memory_that_a_large_picture_took_is_not_kept(decoder: Decoder, tmp_path: Path) -> None:
    Image.new("1", (7000, 6000)).save(tmp_path / "large.png", compress_level=1)
    assert decoder.picture(tmp_path / "large.png", 10, 10).full_width == 7000
    assert workers() == []


def test_a_forgotten_decoder_takes_its_worker_along(png: Path) -> None:
    decoder = Decoder()
    decoder.picture(png, 10, 10)
    del decoder
    assert workers() == []
