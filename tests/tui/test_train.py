"""Train: settings by keys, a command that is shown before it runs, and runs that start from here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sdtui.base.settings import load_settings
from sdtui.runs.following.summary import summary
from sdtui.runs.record import RunState
from sdtui.runs.store import list_runs
from sdtui.trainer.arguments import forget_installed
from sdtui.tui.train import state
from sdtui.tui.train.form import Form
from sdtui.tui.widgets.lines import Lines
from tests.runs.conftest import CHILD, wait_for_end
from tests.tui.running import Seen, seen, with_images, without_trainers
from tests.weights import SDXL, write_weights

FACTS = {
    "python": "3.11.9", "accelerate": "1.6.0", "torch": "2.6.0", "transformers": "4.54.1", "xformers": None,
    "bitsandbytes": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setattr(state, "REST", 0.01)
    without_trainers(monkeypatch, own_home)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return with_images(tmp_path / "circle")


@pytest.fixture
def trainer(own_home: Path) -> Path:
    """A folder that looks like sd-scripts; its Python answers as one, and launches a scripted child as the trainer."""
    folder = own_home / "sd-scripts"
    (folder / "library").mkdir(parents=True)
    for name in ("library/train_util.py", "sdxl_train_network.py", "train_network.py", "sdxl_train.py"):
        (folder / name).write_text("")
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    child = f"{sys.executable} {CHILD} header=10 steps=1-10-10 saved"
    python.write_text(f"#!/bin/sh\ncase \"$1\" in\n -m) exec {child} ;;\n *) echo '{json.dumps(FACTS)}' ;;\nesac\n")
    python.chmod(0o755)
    return folder


@pytest.fixture
def model(own_home: Path) -> Path:
    """A base model in a usual place: as large as one, with nothing behind its header."""
    return write_weights(own_home / "models" / "sd_xl_base_1.0.safetensors", SDXL, size=6_940_000_000)


def values(it: Seen) -> dict[str, str]:
    return {row.key: row.value for row in it.screen.query_one(Form).rows}


async def go_to(it: Seen, key: str) -> None:
    """Put the cursor on the row of ``key``."""
    form = it.screen.query_one(Form)
    form.cursor = [row.key for row in form.rows].index(key)
    await it.pilot.pause()


async def retype(it: Seen, text: str) -> None:
    """Replace what stands in the field, and take it."""
    await it.press("ctrl+u")
    await it.type(text)
    await it.press("enter")


async def test_without_a_trainer_it_says_what_to_do_and_can_still_rehearse(project: Path) -> None:
    async with seen(project, "train") as it:
        await it.sees("NOT READY", "sd-scripts was not found", "r rehearse")
        assert "start…" not in it.words()
        await it.press("l", "l", "l")
        await it.sees("Rehearsal", "COMMAND", "sdtui.rehearsal", "start…", "300 steps")


async def test_a_base_model_is_chosen_from_its_folder_and_the_command_shown(
    project: Path, trainer: Path, model: Path
) -> None:
    async with seen(project, "train") as it:
        await it.sees("NOT READY", "No base model is chosen", "choose one")
        await go_to(it, "pretrained_model_name_or_path")
        await it.press("enter")
        await it.sees("Which base model?", "sd_xl_base_1.0.safetensors", "6.94 GB")
        await it.press("enter")
        await it.sees("COST", "steps/epoch × 3 epochs", "COMMAND", "start…")
        command = it.screen.query_one("#command", Lines).text
        assert str(model) in command.replace("\n  ", "")
        assert "--sdpa" in command
        # 10 repeats of one image, batches of 3: 4 steps an epoch.
        await it.sees("12 steps", "4 steps/epoch")


@pytest.mark.slow
async def test_a_value_is_typed_refused_mended_and_taken_back(project: Path, trainer: Path, model: Path) -> None:
    async with seen(project, "train") as it:
        await it.press(*["j"] * [row.key for row in it.screen.query_one(Form).rows].index("max_train_epochs"))
        await it.sees("How often the whole dataset is gone through")
        await it.press("enter")
        await retype(it, "many")
        await it.sees("max_train_epochs cannot be 'many'. It takes a whole number.")
        assert values(it)["max_train_epochs"] == "3"
        await retype(it, "10")
        await it.until(lambda: values(it)["max_train_epochs"] == "10")
        await it.sees("10  3", "⌫ default")
        await it.press("backspace")
        await it.until(lambda: values(it)["max_train_epochs"] == "3")
        await it.press("enter")
        await it.type("99")
        await it.press("escape")
        assert values(it)["max_train_epochs"] == "3"


@pytest.mark.slow
async def test_letters_that_are_keys_elsewhere_are_typed_into_a_value(project: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "output_name")
        await it.press("enter")
        await it.type("rS5wy-h l/")
        await it.press("enter")
        await it.until(lambda: values(it)["output_name"] == "rS5wy-h l/")


@pytest.mark.slow
async def test_choices_are_gone_through_with_left_and_right(project: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "max_token_length")
        await it.press("right")
        assert values(it)["max_token_length"] == "150"
        await it.press("left", "left")
        assert values(it)["max_token_length"] == "225"
        await go_to(it, "sample_sampler")
        await it.press("enter")
        await it.sees("Sampler?", "dpmsolver++")
        await it.type("heun")
        await it.press("enter")
        await it.until(lambda: values(it)["sample_sampler"] == "heun")


@pytest.mark.slow
async def test_any_setting_is_found_also_those_that_are_not_in_the_form(project: Path) -> None:
    async with seen(project, "train") as it:
        await it.press("slash")
        await it.type("gamma")
        await it.sees("Min-SNR gamma         min_snr_gamma")
        await it.press("enter")
        form = it.screen.query_one(Form)
        await it.until(lambda: form.row is not None and form.row.key == "min_snr_gamma")
        await it.press("slash")
        await it.type("mirrored")
        await it.sees("Flip images           flip_aug", "1 of")
        await it.press("escape")
        await it.press("slash")
        await it.type("vae_batch")
        await it.sees("vae_batch_size")
        await it.press("enter")
        await it.sees("take it")
        await it.type("4")
        await it.press("enter")
        await it.until(lambda: values(it).get("vae_batch_size") == "4")
        await it.until(lambda: form.row is not None and form.row.key == "vae_batch_size")
        await it.press("slash")
        await it.type("loss_type")
        await it.sees("loss_type")
        await it.press("enter")
        await it.sees("smooth_l1")
        await it.type("hub")
        await it.press("enter")
        await it.until(lambda: values(it).get("loss_type") == "huber")
        await it.until(lambda: form.row is not None and form.row.field.group == "Network")


@pytest.mark.slow
async def test_an_argument_that_only_the_installed_script_has_is_found_and_checked(
    project: Path, trainer: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(forget_installed)
    python, base = trainer / "venv" / "bin" / "python", getattr(sys, "_base_executable", sys.executable)
    python.write_text(python.read_text().replace("case", f'if [ "$2" = "-B" ]; then exec {base} "$@"; fi\ncase', 1))
    (trainer / "sdxl_train_network.py").write_text(
        "import argparse\ndef setup_parser():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--of_tomorrow', type=int, help='What is new / 日本')\n    return parser\n"
    )
    async with seen(project, "train") as it:
        await go_to(it, "sd_scripts")
        await it.sees("sdxl_train_network.py takes 1 argument.")
        await it.press("slash")
        await it.type("tomorrow")
        await it.sees("of_tomorrow", "What is new.")
        await it.press("enter")
        await it.sees("take it")
        await it.type("x")
        await it.press("enter")
        await it.sees("of_tomorrow cannot be 'x'. It takes a whole number.")


@pytest.mark.slow
async def test_settings_are_remembered_for_the_project(project: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "max_token_length")
        await it.press("right")
        await it.press("home", "l", "l")
        await it.sees("SD 1.5 LoRA")
    async with seen(project, "train") as it:
        await it.sees("SD 1.5 LoRA")
        await it.press("h", "h")
        await it.sees("SDXL LoRA")
        assert values(it)["max_token_length"] == "150"


@pytest.mark.slow
async def test_the_trainers_folder_can_be_set_by_hand(project: Path, trainer: Path, own_home: Path) -> None:
    moved = own_home / "elsewhere" / "kohya"
    moved.parent.mkdir()
    trainer.rename(moved)
    async with seen(project, "train") as it:
        await it.sees("sd-scripts was not found")
        await go_to(it, "sd_scripts")
        await it.press("enter")
        await retype(it, str(moved))
        await it.sees("Found", "torch 2.6.0, no xformers", "No base model is chosen")
    assert "elsewhere/kohya" in (own_home / ".config/sdtui/settings.toml").read_text()


@pytest.mark.slow
async def test_a_python_that_lacks_packages_is_named(project: Path, trainer: Path) -> None:
    python = trainer / "venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\necho '{json.dumps({**FACTS, 'transformers': None})}'\n")
    async with seen(project, "train") as it:
        await it.sees("NOT READY", "lacks transformers")


async def test_a_run_is_started_after_a_question_and_watched(project: Path, trainer: Path, model: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "pretrained_model_name_or_path")
        await it.press("enter")
        await it.sees("Which base model?")
        await it.press("enter")
        await it.sees("COMMAND")
        await it.press("S")
        await it.sees("Start circle?", "12 steps", "It goes on when this screen or the terminal is closed.")
        await it.press("escape")
        assert list_runs(project / ".sdtui") == ()
        await it.press("S")
        await it.sees("Start circle?")
        await it.press("enter")
        await it.until(lambda: it.app.current_mode.startswith("monitor"))
        await it.sees("circle", "step 10/10")
    (record,) = list_runs(project / ".sdtui")
    assert record.supervisor is not None
    wait_for_end(record.supervisor)
    assert summary(project / ".sdtui", record).state is RunState.DONE
    assert record.settings["pretrained_model_name_or_path"] == str(model)
    assert record.dataset_config is not None
    assert Path(record.dataset_config).is_file()
    assert str(trainer / "sdxl_train_network.py") in record.command


@pytest.mark.slow
async def test_the_time_is_told_from_the_last_run(project: Path, trainer: Path, model: Path) -> None:
    await test_a_run_is_started_after_a_question_and_watched(project, trainer, model)
    async with seen(project, "train") as it:
        await it.sees("about", "at 2.5 it/s, as circle ran")


@pytest.mark.slow
async def test_what_would_be_overwritten_is_said_before_starting(project: Path, trainer: Path, model: Path) -> None:
    (project / "model").mkdir()
    (project / "model" / "mine-000001.safetensors").write_bytes(b"weights")
    (project / ".sdtui").mkdir()
    given = {"sdxl-lora": {"pretrained_model_name_or_path": str(model), "output_name": "mine"}}
    (project / ".sdtui" / "train.json").write_text(json.dumps({"given": given}))
    async with seen(project, "train") as it:
        await it.sees("TO KNOW", "1 file of an earlier run called mine")
        await it.press("S")
        await it.sees("It will overwrite mine-000001.safetensors")


@pytest.mark.slow
async def test_the_command_is_copied_and_written_as_a_script(project: Path) -> None:
    async with seen(project, "train") as it:
        await it.press("h")
        await it.sees("COMMAND")
        await it.press("y")
        await it.sees("The command", "clipboard")
        assert "sdtui.rehearsal" in it.app.clipboard
        await it.press("escape", "w")
        await it.sees("train.sh is written.")
    text = (project / "train.sh").read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    config = next(Path(word) for word in text.split() if word.endswith(".toml"))
    assert config.is_file()


async def test_changes_of_the_dataset_change_the_steps(project: Path) -> None:
    async with seen(project, "train") as it:
        await it.press("h")
        await it.sees("300 steps", "1 step")
        (project / "images" / "10_circle").rename(project / "images" / "200_circle")
        await it.sees("13 steps/epoch")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (72, 20), (200, 50)])
async def test_every_size_has_the_form_the_cost_and_the_help(project: Path, size: tuple[int, int]) -> None:
    async with seen(project, "train", size) as it:
        await it.press("h")
        await it.sees("Rehearsal", "COST", "300 steps", "A tiny model of our own", "? help")
        for widget in it.screen.query("#form, #outcome, #about"):
            assert widget.region.right <= size[0]
            assert widget.region.bottom <= size[1] - 1
            assert widget.region.height >= 3


@pytest.mark.slow
async def test_names_with_markup_and_controls_are_shown_as_they_are(project: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "output_name")
        await it.press("enter")
        await it.type("[red]x[/]")
        await it.press("enter")
        await it.sees("[red]x[/]")


@pytest.mark.slow
async def test_a_run_that_cannot_be_started_says_why(project: Path) -> None:
    (project / ".sdtui").mkdir()
    (project / ".sdtui" / "runs").write_text("in the way")
    async with seen(project, "train") as it:
        await it.sees("r rehearse")
        await it.press("r")
        await it.sees("Could not write.")
        assert it.app.current_mode.startswith("train")
        await it.until(lambda: "· starting" not in it.words())


async def test_where_runs_are_started_is_chosen_and_kept_for_all_projects(project: Path) -> None:
    async with seen(project, "train") as it:
        await go_to(it, "start_in")
        await it.press("right")
        await it.until(lambda: values(it)["start_in"] == "tmux")
        assert load_settings().settings.start_in == "tmux"
        await it.press("backspace")
        await it.until(lambda: values(it)["start_in"] == "none")
    assert load_settings().settings.start_in == "none"
