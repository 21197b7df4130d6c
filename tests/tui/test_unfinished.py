"""A change that was cut short is finished or rolled back as the person chooses, and it is said what came of it."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Move, Plan, Write
from sdtui.tui import unfinished
from sdtui.tui.plan.left import LeftScreen
from tests.tui.conftest import Open


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def cut_short(monkeypatch: pytest.MonkeyPatch, journal: Journal, plan: Plan, call: str, after: int = 0) -> None:
    """Apply ``plan`` and die at the system call ``call``, after so many of them."""
    made = getattr(files.kernel, call)
    left = after

    def die(*given: object) -> object:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return made(*given)

    def dead(*_args: object, **_how: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, call, die)
        patch.setattr("sdtui.plans.carrying.settle_back", dead)
        with pytest.raises(KeyboardInterrupt):
            journal.apply(plan)


def captions(dataset: Path) -> list[Path]:
    return [dataset / "images" / "10_circle" / f"circle_{number:03}.txt" for number in range(4)]


def bulk(dataset: Path) -> Plan:
    writes = (Write(path, data := path.read_bytes(), b"new " + data) for path in captions(dataset))
    return Plan("put “new” in front in 4 captions", tuple(writes))


def half_done(monkeypatch: pytest.MonkeyPatch, dataset: Path) -> tuple[list[bytes], list[bytes]]:
    """A bulk edit that died within: the captions as they were, and as they would be."""
    before = [path.read_bytes() for path in captions(dataset)]
    plan = bulk(dataset)
    journal = Journal(dataset / ".sdtui")
    for after in range(40):
        cut_short(monkeypatch, journal, plan, "replace", after)
        now = [path.read_bytes() for path in captions(dataset)]
        if now != before:
            assert journal.unfinished()
            return before, [b"new " + data for data in before]
        for entry in journal.unfinished():
            journal.roll_back(entry.id)
    raise AssertionError("no caption was ever replaced")


@pytest.mark.parametrize("key", ["f", "b"])
async def test_a_bulk_edit_is_finished_or_rolled_back_and_that_is_said(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    before, after = half_done(monkeypatch, dataset)
    async with opened(dataset) as it:
        await it.until(lambda: "put “new” in front in 4 captions" in it.words())
        await it.press(key)
        await it.until(lambda: ("is finished now" if key == "f" else "was rolled back") in it.words())
    assert [path.read_bytes() for path in captions(dataset)] == (after if key == "f" else before)
    assert not Journal(dataset / ".sdtui").unfinished()


@pytest.mark.slow
@pytest.mark.parametrize("key", ["f", "b"])
async def test_what_others_changed_meanwhile_is_left_and_listed(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    before, after = half_done(monkeypatch, dataset)
    theirs = captions(dataset)[2]
    theirs.write_bytes(b"somebody else was here")
    async with opened(dataset) as it:
        await it.until(lambda: "A change was cut short" in it.words())
        await it.press(key)
        await it.until(lambda: isinstance(it.app.screen, LeftScreen))
        await it.until(lambda: "circle_002.txt" in it.words() and "changed outside" in it.words())
        await it.until(lambda: "1 file was left" in it.words())
        await it.press("enter")
        await it.until(lambda: it.app.screen is it.screen)
    expected = after if key == "f" else before
    expected[2] = b"somebody else was here"
    assert [path.read_bytes() for path in captions(dataset)] == expected


@pytest.mark.slow
async def test_where_a_file_cannot_be_written_the_rest_can_be(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = half_done(monkeypatch, dataset)
    stuck = captions(dataset)[3]
    replace = files.kernel.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == stuck:
            raise OSError(errno.EACCES, "Permission denied", str(target))
        replace(source, target)

    monkeypatch.setattr(files.kernel, "replace", refuse)
    async with opened(dataset) as it:
        await it.until(lambda: "A change was cut short" in it.words())
        await it.press("f")
        await it.until(lambda: "It could not be finished" in it.words())
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, LeftScreen))
        await it.until(lambda: stuck.name in it.words())
    assert [path.read_bytes() for path in captions(dataset)] == [*after[:3], before[3]]


@pytest.mark.slow
@pytest.mark.parametrize("key", ["f", "b"])
async def test_what_a_live_run_reads_is_left_until_it_has_ended(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    folder = dataset / "images" / "10_circle"
    journal = Journal(dataset / ".sdtui")
    move = Move(folder, folder.with_name("12_circle"))
    cut_short(monkeypatch, journal, Plan("repeats of 10_circle to 12", (move,)), "rename")
    monkeypatch.setattr(unfinished, "held_paths", lambda _home: (Held(dataset / "images", "night run"),))
    async with opened(dataset) as it:
        await it.until(lambda: "A change was cut short" in it.words())
        await it.press(key)
        await it.until(lambda: "night run" in it.words())
    assert folder.is_dir() and not folder.with_name("12_circle").exists()
    assert [entry.title for entry in journal.unfinished()] == ["repeats of 10_circle to 12"]
