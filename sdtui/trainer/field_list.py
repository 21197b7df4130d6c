"""The settings that most people change, each with its help. Profiles choose from these and give their own defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdtui.trainer.fields import Field, Value

SAMPLERS = (
    "ddim",
    "pndm",
    "lms",
    "euler",
    "euler_a",
    "heun",
    "dpm_2",
    "dpm_2_a",
    "dpmsolver",
    "dpmsolver++",
    "dpmsingle",
    "k_lms",
    "k_euler",
    "k_euler_a",
    "k_dpm_2",
    "k_dpm_2_a",
)


def _field(
    key: str,
    title: str,
    group: str,
    kind: str,
    help: str,
    *,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    argument: bool = True,
) -> Field:
    return Field(key, title, group, kind, None, help, choices, minimum, maximum, argument)


_MODEL = (
    _field(
        "pretrained_model_name_or_path",
        "Base model",
        "Model",
        "path",
        "The checkpoint to start from. Choose the one that is closest in style to what you train; SDXL models need the "
        "sdxl scripts, SD 1.5 models train_network.py.",
    ),
    _field(
        "script",
        "Script",
        "Model",
        "text",
        "The trainer's script. train_network.py makes a LoRA for SD 1.5, sdxl_train_network.py one for SDXL, "
        "sdxl_train.py changes a whole SDXL model.",
        argument=False,
    ),
    _field(
        "output_name",
        "Name",
        "Model",
        "text",
        "What the saved files are called. A name that was used before overwrites the files of that run.",
    ),
)
_DATASET = (
    _field(
        "width",
        "Width",
        "Dataset",
        "int",
        "Training size in pixels: images are scaled to about width times height, each in a bucket of its own shape. "
        "SD 1.5 was made with 512, SDXL with 1024.",
        minimum=64,
        maximum=4096,
        argument=False,
    ),
    _field(
        "height",
        "Height",
        "Dataset",
        "int",
        "See width. Different values make the buckets' area, not their shape: a portrait image gets a portrait bucket.",
        minimum=64,
        maximum=4096,
        argument=False,
    ),
    _field(
        "train_batch_size",
        "Batch size",
        "Dataset",
        "int",
        "Images that are learnt from together in one step. More is smoother and faster an image, and takes more GPU "
        "memory; 1 when memory runs out.",
        minimum=1,
        maximum=4096,
    ),
    _field(
        "bucket_no_upscale",
        "No upscaling",
        "Dataset",
        "flag",
        "Small images keep their size instead of being enlarged. They then train at that lower resolution.",
        argument=False,
    ),
    _field(
        "min_bucket_reso",
        "Smallest bucket side",
        "Dataset",
        "int",
        "No bucket has a shorter side; not looked at with bucket_no_upscale.",
        minimum=32,
        maximum=4096,
        argument=False,
    ),
    _field(
        "max_bucket_reso",
        "Largest bucket side",
        "Dataset",
        "int",
        "No bucket has a longer side; not looked at with bucket_no_upscale.",
        minimum=64,
        maximum=8192,
        argument=False,
    ),
    _field(
        "max_token_length",
        "Caption tokens",
        "Dataset",
        "int",
        "How much of a caption is read; what is longer is cut. 150 and 225 read two and three windows of 75.",
        choices=("75", "150", "225"),
    ),
    _field(
        "masked_loss",
        "Masked loss",
        "Dataset",
        "flag",
        "Learn only from the white parts of the masks. Left empty it is on where the dataset has masks.",
    ),
)
_STEPS = (
    _field(
        "max_train_epochs",
        "Epochs",
        "Steps",
        "int",
        "How often the whole dataset is gone through, repeats counted. A usable file can be saved after each, so a few "
        "more than needed cost only time.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "max_train_steps",
        "Steps",
        "Steps",
        "int",
        "Ends after so many steps instead; only looked at where epochs are left empty. Some guides call 2,500 a good "
        "start for a LoRA.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "gradient_accumulation_steps",
        "Accumulation",
        "Steps",
        "int",
        "Learn from so many batches at once: like a larger batch without its memory, at the price of fewer steps.",
        minimum=1,
        maximum=1024,
    ),
    _field(
        "seed",
        "Seed",
        "Steps",
        "int",
        "Any number. Keep it the same to compare two runs.",
        minimum=0,
        maximum=2**32 - 1,
    ),
    _field(
        "num_processes",
        "GPUs",
        "Steps",
        "int",
        "Graphics cards to train on. Each takes its own batch, so an epoch has so many times fewer steps.",
        minimum=1,
        maximum=64,
        argument=False,
    ),
)
_NETWORK = (
    _field(
        "network_dim",
        "Network dim",
        "Network",
        "int",
        "The rank of the LoRA: a higher one can learn more, makes a larger file, and overfits sooner. Try powers of "
        "two, from 2 up to 128.",
        minimum=1,
        maximum=1024,
    ),
    _field(
        "network_alpha",
        "Network alpha",
        "Network",
        "float",
        "Scales what is learnt by alpha / dim. The dim or less; halving it is like halving the learning rate.",
        minimum=0,
        maximum=4096,
    ),
    _field(
        "network_train_unet_only",
        "UNet only",
        "Network",
        "flag",
        "Leave the text encoder as it is. Saves memory, and is needed when text encoder outputs are cached.",
    ),
    _field(
        "noise_offset",
        "Noise offset",
        "Network",
        "float",
        "Lets the model learn very dark and very bright pictures. 0 is off; 0.03 to 0.1 are common, and too much makes "
        "pictures pale.",
        minimum=0,
        maximum=1,
    ),
    _field(
        "adaptive_noise_scale",
        "Adaptive noise",
        "Network",
        "float",
        "Adds the latents' mean times this to the noise offset, which must be set; a tenth of it is common.",
        minimum=-1,
        maximum=1,
    ),
    _field(
        "min_snr_gamma",
        "Min-SNR gamma",
        "Network",
        "float",
        "Weighs the noise levels against each other so that training settles sooner. 5 is the usual value; empty is "
        "off.",
        minimum=0,
        maximum=100,
    ),
)
_OPTIMIZER = (
    _field(
        "learning_rate",
        "Learning rate",
        "Optimizer",
        "float",
        "How far each step goes. For a LoRA start with 1e-4 and halve it when pictures look burnt; a full fine-tune "
        "wants about 5e-6. 5e-5 means 0.00005.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "unet_lr",
        "UNet rate",
        "Optimizer",
        "float",
        "The learning rate of the part that draws. Equal to the learning rate or less; empty takes the learning rate.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "text_encoder_lr",
        "Text encoder rate",
        "Optimizer",
        "float",
        "The learning rate of the part that reads. Start with 5e-5, half of the other, and go down.",
        minimum=0,
        maximum=10,
    ),
    _field(
        "optimizer_type",
        "Optimizer",
        "Optimizer",
        "text",
        "AdamW is the standard, AdamW8bit needs less memory (and bitsandbytes), Adafactor least. Prodigy finds its "
        "rate: set the rates to 1.",
    ),
    _field(
        "optimizer_args",
        "Optimizer options",
        "Optimizer",
        "words",
        "key=value, separated by spaces, with values as Python writes them: scale_parameter=False weight_decay=0.01.",
    ),
    _field(
        "lr_scheduler",
        "Scheduler",
        "Optimizer",
        "text",
        "How the rate changes over time. constant keeps it; cosine lowers it gently; constant_with_warmup starts low.",
    ),
    _field(
        "lr_warmup_steps",
        "Warm-up",
        "Optimizer",
        "number",
        "Steps during which the rate rises from 0; below 1 it is a share of all steps. Must be 0 with constant.",
    ),
)
_MEMORY = (
    _field(
        "mixed_precision",
        "Precision",
        "Memory",
        "text",
        "bf16 on cards from RTX 30 on, fp16 on older ones, no on a processor. The launcher gets the same.",
        choices=("no", "fp16", "bf16"),
    ),
    _field(
        "full_bf16",
        "All in bf16",
        "Memory",
        "flag",
        "Gradients in bf16 too: a third less memory for a full fine-tune, a little less exact. Needs precision bf16.",
    ),
    _field(
        "gradient_checkpointing",
        "Checkpointing",
        "Memory",
        "flag",
        "Computes parts twice instead of keeping them: much less GPU memory, about a quarter slower.",
    ),
    _field(
        "cache_latents",
        "Cache latents",
        "Memory",
        "flag",
        "Encodes each image once instead of at every step: faster, less memory. Not with color_aug or random_crop.",
    ),
    _field(
        "cache_latents_to_disk",
        "Latents on disk",
        "Memory",
        "flag",
        "Keeps cached latents beside the images for the next run. They are not made anew when an image changes.",
    ),
    _field(
        "cache_text_encoder_outputs",
        "Cache text",
        "Memory",
        "flag",
        "Encodes each caption once. Faster and less memory, but nothing may shuffle or drop captions, and the text "
        "encoder is not trained.",
    ),
    _field(
        "cache_text_encoder_outputs_to_disk",
        "Text on disk",
        "Memory",
        "flag",
        "Keeps encoded captions beside the images. The trainer goes on with them after a caption was edited, until "
        "they are deleted.",
    ),
    _field(
        "xformers",
        "xformers",
        "Memory",
        "flag",
        "Attention that needs less memory. Left empty it is on where the trainer's Python has xformers.",
    ),
    _field(
        "sdpa",
        "sdpa",
        "Memory",
        "flag",
        "PyTorch's own attention, as good as xformers on new versions. Left empty it is on where xformers is not.",
    ),
    _field(
        "no_half_vae",
        "VAE in full",
        "Memory",
        "flag",
        "Keeps the image encoder in 32 bits. SDXL's own makes black pictures in fp16.",
    ),
    _field(
        "max_data_loader_n_workers",
        "Loader processes",
        "Memory",
        "int",
        "Processes that read images ahead; each takes memory. 0 is best when latents are cached.",
        minimum=0,
        maximum=256,
    ),
    _field(
        "num_cpu_threads_per_process",
        "CPU threads",
        "Memory",
        "int",
        "Threads for each process of the launcher. 1 to 8; more seldom help.",
        minimum=1,
        maximum=1024,
        argument=False,
    ),
)
_SAVING = (
    _field(
        "output_dir",
        "Folder",
        "Saving",
        "path",
        "Where checkpoints and samples go. Left empty it is the project's model folder.",
    ),
    _field(
        "logging_dir",
        "Log folder",
        "Saving",
        "path",
        "Where TensorBoard files go. Left empty it is the project's log folder.",
    ),
    _field(
        "save_every_n_epochs",
        "Save every epochs",
        "Saving",
        "int",
        "A usable file after so many epochs, so that you can pick the best; the last one is always saved.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "save_every_n_steps",
        "Save every steps",
        "Saving",
        "int",
        "A usable file after so many steps.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "save_state",
        "Save state",
        "Saving",
        "flag",
        "Saves the optimizer too, each time, so that training can be resumed. As large as the model, or twice that.",
    ),
    _field(
        "save_last_n_epochs_state",
        "States to keep",
        "Saving",
        "int",
        "Older saved states are deleted.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "save_model_as",
        "Format",
        "Saving",
        "text",
        "safetensors is read by every program and can hold no code.",
        choices=("safetensors", "ckpt"),
    ),
    _field(
        "save_precision",
        "Saved precision",
        "Saving",
        "text",
        "fp16 and bf16 files are half the size of float.",
        choices=("float", "fp16", "bf16"),
    ),
    _field(
        "resume",
        "Resume from",
        "Saving",
        "path",
        "A saved state to go on from. Steps are counted from 0 again.",
    ),
)
_SAMPLES = (
    _field(
        "sample_prompts",
        "Prompts",
        "Samples",
        "path",
        "A file with one prompt a line. Left empty it is the project's model/sample/prompt.txt; without one no samples "
        "are made.",
    ),
    _field(
        "sample_every_n_epochs",
        "Every epochs",
        "Samples",
        "int",
        "Samples after so many epochs; where this is set, steps are not looked at.",
        minimum=1,
        maximum=1_000_000,
    ),
    _field(
        "sample_every_n_steps",
        "Every steps",
        "Samples",
        "int",
        "Samples after so many steps. Each prompt takes as long as making a picture does.",
        minimum=1,
        maximum=100_000_000,
    ),
    _field(
        "sample_at_first",
        "Before training",
        "Samples",
        "flag",
        "Samples of the untouched model too, to compare with.",
    ),
    _field(
        "sample_sampler",
        "Sampler",
        "Samples",
        "text",
        "How samples are drawn. euler_a is a safe choice; dpm_2 needs fewer steps for a good picture.",
        choices=SAMPLERS,
    ),
)

FIELDS = {
    field.key: field
    for group in (_MODEL, _DATASET, _STEPS, _NETWORK, _OPTIMIZER, _MEMORY, _SAVING, _SAMPLES)
    for field in group
}


def choose(*shared: Mapping[str, Value | None], **own: Value | None) -> tuple[Field, ...]:
    """The named fields with these defaults, the later ones winning, in the order of the groups."""
    defaults = {key: value for some in (*shared, own) for key, value in some.items()}
    return tuple(replace(field, default=defaults[key]) for key, field in FIELDS.items() if key in defaults)
