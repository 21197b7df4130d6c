"""A stand-in of sd-scripts that can be rehearsed with: found as one, launched as one, and quick."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

STANDIN = Path(__file__).parent / "standin"

_FACTS = {
    "python": "3.11", "accelerate": "1.6.0", "torch": "2.13.0", "transformers": "4.54.1", "xformers": None,
    "bitsandbytes": None, "diffusers": "0.32.1",
}  # fmt: skip

_PYTHON = f"""#!/bin/sh
# Stands for the trainer's Python: says what is installed, and skips the launcher's own options.
if [ "$1" = "-I" ]; then echo '{json.dumps(_FACTS)}'; exit 0; fi
while [ "${{1%.py}}" = "$1" ]; do shift; done
exec {sys.executable} "$@"
"""

_SCRIPT = '''
"""Takes whatever it is given, and trains two steps as far as its console goes."""
import argparse, sys, time
from pathlib import Path
import toml
from library import train_util
parser = argparse.ArgumentParser()
for word in sys.argv[1:]:
    if word.startswith("--"):
        parser.add_argument(word.partition("=")[0], nargs="*")
args = parser.parse_args()
comment = " ".join(getattr(args, "training_comment", None) or [])
if comment == "wait":
    print("waiting", flush=True)
    time.sleep(3600)
config = toml.load(args.dataset_config[0])
if comment == "fail":
    raise ValueError("the moon is wrong")
if comment == "large":
    raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
count = sum(len(list(Path(one["image_dir"]).glob("*.png"))) for one in config["datasets"][0]["subsets"])
dataset = train_util.BaseDataset(train_util.DreamBoothSubset("images"), count, 0.0)
dataset.new_cache_latents(None, None)
train_util.DatasetGroup([dataset]).set_max_train_steps(2)
print("running training")
print("  total optimization steps / x: 2", flush=True)
print("epoch 1/1", flush=True)
for step in (1, 2):
    print(f"\\rsteps: 50%|#| {step}/2 [00:01<00:01, 2.0it/s, avr_loss=0.{step}]", end="", file=sys.stderr)
Path(args.output_dir).mkdir()
(Path(args.output_dir) / "last.safetensors").write_bytes(b"x")
print("\\nmodel saved.")
'''


def make_trainer(folder: Path, cache: Path) -> Path:
    """Lay a trainer out in ``folder``; ``cache`` (``$XDG_CACHE_HOME``) gets the models that it need not make then."""
    shutil.copytree(STANDIN, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for script in ("train_network.py", "sdxl_train_network.py", "flux_train_network.py"):
        (folder / script).write_text(_SCRIPT)
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(_PYTHON)
    python.chmod(0o755)
    for made in ("sd-1", "sdxl-1", "tokenizers-1"):
        (cache / "sdtui" / "shrunken" / made).mkdir(parents=True)
    return folder


def base_model(folder: Path) -> Path:
    """A base model, as large as one and empty."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "base.safetensors").open("wb") as file:
        file.truncate(600_000_000)
    return folder / "base.safetensors"
