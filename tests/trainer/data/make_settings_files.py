"""Asks sd-scripts what it reads from random settings: ``python make_settings_files.py SD_SCRIPTS``, where it runs.

Each case is the text of a ``--config_file`` for a script, and every argument that is then other than the default.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])
logging.disable(logging.CRITICAL)

import torch  # noqa: E402 -- this script runs where the trainer runs, not in sdtui

for operator in ("nms", "qnms"):
    torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import toml  # noqa: E402
from library import train_util  # noqa: E402

CASES = 120
SCRIPTS = ("train_network", "sdxl_train_network", "sdxl_train")
# What goes into the dataset config, is a path, is refused together with others, or ends the run.
OTHERWISE = re.findall(
    r"\w+",
    """
    adaptive_noise_scale block_lr bucket_no_upscale bucket_reso_steps cache_info cache_text_encoder_outputs
    cache_text_encoder_outputs_to_disk caption_extension caption_extention config_file console_log_file
    dataset_class dataset_config debug_dataset enable_bucket fp8_base fp8_base_unet full_bf16 full_fp16
    fused_backward_pass fused_optimizer_groups help in_json log_config log_with logging_dir lr_scheduler
    lr_scheduler_args lr_scheduler_type lr_warmup_steps masked_loss max_bucket_reso max_token_length
    max_train_epochs mem_eff_attn min_bucket_reso network_train_text_encoder_only network_train_unet_only
    noise_offset optimizer_args optimizer_type output_config output_dir output_name persistent_data_loader_workers
    reg_data_dir resolution resume resume_from_huggingface sample_at_first sample_every_n_epochs
    sample_every_n_steps sample_prompts sample_sampler save_last_n_epochs_state scale_v_pred_loss_like_noise_pred
    sdpa shuffle_caption train_data_dir train_text_encoder use_8bit_adam use_lion_optimizer v2 v_parameterization
    v_pred_like_loss vae wandb_api_key huggingface_token xformers base_weights network_weights tokenizer_cache_dir
    log_tracker_config
""",
)


def value_of(rnd: random.Random, action: argparse.Action) -> Any:
    if isinstance(action, argparse._StoreTrueAction):
        return rnd.random() < 0.7
    if action.nargs in ("*", "+"):
        return [0.5] if action.type is float else [f"a{number}={rnd.randint(1, 9)}" for number in range(2)]
    if action.choices:
        return rnd.choice([choice for choice in action.choices if choice is not None])
    if action.type is int:
        return rnd.randint(1, 8)
    if action.type is float:
        return rnd.choice([0.1, 0.25, 1e-05, 2.0, 1])
    return rnd.choice(["word", "two words", "with \\ and 'quotes'", "日本"]) if action.type in (str, None) else None


def parsed(parser: argparse.ArgumentParser, path: Path) -> dict[str, Any]:
    sys.argv = ["train", "--config_file", str(path)]
    return vars(train_util.read_config_from_file(parser.parse_args(), parser))


def main() -> None:
    rnd = random.Random(20)
    parsers = {name: importlib.import_module(name).setup_parser() for name in SCRIPTS}
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        for number in range(CASES):
            name = SCRIPTS[number % len(SCRIPTS)]
            actions = [action for action in parsers[name]._actions if action.dest not in OTHERWISE]
            chosen = {action.dest: value_of(rnd, action) for action in rnd.sample(actions, rnd.randint(3, 30))}
            chosen = {key: value for key, value in chosen.items() if value is not None}
            if name == "sdxl_train":
                chosen["cache_latents"] = True  # without, sdtui refuses it
            if rnd.random() < 0.5:
                chosen |= {"lr_scheduler": "cosine", "lr_warmup_steps": rnd.choice([10, 0.1])}
            keys = list(chosen)
            cut = rnd.randint(0, len(keys))
            data = {"one": {key: chosen[key] for key in keys[:cut]}, "two": {key: chosen[key] for key in keys[cut:]}}
            path.write_text(toml.dumps(data), encoding="utf-8")
            defaults = vars(parsers[name].parse_args([]))
            found = {key: value for key, value in parsed(parsers[name], path).items() if value != defaults.get(key)}
            found.pop("config_file")
            cases.append({"script": f"{name}.py", "toml": path.read_text("utf-8"), "arguments": found})
    target = Path(__file__).with_name("settings_files.json")
    target.write_text(json.dumps(cases, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    main()
