"""More ways to need less memory or time; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Memory")

FIELDS = (
    _field(
        "full_fp16",
        "All in fp16",
        "flag",
        "Gradients in fp16 too. Less memory and less stable than full bf16; needs precision fp16.",
    ),
    _field(
        "fp8_base",
        "Base in fp8",
        "flag",
        "Holds the base model in 8 bits while a LoRA is trained: half the memory, a little less exact.",
    ),
    _field(
        "fp8_base_unet",
        "UNet in fp8",
        "flag",
        "As base in fp8, the text encoders excepted.",
    ),
    _field(
        "fused_backward_pass",
        "Fused backward",
        "flag",
        "Takes each step as soon as its gradient is there, which saves much memory. Needs Adafactor and accumulation "
        "1.",
    ),
    _field(
        "blocks_to_swap",
        "Blocks to swap",
        "int",
        "So many blocks of the model wait in main memory until they are needed: less GPU memory, slower steps.",
        minimum=0,
    ),
    _field(
        "cpu_offload_checkpointing",
        "Offload",
        "flag",
        "What checkpointing keeps goes to main memory: still less GPU memory, slower.",
    ),
    _field(
        "mem_eff_attn",
        "Old attention",
        "flag",
        "Attention that needs less memory and nothing installed; slower than sdpa.",
    ),
    _field(
        "split_attn",
        "Split attention",
        "flag",
        "Computes attention image by image: less memory for larger batches.",
    ),
    _field(
        "lowram",
        "Little RAM",
        "flag",
        "Loads the model straight to the GPU, for machines with more GPU memory than main memory.",
    ),
    _field(
        "highvram",
        "Much GPU memory",
        "flag",
        "Does not tidy GPU memory up between steps of caching: a little faster.",
    ),
    _field(
        "vae_batch_size",
        "VAE batch",
        "int",
        "Images that are encoded at once while latents are cached.",
        minimum=1,
    ),
    _field(
        "text_encoder_batch_size",
        "Text batch",
        "int",
        "Captions that are encoded at once while text encoder outputs are cached.",
        minimum=1,
    ),
    _field(
        "skip_cache_check",
        "Trust caches",
        "flag",
        "Does not open the caches on disk to see whether they are whole, which takes long for many images.",
    ),
    _field(
        "persistent_data_loader_workers",
        "Keep loaders",
        "flag",
        "Processes that read images live on from epoch to epoch: shorter pauses, more memory. Needs loader processes.",
    ),
    _field(
        "disable_mmap_load_safetensors",
        "Load without mmap",
        "flag",
        "Reads a model file in one go: much faster on WSL for models on a Windows drive.",
    ),
    _field(
        "torch_compile",
        "Compile",
        "flag",
        "Lets PyTorch compile the model: faster steps after a slow beginning, and not on every machine.",
    ),
    _field(
        "dynamo_backend",
        "Compile by",
        "text",
        "What compiles where Compile is on. inductor is PyTorch's own and the trainer's default.",
    ),
    _field(
        "deepspeed",
        "DeepSpeed",
        "flag",
        "Splits the training over GPUs, or memory, with DeepSpeed, which must be installed.",
    ),
)
