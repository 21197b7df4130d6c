"""What real trainings printed, in random cuts: the story, the state and the diagnosis are those of the whole."""

from __future__ import annotations

import json
import random
import tarfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

from sdtui.base.work import finish
from sdtui.runs.following.curves import EventFiles
from sdtui.runs.following.story import Story
from sdtui.runs.log import console_log
from sdtui.runs.log.console_log import ConsoleLog
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_keeping import compress
from sdtui.runs.log.log_notes import ERROR, notes
from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.diagnosis import Diagnosis, diagnose

ARCHIVE = Path(__file__).parent / "data" / "sd_scripts_output.tar.xz"


@lru_cache(maxsize=1)
def recorded() -> Mapping[str, bytes]:
    with tarfile.open(ARCHIVE) as archive:
        return {
            member.name: opened.read()
            for member in archive.getmembers()
            if (opened := archive.extractfile(member)) is not None
        }


CONSOLES = sorted(name for name in recorded() if name.endswith((".stderr", ".stdout", ".raw")))
FAILED = [name for name in CONSOLES if name.startswith("err-") and name.endswith(".stderr")]


def told(pieces: Iterator[bytes]) -> tuple[list[e.Event], Story]:
    parser, story = ConsoleParser(), Story()
    events: list[e.Event] = []
    for piece in pieces:
        new = parser.feed(piece)
        story.tell(new)
        events += new
    new = parser.close()
    story.tell(new)
    return [*events, *new], story


def outcome(story: Story) -> list[Diagnosis]:
    """What is said of the run, however it may have ended."""
    return [diagnose(story.evidence, code, asked) for code in (0, 1, -9, None) for asked in (False, True)]


def look(story: Story) -> dict[str, object]:
    return {name: repr(value) for name, value in vars(story).items() if name not in ("_told", "_newest")}


def at_random(data: bytes, chance: random.Random, longest: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = chance.randint(1, longest)
        yield data[at : at + size]
        at += size


def test_the_archive_holds_what_the_tests_are_about() -> None:
    assert len(CONSOLES) > 60 and len(FAILED) > 30


@pytest.mark.parametrize("longest", [700, pytest.param(3, marks=pytest.mark.slow)])
def test_random_cuts_of_all_that_real_trainings_printed_tell_the_same(longest: int) -> None:
    chance = random.Random(longest)
    for name in CONSOLES:
        data = recorded()[name]
        if longest > 3 and chance.random() < 0.5:
            continue  # the slow one takes all
        whole, story = told(iter([data]))
        pieces, again = told(at_random(data, chance, longest))
        assert repr(pieces) == repr(whole), name
        assert look(again) == look(story), name
        assert outcome(again) == outcome(story), name


@pytest.mark.slow
def test_byte_by_byte(tmp_path: Path) -> None:
    for name in CONSOLES:
        data = recorded()[name][-30_000:]
        assert repr(told(bytes([byte]) for byte in data)[0]) == repr(told(iter([data]))[0]), name


def test_a_log_that_is_followed_while_it_grows_goes_forward_and_ends_alike(tmp_path: Path) -> None:
    chance = random.Random(5)
    for name in ("tiny-wide.stderr", "sdxl.stderr", "tiny-pty.raw", "err-nan.stderr", "sig-int_pg.stderr"):
        path = tmp_path / name
        log = ConsoleLog(path)
        step = 0
        with path.open("wb") as file:
            for piece in at_random(recorded()[name], chance, 4000):
                file.write(piece)
                file.flush()
                log.read_new()
                assert log.story.step >= step
                step = log.story.step
        log.close()
        assert look(log.story) == look(told(iter([recorded()[name]]))[1]), name


def test_a_long_log_and_a_compressed_one_say_the_same_of_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_log, "_LONG", 2000)
    monkeypatch.setattr(console_log, "_LAST", 1000)
    for name in CONSOLES[::3]:
        path = tmp_path / name
        path.write_bytes(recorded()[name])
        whole = told(iter([recorded()[name]]))[1]
        for _ in range(2):
            log = ConsoleLog(path)
            log.read_new()
            log.close()
            story = log.story
            assert outcome(story) == outcome(whole), name
            assert (story.step, story.total, story.epoch, story.avr_loss, story.checkpoints) == (
                whole.step,
                whole.total,
                whole.epoch,
                whole.avr_loss,
                whole.checkpoints,
            ), name
            assert story.warnings == whole.warnings, name
            if path.exists():
                compress(path)


def test_each_failure_has_its_error_in_the_list(tmp_path: Path) -> None:
    silent = {name for name in FAILED if b"Traceback" not in recorded()[name] and b"ERROR" not in recorded()[name]}
    for name in FAILED:
        path = tmp_path / name
        path.write_bytes(recorded()[name])
        log = LogFile(path)
        finish(log.count())
        errors = [note for note in finish(notes(log)) if note.severity == ERROR]
        assert errors or name in silent, name
        for note in errors:
            (line,) = log.lines(note.row, 1)
            assert note.text.split(":")[0].split(" says")[0] in line.text or "launcher" in note.text, name
    assert len(silent) < 8


@pytest.mark.parametrize("run", ["full", "t2", "tiny", "xl"])
def test_the_curves_are_what_tensorboard_reads_however_the_file_grows(run: str, tmp_path: Path) -> None:
    data = recorded()[f"events-run_{run}"]
    (known,) = [json.loads(recorded()[name]) for name in recorded() if name == f"tb-run_{run}.json"] or [None]
    folder = tmp_path / "20261121190000" / "tracker"
    folder.mkdir(parents=True)
    path = folder / "events.out.tfevents.1795290472.vm"
    files = EventFiles(tmp_path, 1795290000.0)
    chance = random.Random(run)
    with path.open("wb") as file:
        for piece in at_random(data, chance, 300):
            file.write(piece)
            file.flush()
            files.read_new()
    found = {
        tag: list(zip(curve.steps, curve.values, strict=True))
        for tag, curve in files.curves().items()
        if tag in files.tags
    }
    assert files.damage == ()
    assert found["loss/current" if run != "xl" else "loss"]
    if known is not None:
        scalars = next(one["scalars"] for one in known.values() if one["scalars"])
        assert {tag: [tuple(point) for point in points] for tag, points in scalars.items()} == found
