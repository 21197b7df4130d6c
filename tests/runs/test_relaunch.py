"""A run started again: its settings come back from its record, changes go on top, and nothing of it is overwritten."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from sdtui.base.errors import UsageError
from sdtui.dataset.scan import open_project
from sdtui.runs import store
from sdtui.runs.again.relaunch import again, left_out, settings_of_run, source_of_run
from sdtui.runs.launch import record_of
from sdtui.runs.record import RunExit, RunRecord
from sdtui.runs.setup.request import make_request, write_inputs
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import parse_settings
from tests.runs.conftest import RunLab
from tests.runs.test_request import folder, install, model

__all__ = ["folder", "install", "model"]


def started(lab: RunLab, folder: Path, install: TrainerInstall, *texts: str, profile: str = "sd15-lora") -> RunRecord:
    """A run of ``folder`` that has ended, as a launch writes it down."""
    prepared = make_request(open_project(folder), parse_settings(profile, texts), install)
    write_inputs(prepared)
    lab.home = folder / ".sdtui"
    run_id, place = store.new_run_folder(lab.home, prepared.request.name)
    store.write_record(place, record_of(run_id, prepared.request, {}))
    store.write_exit(place, RunExit(returncode=0, ended=time.time(), stop_requested=False))
    return store.load(lab.home, run_id)


def test_the_settings_of_a_run_come_back_as_they_were_set(
    lab: RunLab, folder: Path, install: TrainerInstall, model: Path
) -> None:
    texts = [
        f"pretrained_model_name_or_path={model}",
        "network_dim=16",
        "save_every_n_epochs=",
        "optimizer_args=weight_decay=0.1 eps=1e-6",
        "max_grad_norm=0.5",
    ]
    record = started(lab, folder, install, *texts)
    assert dict(settings_of_run(record).given) == dict(parse_settings("sd15-lora", texts).given)
    old = msgspec.structs.replace(record, given=None)  # which does not tell a name of our own from a chosen one
    assert dict(settings_of_run(old).without("output_name").given) == dict(parse_settings("sd15-lora", texts).given)
    assert left_out(record) == ()


def test_a_secret_is_said_to_be_missing(lab: RunLab, folder: Path, install: TrainerInstall, model: Path) -> None:
    record = started(lab, folder, install, f"pretrained_model_name_or_path={model}", "wandb_api_key=0123456789abcdef")
    assert "wandb_api_key" not in settings_of_run(record).given
    assert "wandb_api_key" in left_out(record)[0]


def test_again_is_the_same_command_but_for_the_changes(
    lab: RunLab, folder: Path, install: TrainerInstall, model: Path
) -> None:
    record = started(lab, folder, install, f"pretrained_model_name_or_path={model}", "network_dim=16")
    prepared = again(lab.home, record, {"train_batch_size": "2", "network_alpha": ""}, install=install)
    assert prepared.request.relaunch_of == record.id
    assert prepared.arguments["network_dim"] == 16
    assert prepared.arguments["train_batch_size"] == 2
    assert prepared.arguments["network_alpha"] is None
    assert prepared.request.dataset_config != record.dataset_config
    with pytest.raises(UsageError, match="whole number"):
        again(lab.home, record, {"train_batch_size": "two"}, install=install)


def test_a_name_that_has_files_is_numbered_on(
    lab: RunLab, folder: Path, install: TrainerInstall, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    record = started(
        lab, folder, install, f"pretrained_model_name_or_path={model}", "output_name=cat", "output_dir=made"
    )
    monkeypatch.chdir(folder.parent)
    assert again(lab.home, record, install=install).request.name == "cat"
    (folder / "made" / "cat.safetensors").write_bytes(b"weights")
    prepared = again(lab.home, record, install=install)
    assert (prepared.request.name, prepared.overwrites) == ("cat-2", ())
    assert prepared.request.output_dir == str(folder / "made")
    assert any("cat-2" in note for note in prepared.notes)
    assert again(lab.home, record, {"output_name": "cat"}, install=install).overwrites


def test_what_is_scanned_again_is_the_folder_or_the_config(lab: RunLab, folder: Path, install: TrainerInstall) -> None:
    record = started(lab, folder, install, profile="rehearsal")
    assert source_of_run(lab.home, record) == folder
    own = msgspec.structs.replace(record, dataset_config=str(folder / "cats.toml"))
    assert source_of_run(lab.home, own) == folder / "cats.toml"


def test_a_run_of_no_profile_cannot_be_started_again(lab: RunLab) -> None:
    record = lab.launch("saved")
    lab.wait(record)
    with pytest.raises(UsageError, match="did not start it"):
        settings_of_run(record)
