"""Known ways in which a training goes wrong: what the trainer says, what it means, what to do.

The texts come from sd-scripts, torch, transformers, safetensors and voluptuous; each was either provoked on the real
trainer or read in its source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

GPU_MEMORY, MEMORY, DISK, XFORMERS, MODULE, NO_DATA, NAN = (
    "gpu-memory",
    "memory",
    "disk",
    "xformers",
    "module",
    "no-data",
    "nan",
)
"""Kinds of trouble that something can be done about by changing a setting or the machine."""

_SMALLER = (
    "Use a batch size of 1, gradient checkpointing, a smaller resolution or network dim, cached latents, or an 8-bit "
    "optimizer; and see that nothing else uses the GPU."
)


@dataclass(frozen=True, slots=True)
class Cause:
    """``pattern`` is looked for in an error; its groups fill ``sentence``."""

    pattern: re.Pattern[str]
    sentence: str
    remedy: str
    trouble: str = ""
    """Its kind, where it is one of those above."""


class Explained(NamedTuple):
    """An error in plain words."""

    what: str
    remedy: str
    trouble: str = ""


def _cause(pattern: str, sentence: str, remedy: str, trouble: str = "") -> Cause:
    return Cause(re.compile(pattern), sentence, remedy, trouble)


CAUSES = (
    _cause(
        r"CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED"
        r"|(?:HIP|XPU|MPS)\b.*out of memory",
        "The graphics card ran out of memory",
        _SMALLER,
        GPU_MEMORY,
    ),
    _cause(
        r"DefaultCPUAllocator|MemoryError|Cannot allocate memory|^bad_alloc|std::bad_alloc",
        "The computer ran out of memory (RAM)",
        "Close other programs, use a smaller batch size or model, or add swap.",
        MEMORY,
    ),
    _cause(
        r"No space left on device|Errno 28|file write failed|No space left|unexpected pos \d+ vs \d+",
        "The disk is full",
        "Free space, or save less often (save_every_n_epochs, no saved states); what was saved before still stands.",
        DISK,
    ),
    _cause(
        r"caption file is empty.*?: (?P<file>\S.*)",
        "A caption file is empty, which ends the trainer: {file}",
        "Write a caption into it, or delete the file.",
    ),
    _cause(
        r"illegal char in file.*?: (?P<file>\S.*)",
        "A caption is not UTF-8: {file}",
        "Save it as UTF-8.",
    ),
    _cause(
        r"UnicodeDecodeError: (?P<what>.*)",
        "A text file is not UTF-8 ({what})",
        "Find it in the log's lines before the error and save it as UTF-8.",
    ),
    _cause(
        r"Error on parsing TOML config file.*?: (?P<file>[^:]*)$",
        "The dataset config is not valid TOML: {file}",
        "Mend it, or export the config anew.",
    ),
    _cause(
        r"TomlDecodeError: (?P<what>.*)",
        "A TOML file could not be read: {what}",
        "Mend that line, or export the config anew.",
    ),
    _cause(
        r"extra keys not allowed @ data(?P<key>\S+)",
        "The dataset config has a key that the trainer does not know: {key}",
        "Correct its spelling, or take it out.",
    ),
    _cause(
        r"required key not provided @ data(?P<key>\S+)",
        "The dataset config lacks a key: {key}",
        "Add it, or export the config anew.",
    ),
    _cause(
        r"(?P<what>expected \w+.*?) @ data(?P<key>\S+)",
        "The dataset config has a value of the wrong type at {key}: {what}",
        "The trainer is strict: 1 is no float, 1.0 is no int, text is no number.",
    ),
    _cause(r"Invalid user config", "The dataset config was refused", "The log names the key."),
    _cause(
        r"operator torchvision::\w+ does not exist",
        "The trainer's torchvision was not built for its torch",
        "Install the two again together, from the same index (pip install --force-reinstall torch torchvision).",
    ),
    _cause(
        r"No module named '?(?P<module>xformers)|No (?P<module2>xformers) /",
        "xformers is not installed in the trainer's Python",
        "Train with sdpa instead (--set sdpa=true --set xformers=false), or install xformers there.",
        XFORMERS,
    ),
    _cause(
        r"No module named '?(?P<module>[\w.]+)",
        "The trainer's Python lacks the package {module}",
        "Install it there (pip install -r requirements.txt in the sd-scripts folder), or choose another Python.",
        MODULE,
    ),
    _cause(
        r"No (?P<module>wandb|bitsandbytes|dadaptation|lion_pytorch|prodigyopt|schedulefree|came_pytorch)\b",
        "The trainer's Python lacks the package {module}",
        "Install it there, or choose another optimizer or logger.",
        MODULE,
    ),
    _cause(
        r"pretrained_model_name_or_path \"(?P<file>[^\"]*)\" is neither a valid local path nor a valid repo id",
        "The base model was not found: {file}",
        "Check its path (pretrained_model_name_or_path).",
    ),
    _cause(
        r"HeaderTooLarge|InvalidHeaderDeserialization|MetadataIncompleteBuffer|invalid load key",
        "A model file is damaged or not what its name says",
        "Download it again; a file of a few kB is often an error page or a Git LFS pointer.",
    ),
    _cause(
        r"Error\(s\) in loading state_dict|size mismatch for|Missing key\(s\) in state_dict",
        "The model file does not fit the script",
        "SDXL models need the sdxl scripts, SD 1.5 models train_network.py.",
    ),
    _cause(
        r"couldn't connect to|Can't load tokenizer|offline mode|We couldn't connect|MaxRetryError|NameResolutionError",
        "The trainer wanted to download something and could not",
        "Give it a network once, or set tokenizer_cache_dir to a folder that holds the tokenizers.",
    ),
    _cause(
        r"Tried to find (?P<file>\S+) but folder does not exist",
        "The state to resume from was not found: {file}",
        "Check the path given as resume.",
    ),
    _cause(
        r"stat: path should be string.*NoneType",
        "Samples were asked for without sample prompts",
        "Set sample_prompts, or leave sample_every_n_epochs and sample_every_n_steps out.",
    ),
    _cause(
        r"Error loading file: (?P<file>.+)",
        "An image or a cache of it could not be read: {file}",
        "Mend or remove it.",
    ),
    _cause(
        r"`final_sigmas_type` zero is not supported",
        "The sampler dpmsolver does not work with the diffusers that the trainer has",
        "Set sample_sampler to another one: euler_a, dpm_2 and dpmsolver++ do.",
    ),
    _cause(
        r"LMSDiscreteScheduler requires the scipy",
        "The sampler lms needs scipy, which the trainer's Python does not have",
        "Install scipy there, or set sample_sampler to another one, such as euler_a.",
    ),
    _cause(
        r"too many values to unpack",
        "An argument of the form key=value could not be split",
        "optimizer_args and network_args are separate words with one = each: a=1 b=2.",
    ),
    _cause(
        r"malformed node or string",
        "A value of optimizer_args is not a Python literal",
        "Write True and False with a capital, and text in quotes.",
    ),
    _cause(
        r"does not require `num_warmup_steps`",
        'The learning rate scheduler "constant" takes no warm-up',
        "Set lr_warmup_steps to 0, or lr_scheduler to constant_with_warmup.",
    ),
    _cause(
        r"bucket_reso_steps is (?P<steps>\d+)\. it must be divisible by (?P<by>\d+)",
        "bucket_reso_steps is {steps}, but this script needs a multiple of {by}",
        "Export the config anew for this script, or set bucket_reso_steps.",
    ),
    _cause(
        r"min_bucket_reso must be equal or less than resolution",
        "min_bucket_reso is larger than the resolution's shorter side",
        "Lower min_bucket_reso or raise the resolution.",
    ),
    _cause(
        r"max_bucket_reso must be equal or greater than resolution",
        "max_bucket_reso is smaller than the resolution's longer side",
        "Raise max_bucket_reso or lower the resolution.",
    ),
    _cause(
        r"caching text encoder outputs?, either",
        "Cached text encoder outputs do not go with shuffled captions, caption dropout or token warm-up",
        "Turn cache_text_encoder_outputs off, or those options in the dataset config.",
    ),
    _cause(
        r"network for Text Encoder cannot be trained with caching",
        "Cached text encoder outputs leave the text encoder untrained, and this was not asked for",
        "Set network_train_unet_only, or turn cache_text_encoder_outputs off.",
    ),
    _cause(
        r"when caching latents, either color_aug or random_crop",
        "Cached latents do not go with color_aug or random_crop",
        "Turn cache_latents off, or those options in the dataset config.",
    ),
    _cause(
        r"is_available\(\) is False|No CUDA GPUs are available|Found no NVIDIA driver|not compiled with CUDA",
        "The trainer found no graphics card",
        "Check the driver with nvidia-smi, and that the trainer's torch was built for CUDA.",
    ),
    _cause(
        r"CUDA error|CUDNN_STATUS|cuDNN error|device-side assert|NCCL",
        "The graphics card reported an error",
        "Check nvidia-smi and the system's log; a driver update, less overclocking, or a restart often helps.",
    ),
    _cause(
        r"No such file or directory: (?P<file>.+)",
        "A file or folder was not found: {file}",
        "Check the path; it may have been moved since the run was prepared.",
    ),
    _cause(r"Permission denied: (?P<file>.*)", "The trainer may not write or read {file}", "Check who owns it."),
    _cause(
        r"ZeroDivisionError",
        "An image has no usable size",
        "Look for truncated images, and for sides shorter than bucket_reso_steps.",
    ),
    _cause(
        r"UnidentifiedImageError: cannot identify image file (?P<file>.*)|(?:image file is )?truncated",
        "An image could not be read",
        "The log names it; mend or remove it.",
    ),
)


_PLACE = re.compile(r"\['datasets'\]\[(\d+)\](?:\['subsets'\]\[(\d+)\])?\['(.+?)'\]")


def explain_error(text: str) -> Explained | None:
    """What an error line means and what to do about it, None for one that is not known."""
    for cause in CAUSES:
        if found := cause.pattern.search(text):
            groups = {name: _shown(value or "?") for name, value in found.groupdict().items()}
            return Explained(cause.sentence.format(**groups), cause.remedy, cause.trouble)
    return None


def _shown(value: str) -> str:
    """A file without its quotes; a key of the dataset config the way people count."""
    if found := _PLACE.fullmatch(value):
        dataset, subset, key = found.groups()
        inside = f"subset {int(subset) + 1} of " if subset else ""
        return f"{key} ({inside}dataset {int(dataset) + 1})"
    return value.strip(" '\"")
