"""JSON presets and saves of kohya_ss' GUI."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from sdtui.base.text import plural
from sdtui.trainer.settings_import.found import Found, says_nothing
from sdtui.trainer.settings_import.kohya_network import NETWORK_KEYS, network_of

_LAUNCHER = {
    "multi_gpu": (),
    "dynamo_backend": ("no",),
    "dynamo_mode": ("default",),
    "dynamo_use_fullgraph": (),
    "dynamo_use_dynamic": (),
    "extra_accelerate_launch_args": (),
}
"""Options of the launcher, and the values with which they change nothing."""

_MODELS = (
    ("sdxl", "sdxl", ("sdxl_",)),
    ("flux", "flux1_checkbox", ("flux1_",)),
    ("sd3", "sd3_checkbox", ("sd3_",)),
    ("hunyuan_image", "hunyuan_image_checkbox", ("hunyuan_image_", "hunyuan_")),
    ("anima", "anima_checkbox", ("anima_",)),
    ("lumina", "lumina_checkbox", ("lumina_",)),
)
"""Family in the script's name, the box that chooses it, and what its own keys begin with."""

_OF_ONE_MACHINE = {"num_machines": (1, "1"), "main_process_port": (0, "0")}
"""What these have where they change nothing."""

_RENAMED = {"optimizer": "optimizer_type", "max_resolution": "resolution", "gpu_ids": "gpus"}
_ZERO_IS_UNSET = (
    "adaptive_noise_scale",
    "clip_skip",
    "ip_noise_gamma",
    "max_timestep",
    "max_train_epochs",
    "max_train_steps",
    "min_snr_gamma",
    "min_timestep",
    "multires_noise_iterations",
    "noise_offset",
    "sample_every_n_epochs",
    "sample_every_n_steps",
    "save_every_n_epochs",
    "save_every_n_steps",
    "save_last_n_epochs",
    "save_last_n_epochs_state",
    "save_last_n_steps",
    "save_last_n_steps_state",
    "scale_weight_norms",
    "seed",
    "stop_text_encoder_training",
    "unet_lr",
    "v_pred_like_loss",
    "vae_batch_size",
)
"""Where the GUI leaves the argument out at 0 (lora_gui.py, train_model)."""

_GUI_ONLY = ("model_list", "save_as_bool", "LyCORIS_preset", "folder_per_step")
_WORDS = ("optimizer_args", "lr_scheduler_args")
_PERCENT_OF_STEPS = ("lr_warmup", "lr_warmup_steps", "epoch", "max_train_epochs", "max_train_steps")
_RATES = ("text_encoder_lr", "t5xxl_lr", "unet_lr", "learning_rate")


def is_kohya_gui(data: Mapping[str, Any]) -> bool:
    """Whether ``data`` looks like what the GUI saves."""
    marks = {"LoRA_type", "model_list", "max_resolution", "sdxl_checkbox", "lr_warmup", "max_data_loader_n_workers"}
    return len(marks & data.keys()) >= 2 and not any(isinstance(value, dict) for value in data.values())


def read_kohya_gui(data: Mapping[str, Any]) -> Found:
    """Its settings as the arguments that the GUI would give.

    (kohya_gui/lora_gui.py, finetune_gui.py and dreambooth_gui.py, train_model)
    """
    found = Found("kohya_ss GUI")
    model = _model(data)
    found.script = _script(data, model)
    if "LoRA_type" in data:
        found.arguments.update(network_of(data, found))
    for key, value in _of_model(data, model):
        _take(found, key, value)
    _lengths(found, data)
    _rates(found, data)
    _noise(found, data)
    _additional(found, str(data.get("additional_parameters") or ""))
    return found


def _model(data: Mapping[str, Any]) -> str:
    return next((name for name, box, _ in _MODELS if data.get(box) or data.get(f"{name}_checkbox")), "")


def _script(data: Mapping[str, Any], model: str) -> str:
    if "LoRA_type" in data:
        return f"{model}_train_network.py" if model else "train_network.py"
    if model:
        return f"{model}_train.py"
    return "fine_tune.py" if "caption_metadata_filename" in data or "image_folder" in data else "train_db.py"


def _of_model(data: Mapping[str, Any], model: str) -> Iterator[tuple[str, Any]]:
    """All keys, those of the chosen model by the trainer's name; those of other models are not given to it."""
    for key, value in data.items():
        if any(key == box or key == f"{name}_checkbox" for name, box, _ in _MODELS):
            continue
        own = next(
            ((name, key[len(start) :]) for name, _, starts in _MODELS for start in starts if key.startswith(start)),
            None,
        )
        if own is None:
            yield key, value
        elif own[0] == model:
            yield own[1], value


