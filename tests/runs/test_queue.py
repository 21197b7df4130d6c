"""Runs that wait: their place, whose turn it is, what holds them back, and that nothing of them is lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sdtui.base.errors import RunError, SdtuiError, UsageError
from sdtui.dataset.scan import open_project
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.again.relaunch import settings_of_run
from sdtui.runs.launch import LaunchRequest
from sdtui.runs.live import held_paths, live_runs
from sdtui.runs.queueing import env as queue_env
from sdtui.runs.queueing import keeper, queue, queue_file, turn
from sdtui.runs.queueing.queue_file import Queue, Waiting
from sdtui.runs.queueing.turns import judged, next_runs
from sdtui.runs.queueing.view import look
from sdtui.runs.record import RunRecord, RunState
from sdtui.runs.setup.request import make_request
from sdtui.runs.supervising.stop import request_stop
from sdtui.trainer.location import require_trainer
from sdtui.trainer.profiles import parse_settings
from tests.runs.conftest import wait_for_end
from tests.runs.queue_lab import QueueLab, lab

__all__ = ["lab"]


@pytest.fixture(autouse=True)
def _nobody_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started: these tests are about what is written down."""
    monkeypatch.setattr(keeper, "_start", lambda: None)


def test_a_queued_run_has_its_folder_and_id_and_is_not_taken_for_one_that_runs(lab: QueueLab) -> None:
    record = lab.put("circle")
    again = store.load(lab.home, record.id)
    assert (again.queued, again.supervisor, again.state_folder) == (record.created, None, "")
    view = lab.view(record)
    assert (view.state, view.started, view.eta_s, view.total_steps) == (RunState.QUEUED, None, None, 12)
    assert live_runs(lab.home) == () == held_paths(lab.home)  # its folders may be renamed until its turn
    assert not (lab.home / "inputs").exists()


def test_of_two_that_are_queued_at_once_under_one_name_only_one_waits(lab: QueueLab) -> None:
    settings = parse_settings("sd15-lora", ["pretrained_model_name_or_path=base.safetensors"])
    first, second = (make_request(open_project(lab.root), settings, require_trainer(near=lab.root)) for _ in range(2))
    record = queue.put(lab.home, first.request)
    with pytest.raises(RunError, match="called cats waits in the queue"):
        queue.put(lab.home, second.request)
    assert [run.id for run in store.list_runs(lab.home)] == [record.id]


def test_runs_are_moved_held_back_let_go_and_taken_out(lab: QueueLab) -> None:
    one, two, three = (lab.put(name) for name in ("one", "two", "three"))
    queue.move(lab.waiting(three), 1)
    assert lab.order() == ["three", "one", "two"]
    queue.move(lab.waiting(three), 99)
    assert lab.order() == ["one", "two", "three"]
    queue.hold(lab.waiting(one))
    assert [place.short for place in look().places] == ["held back", "its turn", "two"]
    queue.release(lab.waiting(one))
    queue.remove(lab.waiting(two))
    assert lab.order() == ["one", "three"]
    view = lab.view(two)
    assert (view.state, view.reason) == (RunState.STOPPED, "It was taken out of the queue before it began.")
    assert view.started is None
    with pytest.raises(RunError, match="does not wait any more"):
        queue.remove(Waiting(str(lab.home), two.id))
    assert [queue.resolve(word).id for word in ("three", "2", three.id)] == [three.id] * 3
    with pytest.raises(UsageError, match="No run that waits"):
        queue.resolve("nothing")


def test_stopping_a_run_that_waits_takes_it_out(lab: QueueLab) -> None:
    record = lab.put("circle")
    request_stop(lab.home, record.id)
    assert lab.view(record).state is RunState.STOPPED
    assert lab.order() == []


def live(name: str, gpus: tuple[int, ...] | None, host: str | None = None) -> tuple[Path, RunRecord]:
    record = RunRecord(
        id=name,
        name=name,
        profile="test",
        script="",
        command=(),
        cwd="/",
        output_dir="/",
        created=0.0,
        gpus=gpus,
        host=processes.host() if host is None else host,
    )
    return Path("/"), record


