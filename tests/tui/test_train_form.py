"""The Train form without a screen: rows, choices, memory, cost, the command for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.errors import UsageError
from sdtui.base.settings import UserSettings
from sdtui.runs.setup.remembered import recall, remember, settings_of, with_settings
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import PROFILES, Settings, parse_settings
from sdtui.tui.train.command_lines import command_lines
from sdtui.tui.train.estimate import Cost, checkpoint_count, cost_lines
from sdtui.tui.train.rows import Row, checked, form_rows, help_of, turned
from sdtui.tui.widgets.lines import cells, cut, wrap

INSTALL = TrainerInstall(
    folder=Path("/opt/sd-scripts"),
    python=Path("/opt/sd-scripts/venv/bin/python"),
    accelerate="1.6.0",
    scripts=("sdxl_train_network.py", "train_network.py"),
    commit="48d368fa",
    transformers_version="4.54.1",
    has_xformers=False,
)


def rows(settings: Settings, command: tuple[str, ...] = ()) -> dict[str, Row]:
    return {row.key: row for row in form_rows(settings, UserSettings(), INSTALL, command)}


@pytest.mark.parametrize("name", list(PROFILES))
def test_every_field_of_a_profile_has_a_row_with_help(name: str) -> None:
    settings = Settings(PROFILES[name])
    shown = rows(settings)
    assert {field.key for field in settings.profile.fields} <= set(shown)
    assert all(help_of(row, settings) for row in shown.values())
    assert ("sd_scripts" in shown) == (name != "rehearsal")


def test_a_base_model_is_missed_until_one_is_chosen() -> None:
    settings = Settings(PROFILES["sdxl-lora"])
    assert rows(settings)["pretrained_model_name_or_path"].missing
    row = rows(settings.with_text("pretrained_model_name_or_path", "/models/base.safetensors"))[
        "pretrained_model_name_or_path"
    ]
    assert (row.missing, row.value) == (False, "base.safetensors")


def test_what_a_person_set_is_told_from_a_default() -> None:
    changed = rows(checked(Settings(PROFILES["sdxl-lora"]), "max_train_epochs", "10"))["max_train_epochs"]
    assert (changed.value, changed.changed, changed.default) == ("10", True, "3")
    again = checked(checked(Settings(PROFILES["sdxl-lora"]), "max_train_epochs", "10"), "max_train_epochs", "3")
    assert not rows(again)["max_train_epochs"].changed


def test_what_is_left_open_shows_what_becomes_of_it() -> None:
    command = ("python", "train.py", "--output_name", "circle", "--sdpa", "--masked_loss", "--output_dir=/out")
    shown = rows(Settings(PROFILES["sdxl-lora"]), command)
    assert shown["output_name"].value == "circle"
    assert shown["output_dir"].value == "/out"
    assert (shown["sdpa"].value, shown["xformers"].value, shown["masked_loss"].value) == ("true", "false", "true")
    assert not shown["output_name"].changed


def test_a_value_that_does_not_fit_is_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="It takes a whole number"):
        checked(Settings(PROFILES["sdxl-lora"]), "max_train_epochs", "many")


def test_choices_go_round_in_both_directions() -> None:
    shown = rows(Settings(PROFILES["sdxl-lora"]))
    assert turned(shown["max_token_length"], 1) == "150"
    assert turned(shown["max_token_length"], -1) == "225"
    assert turned(shown["bucket_no_upscale"], 1) == "false"
    assert turned(shown["learning_rate"], 1) is None


def test_another_argument_of_the_script_gets_a_row_once_it_is_set() -> None:
    settings = checked(Settings(PROFILES["sdxl-lora"]), "vae_batch_size", "4")
    row = rows(settings)["vae_batch_size"]
    assert (row.value, row.changed) == ("4", True)


def test_what_was_set_comes_back_for_each_profile_but_no_secrets(tmp_path: Path) -> None:
    lora = parse_settings("sdxl-lora", ["max_train_epochs=10", "huggingface_token=hf_secret"])
    tuned = parse_settings("sdxl-finetune", ["train_batch_size=2"])
    first, problem = recall(tmp_path)
    assert problem is None
    remember(tmp_path, with_settings(with_settings(first, lora), tuned))
    assert "hf_secret" not in (tmp_path / "train.json").read_text()
    again, _ = recall(tmp_path)
    assert again.profile == "sdxl-finetune"
    assert settings_of(again, "sdxl-lora")["max_train_epochs"] == 10
    assert settings_of(again, "sdxl-finetune")["train_batch_size"] == 2


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"profile": "gone", "given": {}}', '{"given": {"sdxl-lora": {"seed": "x"}}}']
)
def test_a_spoiled_memory_is_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "train.json").write_text(text)
    remembered, problem = recall(tmp_path)
    settings = settings_of(remembered, remembered.profile)
    assert settings.profile.name in PROFILES
    assert settings["seed"] == 12345
    assert (problem is not None) == (not text.startswith('{"'))


def test_a_setting_that_was_taken_out_stays_out(tmp_path: Path) -> None:
    settings = parse_settings("sdxl-lora", ["max_train_epochs="])
    remember(tmp_path, with_settings(recall(tmp_path)[0], settings))
    assert json.loads((tmp_path / "train.json").read_text())["given"]["sdxl-lora"] == {"max_train_epochs": ""}
    assert settings_of(recall(tmp_path)[0], "sdxl-lora")["max_train_epochs"] is None


@pytest.mark.parametrize(
    ("texts", "steps_per_epoch", "total", "files"),
    [
        (["save_every_n_epochs=1", "max_train_epochs=3"], 100, 300, 3),
        (["save_every_n_epochs=2", "max_train_epochs=5"], 100, 500, 3),
        (["save_every_n_epochs=", "save_every_n_steps="], 100, 300, 1),
        (["save_every_n_epochs=", "save_every_n_steps=100"], 100, 300, 4),
        (["save_every_n_epochs=", "save_every_n_steps=100"], 100, 299, 3),
    ],
)
def test_checkpoints_are_counted_as_the_trainer_saves_them(
    texts: list[str], steps_per_epoch: int, total: int, files: int
) -> None:
    assert checkpoint_count(parse_settings("sdxl-lora", texts), steps_per_epoch, total) == files


def test_the_cost_says_where_it_comes_from_and_warns_of_a_full_disk() -> None:
    cost = Cost(289, 2890, 10, 2890 / 0.44, 0.44, "zhuoyue", 70_000_000_000, 12_000_000_000)
    lines = cost_lines(cost, parse_settings("sdxl-lora", ["max_train_epochs=10"]), 60)
    text = "\n".join("".join(part for part, _ in line) for line in lines)
    assert "2,890 steps   289 steps/epoch × 10 epochs" in text
    assert "about 1 h 49 m   at 2.27 s/it, as zhuoyue ran" in text
    assert ("   12 GB free", "bad") in lines[-1]
    narrow = cost_lines(cost, parse_settings("sdxl-lora", []), 24)
    assert all(cells(line) <= 40 for line in narrow)
    assert len(narrow) > len(lines)


COMMAND = (
    "/opt/venv/bin/python", "-m", "accelerate.commands.launch", "--num_processes", "1",
    "/opt/sd-scripts/sdxl_train_network.py", "--pretrained_model_name_or_path", f"/models/{'long' * 30}.safetensors",
    "--optimizer_args", "scale_parameter=False", "relative_step=False", "--network_train_unet_only", "--x=-1",
)  # fmt: skip


@pytest.mark.parametrize("width", [24, 40, 56, 120])
def test_the_shown_command_is_whole_and_fits(width: int) -> None:
    lines = command_lines(COMMAND, width)
    assert all(cells(line) <= width for line in lines)
    shown = "".join(text for line in lines for text, _ in line)
    assert shown.replace(" ", "") == "".join(COMMAND)


def test_the_launched_module_stands_out_from_the_launcher() -> None:
    launcher = ("python", "-m", "accelerate.commands.launch", "--num_processes", "1")
    lines = command_lines((*launcher, "-m", "sdtui.rehearsal", "--seed", "1"), 80)
    roles = {text.strip(): role for line in lines for text, role in line}
    assert roles["accelerate.commands.launch"] == "dim"
    assert roles["sdtui.rehearsal"] == "strong"
    assert roles["--seed"] == "accent"


def test_options_stand_with_their_values() -> None:
    texts = ["".join(text for text, _ in line) for line in command_lines(COMMAND, 56)]
    assert any("--num_processes 1" in text for text in texts)
    assert any("--optimizer_args scale_parameter=False" in text for text in texts)
    assert any("relative_step=False" in text for text in texts)


def test_wide_letters_are_wrapped_and_cut_by_cells() -> None:
    lines = wrap("学習画像の数 繰り返し回数", 8, "plain")
    assert [cells(line) for line in lines] == [8, 4, 8, 4]
    assert cells(cut([("学習画像の数", "plain")], 7)) <= 7
    assert "".join(text for text, _ in cut([("abcdef", "plain")], 4)) == "abc…"


def test_what_was_set_for_another_script_stays_to_be_taken_out() -> None:
    settings = (
        Settings(PROFILES["sdxl-finetune"]).with_text("block_lr", "1").with_text("script", "sdxl_train_network.py")
    )
    row = rows(settings)["block_lr"]
    assert (row.value, row.changed) == ("1", True)
    assert "has no argument of this name" in help_of(row, settings)
    assert "block_lr" not in rows(settings.without("block_lr"))


def test_what_is_set_beside_the_form_stands_with_its_group() -> None:
    settings = Settings(PROFILES["sdxl-lora"]).with_text("ddp_timeout", "5").with_text("flip_aug", "true")
    shown = list(rows(settings).values())
    groups = [row.field.group for row in shown]
    assert groups == sorted(groups, key=groups.index), "each group stands once"
    assert next(row.field.group for row in shown if row.key == "flip_aug") == "Dataset"
    assert shown[-1].key == "ddp_timeout"
