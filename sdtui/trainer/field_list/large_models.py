"""What FLUX, SD3, Lumina and other large models have of their own; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_model = Group("Model")
_field = Group("Network")

FIELDS = (
    _model("vae", "VAE", "path", "Another image encoder than the base model's own."),
    _model("v2", "SD 2", "flag", "The base model is of Stable Diffusion 2."),
    _model("clip_l", "CLIP-L", "path", "The smaller text encoder of FLUX and SD3, a file of its own."),
    _model("clip_g", "CLIP-G", "path", "The larger CLIP of SD3, where it is not in the base model."),
    _model("t5xxl", "T5-XXL", "path", "The large text encoder of FLUX and SD3, a file of 5 to 10 GB."),
    _model("ae", "Autoencoder", "path", "The image encoder of FLUX and Lumina, a file of its own."),
    _model("gemma2", "Gemma 2", "path", "The text encoder of Lumina, a file of its own."),
    _model("qwen3", "Qwen3", "path", "The text encoder of Anima, a file or folder of its own."),
    _model("text_encoder", "Text encoder", "path", "The large text encoder of HunyuanImage, a file of its own."),
    _model("byt5", "ByT5", "path", "The text encoder of HunyuanImage that reads letters, a file of its own."),
    _model(
        "tokenizer_cache_dir",
        "Tokenizers",
        "path",
        "Where tokenizers are kept, for training without a network.",
    ),
    _model("model_type", "Model type", "text", "flux for FLUX.1, chroma for Chroma."),
    _field(
        "guidance_scale",
        "Guidance",
        "float",
        "What FLUX.1 dev is told while it trains. 1 is what most use for a LoRA.",
        minimum=0,
    ),
    _field(
        "timestep_sampling",
        "Noise levels by",
        "text",
        "Which noise levels are learnt more often. shift and flux_shift suit FLUX at high resolution.",
    ),
    _field(
        "discrete_flow_shift",
        "Flow shift",
        "float",
        "Moves learning toward strong noise, where composition is made; above 1 for large pictures. Only with shift.",
        minimum=0,
    ),
    _field(
        "sigmoid_scale",
        "Sigmoid scale",
        "float",
        "How much sigmoid keeps to the middle noise levels: smaller spreads less.",
        minimum=0,
    ),
    _field(
        "weighting_scheme",
        "Weights by level",
        "text",
        "How noise levels are weighed against each other.",
    ),
    _field("logit_mean", "Logit mean", "float", "The middle of logit_normal."),
    _field("logit_std", "Logit spread", "float", "The spread of logit_normal.", minimum=0),
    _field("mode_scale", "Mode scale", "float", "How much mode keeps to its middle."),
    _field(
        "model_prediction_type",
        "Prediction",
        "text",
        "What the model's output is taken for; raw is right for FLUX.",
    ),
    _field(
        "t5xxl_max_token_length",
        "T5 tokens",
        "int",
        "How much of a caption T5 reads: left empty 512 for FLUX dev and 256 for FLUX schnell and SD3.",
        minimum=1,
    ),
    _field(
        "apply_t5_attn_mask",
        "Mask T5 padding",
        "flag",
        "Lets T5 and FLUX look past the empty rest of short captions.",
    ),
)
