"""``sdtui train --queue`` and ``sdtui runs queue``."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from sdtui.runs import store
from sdtui.runs.queueing import keeper, queue_file
from tests.conftest import Cli
from tests.runs.queue_lab import QueueLab, lab

__all__ = ["lab"]

LORA = ("--profile", "sd15-lora", "--set", "pretrained_model_name_or_path=base.safetensors")


@pytest.fixture(autouse=True)
def _nobody_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "_start", lambda: None)


def queued(inside: Cli, lab: QueueLab, name: str, *words: str) -> str:
    """The ID of a run that was put into the queue."""
    result = inside("train", lab.root, *LORA, "--set", f"output_name={name}", "--queue", *words)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def document(inside: Cli, *words: object) -> dict[str, Any]:
    result = inside("runs", "queue", *words, "--json")
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [run["name"] for run in found["runs"]]


def test_a_run_is_queued_with_its_cards_and_listed_everywhere(inside: Cli, lab: QueueLab) -> None:
    result = inside("train", lab.root, *LORA, "--set", "output_name=circle", "--queue", "--gpus", "1")
    assert result.returncode == 0, result.stderr
    run_id = result.stdout.strip()
    assert f"{run_id} waits in the queue at place 1." in result.stderr
    (run,) = document(inside)["runs"]
    assert {key: run[key] for key in ("position", "id", "name", "project", "gpus", "total_steps", "held")} == {
        "position": 1,
        "id": run_id,
        "name": "circle",
        "project": str(lab.root),
        "gpus": [1],
        "total_steps": 12,
        "held": False,
    }
    shown = json.loads(inside("runs", "show", lab.root, run_id, "--json").stdout)
    assert (shown["state"], shown["started"], shown["waiting"]) == ("queued", None, "Its turn is now.")
    (listed,) = json.loads(inside("runs", "list", lab.root, "--json").stdout)
    assert listed["state"] == "queued"
    told = inside("runs", "queue")
    assert "circle" in told.stdout
    assert "could not be started" in told.stderr and "keeper.log" in told.stderr  # nobody keeps it here


def test_a_queue_is_put_in_order(inside: Cli, lab: QueueLab) -> None:
    ids = {name: queued(inside, lab, name) for name in ("one", "two", "three")}
    assert names(document(inside, "move", ids["three"], "first")) == ["three", "one", "two"]
    assert names(document(inside, "move", ids["three"], "down")) == ["one", "three", "two"]
    assert names(document(inside, "move", ids["two"], "up")) == ["one", "two", "three"]
    assert names(document(inside, lab.root, "move", ids["one"], "3")) == ["two", "three", "one"]
    assert names(document(inside, "remove", ids["three"], "--yes")) == ["two", "one"]
    held = document(inside, "pause", ids["two"])
    assert [run["held"] for run in held["runs"]] == [True, False]
    assert [run["held"] for run in document(inside, "go-on", ids["two"])["runs"]] == [False, False]
    assert document(inside, "pause")["paused"] == "You paused it."
    assert document(inside, "go-on")["paused"] is None
    stopped = json.loads(inside("runs", "show", lab.root, ids["three"], "--json").stdout)
    assert (stopped["state"], stopped["reason"]) == ("stopped", "It was taken out of the queue before it began.")


def test_a_run_without_an_id_is_one_that_has_begun(inside: Cli, lab: QueueLab) -> None:
    first = queued(inside, lab, "first")
    second = queued(inside, lab, "second")
    inside("runs", "queue", "remove", first, "--yes")
    assert json.loads(inside("runs", "show", lab.root, "--json").stdout)["id"] == first
    assert lab.order() == ["second"] and second


def test_after_a_restart_it_says_how_to_go_on(inside: Cli, lab: QueueLab) -> None:
    queued(inside, lab, "circle")
    path = queue_file.folder() / queue_file.FILE
    path.write_text(path.read_text().replace(queue_file.this_start(), "another boot"))
    found = document(inside)
    assert found["restarted"] is True and found["kept"] is False
    said = inside("runs", "queue").stderr
    assert "The computer was restarted" in said and "sdtui runs queue go-on" in said
    assert document(inside, "go-on")["restarted"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dance",), "There is no such folder"),
        ((".", "dance"), "There is no 'dance' for the queue"),
        (("move", "x"), "move ID PLACE"),
        (("remove",), "remove ID"),
        (("remove", "nothing"), "No run that waits is called 'nothing'"),
        (("pause", "nothing"), "No run that waits is called 'nothing'"),
    ],
)
def test_what_is_said_wrongly_is_answered(inside: Cli, lab: QueueLab, words: tuple[str, ...], said: str) -> None:
    result = inside("runs", "queue", *words)
    assert result.returncode in (2, 3) and said in result.stderr


@pytest.mark.parametrize("place", ["0", "²", "middle", ""])
def test_a_place_is_a_number_or_a_word(inside: Cli, lab: QueueLab, place: str) -> None:
    run_id = queued(inside, lab, "circle")
    result = inside("runs", "queue", "move", run_id, place)
    assert result.returncode == 2 and "no place" in result.stderr.lower()


def test_nothing_is_taken_out_without_consent(inside: Cli, lab: QueueLab) -> None:
    run_id = queued(inside, lab, "circle")
    refused = inside("runs", "queue", "remove", run_id)
    assert refused.returncode == 3 and "It stays in the queue" in refused.stderr and "--dry-run" not in refused.stderr
    assert lab.order() == ["circle"]


@pytest.mark.parametrize(
    "words", [("--queue", "--script", "x.sh"), ("--queue", "--rehearse"), ("--stop-on-failure",), ("--gpus", "a")]
)
def test_what_does_not_go_together_is_refused(inside: Cli, lab: QueueLab, words: tuple[str, ...]) -> None:
    assert inside("train", lab.root, *LORA, *words).returncode == 2
    assert store.list_runs(lab.home) == ()


def test_a_lost_run_is_put_back(inside: Cli, lab: QueueLab) -> None:
    run_id = queued(inside, lab, "circle")
    (queue_file.folder() / queue_file.FILE).unlink()
    assert document(inside)["runs"] == []
    _, command = inside("runs", "show", lab.root, run_id).stdout.split("Put it back with: sdtui ")
    assert inside(*shlex.split(command.splitlines()[0])).returncode == 0  # as it is told
    assert names(document(inside, lab.root)) == ["circle"]


def test_a_damaged_queue_is_said_with_what_brings_the_runs_back(inside: Cli, lab: QueueLab) -> None:
    run_id = queued(inside, lab, "circle")
    path = queue_file.folder() / queue_file.FILE
    path.write_bytes(b"{")
    refused = inside("runs", "queue")
    assert refused.returncode == 3 and "`sdtui runs queue DIR go-on ID`" in refused.stderr
    path.unlink()
    assert names(document(inside, lab.root, "go-on", run_id)) == ["circle"]


def test_what_is_told_to_be_typed_can_be(inside: Cli, lab: QueueLab) -> None:
    folder = lab.root.rename(lab.root.with_name("my cat's $pictures"))
    lab = QueueLab(folder, lab.trainer)
    result = inside("train", folder, *LORA, "--queue")
    _, _, command = result.stderr.strip().rpartition("sdtui ")
    assert shlex.split(command) == ["runs", "queue", str(folder)]


def test_other_projects_are_named_and_left_out_where_one_is_asked_for(
    inside: Cli, lab: QueueLab, tmp_path: Path
) -> None:
    queued(inside, lab, "circle")
    other = QueueLab((tmp_path / "dogs"), lab.trainer)
    shutil.copytree(lab.root / "2_cat", other.root / "2_cat")
    queued(inside, other, "dog")
    assert [run["project"] for run in document(inside)["runs"]] == [str(lab.root), str(other.root)]
    assert names(document(inside, other.root)) == ["dog"]
    assert document(inside, other.root)["runs"][0]["position"] == 2


def test_a_name_that_only_waits_is_said_to_wait(inside: Cli, lab: QueueLab) -> None:
    waiting = queued(inside, lab, "circle")
    refused = inside("train", lab.root, *LORA, "--set", "output_name=circle", "--dry-run")
    assert refused.returncode == 2
    assert "A run called circle waits in the queue to write to this folder" in refused.stderr
    again = inside("runs", "again", lab.root, waiting, "--dry-run")
    assert again.returncode == 0, again.stderr
    assert "A run called circle waits in the queue to write to this folder, so this run is called circle-2." in (
        again.stderr
    )
    checked = inside("check", lab.root, *LORA, "--set", "output_name=circle", "--json")
    assert "A run called circle waits in the queue" in checked.stdout


def test_a_keeper_that_is_held_is_told_and_what_to_do(inside: Cli, lab: QueueLab) -> None:
    queued(inside, lab, "circle")
    place = queue_file.folder() / keeper.LOCK
    place.write_text("4711\n")
    with place.open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "given no sign" not in inside("runs", "queue").stderr
        os.utime(place, (1.0, 1.0))
        told = inside("runs", "queue", "--json")
        assert "given no sign since" in json.loads(told.stdout)["runs"][0]["waits_for"]
        assert "`kill -CONT 4711` lets it go on" in inside("runs", "queue").stderr
        with (queue_file.folder() / keeper.TURN).open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # it prepares a run
            assert "given no sign" not in inside("runs", "queue").stderr
