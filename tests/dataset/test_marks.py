"""Marks: set, undone, redone, found again after renames, and never lost to a torn line or to another process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtui.base import files
from sdtui.base.errors import UnreadableError, WriteError
from sdtui.dataset.marks import Mark, MarkBook, MarkCounts
from sdtui.dataset.marks_history import History, Turn, redo_line, turn_line, undo_line
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import open_project
from tests.dataset.making import image, sample

REPO = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, name in enumerate(("a", "b", "c")):
        image(tmp_path / "10_cat" / f"{name}.png")
        image(tmp_path / "4_dog" / f"{name}{number}.png")
    return tmp_path


@pytest.fixture
def project(root: Path) -> Project:
    return open_project(root)


def clock() -> Callable[[], float]:
    times = count(1)
    return lambda: float(next(times))


def marked(project: Project, book: MarkBook) -> dict[str, str]:
    """The marks of all images that have any, by the ends of their paths."""
    found = {}
    for subset in project.subsets:
        for each in subset.samples:
            mark = book.marks.of(each)
            letters = "".join(name[0] for name in ("reviewed", "flagged", "starred") if getattr(mark, name))
            if letters:
                found[f"{subset.name}/{each.name}"] = letters
    return found


def test_marks_are_there_after_a_restart(project: Project) -> None:
    book = MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    told = book.set([a, b], reviewed=True)
    book.set([b], flagged=True, reviewed=False)
    book.set([b], starred=True)
    assert told is not None and told.title == "reviewed: 2 images" and told.images == (a.path, b.path)
    assert book.marks.of(b) == Mark(flagged=True, starred=True)
    assert marked(project, MarkBook(project)) == marked(project, book) == {"10_cat/a.png": "r", "10_cat/b.png": "fs"}
    assert book.marks.counts == MarkCounts(reviewed=1, flagged=1, starred=1)
    assert book.marks.count([b]) == MarkCounts(flagged=1, starred=1)


def test_captions_and_images_are_not_touched(root: Path, project: Project) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    MarkBook(project).set([sample(project, "a.png")], flagged=True)
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".sdtui" not in path.parts}
    assert after == before


def test_what_is_so_already_is_not_written_again(project: Project) -> None:
    book = MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    assert book.set([a], flagged=False) is None and not (project.home / "marks.jsonl").exists()
    book.set([a], reviewed=True)
    size = (project.home / "marks.jsonl").stat().st_size
    assert book.set([a], reviewed=True) is None and (project.home / "marks.jsonl").stat().st_size == size
    # Undo takes back only what a marking changed.
    book.set([a, b], reviewed=True)
    book.undo()
    assert marked(project, book) == {"10_cat/a.png": "r"}


def test_undo_and_redo_go_on_after_a_restart(project: Project) -> None:
    a, b = sample(project, "a.png"), sample(project, "b.png")
    book = MarkBook(project, clock())
    book.set([a], reviewed=True)
    book.set([b], reviewed=True)
    book.set([a, b], flagged=True)
    book = MarkBook(project)
    told = book.undo()
    assert told is not None and told.title == "not flagged: 2 images" and (book.newest_time(), told.at) == (2.0, 3.0)
    assert book.newest_undone_time() == 3.0
    book = MarkBook(project)
    book.undo()
    assert marked(project, book) == {"10_cat/a.png": "r"} and book.newest_undone_time() == 2.0
    book = MarkBook(project)
    redone = book.redo()
    assert redone is not None and redone.title == "reviewed: b.png" and redone.images == (b.path,)
    book.redo()
    assert marked(project, book) == {"10_cat/a.png": "rf", "10_cat/b.png": "rf"}
    assert book.redo() is None and book.newest_undone_time() is None
    for _ in range(3):
        book.undo()
    assert marked(project, book) == {} and book.undo() is None and book.newest_time() is None


def test_a_new_marking_ends_what_could_be_redone(project: Project) -> None:
    book = MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    book.set([a], reviewed=True)
    book.undo()
    book.set([b], reviewed=True)
    assert book.redo() is None
    assert marked(project, MarkBook(project)) == {"10_cat/b.png": "r"}


# -- several processes -------------------------------------------------------------------------------------------------


def test_two_at_once_see_each_others_marks(project: Project) -> None:
    one, other = MarkBook(project), MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    one.set([a], reviewed=True)
    other.set([b], flagged=True)
    assert marked(project, other) == {"10_cat/a.png": "r", "10_cat/b.png": "f"}
    assert one.look_again() and not one.look_again()
    assert marked(project, one) == marked(project, other)
    one.undo()
    assert marked(project, one) == {"10_cat/a.png": "r"}
    other.undo()
    assert marked(project, other) == {}


MARK_MANY = """
import sys
from pathlib import Path
from sdtui.dataset.marks import MarkBook
from sdtui.dataset.scan import open_project
project = open_project(Path(sys.argv[1]))
book = MarkBook(project)
samples = [each for subset in project.subsets for each in subset.samples]
for turn in range(60):
    book.set([samples[turn % 3 + int(sys.argv[2])]], flagged=turn % 2 == 0)
    if turn % 5 == 4:
        book.undo()
