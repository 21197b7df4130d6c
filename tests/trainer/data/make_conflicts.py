"""Ask the real scripts again what they make of the argument sets in conflicts.json.gz, and print where it differs.

Run by the Python of sd-scripts, one script at a time::

    SD_SCRIPTS=~/sd-scripts python make_conflicts.py train_network MODEL TOKENIZERS

MODEL is a tiny random model in the format of diffusers, whose U-Net has the widths below; TOKENIZERS is what
--tokenizer_cache_dir takes. Nothing is trained: each run is stopped where its trackers begin.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", TQDM_DISABLE="1")
sys.path.insert(0, os.environ["SD_SCRIPTS"])

import accelerate
from accelerate.state import AcceleratorState, GradientState, PartialState
from library import original_unet, sdxl_original_unet, strategy_base, train_util
from PIL import Image

STRATEGIES = ("TokenizeStrategy", "TextEncodingStrategy", "LatentsCachingStrategy", "TextEncoderOutputsCachingStrategy")
TRAINERS = ("SdxlTextualInversionTrainer", "SdxlNetworkTrainer", "TextualInversionTrainer", "NetworkTrainer")


class Reached(BaseException):
    """The first step is next."""


def stop(*_: object, **__: object) -> None:
    raise Reached


def shrink_and_stop() -> None:
    original_unet.BLOCK_OUT_CHANNELS = (32, 64, 64, 64)
    original_unet.TIMESTEP_INPUT_DIM, original_unet.TIME_EMBED_DIM = 32, 128
    sdxl_original_unet.MODEL_CHANNELS, sdxl_original_unet.TIME_EMBED_DIM = 32, 128
    accelerate.Accelerator.init_trackers = stop
    real = train_util.Accelerator

    def on_a_processor(*args: Any, **given: Any) -> Any:
        return real(*args, **{**given, "mixed_precision": given["mixed_precision"].replace("fp16", "no")})

    train_util.Accelerator = on_a_processor
    train_util.patch_accelerator_for_fp16_training = lambda accelerator: None


def dataset(case: dict[str, Any], folder: Path) -> Path:
    """Two images of 64 x 64 in a config."""
    images = folder / "img"
    images.mkdir(parents=True)
    subset: dict[str, Any] = {"image_dir": str(images), **case.get("subset", {})}
    kind = case.get("kind", "dreambooth")
    for name in "ab":
        Image.frombytes("RGB", (64, 64), random.randbytes(64 * 64 * 3)).save(images / f"{name}.png")
        (images / f"{name}.txt").write_text("a cat, b\n")
    if kind == "controlnet":
        (folder / "masks").mkdir()
        for name in "ab":
            Image.new("RGB", (64, 64)).save(folder / "masks" / f"{name}.png")
        subset["conditioning_data_dir"] = str(folder / "masks")
    if kind == "finetuning":
        entries = {str(images / f"{name}.png"): {"caption": "a cat", "image_size": [64, 64]} for name in "ab"}
        (folder / "meta.json").write_text(json.dumps(entries))
        subset["metadata_file"] = str(folder / "meta.json")
    else:
        subset["caption_extension"] = ".txt"
    sizes = {"resolution": 64, "enable_bucket": True, "min_bucket_reso": 64, "max_bucket_reso": 64}
    config = {"datasets": [{**sizes, **case.get("dataset", {}), "subsets": [subset]}]}
    (folder / "set.json").write_text(json.dumps(config))
    return folder / "set.json"


def verdict(module: Any, argv: list[str]) -> tuple[str, str]:
    for state in (AcceleratorState, GradientState, PartialState):
        state._reset_state()
    for name in STRATEGIES:
        getattr(strategy_base, name)._strategy = None
    trainer = next((getattr(module, name) for name in TRAINERS if hasattr(module, name)), None)
    sys.argv = [f"{module.__name__}.py", *argv]
    try:
        parser = module.setup_parser()
        args = train_util.read_config_from_file(parser.parse_args(argv), parser)
        (trainer().train if trainer is not None and not hasattr(module, "train") else module.train)(args)
    except Reached:
        return "ok", ""
    except Exception as error:
        return "refused", f"{type(error).__name__}: {error}"
    return "ended", ""


def main(script: str, model: str, tokenizers: str) -> None:
    golden = json.loads(gzip.decompress((Path(__file__).parent / "conflicts.json.gz").read_bytes()))
    shrink_and_stop()
    module = importlib.import_module(script)
    base = golden["base"][script]
    with tempfile.TemporaryDirectory() as scratch:
        own = {"pretrained_model_name_or_path": model, "tokenizer_cache_dir": tokenizers, "output_dir": scratch}
        for number, case in enumerate(one for one in golden["cases"] if one["script"] == script):
            given = {word.partition("=")[0] for word in case["argv"]}
            argv = [*case["argv"], "--dataset_config", str(dataset(case, Path(scratch) / str(number)))]
            for key, value in {**base, **own}.items():
                if f"--{key}" not in given and key not in case.get("without", ()):
                    argv += [f"--{key}", str(value)]
            found, says = verdict(module, argv)
            if found != case["verdict"]:
                print(number, case["argv"], "was", case["verdict"], "is", found, says, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
