"""Settings of other programs taken over on Train, and written down for the trainer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toml

from sdtui.tui.plan.screen import PlanScreen
from tests.tui.running import Seen, seen
from tests.tui.test_train import model, project, quick, trainer  # noqa: F401 -- fixtures


async def can_take(it: Seen) -> None:
    """Before the dataset is read the form takes no key for it."""
    await it.until(lambda: it.app.project is not None and it.app.scanning is None)
    await it.sees("CHECKS")


@pytest.mark.slow
async def test_settings_are_shown_before_they_are_taken(project: Path, tmp_path: Path) -> None:  # noqa: F811
    theirs = tmp_path / "theirs.toml"
    theirs.write_text(
        'pretrained_model_name_or_path = "sd_xl.safetensors"\nnetwork_dim = 77\nno_such_thing = "[b]x[/]"\n'
    )
    async with seen(project, "train") as it:
        await can_take(it)
        await it.press("I")
        await it.sees("Take settings from which file?")
        await it.type(str(theirs))
        await it.press("enter")
        await it.sees("2 settings for sdxl_train_network.py", "1 setting has no place", "no_such_thing = [b]x[/]")
        await it.press("escape")
        assert not (project / ".sdtui" / "train.json").exists()
        await it.press("I")
        await it.type(str(theirs))
        await it.press("enter")
        await it.sees("no_such_thing")
        await it.press("enter")
        await it.sees("2 settings taken.", "77")
        await it.until(lambda: (project / ".sdtui" / "train.json").exists())
    given = json.loads((project / ".sdtui" / "train.json").read_text())["given"]["sdxl-lora"]
    assert given["network_dim"] == "77" and given["gradient_checkpointing"] == "false"


async def test_the_base_model_stays_where_the_file_names_none(project: Path, model: Path, tmp_path: Path) -> None:  # noqa: F811
    (project / ".sdtui").mkdir()
    given = {"sdxl-lora": {"pretrained_model_name_or_path": str(model)}}
    (project / ".sdtui" / "train.json").write_text(json.dumps({"given": given}))
    theirs = tmp_path / "theirs.toml"
    theirs.write_text("no_half_vae = true\nnetwork_dim = 77\n")
    async with seen(project, "train") as it:
        await it.sees(model.name)
        await can_take(it)
        await it.press("I")
        await it.type(str(theirs))
        await it.press("enter")
        await it.sees(f"The file names no base model; {model.name} stays.")
        await it.press("enter")
        await it.sees("2 settings taken.", model.name, "77", "u undo")
        await it.press("u")
        await it.until(lambda: "77" not in it.words() and model.name in it.words())
        await it.press("u")
        await it.until(lambda: "77" in it.words() and model.name in it.words())


@pytest.mark.slow
async def test_a_file_without_settings_is_refused_in_a_sentence(project: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "empty.toml").touch()
    async with seen(project, "train") as it:
        await can_take(it)
        await it.press("I")
        await it.type(str(tmp_path / "empty.toml"))
        await it.press("enter")
        await it.sees("There is no setting in this file")


@pytest.mark.slow
async def test_settings_are_written_as_a_plan(project: Path, trainer: Path, model: Path) -> None:  # noqa: F811
    (project / ".sdtui").mkdir()
    given = {"sdxl-lora": {"pretrained_model_name_or_path": str(model), "network_dim": "77"}}
    (project / ".sdtui" / "train.json").write_text(json.dumps({"given": given}))
    async with seen(project, "train") as it:
        await it.sees("COMMAND")
        await it.press("E")
        await it.sees("Write the settings to which file?")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, PlanScreen))
        assert not (project / "config").exists()
        await it.press("enter")
        # The sentence is broken where the path in it ends, which is elsewhere in every run.
        await it.until((project / "config" / "train.toml").exists)
    values = {k: v for part in toml.load(project / "config" / "train.toml").values() for k, v in part.items()}
    assert values["network_dim"] == 77
    assert Path(values["dataset_config"]).is_file()