book.set(samples[int(sys.argv[2]) : int(sys.argv[2]) + 3], reviewed=True)
"""


@pytest.mark.slow
def test_processes_that_mark_at_once_lose_nothing(root: Path) -> None:
    def start(first: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", MARK_MANY, root, str(first)], cwd=REPO)

    assert [one.wait(timeout=60) for one in [start(0), start(3)]] == [0, 0]
    project = open_project(root)
    book = MarkBook(project)
    assert book.trouble is None and book.marks.counts.reviewed == 6


MARK_AND_TELL = """
import sys
from pathlib import Path
from sdtui.dataset.marks import MarkBook
from sdtui.dataset.scan import open_project
project = open_project(Path(sys.argv[1]))
book = MarkBook(project)
samples = [each for subset in project.subsets for each in subset.samples]
turn = 0
while True:
    book.set([samples[turn % 6]], flagged=turn // 6 % 2 == 0)
    turn += 1
    print(turn, flush=True)
"""


@pytest.mark.slow
def test_what_was_marked_before_a_kill_is_marked(root: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", MARK_AND_TELL, root], cwd=REPO, stdout=subprocess.PIPE)
    assert child.stdout is not None
    for _ in range(50):
        told = int(child.stdout.readline())
    child.kill()
    told = max([told, *map(int, child.stdout.read().split(b"\n")[:-1])])
    child.stdout.close()
    child.wait()
    project = open_project(root)
    book = MarkBook(project)
    undone = 0
    while book.undo():
        undone += 1
    assert undone in (told, told + 1) and book.trouble is None and marked(project, book) == {}


ACTS = st.one_of(
    st.tuples(
        st.sets(st.integers(0, 5), min_size=1),
        st.fixed_dictionaries(
            {name: st.sampled_from([None, True, False]) for name in ("reviewed", "flagged", "starred")}
        ),
    ),
    st.sampled_from(["undo", "redo", "restart"]),
)


@given(st.lists(ACTS, max_size=15))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_and_redo_lead_back_and_forth(root: Path, acts: list[object]) -> None:
    project = open_project(root)
    (project.home / "marks.jsonl").unlink(missing_ok=True)
    samples = [each for subset in project.subsets for each in subset.samples]
    book = MarkBook(project)
    states, at = [marked(project, book)], 0
    for act in acts:
        if isinstance(act, tuple):
            if book.set([samples[number] for number in act[0]], **act[1]) is not None:
                states[at + 1 :] = [marked(project, book)]
                at += 1
        elif act == "restart":
            book = MarkBook(project)
        elif act == "undo":
            assert (book.undo() is None) == (at == 0)
            at = max(0, at - 1)
        else:
            assert (book.redo() is None) == (at == len(states) - 1)
            at = min(at + 1, len(states) - 1)
        assert marked(project, book) == states[at]
    while at > 0:
        book.undo()
        at -= 1
        assert marked(project, book) == states[at]


# -- what the disk does ------------------------------------------------------------------------------------------------


@given(
    cut=st.integers(0, 400), junk=st.sampled_from([b"", b"\0\0\0", b"\xff{", b'{"at":1,"turn":{"+r":{"10_cat/c.png":'])
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_torn_end_costs_at_most_what_was_torn(root: Path, cut: int, junk: bytes) -> None:
    project = open_project(root)
    log = project.home / "marks.jsonl"
    log.unlink(missing_ok=True)
    book = MarkBook(project, clock())
    samples = [each for subset in project.subsets for each in subset.samples]
    states = [marked(project, book)]
    ends = [0]
    for each in samples[:4]:
        book.set([each], reviewed=True)
        states.append(marked(project, book))
        ends.append(log.stat().st_size)
    data = log.read_bytes()[:cut]
    log.write_bytes(data + junk)
    whole = sum(end <= len(data) for end in ends) - 1
    after = MarkBook(project)
    assert marked(project, after) == states[max(whole, 0)] and after.trouble is None
    after.set(samples, starred=True)
    again = MarkBook(project)
    assert again.trouble is None and again.marks.counts.starred == len(samples)
    again.undo()
    assert marked(project, again) == states[max(whole, 0)]


def test_damaged_lines_are_told_and_kept(project: Project) -> None:
    book = MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    book.set([a], reviewed=True)
    log = project.home / "marks.jsonl"
    strange = [
        b"no json\n",
        b'{"at": 1, "turn": {"+q": {"x": 1}}}\n',
        b'{"newer": 1}\n',
        b"[1]\n",
        b'{"undo": 1, "at": []\n',
    ]
    log.write_bytes(log.read_bytes() + b"".join(strange))
    book = MarkBook(project)
    assert book.trouble is not None and "5 lines" in book.trouble and str(log) in book.trouble
    for _ in range(600):
        book.set([b], flagged=True)
        book.undo()
    assert log.read_bytes().count(b"\n") < 1000
    assert all(line in log.read_bytes() for line in strange)
    assert marked(project, MarkBook(project)) == {"10_cat/a.png": "r"}


def test_the_log_is_written_anew_without_losing_what_can_be_undone(project: Project) -> None:
    book = MarkBook(project, clock())
    a, b, c = (sample(project, f"{name}.png") for name in "abc")
    book.set([a], reviewed=True)
    book.set([a, b], flagged=True)
    watching = MarkBook(project)
    for _ in range(600):
        book.set([c], starred=True)
        book.undo()
    book.set([c], starred=True)
    book.set([b], reviewed=True)
    book.undo()
    log = project.home / "marks.jsonl"
    assert log.read_bytes().count(b"\n") < 1000
    for one in (MarkBook(project), watching, book):
        one.look_again()
        assert marked(project, one) == {"10_cat/a.png": "rf", "10_cat/b.png": "f", "10_cat/c.png": "s"}
    again = MarkBook(project)
    again.redo()
    for expected in (
        {"10_cat/a.png": "rf", "10_cat/b.png": "f", "10_cat/c.png": "s"},
        {"10_cat/a.png": "rf", "10_cat/b.png": "f"},
        {"10_cat/a.png": "r"},
        {},
    ):
        again.undo()
        assert marked(project, again) == expected


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sets(st.integers(0, 2), min_size=1), st.sampled_from([*range(-4, 0), *range(1, 5)])),
            st.sampled_from(["undo", "redo"]),
        ),
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_history_written_anew_is_the_same(steps: list[object]) -> None:
    history = History()
    for at, step in enumerate(steps):
        if isinstance(step, tuple):
            numbers, bit = step
            turn = Turn(bit, 0) if bit > 0 else Turn(0, -bit)
            history.read(turn_line(at, {f"{number}.png": (turn, number) for number in numbers}))
        elif (history.done if step == "undo" else history.undone) != []:
            history.read(undo_line() if step == "undo" else redo_line())
    anew = History()
    for line in history.whole():
        anew.read(line)

    assert _steps(anew) == _steps(history) and not anew.unread and anew.wasted == 0


def _steps(one: History) -> list[list[tuple[float, dict[str, Turn]]]]:
    """What can be undone, and what can be redone."""
    paths = {number: path for path, number in one.numbers.items()}
    return [
        [(step.at, {paths[number]: turn for number, turn in step.turns.items()}) for step in some]
        for some in (one.done, one.undone)
    ]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("call", ["open", "write"])
def test_a_mark_that_cannot_be_written_is_an_error_and_leaves_the_others(
    project: Project, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    book = MarkBook(project)
    a, b = sample(project, "a.png"), sample(project, "b.png")
    book.set([a], reviewed=True)
    log = (project.home / "marks.jsonl").read_bytes()
    real = os.write

    def half(handle: int, data: bytes) -> int:
        real(handle, data[:20])
        raise OSError(number, os.strerror(number))

    def refuse(*_arguments: object, **_more: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, call, half if call == "write" else refuse)
        with pytest.raises(WriteError, match=r"marks\.jsonl"):
            book.set([b], flagged=True)
    assert (project.home / "marks.jsonl").read_bytes() == log
    assert marked(project, book) == {"10_cat/a.png": "r"}
    book.set([b], flagged=True)
    assert marked(project, MarkBook(project)) == {"10_cat/a.png": "r", "10_cat/b.png": "f"}


def test_a_log_that_cannot_be_read_is_told_and_not_written(project: Project) -> None:
    (project.home / "marks.jsonl").mkdir(parents=True)
    book = MarkBook(project)
    assert book.trouble is not None and "folder" in book.trouble and marked(project, book) == {}
    with pytest.raises(UnreadableError):
        book.set([sample(project, "a.png")], reviewed=True)


# -- images that go elsewhere ------------------------------------------------------------------------------------------


def everything(root: Path) -> tuple[Project, list[Sample]]:
    project = open_project(root)
    return project, [each for subset in project.subsets for each in subset.samples]


def test_marks_follow_a_subset_with_other_repeats(root: Path, project: Project) -> None:
    book = MarkBook(project, clock())
    book.set([sample(project, "a.png"), sample(project, "a0.png")], reviewed=True)
    book.set([sample(project, "b.png")], flagged=True)
    (root / "10_cat").rename(root / "12_cat")
    project = open_project(root)
    book.project_changed(project)
    expected = {"12_cat/a.png": "r", "12_cat/b.png": "f", "4_dog/a0.png": "r"}
    assert marked(project, book) == marked(project, MarkBook(project)) == expected
    book.set([sample(project, "a.png")], reviewed=False, starred=True)
    (root / "12_cat").rename(root / "3_cat")
    project = open_project(root)
    book = MarkBook(project)
    assert marked(project, book) == {"3_cat/a.png": "s", "3_cat/b.png": "f", "4_dog/a0.png": "r"}
    # All of it can still be undone, under the names that the images have now.
    told = book.undo()
    assert told is not None and told.images == (root / "3_cat" / "a.png",)
    book.undo()
    assert marked(project, book) == {"3_cat/a.png": "r", "4_dog/a0.png": "r"}
    book.undo()
    assert marked(project, book) == {}


def test_what_was_undone_before_a_rename_is_redone_after_it(root: Path, project: Project) -> None:
    book = MarkBook(project)
    book.set([sample(project, "a.png")], reviewed=True)
    book.undo()
    (root / "10_cat").rename(root / "12_cat")
    project = open_project(root)
    book.project_changed(project)
    book.redo()
    assert marked(project, book) == marked(project, MarkBook(project)) == {"12_cat/a.png": "r"}


def test_the_one_who_writes_the_log_anew_goes_on_with_the_right_images(project: Project) -> None:
    book = MarkBook(project)
    a, b, c = (sample(project, f"{name}.png") for name in "abc")
    book.set([a], reviewed=True)
    book.undo()
    book.set([c], starred=True)
    log = project.home / "marks.jsonl"
    size = 0
    while log.stat().st_size >= size:
        size = log.stat().st_size
        told = book.set([b], flagged=True)
        assert told is not None and told.images == (b.path,)
        told = book.undo()
        assert told is not None and told.images == (b.path,) and marked(project, book) == {"10_cat/c.png": "s"}


def test_marks_come_back_with_the_name(root: Path, project: Project) -> None:
    book = MarkBook(project)
    book.set([sample(project, "a.png")], reviewed=True)
    (root / "10_cat").rename(root / "12_cat")
    renamed = open_project(root)
    MarkBook(renamed).set([sample(renamed, "b.png")], flagged=True)
    (root / "12_cat").rename(root / "10_cat")
    project = open_project(root)
    assert marked(project, MarkBook(project)) == {"10_cat/a.png": "r", "10_cat/b.png": "f"}


def test_marks_follow_an_image_to_another_subset(root: Path, project: Project) -> None:
    MarkBook(project).set([sample(project, "a.png"), sample(project, "b.png")], flagged=True)
    (root / "10_cat" / "a.png").rename(root / "4_dog" / "a.png")
    project = open_project(root)
    assert marked(project, MarkBook(project)) == {"4_dog/a.png": "f", "10_cat/b.png": "f"}


def test_another_image_of_the_same_name_is_not_taken_for_it(root: Path, project: Project) -> None:
    MarkBook(project).set([sample(project, "a.png")], reviewed=True)
    (root / "10_cat" / "a.png").unlink()
    other = image(root / "4_dog" / "a.png")
    other.write_bytes(other.read_bytes() + b"other")
    project = open_project(root)
    book = MarkBook(project)
    assert marked(project, book) == {}
    # The image that it was comes back with its marks.
    image(root / "10_cat" / "a.png")
    book.project_changed(open_project(root))
    assert marked(open_project(root), book) == {"10_cat/a.png": "r"}


def test_of_two_that_come_into_question_neither_is_marked(root: Path, project: Project) -> None:
    MarkBook(project).set([sample(project, "a.png")], reviewed=True)
    (root / "10_cat" / "a.png").unlink()
    for folder in ("4_dog", "1_bird"):
        image(root / folder / "a.png")
    project = open_project(root)
    assert marked(project, MarkBook(project)) == {}


def test_a_project_and_its_config_share_marks(root: Path, project: Project) -> None:
    MarkBook(project).set([sample(project, "a.png")], starred=True)
    config = root / "set.toml"
    config.write_text(f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\n')
    opened = open_project(config)
    assert marked(opened, MarkBook(opened)) == {"10_cat/a.png": "s"}


def test_images_outside_the_projects_folder_keep_their_marks(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("configs")
    config = elsewhere / "set.toml"
    config.write_text(f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\n')
    project = open_project(config)
    MarkBook(project).set([sample(project, "a.png")], reviewed=True)
    assert marked(project, MarkBook(project)) == {"10_cat/a.png": "r"}
    assert (elsewhere / ".sdtui" / "marks.jsonl").exists()


def test_names_that_are_no_text_can_be_marked(tmp_path: Path) -> None:
    for name in ("caf\udce9.png", "new\nline.png", '"quoted".png', "日本.png", " .png"):
        image(tmp_path / "1_x" / name, caption=None)
    project, samples = everything(tmp_path)
    MarkBook(project).set(samples, flagged=True)
    book = MarkBook(project)
    assert book.trouble is None and book.marks.counts.flagged == 5 == book.marks.count(samples).flagged
