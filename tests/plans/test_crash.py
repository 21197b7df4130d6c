"""Killed at any moment, every file is old or new, and a later start can go either way."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sdtui.plans.journal import Journal
from tests.plans.dying import DIED, PLANS, make_project, plan_for

Tree = dict[str, str]
ALL_CALLS = 400


@dataclass(frozen=True)
class Worlds:
    """The project as it is before and after the changes of a Plan, to be copied."""

    folder: Path
    kind: str
    before: Tree
    after: Tree

    def copy(self, name: str, to: Path) -> Path:
        shutil.copytree(self.folder / name, to)
        return to


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    yield from _worlds(tmp_path_factory, "thirty")


@pytest.fixture(scope="module")
def worlds_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    yield from _worlds(tmp_path_factory, "apart")


def _worlds(tmp_path_factory: pytest.TempPathFactory, kind: str) -> Iterator[Worlds]:
    folder = tmp_path_factory.mktemp("worlds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        make_project(folder / "before")
        shutil.copytree(folder / "before", folder / "after")
        Journal(folder / "after" / ".sdtui").apply(PLANS[kind](folder / "after"))
        yield Worlds(folder, kind, tree(folder / "before"), tree(folder / "after"))


def tree(root: Path) -> Tree:
    """Every path of the user with the hash of its content; sdtui's own folder aside."""
    return {
        str(path.relative_to(root)): "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if ".sdtui" not in path.relative_to(root).parts
    }


def die(root: Path, what: str, call: int, how: str = "whole", kind: str = "thirty") -> bool:
    """Run ``what`` in a process that dies at ``call``; False when it came to its end before."""
    command = [sys.executable, "-m", "tests.plans.dying", str(root), what, str(call), how, kind]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert ended.returncode in (0, DIED), ended.stderr
    return ended.returncode == DIED


def recovered(root: Path, way: str) -> Tree:
    """The tree after a new start has finished or rolled back what it found unfinished."""
    journal = Journal(root / ".sdtui")
    for entry in journal.unfinished():
        settled = journal.finish(entry.id) if way == "finish" else journal.roll_back(entry.id)
        assert settled.refused == ()
    assert journal.unfinished() == ()
    return tree(root)


def check_kill(worlds: Worlds, scratch: Path, what: str, call: int, how: str = "whole") -> bool:
    """Kill at ``call``, then recover both ways. False when there was nothing to kill any more."""
    start = worlds.copy("before" if what == "apply" else "after", scratch / f"{what}-{call}-{how}")
    died = die(start, what, call, how, worlds.kind)
    _check_old_or_new(worlds, tree(start))
    begun = bool(Journal(start / ".sdtui").unfinished())
    for way, end in (("finish", worlds.after), ("roll_back", worlds.before)):
        copied = Path(shutil.copytree(start, scratch / f"{what}-{call}-{how}-{way}"))
        settled = recovered(copied, way)
        assert settled == end if begun else settled in (worlds.before, worlds.after), f"{what} {call} {how} {way}"
    shutil.rmtree(scratch)
    return died


def _check_old_or_new(worlds: Worlds, now: Tree) -> None:
    whole = {*worlds.before.values(), *worlds.after.values(), hashlib.sha256(b"3_cat 0\r\n, edited").hexdigest()}
    whole.add(hashlib.sha256(b"3_cat 1\r\n, edited").hexdigest())
    for path, content in now.items():
        assert content in whole or ".sdtui-tmp" in path, f"{path} is neither old nor new"


SPREAD = [pytest.param(call, marks=[pytest.mark.slow] if call % 4 else []) for call in range(4, 168, 11)]


@pytest.mark.parametrize("call", SPREAD)
def test_killed_while_applying(worlds: Worlds, tmp_path: Path, call: int) -> None:
    check_kill(worlds, tmp_path / "kill", "apply", call, "torn" if call % 2 else "whole")


@pytest.mark.parametrize("call", range(1, 148, 29))
def test_killed_while_undoing(worlds: Worlds, tmp_path: Path, call: int) -> None:
    check_kill(worlds, tmp_path / "kill", "undo", call)


