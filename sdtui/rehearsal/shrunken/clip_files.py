"""CLIP's tokenizer as files that transformers reads, made from its list of merges, so that nothing is downloaded.

From the merges follow the vocabulary and its order: 256 bytes, the same bytes ending a word, the merges, and the two
special tokens (openai/CLIP, simple_tokenizer.py).
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

_MERGES = 49152 - 256 - 2
_BEGIN, _END = "<|startoftext|>", "<|endoftext|>"

TOKENIZERS = (
    "openai/clip-vit-large-patch14",
    "laion/CLIP-ViT-bigG-14-laion2B-39B-b160k",
    "stabilityai/stable-diffusion-2",
)
"""By the names that the trainer asks for (library/strategy_sd.py, strategy_sdxl.py)."""


def write_tokenizers(folder: Path, merges: Path) -> None:
    """One folder each, called as the trainer looks for it below tokenizer_cache_dir (strategy_base.py)."""
    for name in TOKENIZERS:
        write_tokenizer(folder / name.replace("/", "_"), merges, padding=_END if name.startswith("openai") else "!")


def write_tokenizer(folder: Path, merges: Path, padding: str = _END) -> None:
    """Write the files of one tokenizer into ``folder``."""
    lines = gzip.decompress(merges.read_bytes()).decode("utf-8").split("\n")[1 : _MERGES + 1]
    letters = _byte_letters()
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(line.split()) for line in lines)]
    vocabulary = {word: number for number, word in enumerate([*words, _BEGIN, _END])}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines) + "\n", "utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(_config(padding)), "utf-8")


def _config(padding: str) -> dict[str, object]:
    return {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "do_lower_case": True,
        "add_prefix_space": False,
        "errors": "replace",
        "bos_token": _special(_BEGIN),
        "eos_token": _special(_END),
        "unk_token": _special(_END),
        "pad_token": padding,
    }


def _special(token: str) -> dict[str, object]:
    flags = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    return {"__type": "AddedToken", "content": token, **flags}


def _byte_letters() -> list[str]:
    """The letter by which the vocabulary writes each byte, in the order of the ids."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(byte) for byte in printable] + [chr(256 + at) for at in range(256 - len(printable))]
