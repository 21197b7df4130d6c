"""The rehearsal with sd-scripts on Train: by one key, with what came of it beside the checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.tui.train import state
from tests.rehearsal.trainer import base_model, make_trainer
from tests.tui.running import seen, with_images, without_trainers


@pytest.fixture
def project(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose settings a trainer of this machine would take."""
    monkeypatch.setattr(state, "REST", 0.01)
    without_trainers(monkeypatch, own_home)
    make_trainer(own_home / "sd-scripts", own_home / ".cache")
    root = with_images(tmp_path / "circle")
    remember(root, own_home)
    return root


def remember(root: Path, home: Path, **more: str) -> None:
    given = {"pretrained_model_name_or_path": str(base_model(home / "models")), "mixed_precision": "no", **more}
    (root / ".sdtui").mkdir(exist_ok=True)
    (root / ".sdtui" / "train.json").write_text(json.dumps({"profile": "sd15-lora", "given": {"sd15-lora": given}}))


@pytest.mark.slow
async def test_one_key_rehearses_and_what_came_of_it_is_shown(project: Path) -> None:
    async with seen(project, "train") as it:
        await it.sees("REHEARSAL", "R tries it with sd-scripts", "R with sd-scripts")
        await it.press("R")
        await it.sees("✓ passed at ", "2 steps in ", "read: all captions, 1 of 1 image")


@pytest.mark.slow
async def test_what_was_proven_is_known_the_next_time(project: Path) -> None:
    for shown in ("R tries it with sd-scripts", "✓ passed at "):
        async with seen(project, "train") as it:
            await it.sees("REHEARSAL", shown)
            await it.press("R")
            await it.sees("2 steps in ")


async def test_a_failure_is_explained_and_stays_until_something_changes(project: Path, own_home: Path) -> None:
    remember(project, own_home, training_comment="fail")
    async with seen(project, "train") as it:
        await it.sees("REHEARSAL", "R with sd-scripts")
        await it.press("R")
        await it.sees("The rehearsal failed", "the moon is wrong", "train_network.py itself stopped at it", "esc close")
        await it.press("escape")
        await it.sees("✖ failed at ", "The trainer failed: ValueError")
        assert it.screen.state is not None
        it.screen.state.set(it.screen.state.settings.with_text("seed", "7"))
        await it.sees("· failed at ", "something was changed since")


@pytest.mark.slow
async def test_the_same_key_ends_it(project: Path, own_home: Path) -> None:
    remember(project, own_home, training_comment="wait")
    async with seen(project, "train") as it:
        await it.sees("R with sd-scripts")
        await it.press("R")
        await it.sees("R ends it", "R end rehearsal")
        await it.press("R")
        await it.sees("R tries it with sd-scripts")
    assert not (project / ".sdtui" / "rehearsed").exists()