@pytest.mark.parametrize("call", [45, pytest.param(58, marks=pytest.mark.slow), 66, 74])
def test_killed_while_applying_changes_apart(worlds_apart: Worlds, tmp_path: Path, call: int) -> None:
    check_kill(worlds_apart, tmp_path / "kill", "apply", call)


@pytest.mark.slow
@pytest.mark.parametrize("call", [30, 44])
def test_killed_while_undoing_changes_apart(worlds_apart: Worlds, tmp_path: Path, call: int) -> None:
    check_kill(worlds_apart, tmp_path / "kill", "undo", call)


@pytest.mark.parametrize("way", ["finish", "roll_back"])
def test_killed_again_while_recovering(worlds: Worlds, tmp_path: Path, way: str) -> None:
    start = worlds.copy("before", tmp_path / "start")
    assert die(start, "apply", 150)
    assert all(die(start, way, call) for call in (2, 5, 8))
    assert recovered(start, way) == (worlds.after if way == "finish" else worlds.before)


def test_recovery_goes_the_other_way_after_a_kill_while_recovering(worlds: Worlds, tmp_path: Path) -> None:
    start = worlds.copy("before", tmp_path / "start")
    assert die(start, "apply", 150)
    assert die(start, "roll_back", 20)
    assert recovered(start, "finish") == worlds.after


@pytest.mark.slow
@pytest.mark.parametrize("first", range(140, 150))
def test_a_removal_that_was_not_noted_survives_two_kills(worlds: Worlds, tmp_path: Path, first: int) -> None:
    start = worlds.copy("before", tmp_path / "start")
    assert die(start, "apply", first)
    assert die(start, "finish", 4)
    assert recovered(start, "roll_back") == worlds.before


def test_a_plan_that_was_never_written_down_leaves_nothing(worlds: Worlds, tmp_path: Path) -> None:
    start = worlds.copy("before", tmp_path / "start")
    assert die(start, "apply", 12)
    journal = Journal(start / ".sdtui")
    assert journal.unfinished() == () and journal.entries() == ()
    journal.apply(plan_for(start))
    assert tree(start) == worlds.after
    assert [entry.name for entry in journal.folder.iterdir()] == ["000001"]


@pytest.mark.torture
@pytest.mark.parametrize("what", ["apply", "undo"])
@pytest.mark.parametrize("how", ["whole", "torn"])
def test_killed_at_every_call(worlds: Worlds, tmp_path: Path, what: str, how: str) -> None:
    assert not all(check_kill(worlds, tmp_path / "kill", what, call, how) for call in range(1, ALL_CALLS))


@pytest.mark.torture
@pytest.mark.parametrize("what", ["apply", "undo"])
def test_killed_at_every_call_of_changes_apart(worlds_apart: Worlds, tmp_path: Path, what: str) -> None:
    assert not all(check_kill(worlds_apart, tmp_path / "kill", what, call) for call in range(1, ALL_CALLS))


@pytest.mark.torture
@pytest.mark.parametrize("first", range(78, 162, 8))
@pytest.mark.parametrize("way", ["finish", "roll_back"])
def test_killed_at_every_call_of_a_recovery(worlds: Worlds, tmp_path: Path, way: str, first: int) -> None:
    origin = worlds.copy("before", tmp_path / "origin")
    assert die(origin, "apply", first)
    assert Journal(origin / ".sdtui").unfinished()
    for call in range(1, ALL_CALLS):
        start = Path(shutil.copytree(origin, tmp_path / f"{call}"))
        died_again = die(start, way, call)
        for other, end in (("finish", worlds.after), ("roll_back", worlds.before)):
            copied = Path(shutil.copytree(start, tmp_path / f"{call}-{other}"))
            begun = bool(Journal(copied / ".sdtui").unfinished())
            settled = recovered(copied, other)
            already = worlds.before if way == "roll_back" else worlds.after
            assert settled == (end if begun else already), f"{way} {first}, {call}, then {other}"
            shutil.rmtree(copied)
        shutil.rmtree(start)
        if not died_again:
            return
    raise AssertionError("it never came to its end")
