"""Changes appear by themselves, by inotify and by polling; nothing is told after the end."""

from __future__ import annotations

import errno
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdtui.dataset import burst, watch
from sdtui.dataset.scan import open_project
from sdtui.dataset.watch import Watcher
from tests.dataset.making import image

Told = queue.Queue[frozenset[Path] | None]
Watch = Callable[..., tuple[Watcher, "Told"]]
PATIENCE = 30.0


@pytest.fixture
def watching() -> Iterator[Watch]:
    """``watching(folder)`` opens and watches a project; what is told comes out of a queue."""
    watchers: list[Watcher] = []

    def start(path: Path, **how: object) -> tuple[Watcher, Told]:
        told: Told = queue.Queue()
        watcher = Watcher(open_project(path), told.put, **how)  # type: ignore[arg-type]
        watchers.append(watcher)
        watcher.start()
        return watcher, told

    yield start
    for watcher in watchers:
        watcher.stop()


def told_of(told: Told, path: Path) -> None:
    """Waits until ``path`` is among what was told."""
    while path not in (told.get(timeout=PATIENCE) or ()):
        continue


@pytest.mark.parametrize("how", [{"poll": False}, {"poll": True, "interval": 0.05}], ids=["inotify", "polling"])
@pytest.mark.slow
def test_saves_renames_and_new_folders_are_told(tmp_path: Path, watching: Watch, how: dict[str, object]) -> None:
    picture = image(tmp_path / "1_x" / "a.png")
    caption = picture.with_suffix(".txt")
    watcher, told = watching(tmp_path, **how)
    assert watcher.polling == how["poll"]
    caption.write_text("saved in place")
    told_of(told, caption)
    scratch = caption.with_name(".scratch.sdtui-tmp")
    scratch.write_text("saved atomically, longer")
    scratch.rename(caption)
    told_of(told, caption)
    picture.unlink()
    told_of(told, picture)
    (tmp_path / "2_new").mkdir()
    told_of(told, tmp_path / "2_new")


def test_a_folder_that_came_later_is_watched_after_an_update(tmp_path: Path, watching: Watch) -> None:
    image(tmp_path / "1_x" / "a.png")
    watcher, told = watching(tmp_path)
    picture = image(tmp_path / "2_new" / "b.png")
    told_of(told, tmp_path / "2_new")
    watcher.update(open_project(tmp_path))
    told_of(told, tmp_path / "2_new")  # what happened before it was watched is looked up
    picture.with_suffix(".txt").write_text("edited")
    told_of(told, picture.with_suffix(".txt"))


def test_reading_and_caches_of_the_trainer_are_no_changes(tmp_path: Path, watching: Watch) -> None:
    picture = image(tmp_path / "1_x" / "a.png")
    _, told = watching(tmp_path)
    picture.read_bytes()
    (tmp_path / "1_x" / "a_te_outputs.npz").write_bytes(b"x")
    (tmp_path / "1_x" / ".a.sdtui-tmp").write_bytes(b"x")
    last = picture.with_suffix(".txt")
    last.write_text("edited")
    assert told.get(timeout=PATIENCE) == frozenset({last})


def test_a_linked_folder_is_told_by_the_name_that_the_project_knows(tmp_path: Path, watching: Watch) -> None:
    image(tmp_path / "elsewhere" / "a.png")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "1_link").symlink_to(tmp_path / "elsewhere")
    _, told = watching(tmp_path / "project")
    (tmp_path / "elsewhere" / "a.txt").write_text("edited")
    told_of(told, tmp_path / "project" / "1_link" / "a.txt")


def test_beside_a_config_only_the_config_counts(tmp_path: Path, watching: Watch) -> None:
    image(tmp_path / "d" / "1_x" / "a.png")
    config = tmp_path / "set.toml"
    config.write_text(f"[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = '{tmp_path / 'd' / '1_x'}'\n")
    _, told = watching(config)
    (tmp_path / "shopping.txt").write_text("milk")
    config.write_text(config.read_text() + "num_repeats = 2\n")
    assert told.get(timeout=PATIENCE) == frozenset({config})


@pytest.mark.slow
def test_a_burst_is_told_as_anything(tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "MANY", 20)
    monkeypatch.setattr(burst, "QUIET", 5.0)
    image(tmp_path / "1_x" / "a.png")
    _, told = watching(tmp_path)
    for number in range(30):
        (tmp_path / "1_x" / f"{number}.txt").touch()
    while told.get(timeout=PATIENCE) is not None:
        continue


def test_events_that_the_kernel_dropped_are_told_and_not_printed(
    tmp_path: Path, watching: Watch, capfd: pytest.CaptureFixture[str]
) -> None:
    image(tmp_path / "1_x" / "a.png")
    _, told = watching(tmp_path)
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    assert told.get(timeout=PATIENCE) is None
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_without_room_in_the_kernel_it_looks_again_and_again(
    tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full() -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr(watch, "Observer", full)
    picture = image(tmp_path / "1_x" / "a.png")
    watcher, told = watching(tmp_path, interval=0.05)
    assert watcher.polling
    assert "no more watches" in str(watcher.why_polling)
    picture.with_suffix(".txt").write_text("edited by hand")
    told_of(told, picture.with_suffix(".txt"))


def test_a_mute_file_system_is_looked_through_and_named(
    tmp_path: Path, watching: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "needs_polling", lambda path: path == tmp_path / "1_x")
    image(tmp_path / "1_x" / "a.png")
    watcher, _ = watching(tmp_path, interval=0.05)
    assert watcher.polling
    assert str(tmp_path / "1_x") in str(watcher.why_polling)


def test_nothing_is_told_after_stop(tmp_path: Path, watching: Watch) -> None:
    picture = image(tmp_path / "1_x" / "a.png")
    first, told_first = watching(tmp_path)
    _, told_witness = watching(tmp_path)
    first.stop()
    first.stop()
    picture.with_suffix(".txt").write_text("edited")
    told_of(told_witness, picture.with_suffix(".txt"))
    assert told_first.empty()


def test_a_watcher_that_was_stopped_first_never_starts(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png")
    before = threading.active_count()
    watcher = Watcher(open_project(tmp_path), lambda changed: None)
    watcher.stop()
    watcher.start()
    assert threading.active_count() == before


def test_stopping_inside_the_call_is_no_deadlock(tmp_path: Path) -> None:
    picture = image(tmp_path / "1_x" / "a.png")
    stopped: queue.Queue[bool] = queue.Queue()

    def on_change(changed: frozenset[Path] | None) -> None:
        watcher.stop()
        stopped.put(True)

    watcher = Watcher(open_project(tmp_path), on_change)
    watcher.start()
    picture.with_suffix(".txt").write_text("edited")
    assert stopped.get(timeout=PATIENCE)
