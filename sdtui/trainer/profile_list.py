"""Profiles: a script with settings that work, to start from.

The values are those of SD-Guide (SDXL) and sd-train-lora (SD 1.5), but for: 3 epochs instead of ten million steps; a
LoRA rate of 1e-4 (the guide calls its own 1e-6 too low); Adafactor with a fixed rate (without ``optimizer_args`` it
ignores the rate, library/train_util.py get_optimizer); only the newest saved state is kept; the full fine-tune makes
samples after each epoch, since 3 epochs seldom reach 5000 steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sdtui.trainer.field_list import choose
from sdtui.trainer.fields import Field, Value

REHEARSAL_SCRIPT = "sdtui.rehearsal"
"""A module instead of a script: the small trainer that comes with sdtui."""

_TRAINER: Mapping[str, Value | None] = {
    "pretrained_model_name_or_path": None,
    "output_name": None,
    "min_bucket_reso": 256,
    "masked_loss": None,
    "max_train_epochs": 3,
    "max_train_steps": None,
    "gradient_accumulation_steps": 1,
    "seed": 12345,
    "num_processes": None,
    "gpus": None,
    "accelerate_config": None,
    "num_machines": None,
    "machine_rank": None,
    "main_process_ip": None,
    "main_process_port": None,
    "torch_compile": False,
    "dynamo_backend": None,
    "lr_warmup_steps": "0",
    "cache_latents": True,
    "xformers": None,
    "sdpa": None,
    "num_cpu_threads_per_process": 4,
    "output_dir": None,
    "logging_dir": None,
    "save_every_n_epochs": 1,
    "save_every_n_steps": None,
    "save_last_n_epochs_state": 1,
    "save_model_as": "safetensors",
    "resume": None,
    "sample_prompts": None,
    "sample_at_first": False,
}
"""What all profiles of sd-scripts have in common."""

_SDXL: Mapping[str, Value | None] = {
    "width": 1024,
    "height": 1024,
    "bucket_no_upscale": True,
    "max_bucket_reso": 4096,
    "optimizer_type": "Adafactor",
    "optimizer_args": ("scale_parameter=False", "relative_step=False", "warmup_init=False"),
    "lr_scheduler": "constant_with_warmup",
    "mixed_precision": "bf16",
    "save_precision": "bf16",
    "gradient_checkpointing": True,
    "cache_latents_to_disk": True,
    "no_half_vae": True,
    "sample_sampler": "euler_a",
}

_LORA: Mapping[str, Value | None] = {
    "max_token_length": 75,
    "network_train_unet_only": False,
    "noise_offset": 0.0,
    "min_snr_gamma": None,
    "learning_rate": 1e-4,
    "unet_lr": 1e-4,
    "text_encoder_lr": 5e-5,
    "max_data_loader_n_workers": 2,
    "save_state": False,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What to train, with which script, and what people may set about it."""

    name: str
    title: str
    summary: str
    dataset_kind: Literal["lora", "finetune"]
    """How its dataset config is written: ``lora`` (captions beside images, masks) or ``finetune`` (metadata JSON)."""
    bucket_steps: int
    """bucket_reso_steps: bucket sides are multiples of it (64 for SD 1.5, 32 is allowed for SDXL)."""
    fields: tuple[Field, ...]
    fixed: Mapping[str, Value] = field(default_factory=dict)
    """Arguments that belong to the profile and are not asked for."""

    def field(self, key: str) -> Field | None:
        """The field called ``key``, or None."""
        return next((field for field in self.fields if field.key == key), None)

    @property
    def rehearsal(self) -> bool:
        return self.name == "rehearsal"


_SDXL_LORA = Profile(
    name="sdxl-lora",
    title="SDXL LoRA",
    summary="A small add-on file for SDXL models; fits a 12 GB card.",
    dataset_kind="lora",
    bucket_steps=32,
    fields=choose(
        _TRAINER,
        _SDXL,
        _LORA,
        script="sdxl_train_network.py",
        train_batch_size=3,
        network_dim=32,
        network_alpha=32.0,
        cache_text_encoder_outputs=False,
        cache_text_encoder_outputs_to_disk=False,
        sample_every_n_epochs=None,
        sample_every_n_steps=400,
    ),
    fixed={"network_module": "networks.lora"},
)

_SDXL_FINETUNE = Profile(
    name="sdxl-finetune",
    title="SDXL full fine-tune",
    summary="Changes a whole SDXL model and saves it whole; wants 16 GB of GPU memory and 40 GB of RAM.",
    dataset_kind="finetune",
    bucket_steps=32,
    fields=choose(
        _TRAINER,
        _SDXL,
        script="sdxl_train.py",
        train_batch_size=4,
        max_token_length=225,
        noise_offset=0.0357,
        adaptive_noise_scale=0.00357,
        min_snr_gamma=5.0,
        learning_rate=5e-6,
        full_bf16=True,
        cache_text_encoder_outputs=True,
        cache_text_encoder_outputs_to_disk=True,
        max_data_loader_n_workers=0,
        save_state=True,
        sample_every_n_epochs=1,
        sample_every_n_steps=None,
    ),
)

_SD15_LORA = Profile(
    name="sd15-lora",
    title="SD 1.5 LoRA",
    summary="A small add-on file for SD 1.5 models; fits a 6 GB card.",
    dataset_kind="lora",
    bucket_steps=64,
    fields=choose(
        _TRAINER,
        _LORA,
        script="train_network.py",
        width=512,
        height=512,
        train_batch_size=1,
        bucket_no_upscale=False,
        max_bucket_reso=1024,
        network_dim=128,
        network_alpha=128.0,
        optimizer_type="AdamW",
        optimizer_args=None,
        lr_scheduler="constant",
        mixed_precision="fp16",
        save_precision="fp16",
        gradient_checkpointing=False,
        cache_latents_to_disk=False,
        sample_every_n_epochs=1,
        sample_every_n_steps=None,
        sample_sampler="dpm_2",
    ),
    fixed={"network_module": "networks.lora"},
)

_REHEARSAL = Profile(
    name="rehearsal",
    title="Rehearsal",
    summary="A tiny model of our own, trained on this dataset in minutes on any computer: shows that everything works.",
    dataset_kind="lora",
    bucket_steps=64,
    fields=choose(
        output_name=None,
        width=512,
        height=512,
        train_batch_size=16,
        max_token_length=75,
        masked_loss=None,
        max_train_epochs=None,
        max_train_steps=300,
        seed=12345,
        learning_rate=2e-3,
        num_cpu_threads_per_process=2,
        gpus=None,
        output_dir=None,
        logging_dir=None,
        save_every_n_epochs=None,
        save_every_n_steps=100,
        save_state=False,
        resume=None,
        sample_prompts=None,
        sample_every_n_epochs=None,
        sample_every_n_steps=50,
        sample_at_first=False,
    ),
)

PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (_SDXL_LORA, _SDXL_FINETUNE, _SD15_LORA, _REHEARSAL)
}
