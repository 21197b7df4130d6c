"""Going on with a run from Monitor, and starting it again with changes on Train."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.runs import store
from sdtui.runs.setup.remembered import Remembered, remember
from sdtui.trainer.location import require_trainer
from sdtui.tui.train.screen import TrainScreen
from tests.cli.test_train import dataset, env
from tests.runs.conftest import RunLab, lab
from tests.runs.resumed import ended, state
from tests.runs.test_relaunch import started
from tests.runs.test_resume import saved
from tests.tui.running import seen, with_images, without_trainers

__all__ = ["dataset", "env", "lab"]


@pytest.fixture
def trained(lab: RunLab, dataset: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset with a run of 3 epochs of 6 steps that has ended, and its state after the first."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    record = started(
        lab, dataset, require_trainer(), "pretrained_model_name_or_path=base.safetensors", "network_dim=16"
    )
    saved(record, "-000001", told=6)
    return dataset


async def test_a_training_in_three_parts_is_shown_as_one(tmp_path: Path) -> None:
    with_images(tmp_path)
    for name in ("cat", "cat-2", "cat-3"):
        ended(tmp_path, name)
    for name in ("cat-step00000007-state", "cat-2-000002-state", "cat-3-state"):
        state(tmp_path, name)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("step 15/15", "epoch 3/3", "resumed", "R go on…")
        await it.press("R")
        await it.sees("step        15  epoch   3  cat-3-state", "step        10  epoch   2  cat-2-000002-state")
        await it.sees("step         7  epoch   1  cat-step00000007-state")


async def test_a_run_goes_on_from_the_state_that_was_chosen(
    lab: RunLab, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trained / "2_cat" / "0.txt").write_text("another cat")
    async with seen(trained, "monitor", (80, 24)) as it:
        await it.sees("R go on…")
        await it.press("R")
        await it.sees("Go on with cats from which state?", "cats-000001-state")
        await it.press("enter")
        await it.sees("Go on from step 6?", "steps, to step 18", "It is called cats-2", "1 caption changed")
        await it.press("enter")
        await it.sees("cats-2", "step 8/18")
    second = store.list_runs(lab.home)[0]
    assert second.continues is not None
    assert second.continues.step == 6
    lab.wait(second)


@pytest.mark.slow
async def test_what_cannot_go_on_can_be_changed_on_train(trained: Path) -> None:
    run = store.list_runs(trained / ".sdtui")[0]
    saved(run, "-step00000018", told=18)
    async with seen(trained, "monitor") as it:
        await it.sees("R go on…")
        await it.press("R")
        await it.sees("cats-step00000018-state")
        await it.press("enter")
        await it.sees("It cannot go on like this", "c change settings first")
        await it.press("c")
        await it.sees("These settings go on with cats.", "cats-2")
        assert isinstance(it.screen, TrainScreen)
        assert it.screen.state is not None
        assert it.screen.state.settings.text("resume").endswith("cats-step00000018-state")


@pytest.mark.slow
async def test_again_opens_train_with_the_settings_of_the_run(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_trainers(monkeypatch, tmp_path)
    async with seen(trained, "monitor") as it:
        await it.sees("A again…")
        await it.press("A")
        await it.sees("These are the settings of cats.", "SD 1.5 LoRA")
        assert isinstance(it.screen, TrainScreen)
        assert it.screen.state is not None
        assert it.screen.state.settings.text("network_dim") == "16"
        assert it.screen.state.settings.text("resume") == ""


async def test_what_is_set_on_train_is_not_taken_away_unasked(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_trainers(monkeypatch, tmp_path)
    remember(trained / ".sdtui", Remembered("sd15-lora", {"sd15-lora": {"network_dim": "4"}}))
    async with seen(trained, "monitor") as it:
        await it.sees("A again…")
        await it.press("A")
        await it.sees("Take these settings?", "These are the settings of cats.", "network_dim")
        await it.press("escape")
        assert isinstance(it.screen, TrainScreen)
        assert it.screen.state is not None
        assert it.screen.state.settings.text("network_dim") == "4"


async def test_a_run_without_a_state_says_what_to_do(trained: Path) -> None:
    for part in (trained / "model" / "cats-000001-state").iterdir():
        part.unlink()
    (trained / "model" / "cats-000001-state").rmdir()
    async with seen(trained, "monitor") as it:
        await it.sees("A again…")
        assert "R go on…" not in it.words()
        await it.press("R")
        await it.sees("saved no state to go on from", "save_state")
