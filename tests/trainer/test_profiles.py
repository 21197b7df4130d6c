"""Profiles and settings: what can be set, to what, and sentences for everything else."""

from __future__ import annotations

import ast

import pytest

from sdtui.base.errors import UsageError
from sdtui.trainer.arguments import REFUSED, script_arguments
from sdtui.trainer.fields import GROUPS, parse_value, value_text
from sdtui.trainer.profiles import PROFILES, find_profile, parse_settings


@pytest.mark.parametrize("name", PROFILES)
def test_every_field_can_be_shown_and_its_own_default_typed_back(name: str) -> None:
    profile = PROFILES[name]
    for field in profile.fields:
        assert field.group in GROUPS
        assert field.title
        assert field.help.endswith(".")
        assert parse_value(field, value_text(field.default)) == field.default, field.key


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "rehearsal"])
def test_every_argument_of_a_profile_is_one_of_its_script(name: str) -> None:
    settings = parse_settings(name)
    known = script_arguments(settings.script)
    for field in settings.profile.fields:
        if field.argument:
            assert field.key in known, field.key
            taken = set(known[field.key].choices) or set(field.choices)
            assert set(settings.field(field.key).choices) - {"75"} <= taken, field.key
    assert set(settings.profile.fixed) <= set(known)


def test_the_full_fine_tune_saves_in_the_format_of_diffusers_too() -> None:
    assert parse_settings("sdxl-finetune", ["save_model_as=diffusers"])["save_model_as"] == "diffusers"
    with pytest.raises(UsageError):
        parse_settings("sdxl-lora", ["save_model_as=diffusers"])


def test_the_values_of_the_guides() -> None:
    lora, finetune, small = (parse_settings(name) for name in ("sdxl-lora", "sdxl-finetune", "sd15-lora"))
    for settings in (lora, finetune, small):
        assert settings["max_train_epochs"] == 3
        assert settings["seed"] == 12345
    assert (lora["learning_rate"], finetune["learning_rate"], small["text_encoder_lr"]) == (1e-4, 5e-6, 5e-5)
    assert (small["network_dim"], small["network_alpha"], small["width"], small["height"]) == (128, 128.0, 512, 512)
    assert (finetune["noise_offset"], finetune["adaptive_noise_scale"], finetune["min_snr_gamma"]) == (
        0.0357,
        0.00357,
        5.0,
    )
    assert (lora.profile.bucket_steps, finetune.profile.bucket_steps, small.profile.bucket_steps) == (32, 32, 64)


def test_optimizer_arguments_are_what_the_trainer_can_split_and_read() -> None:
    words = parse_settings("sdxl-finetune")["optimizer_args"]
    assert isinstance(words, tuple)
    for word in words:
        _, value = word.split("=")
        assert ast.literal_eval(value) is False


def test_settings_are_given_as_key_and_value() -> None:
    settings = parse_settings("sdxl-lora", ["--network-dim=8", "learning_rate=5e-5", "cache_latents=off", "unet_lr="])
    assert settings["network_dim"] == 8
    assert settings["learning_rate"] == 5e-5
    assert settings["cache_latents"] is False
    assert settings["unet_lr"] is None
    assert settings["seed"] == 12345


def test_the_last_of_two_wins_and_a_setting_can_be_taken_back() -> None:
    settings = parse_settings("sdxl-lora", ["seed=1", "seed=2"])
    assert settings["seed"] == 2
    assert settings.without("seed")["seed"] == 12345


def test_any_other_argument_of_the_script_can_be_set() -> None:
    settings = parse_settings(
        "sdxl-lora", ["network_args=conv_dim=4 conv_alpha=1", "min_timestep=10", "v_parameterization=yes"]
    )
    assert settings["network_args"] == ("conv_dim=4", "conv_alpha=1")
    assert settings["min_timestep"] == 10
    assert settings["v_parameterization"] is True
    assert settings.field("min_timestep").group == "Network"


def test_which_arguments_there_are_depends_on_the_script_wherever_it_is_set() -> None:
    texts = ["learning_rate_te1=1e-6", "script=sdxl_train.py"]
    assert parse_settings("sdxl-lora", texts)["learning_rate_te1"] == 1e-6
    with pytest.raises(UsageError):
        parse_settings("sdxl-lora", texts[:1])


def test_a_script_that_is_not_known_takes_anything() -> None:
    settings = parse_settings("sdxl-lora", ["script=my_train_network.py", "guidance_scale=3.5"])
    assert settings["guidance_scale"] == "3.5"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("learnin_rate=1", "Did you mean learning_rate"),
        ("max_train_epoch=1", "Did you mean max_train_epochs"),
        ("max_token_length=100", "It takes 75, 150 or 225"),
        ("train_batch_size=0", "It takes 1 to 4096"),
        ("seed=1.5", "whole number"),
        ("learning_rate=fast", "a number such as"),
        ("learning_rate=nan", "a number such as"),
        ("xformers=maybe", "true or false"),
        ("lr_warmup_steps=lots", "percentage"),
        ("lr_warmup_steps=2.0", "percentage"),
        ("lr_warmup_steps=0.5e1", "percentage"),
        ("mixed_precision=fp8", "no, fp16 or bf16"),
        ("resolution=512", "Set width and height"),
        ("dataset_config=x.toml", "open the project by that TOML"),
        ("shuffle_caption=true", "TOML of your own"),
        ("seed", "key=value"),
        ("=5", "key=value"),
        ("output_name=a\nb", "one line"),
    ],
)
def test_what_cannot_be_set_is_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_settings("sdxl-lora", [text])
    assert says in error.value.sentence()
    assert error.value.exit_code == 2


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="sdxl-lora, sdxl-finetune, sd15-lora, rehearsal"):
        find_profile("sdxl")


def test_the_rehearsal_takes_its_own_settings_only() -> None:
    assert parse_settings("rehearsal", ["max_train_steps=10"])["max_train_steps"] == 10
    with pytest.raises(UsageError):
        parse_settings("rehearsal", ["network_dim=4"])


def test_what_is_recorded_can_be_given_again() -> None:
    settings = parse_settings("sdxl-finetune", ["optimizer_args=scale_parameter=False", "seed=7"])
    again = parse_settings("sdxl-finetune", [f"{key}={value}" for key, value in settings.as_text().items()])
    assert again.as_text() == settings.as_text()


def test_refused_arguments_are_real_ones() -> None:
    known = set().union(*(script_arguments(PROFILES[name].field("script").default) for name in list(PROFILES)[:3]))  # type: ignore[union-attr, arg-type]
    assert set(REFUSED) <= known
