"""Going on with a run: what the trainer is told, how far it trains, and what was changed since."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sdtui.base.errors import RunError, UnreadableError, UsageError
from sdtui.dataset.scan import open_project
from sdtui.runs import store
from sdtui.runs.again.changes import changes_between, dataset_changes
from sdtui.runs.again.resume import Resumed, resume
from sdtui.runs.record import RunRecord
from sdtui.runs.setup.request import make_request
from sdtui.runs.setup.trained_on import read_trained_on, trained_on
from sdtui.trainer import arguments
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import parse_settings
from tests.runs.conftest import RunLab
from tests.runs.test_relaunch import started
from tests.runs.test_request import folder, install, model

__all__ = ["folder", "install", "model"]


def saved(record: RunRecord, name: str, *, told: int | None = None) -> Path:
    """A whole state of ``record``; ``told``: what its train_state.json says."""
    state = Path(record.output_dir) / f"{record.name}{name}-state"
    state.mkdir(parents=True)
    (state / "random_states_0.pkl").touch()
    if told is not None:
        (state / "train_state.json").write_text(json.dumps({"current_epoch": 1, "current_step": told}))
    return state


@pytest.fixture
def lora(lab: RunLab, folder: Path, install: TrainerInstall, model: Path) -> RunRecord:
    """A run of 3 epochs with 6 steps each."""
    return started(lab, folder, install, f"pretrained_model_name_or_path={model}", "save_state=true")


@pytest.fixture
def full(lab: RunLab, folder: Path, install: TrainerInstall, model: Path) -> RunRecord:
    """The same with a script that counts from 0 again."""
    script = "script=sdxl_train.py"
    texts = (f"pretrained_model_name_or_path={model}", "train_batch_size=1", "save_state=true")
    return started(lab, folder, install, *texts, script, profile="sdxl-finetune")


Go = Callable[..., Resumed]


@pytest.fixture
def go(lab: RunLab, install: TrainerInstall) -> Go:
    def go(record: RunRecord, state: Path | None = None, **changes: str) -> Resumed:
        return resume(lab.home, record, state, changes, install=install)

    return go


def test_from_the_end_of_an_epoch_the_rest_is_trained_under_a_name_of_its_own(lora: RunRecord, go: Go) -> None:
    state = saved(lora, "-000001", told=6)
    found = go(lora)
    request = found.prepared.request
    assert (found.continues.run, found.continues.step, found.continues.epoch) == (lora.id, 6, 1)
    assert (found.prepared.total_steps, found.ends_at, request.total_steps) == (12, 18, 18)
    assert (request.name, found.prepared.overwrites) == ("cats-2", ())
    assert ("--resume", str(state)) == request.command[request.command.index("--resume") :][:2]
    assert not {"--skip_until_initial_step", "--initial_step"} & {*request.command}
    assert any("from step 6" in note and "12 steps, to step 18" in note for note in found.prepared.notes)


def test_within_an_epoch_its_rest_comes_first_unless_it_was_said_otherwise(lora: RunRecord, go: Go) -> None:
    saved(lora, "-step00000008", told=8)
    found = go(lora)
    assert "--skip_until_initial_step" in found.prepared.request.command
    assert (found.continues.steps_counted, found.continues.epochs_counted, found.ends_at) == (2, 1, 18)
    assert any("reads past their images" in note for note in found.prepared.notes)
    whole = go(lora, skip_until_initial_step="false")
    assert "--skip_until_initial_step" not in whole.prepared.request.command
    assert whole.ends_at == 20
    assert any("2 steps into an epoch" in note for note in whole.prepared.notes)


def test_accumulation_is_never_skipped_with(lora: RunRecord, go: Go) -> None:
    saved(lora, "-step00000008", told=8)
    found = go(lora, gradient_accumulation_steps="2")
    assert "--skip_until_initial_step" not in found.prepared.request.command
    wrong = go(lora, gradient_accumulation_steps="2", skip_until_initial_step="true", max_train_epochs="9")
    assert any("counts wrongly" in note for note in wrong.prepared.notes)


def test_the_third_part_is_told_what_all_parts_have_trained(lab: RunLab, lora: RunRecord, go: Go) -> None:
    """The state of a resumed run counts that part's steps only."""
    saved(lora, "-000001", told=6)
    continues = go(lora).continues
    second = msgspec.structs.replace(
        lora, id=f"{lora.id}-2", name="cats-2", continues=continues, given=(*(lora.given or ()), "resume")
    )
    (lab.home / "runs" / second.id).mkdir()
    store.write_record(lab.home / "runs" / second.id, second)
    saved(second, "-000002", told=6)
    found = go(second)
    assert (found.continues.run, found.continues.step, found.continues.epoch) == (second.id, 12, 2)
    assert "--initial_step" in found.prepared.request.command
    assert (found.prepared.arguments["initial_step"], found.ends_at) == (12, 18)
    assert found.prepared.request.name == "cats-3"