@pytest.mark.parametrize(
    ("wanted", "running", "begin"),
    [
        (("0", "1", "0"), [], ["a", "b"]),
        (("0", "1", "0"), [live("x", (0,))], ["b"]),
        (("0", "1", "0"), [live("x", None)], []),
        (("0,1", "1", "2"), [live("x", (0,))], ["c"]),  # b does not get ahead of a
        (("", "1", "2"), [live("x", (7,))], []),
        (("0", "1", "2"), [live("x", None, host="elsewhere pid:[1]")], ["a", "b", "c"]),
    ],
)
def test_a_run_begins_when_its_cards_are_free_and_no_earlier_one_wants_them(
    lab: QueueLab, wanted: tuple[str, ...], running: list[tuple[Path, RunRecord]], begin: list[str]
) -> None:
    for name, gpus in zip("abc", wanted, strict=False):
        lab.put(name, gpus=gpus)
    found = next_runs(queue_file.read(), running)
    assert [store.load(lab.home, one.id).name for one in found] == begin


def test_after_a_restart_of_the_machine_nothing_begins_until_a_person_says_so(lab: QueueLab) -> None:
    record = lab.put("circle")
    with queue_file.changing() as changing:
        changing.put(msgspec.structs.replace(changing.queue, machine="another boot 0.01"))
    assert next_runs(queue_file.read(), ()) == ()
    assert lab.view(record).waiting == "The computer was restarted: the queue waits until you let it go on."
    lab.put("second")  # adding one is not saying so
    assert look().restarted
    queue.go_on()
    assert len(next_runs(queue_file.read(), ())) == 1


def test_a_pause_holds_all_of_them(lab: QueueLab) -> None:
    queue.pause()
    record = lab.put("circle")
    assert next_runs(queue_file.read(), ()) == ()
    assert lab.view(record).waiting == "You paused it."
    queue.go_on()
    assert lab.view(record).waiting == "Its turn is now."


def test_two_that_wait_do_not_get_one_name(lab: QueueLab) -> None:
    assert [lab.put("").name for _ in range(2)] == ["cats", "cats-2"]
    with pytest.raises(UsageError, match="waits in the queue to write"):
        lab.put("cats")


def test_what_a_run_needs_is_told_by_its_record_alone(lab: QueueLab) -> None:
    record = lab.put("circle", gpus="1", learning_rate="3e-5", max_train_epochs="", max_train_steps="77")
    settings = settings_of_run(store.load(lab.home, record.id))
    assert (settings["gpus"], settings["learning_rate"], settings["max_train_steps"]) == ("1", 3e-5, 77)
    assert record.gpus == (1,) and record.total_steps == 77


def test_a_secret_that_nobody_could_hand_over_is_refused(lab: QueueLab) -> None:
    request = LaunchRequest(
        name="circle", profile="test", script="x", command=("x", "--api_key", "sesame"), cwd="/", output_dir="/"
    )
    with pytest.raises(UsageError, match="never written down"):
        queue.put(lab.home, request)
    assert store.list_runs(lab.home) == () and queue_file.read() == Queue()


def test_of_the_environment_only_what_matters_and_is_no_secret_is_kept() -> None:
    found = queue_env.kept(
        {
            "PATH": "/bin",
            "HF_HOME": "/hf",
            "HF_TOKEN": "hf_x",
            "AWS_SESSION": "x",
            "https_proxy": "http://me:word@proxy",
            "CUDA_VISIBLE_DEVICES": "1",
        }
    )
    assert found == {"PATH": "/bin", "HF_HOME": "/hf", "CUDA_VISIBLE_DEVICES": "1"}
    here = {"PATH": "/other", "CUDA_VISIBLE_DEVICES": "3", "LD_PRELOAD": "x", "EDITOR": "vi", "HF_TOKEN": "old"}
    assert queue_env.at_its_turn(here, {"PATH": "/bin"}, {"HF_TOKEN": "new"}) == {
        "PATH": "/bin",
        "EDITOR": "vi",
        "HF_TOKEN": "new",
    }


def test_a_damaged_queue_says_so_and_its_runs_can_be_put_back(lab: QueueLab) -> None:
    record = lab.put("circle")
    (queue_file.folder() / queue_file.FILE).write_bytes(b"\xff{")
    with pytest.raises(RunError, match="queue's file is damaged"):
        look()
    assert "damaged" in (lab.view(record).waiting or "")
    (queue_file.folder() / queue_file.FILE).unlink()
    assert "in no queue of this machine" in (lab.view(record).waiting or "")
    queue.put_back(lab.home, store.load(lab.home, record.id))
    queue.put_back(lab.home, store.load(lab.home, record.id))
    assert lab.order() == ["circle"]