def _take(found: Found, key: str, value: Any) -> None:
    if key in (*NETWORK_KEYS, *_PERCENT_OF_STEPS, *_RATES, *_GUI_ONLY, *_NOISE, "LoRA_type", "additional_parameters"):
        return
    if key in _LAUNCHER:
        if value not in _LAUNCHER[key]:
            found.leave(key, value, "It is an option of the launcher that sdtui does not give.")
    elif key in _OF_ONE_MACHINE and value in _OF_ONE_MACHINE[key]:
        return
    elif key == "xformers":
        choice = "xformers" if value is True else str(value or "")
        found.arguments |= {name: choice == name for name in ("xformers", "sdpa")}
    elif key == "use_wandb":
        if value:
            found.arguments["log_with"] = "wandb"
    elif key == "sample_prompts":
        why = "The GUI keeps the prompts themselves here: put them into a prompt file, and name it in sample_prompts."
        found.leave(key, value, why)
    elif key in _WORDS:
        words = str(value).replace('"', "").split()
        found.arguments[key] = [word for word in words if word != f"--{key}"] or None
    else:
        name = _RENAMED.get(key, key)
        empty = says_nothing(value) and value is not False
        unset = empty or (name in _ZERO_IS_UNSET and _number(value) == 0)
        found.arguments[name] = None if unset else value


def _lengths(found: Found, data: Mapping[str, Any]) -> None:
    """Epochs, steps, and the warm-up, which the GUI has in percent of the steps."""
    epochs, steps = _number(data.get("max_train_epochs")), _number(data.get("max_train_steps"))
    found.arguments["max_train_epochs"] = int(epochs) if epochs else None
    found.arguments["max_train_steps"] = int(steps) if steps else None
    counted = _number(data.get("epoch"))
    if counted and not epochs and not steps:
        if data.get("dataset_config"):
            found.leave("epoch", data["epoch"], "With a dataset_config the GUI trains 1,600 steps instead.")
        else:
            found.arguments["max_train_epochs"] = int(counted)
            found.notes.append(
                f"The GUI would count the steps of {plural(int(counted), 'epoch')} from images times repeats; the "
                "trainer counts them from its buckets here."
            )
    warm_steps, warm_percent = _number(data.get("lr_warmup_steps")), _number(data.get("lr_warmup"))
    if warm_steps:
        found.arguments["lr_warmup_steps"] = f"{warm_steps:g}"
    elif warm_percent:
        found.arguments["lr_warmup_steps"] = f"{warm_percent:g}%"


def _rates(found: Found, data: Mapping[str, Any]) -> None:
    rates = {key: _number(data.get(key)) for key in _RATES}
    for key in ("learning_rate", "unet_lr"):
        found.arguments[key] = rates[key] or None
    encoder, t5 = rates["text_encoder_lr"], rates["t5xxl_lr"]
    found.arguments["text_encoder_lr"] = [encoder, t5] if encoder and t5 else encoder or None
    if "LoRA_type" in data:
        # resolve_network_train_flags: a rate of 0 for one of both leaves it untrained.
        found.arguments["network_train_unet_only"] = not encoder and bool(rates["unet_lr"])
        found.arguments["network_train_text_encoder_only"] = bool(encoder) and not rates["unet_lr"]


_NOISE = {
    "Original": ("noise_offset", "adaptive_noise_scale", "noise_offset_random_strength"),
    "Multires": ("multires_noise_iterations", "multires_noise_discount"),
}


def _noise(found: Found, data: Mapping[str, Any]) -> None:
    """The GUI gives the options of one kind of noise only."""
    kind = data.get("noise_offset_type", "Original")
    for name, keys in _NOISE.items():
        for key in keys:
            value = data.get(key)
            given = name == kind and not says_nothing(value) and not (key in _ZERO_IS_UNSET and _number(value) == 0)
            found.arguments[key] = value if given else None
    found.arguments.pop("noise_offset_type", None)


def _additional(found: Found, text: str) -> None:
    """``--key value`` and ``--key=value`` as the GUI appends them; they win over everything else."""
    try:
        words = shlex.split(text)
    except ValueError:
        found.leave("additional_parameters", text, "Its quotes do not match.")
        return
    key, values = "", list[str]()
    for word in (*words, "--"):
        if not word.startswith("--"):
            values.append(word)
            continue
        if key:
            found.arguments[key] = values[0] if len(values) == 1 else values or True
        elif values:
            found.leave("additional_parameters", " ".join(values), "It is no option that begins with two hyphens.")
        key, equals, value = word[2:].partition("=")
        values = [value] if equals else []


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0
