"""Passwords and keys are kept out of what is written down, and nothing else is."""

from __future__ import annotations

import pytest

from sdtui.runs.redact import HIDDEN, is_secret_name, redact_command, redact_settings, without_secret_arguments


@pytest.mark.parametrize(
    "name",
    ["WANDB_API_KEY", "HF_TOKEN", "--wandb_api_key", "huggingface_token", "AWS_SECRET", "DB_PASSWORD", "--api-key"],
)
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["--keep_tokens", "max_token_length", "class_tokens", "token_warmup_min", "keep_tokens_separator", "MONKEY"]
)
def test_names_of_the_trainer_that_only_sound_alike(name: str) -> None:
    assert not is_secret_name(name)


def test_values_are_hidden_wherever_they_stand() -> None:
    env = {"HF_TOKEN": "hf_abcdef", "CUDA_VISIBLE_DEVICES": "0"}
    command = ["train.py", "--hub_token", "t1", "--x_key=t2", "--keep_tokens", "2", "--note=hf_abcdef", "--seed", "0"]
    assert redact_command(command, env) == (
        "train.py", "--hub_token", HIDDEN, f"--x_key={HIDDEN}", "--keep_tokens", "2", f"--note={HIDDEN}", "--seed", "0",
    )  # fmt: skip


def test_an_option_without_a_value_hides_nothing_else() -> None:
    assert redact_command(["--x_token", "--seed", "1"], {}) == ("--x_token", "--seed", "1")


def test_a_password_in_an_address_is_hidden() -> None:
    assert redact_settings({"proxy": "http://me:geheim@box:8080/x"}) == {"proxy": f"http://me:{HIDDEN}@box:8080/x"}
    assert redact_settings({"api_key": "x", "empty_token": ""}) == {"api_key": HIDDEN, "empty_token": ""}


def test_what_sd_scripts_takes_from_variables_leaves_the_command_line() -> None:
    command, variables = without_secret_arguments(
        ["a.py", "--wandb_api_key", "w", "--seed", "1", "--huggingface_token=h", "--wandb_run_name", "x"]
    )
    assert command == ("a.py", "--seed", "1", "--wandb_run_name", "x")
    assert variables == {"WANDB_API_KEY": "w", "HF_TOKEN": "h"}