def test_a_script_that_counts_from_0_is_given_what_is_left(full: RunRecord, go: Go) -> None:
    saved(full, "-000001")
    found = go(full)
    assert found.prepared.arguments["max_train_epochs"] == 2
    assert (found.continues.step, found.prepared.total_steps, found.ends_at) == (6, 12, 18)
    assert found.changes == ()
    saved(full, "-step00000008")
    found = go(full)
    assert (found.prepared.arguments["max_train_steps"], found.ends_at) == (10, 18)
    assert any("weights and optimizer only" in note for note in found.prepared.notes)
    assert go(full, max_train_epochs="1").ends_at == 14


def test_an_old_sd_scripts_that_writes_no_train_state_is_given_what_is_left(
    lora: RunRecord, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(arguments.script_arguments("train_network.py"))
    older = {key: field for key, field in known.items() if "initial" not in key}
    monkeypatch.setattr(arguments, "_installed", {"train_network.py": older})
    saved(lora, "-step00000008")
    found = go(lora)
    assert not {"--initial_step", "--skip_until_initial_step"} & {*found.prepared.request.command}
    assert (found.continues.step, found.prepared.arguments["max_train_steps"], found.ends_at) == (8, 10, 18)


def test_a_schedule_that_cannot_be_gone_on_with_is_told(full: RunRecord, go: Go) -> None:
    saved(full, "-000001")
    assert not any("schedule" in note for note in go(full).prepared.notes)
    assert any(
        "cosine" in note and "laid out for 12 steps" in note for note in go(full, lr_scheduler="cosine").prepared.notes
    )


@pytest.mark.parametrize("fixture", ["lora", "full"])
def test_a_run_at_its_end_goes_on_only_with_more_to_train(request: pytest.FixtureRequest, go: Go, fixture: str) -> None:
    record = request.getfixturevalue(fixture)
    state = saved(record, "-step00000018", told=18 if fixture == "lora" else None)
    with pytest.raises(UsageError, match="max_train_epochs"):
        go(record)
    assert go(record, state, max_train_epochs="4").ends_at == (24 if fixture == "lora" else 42)


def test_a_state_that_is_not_there_or_not_whole_is_refused(lora: RunRecord, go: Go) -> None:
    with pytest.raises(RunError, match="saved no state"):
        go(lora)
    with pytest.raises(UnreadableError, match="no such state"):
        go(lora, Path("nowhere-state"))
    state = saved(lora, "-000001", told=6)
    (state / "random_states_0.pkl").unlink()
    with pytest.raises(UsageError, match="not saved whole"):
        go(lora, state)


def test_a_run_that_has_not_ended_is_said_to(lab: RunLab, lora: RunRecord, go: Go) -> None:
    saved(lora, "-000001", told=6)
    assert not any("has not ended" in note for note in go(lora).prepared.notes)
    (lab.home / "runs" / lora.id / store.EXIT).unlink()
    assert any("has not ended" in note for note in go(lora).prepared.notes)


def test_resume_among_the_settings_of_a_plain_start_counts_on_too(
    lab: RunLab, lora: RunRecord, folder: Path, install: TrainerInstall, model: Path
) -> None:
    state = saved(lora, "-000001", told=6)
    texts = (f"pretrained_model_name_or_path={model}", f"resume={state}", "output_name=more")
    record = started(lab, folder, install, *texts)
    assert record.continues is not None
    assert (record.continues.run, record.continues.step, record.total_steps) == (lora.id, 6, 18)


def test_a_state_on_hugging_face_is_said_to_be_unknown(
    lab: RunLab, folder: Path, install: TrainerInstall, model: Path
) -> None:
    texts = (f"pretrained_model_name_or_path={model}", "resume=me/states/cat-state", "resume_from_huggingface=true")
    prepared = make_request(open_project(folder), parse_settings("sd15-lora", texts), install)
    assert prepared.request.continues is None
    assert any("Hugging Face" in note for note in prepared.notes)


def test_what_was_changed_since_is_listed(lora: RunRecord, folder: Path, go: Go) -> None:
    saved(lora, "-000001", told=6)
    assert go(lora).changes == ()
    images = folder / "2_cat"
    (images / "0.txt").write_text("a black cat")
    (images / "1.txt").unlink()
    Image.new("RGB", (768, 512)).save(images / "2.png")
    Image.new("RGB", (512, 512)).save(images / "new.png")
    images.rename(folder / "5_cat")
    (folder / "1_dog").mkdir()
    Image.new("RGB", (512, 512)).save(folder / "1_dog" / "dog.png")
    changes = go(lora, learning_rate="3e-5").changes
    assert [(change.kind, change.sentence) for change in changes] == [
        ("setting", "learning_rate: 0.0001 → 3e-05"),
        ("dataset", "5_cat: repeats 2 → 5"),
        ("dataset", "5_cat: 1 image added (new.png)"),
        ("dataset", "5_cat: 1 image changed (2.png)"),
        ("dataset", "5_cat: 2 captions changed (0.png, 1.png)"),
        ("dataset", "1_dog is new (1 image)"),
    ]


def test_a_project_that_was_moved_has_the_same_subsets(folder: Path, tmp_path: Path) -> None:
    before = trained_on(open_project(folder))
    moved = folder.rename(tmp_path / "elsewhere")
    assert dataset_changes(before, trained_on(open_project(moved))) == ()
    (moved / "2_cat" / "0.txt").write_text("a black cat")
    (change,) = dataset_changes(before, trained_on(open_project(moved)))
    assert change.sentence == "2_cat: 1 caption changed (0.png)"
    (moved / "2_cat").rename(moved / "2_dog")
    gone = [change.sentence.partition(" (")[0] for change in dataset_changes(before, trained_on(open_project(moved)))]
    assert gone == ["2_cat is gone", "2_dog is new"]


def test_a_file_that_was_only_written_again_is_told_apart(lora: RunRecord, folder: Path, go: Go) -> None:
    saved(lora, "-000001", told=6)
    os.utime(folder / "2_cat" / "0.png", (1, 1))
    assert [change.sentence for change in go(lora).changes] == ["2_cat: 1 image written again at the same size (0.png)"]


def test_changes_between_two_runs_are_told_and_a_lost_snapshot_too(lora: RunRecord, full: RunRecord) -> None:
    told = {change.what for change in changes_between(lora, full)}
    assert "seed" not in told
    assert "script" in told
    Path(lora.trained_on or "").write_bytes(b"damaged")
    assert any("not known" in change.sentence for change in changes_between(lora, full))
    assert read_trained_on(None) is None


def test_on_a_slow_disk_the_snapshot_does_without_sizes(folder: Path) -> None:
    clock = iter([0.0, 1.0, 3.0, 3.1])
    found = trained_on(open_project(folder), budget=2.0, clock=lambda: next(clock))
    assert [image.size is None for image in found.subsets[0].images] == [False, True, True]
    assert all(image.width == 512 for image in found.subsets[0].images)


def test_names_that_are_no_text_are_written_down_all_the_same(folder: Path) -> None:
    image = os.fsencode(folder / "2_cat") + b"/\xff.png"
    Path(os.fsdecode(image)).write_bytes((folder / "2_cat" / "0.png").read_bytes())
    project = open_project(folder)
    written = msgspec.json.decode(msgspec.json.encode(trained_on(project)))
    assert len(written["subsets"][0]["images"]) == len(project.subsets[0].samples)


def test_a_request_can_be_made_again_at_its_turn(lora: RunRecord, go: Go) -> None:
    """What waits in the queue is prepared from its settings: they hold all that a resume needs."""
    saved(lora, "-step00000008", told=8)
    request = go(lora).prepared.request
    assert {"resume", "output_name", "skip_until_initial_step"} <= {*(request.given or ())}
    assert replace(request).continues == request.continues