def test_a_run_whose_folder_is_out_of_reach_holds_up_nobody(lab: QueueLab) -> None:
    record = lab.put("gone")
    lab.put("second")
    folder = lab.home / "runs" / record.id
    away = folder.rename(lab.root / "away")
    gone, second = look().places
    assert gone.record is None and "There is no run" in gone.reason and second.short == "its turn"
    assert judged(queue_file.read()) == queue_file.read()  # it may only be a drive that is not mounted
    away.rename(folder)
    assert lab.order() == ["gone", "second"]
    folder.rename(lab.root / "away")
    queue.remove(gone.waiting)
    assert lab.order() == ["second"]


def test_what_is_refused_at_its_turn_says_why(lab: QueueLab) -> None:
    record = lab.put("circle")
    for image in (lab.root / "2_cat").iterdir():
        image.unlink()
    assert turn.main([str(lab.home), record.id]) == 0
    view = lab.view(record)
    assert view.state is RunState.FAILED and view.reason is not None
    assert judged(queue_file.read()).waiting == ()


def test_a_run_that_was_taken_out_is_not_begun_by_a_turn_that_was_on_its_way(lab: QueueLab) -> None:
    record = store.load(lab.home, lab.put("circle").id)
    queue.remove(lab.waiting(record))
    with pytest.raises(SdtuiError, match="does not wait in the queue any more"):
        turn.take_turn(lab.home, record)
    assert lab.view(record).state is RunState.STOPPED


def test_a_run_that_cannot_be_started_at_all_holds_up_nobody(lab: QueueLab) -> None:
    record = lab.put("circle")
    (lab.home / "runs" / record.id / store.QUEUED).write_bytes(b"{")
    with pytest.raises(RunError, match="cannot be read"):
        queue_file.read_order(lab.home, record.id)
    queue.remove(lab.waiting(record))
    assert lab.view(record).state is RunState.STOPPED


def test_the_failure_of_a_run_pauses_the_others_where_that_was_asked(lab: QueueLab) -> None:
    first = lab.put("first", stop_on_failure=True)
    lab.put("second")
    queue.refuse(lab.home, first.id, "It could not begin.")
    assert judged(queue_file.read()).paused == "first failed, and the others were to wait then."
    third = lab.put("third")
    queue.refuse(lab.home, third.id, "It could not begin.")
    assert [one.id for one in judged(queue_file.read()).waiting] == [lab.waiting(record).id for record in _waiting(lab)]


def _waiting(lab: QueueLab) -> list[RunRecord]:
    return [record for _, record in queue_file.waiting_runs()]


def test_more_processes_than_cards_are_refused(lab: QueueLab) -> None:
    settings = parse_settings(
        "sd15-lora", ["pretrained_model_name_or_path=base.safetensors", "gpus=0,1", "num_processes=3"]
    )
    with pytest.raises(UsageError, match="3 processes cannot train on 2 cards"):
        make_request(open_project(lab.root), settings, require_trainer(near=lab.root))


@pytest.mark.parametrize("text", ["zero", "0,0", "-1", "0;1", "1,", "0 1"])
def test_cards_are_named_by_number(text: str) -> None:
    with pytest.raises(UsageError, match="numbers of cards"):
        parse_settings("sd15-lora", [f"gpus={text}"])


def test_cards_are_told_to_the_launcher_and_to_cuda(lab: QueueLab) -> None:
    settings = parse_settings("sd15-lora", ["pretrained_model_name_or_path=base.safetensors", "gpus= 02, 1"])
    request = make_request(open_project(lab.root), settings, require_trainer(near=lab.root)).request
    assert request.env == {"CUDA_VISIBLE_DEVICES": "2,1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert request.command[request.command.index("--gpu_ids") + 1] == "2,1"
    assert "--gpus" not in request.command


def test_a_run_waits_on_at_its_place_when_its_project_is_moved(lab: QueueLab, tmp_path: Path) -> None:
    record = lab.put("circle")
    lab.put("second")
    moved = lab.root.rename(tmp_path / "elsewhere")
    queue.put_back(moved / ".sdtui", store.load(moved / ".sdtui", record.id))
    assert [one.home for one in queue_file.read().waiting] == [str(moved / ".sdtui"), str(lab.home)]
    assert queue.resolve("2").id != record.id == queue.resolve("1").id
    turn.take_turn(moved / ".sdtui", store.load(moved / ".sdtui", record.id))
    begun = store.load(moved / ".sdtui", record.id)
    assert begun.output_dir == str(moved / "model") and begun.supervisor is not None
    wait_for_end(begun.supervisor)
