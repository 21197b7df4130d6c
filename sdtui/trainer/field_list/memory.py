"""What it costs, and how exact it is."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Memory")

FIELDS = (
    _field(
        "mixed_precision",
        "Precision",
        "text",
        "bf16 on cards from RTX 30 on, fp16 on older ones, no on a processor. The launcher gets the same.",
        choices=("no", "fp16", "bf16"),
    ),
    _field(
        "full_bf16",
        "All in bf16",
        "flag",
        "Gradients in bf16 too: a third less memory for a full fine-tune, a little less exact. Needs precision bf16.",
    ),
    _field(
        "gradient_checkpointing",
        "Checkpointing",
        "flag",
        "Computes parts twice instead of keeping them: much less GPU memory, about a quarter slower.",
    ),
    _field(
        "cache_latents",
        "Cache latents",
        "flag",
        "Encodes each image once instead of at every step: faster, less memory. Not with color_aug or random_crop.",
    ),
    _field(
        "cache_latents_to_disk",
        "Latents on disk",
        "flag",
        "Keeps cached latents beside the images for the next run. They are not made anew when an image changes.",
    ),
    _field(
        "cache_text_encoder_outputs",
        "Cache text",
        "flag",
        "Encodes each caption once. Faster and less memory, but nothing may shuffle or drop captions, and the text "
        "encoder is not trained.",
    ),
    _field(
        "cache_text_encoder_outputs_to_disk",
        "Text on disk",
        "flag",
        "Keeps encoded captions beside the images. The trainer goes on with them after a caption was edited, until "
        "they are deleted.",
    ),
    _field(
        "xformers",
        "xformers",
        "flag",
        "Attention that needs less memory. Left empty it is on where the trainer's Python has xformers.",
    ),
    _field(
        "sdpa",
        "sdpa",
        "flag",
        "PyTorch's own attention, as good as xformers on new versions. Left empty it is on where xformers is not.",
    ),
    _field(
        "no_half_vae",
        "VAE in full",
        "flag",
        "Keeps the image encoder in 32 bits. SDXL's own makes black pictures in fp16.",
    ),
    _field(
        "max_data_loader_n_workers",
        "Loader processes",
        "int",
        "Processes that read images ahead; each takes memory. 0 is best when latents are cached.",
        minimum=0,
        maximum=256,
    ),
    _field(
        "num_cpu_threads_per_process",
        "CPU threads",
        "int",
        "Threads for each process of the launcher. 1 to 8; more seldom help.",
        minimum=1,
        maximum=1024,
        argument=False,
    ),
)
