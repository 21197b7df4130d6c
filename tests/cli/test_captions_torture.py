"""kill -9 at any write of ``sdtui captions edit``: each caption is old or new, and a later start goes either way."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Cli

OLD, NEW = "1girl, smile", "1woman, smile"
HERE = Path(__file__).parents[2]


def make_dataset(root: Path, count: int) -> None:
    """``count`` images with captions in two subsets, each caption with a style of its own."""
    for folder in ("5_girl", "1_style"):
        (root / folder).mkdir(parents=True)
    picture = root / "picture"
    Image.new("RGB", (64, 64)).save(picture, "png")
    for number in range(count):
        folder = root / ("5_girl" if number % 2 else "1_style")
        os.link(picture, folder / f"{number:05d}.png")
        (folder / f"{number:05d}.txt").write_bytes(text_of(number, OLD))
    picture.unlink()


def text_of(number: int, words: str) -> bytes:
    """The bytes of a caption: some with a BOM, CRLF, several lines, or no final newline."""
    text = f"{words}, {number}".encode()
    return [text, text + b"\n", b"\xef\xbb\xbf" + text + b"\r\n", text + b"  \nsecond line\n"][number % 4]


@dataclass(frozen=True)
class Dataset:
    """A dataset, and how many calls of the file layer an edit of all its captions makes."""

    root: Path
    count: int
    calls: int

    def copied(self, to: Path) -> Dataset:
        shutil.copytree(self.root, to, copy_function=_copy)
        return Dataset(to, self.count, self.calls)

    def states(self) -> set[str]:
        """Which of OLD and NEW the captions hold; fails where one holds neither, or another byte changed."""
        found: set[str] = set()
        for number in range(self.count):
            path = self.root / ("5_girl" if number % 2 else "1_style") / f"{number:05d}.txt"
            data = path.read_bytes()
            assert data in (text_of(number, OLD), text_of(number, NEW)), f"{path} is neither old nor new: {data[:80]!r}"
            found.add(OLD if data == text_of(number, OLD) else NEW)
        return found


def _copy(source: str, target: str) -> object:
    return os.link(source, target) if source.endswith(".png") else shutil.copy2(source, target)


def dying(call: int, *arguments: object, how: str = "whole") -> subprocess.CompletedProcess[str]:
    """The command line in a process that is killed at ``call``."""
    command = [sys.executable, "-m", "tests.cli.dying", str(call), how, *map(str, arguments)]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)


def edit(dataset: Dataset, call: int, how: str = "whole", old: str = OLD, new: str = NEW) -> bool:
    """Edit all captions in a process that is killed at ``call``; False when it came to its end before."""
    ended = dying(call, "captions", "edit", dataset.root, "--replace", old, new, "--yes", how=how)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    yield from _measured(tmp_path_factory, 50)


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    yield from _measured(tmp_path_factory, 10_000)


def _measured(tmp_path_factory: pytest.TempPathFactory, count: int) -> Iterator[Dataset]:
    folder = tmp_path_factory.mktemp(f"of-{count}")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CACHE", "CONFIG"):
            patch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        make_dataset(folder / "dataset", count)
        probe = Dataset(folder / "dataset", count, 0).copied(folder / "probe")
        ended = dying(0, "captions", "edit", probe.root, "--replace", OLD, NEW, "--yes")
        assert ended.returncode == 0, ended.stderr
        assert probe.states() == {NEW}
        shutil.rmtree(probe.root)
        yield Dataset(folder / "dataset", count, int(ended.stderr.split()[-1]))


def check_kill(sdtui: Cli, dataset: Dataset, call: int, how: str) -> None:
    """Kill an edit, look at every caption, then finish or roll back as a person does, and look again."""
    killed = edit(dataset, call, how)
    between = dataset.states()
    begun = json.loads(sdtui("captions", "undo", dataset.root, "--list", "--json").stdout)["entries"]
    unfinished = [entry for entry in begun if entry["state"] == "unfinished"]
    # Later runs make a few calls less than the first one, which fills caches.
    assert killed or (between == {NEW} and call > dataset.calls - 10), f"call {call}"
    assert unfinished or len(between) == 1, f"call {call} left {between}"
    other = dataset.copied(dataset.root.with_name("other"))
    for one, flag, end in ((dataset, "--finish", NEW), (other, "--roll-back", OLD)):
        settled = sdtui("captions", "recover", one.root, flag, "--yes", "--json")
        assert settled.returncode == 0, settled.stderr
        told = json.loads(settled.stdout)["entries"]
        assert len(told) == len(unfinished) and all(entry["left"] == [] for entry in told)
        assert one.states() == ({end} if unfinished else between), f"call {call} {how} {flag}"
        assert not list(one.root.glob("[0-9]*/.*.sdtui-tmp")), f"call {call}: leftovers"
    assert json.loads(sdtui("captions", "recover", dataset.root, "--json").stdout)["entries"] == []


def some(calls: int, count: int) -> list[int]:
    """``count`` calls, spread over all but leaning to where the captions themselves are replaced."""
    chosen = random.Random(count)
    late = int(calls * 0.7)
    return sorted(chosen.randrange(1 if turn % 2 else late, calls + 1) for turn in range(count))


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(20))
def test_killed_at_some_writes(inside: Cli, fifty: Dataset, tmp_path: Path, turn: int) -> None:
    call = some(fifty.calls, 20)[turn]
    check_kill(inside, fifty.copied(tmp_path / "dataset"), call, "torn" if turn % 3 else "whole")


@pytest.mark.torture
@pytest.mark.parametrize("part", range(10))
def test_killed_at_every_write(sdtui: Cli, fifty: Dataset, tmp_path: Path, part: int) -> None:
    for call in range(1 + part, fifty.calls + 1, 10):
        check_kill(sdtui, fifty.copied(tmp_path / "dataset"), call, "torn" if call % 3 else "whole")
        for name in ("dataset", "other"):
            shutil.rmtree(tmp_path / name)


@pytest.mark.torture
@pytest.mark.parametrize("part", range(30))
def test_ten_thousand_captions_killed_at_random(sdtui: Cli, ten_thousand: Dataset, part: int) -> None:
    """Ten kills in a row in one dataset: what one left, finished or rolled back, the next edits the other way."""
    dataset = ten_thousand
    chosen = random.Random(part)
    (state,) = dataset.states()
    for _ in range(10):
        other = NEW if state == OLD else OLD
        call = chosen.randrange(chosen.choice((1, int(dataset.calls * 0.7))), dataset.calls + 1)
        edit(dataset, call, chosen.choice(("whole", "torn")), state, other)
        between = dataset.states()
        listed = json.loads(sdtui("captions", "undo", dataset.root, "--list", "--json").stdout)["entries"]
        unfinished = bool(listed) and listed[0]["state"] == "unfinished"
        assert unfinished or len(between) == 1, f"part {part}, call {call}"
        finish = chosen.random() < 0.5
        settled = sdtui("captions", "recover", dataset.root, "--finish" if finish else "--roll-back", "--yes")
        assert settled.returncode == 0, settled.stderr
        now = dataset.states()
        assert now == ({other if finish else state} if unfinished else between), f"part {part}, call {call}"
        (state,) = now


@pytest.mark.slow
def test_undo_after_others_changed_a_hundred_of_ten_thousand(sdtui: Cli, tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "dataset", 10_000, 0)
    make_dataset(dataset.root, dataset.count)
    done = sdtui("captions", "edit", dataset.root, "--replace", OLD, NEW, "--yes")
    assert done.returncode == 0 and dataset.states() == {NEW}, done.stderr
    captions = sorted(dataset.root.glob("*/*.txt"))
    changed = random.Random(3).sample(captions, 100)
    for path in changed:
        path.write_bytes(b"by somebody else")
    changed_set = set(changed)
    undone = sdtui("captions", "undo", dataset.root, "--yes", "--json")
    assert undone.returncode == 3
    assert {one["path"] for one in json.loads(undone.stdout)["left"]} == {str(path) for path in changed}
    assert all(str(path) in undone.stderr for path in changed)
    for number in range(dataset.count):
        path = dataset.root / ("5_girl" if number % 2 else "1_style") / f"{number:05d}.txt"
        assert path.read_bytes() == (b"by somebody else" if path in changed_set else text_of(number, OLD))
