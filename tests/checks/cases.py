"""Small datasets with something wrong, each as its files and its config; made by chance from a seed.

``data/make_verdicts.py`` asks the trainer about them, the tests ask sdtui. Needs nothing but Pillow.
"""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

SEED = 4
NUMBER = 240
METADATA = 160

_CAPTIONS: list[Any] = [
    "a dog, brown\n",
    "a dog, brown",
    "\n",
    "  \t\n",
    "\na dog below\n",
    "first, line\nsecond, line\n",
    "{a|b} dog\nline of {c|d}\n",
    "\ufeffa dog",
    "one ||| two, three ||| four",
    "dog, " * 120,
]
_BAD_CAPTIONS: list[Any] = [
    {"hex": ""},
    {"hex": "a dög".encode("utf-16").hex()},
    {"hex": "ein Hündchen".encode("cp1252").hex()},
]
_STEMS = ("a", "a_b", "a-b", "ab", "b", "c_1_2_3_4", "c", "d e", "ü", "A")
_SIZES = ((128, 128), (192, 96), (96, 192), (128, 64), (320, 64), (130, 131))
_GREY = (200, 200, 200)


def cases(seed: int = SEED) -> list[dict[str, Any]]:
    """Each with ``name``, ``files`` (by path), and ``config``: a TOML with ``{root}`` in it."""
    rnd = random.Random(seed)
    of_captions = [_case(rnd, number) for number in range(NUMBER)]
    return of_captions + [_metadata_case(rnd, number) for number in range(NUMBER, NUMBER + METADATA)]


def _metadata_case(rnd: random.Random, number: int) -> dict[str, Any]:
    """One dataset of a metadata file."""
    files: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    with_dir = rnd.random() < 0.5
    cached = rnd.random() < 0.3
    for stem in rnd.sample(_STEMS, rnd.randint(1, 4)):
        size = rnd.choice(_SIZES)
        files[f"d/{stem}.png"] = _image(rnd, size)
        if cached and rnd.random() < 0.5:
            width, height = rnd.choice((size, rnd.choice(_SIZES)))
            files[f"d/{stem}_{width:04}x{height:04}_sd.npz"] = {"npz": {"latents": [4, 16, 16]}}
        key = f"{stem}.png" if with_dir and rnd.random() < 0.7 else f"{{root}}/d/{stem}.png"
        chance = rnd.random()
        if chance < 0.04:
            key = key.removesuffix(".png")
        elif chance < 0.07:
            key = key.replace(".png", "-gone.png")
        entries[key] = _entry(rnd, size)
    files["m.json"] = {"json": entries if rnd.random() > 0.03 else {}}
    keys: dict[str, Any] = {"metadata_file": "{root}/m.json"}
    if with_dir:
        keys["image_dir"] = "{root}/d"
    keys |= {key: value for key, value in _options(rnd, masked=True).items() if key != "random_crop"}
    written = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
    buckets = "enable_bucket = true\nmin_bucket_reso = 64\nmax_bucket_reso = 256\n"
    config = f"[[datasets]]\nresolution = 128\nbatch_size = 2\n{buckets}[[datasets.subsets]]\n{written}"
    return {"name": f"case-{number:03}", "files": files, "config": config}


def _entry(rnd: random.Random, size: tuple[int, int]) -> Any:
    if rnd.random() < 0.02:
        return "a dog"
    entry: dict[str, Any] = {}
    if rnd.random() < 0.85:
        entry["caption"] = rnd.choice(("a dog", "", "two\nlines", "{a|b} dog", None))
    if rnd.random() < 0.4:
        entry["tags"] = rnd.choice(("dog, brown", "", ["dog", "brown"], None) if rnd.random() < 0.2 else ("dog, b",))
    if rnd.random() < 0.6:
        entry["image_size"] = list(size) if rnd.random() < 0.9 else rnd.choice(([64, 64], [64], "64x64", None))
    return entry


def _case(rnd: random.Random, number: int) -> dict[str, Any]:
    files: dict[str, Any] = {}
    datasets = [_dataset(rnd, files, at, masked=rnd.random() < 0.35) for at in range(rnd.choice((1, 1, 1, 2)))]
    return {"name": f"case-{number:03}", "files": files, "config": "".join(datasets)}


def _dataset(rnd: random.Random, files: dict[str, Any], at: int, *, masked: bool) -> str:
    buckets = rnd.random() < 0.85
    lines = ["[[datasets]]\n", "resolution = 128\n", f"batch_size = {rnd.choice((1, 2))}\n"]
    if buckets:
        no_upscale = rnd.choice((True, False, False))
        lines += ["enable_bucket = true\n", "min_bucket_reso = 64\n", "max_bucket_reso = 256\n"]
        lines += [f"bucket_no_upscale = {str(no_upscale).lower()}\n"]
    for position in range(rnd.choice((1, 1, 2))):
        lines.append(_subset(rnd, files, f"d{at}s{position}", masked=masked, buckets=buckets))
    return "".join(lines)


def _subset(rnd: random.Random, files: dict[str, Any], folder: str, *, masked: bool, buckets: bool) -> str:
    keys: dict[str, Any] = {"image_dir": f"{{root}}/{folder}", "caption_extension": ".txt"}
    keys |= _options(rnd, masked=masked)
    wild = rnd.random() < 0.3
    for stem in rnd.sample(_STEMS, rnd.randint(1, 5)):
        size = rnd.choice(_SIZES) if buckets or rnd.random() < 0.1 else (128, 128)
        ending = rnd.choice((".png", ".png", ".jpg"))
        files[f"{folder}/{stem}{ending}"] = _image(rnd, size)
        if rnd.random() < 0.85:
            pool = _BAD_CAPTIONS if rnd.random() < 0.05 else _CAPTIONS
            files[f"{folder}/{stem}.txt"] = rnd.choice(pool)
        if wild and rnd.random() < 0.4:
            width, height = rnd.choice((size, rnd.choice(_SIZES)))
            files[f"{folder}/{stem}_{width:04}x{height:04}_sd.npz"] = {"npz": {"latents": [4, 16, 16]}}
        if masked:
            _mask(rnd, files, f"{folder}/masks/{stem}.png", size)
    if wild and rnd.random() < 0.1:
        files[f"{folder}/{rnd.choice(_STEMS)}_sd.npz"] = {"npz": {"latents": [4, 16, 16]}}
    if masked:
        keys["conditioning_data_dir"] = f"{{root}}/{folder}/masks"
        files.setdefault(f"{folder}/masks/.keep", "")
        if rnd.random() < 0.06:
            files[f"{folder}/masks/nobody.png"] = {"png": ["L", 128, 128, 255]}
    written = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
    return f"[[datasets.subsets]]\n{written}"


def _options(rnd: random.Random, *, masked: bool) -> dict[str, Any]:
    chances = {
        "shuffle_caption": (0.3, True),
        "caption_separator": (0.12, ""),
        "enable_wildcard": (0.25, True),
        "keep_tokens_separator": (0.2, "|||"),
        "caption_prefix": (0.15, "pre"),
        "secondary_separator": (0.15, ";"),
        "random_crop": (0.05, True),
        "num_repeats": (0.3, 2),
    }
    found = {key: value for key, (chance, value) in chances.items() if rnd.random() < chance}
    if not masked and rnd.random() < 0.4:
        found["class_tokens"] = "dog"
    return found


def _image(rnd: random.Random, size: tuple[int, int]) -> Any:
    chance = rnd.random()
    if chance < 0.01:
        return {"cut": size}
    if chance < 0.02:
        return {"hex": ""}
    mode = rnd.choice(("RGB", "RGB", "RGB", "L", "RGBA"))
    return {"png": [mode, *size, 200 if mode == "L" else [*_GREY, 128][: len(mode)]]}


def _mask(rnd: random.Random, files: dict[str, Any], path: str, size: tuple[int, int]) -> None:
    chance = rnd.random()
    if chance < 0.03:
        return
    width, height = rnd.choice(_SIZES) if chance < 0.06 else size
    colour: Any = rnd.choice((255, 0, 128))
    if chance < 0.1:
        files[path] = {"png": ["RGB", width, height, [255, 0, 0]]}
    elif chance < 0.11:
        files[path] = {"cut": (width, height)}
    else:
        files[path] = {"png": ["L", width, height, colour]}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else '"' + str(value) + '"'


def write(case: dict[str, Any], root: Path) -> Path:
    """Make the files of ``case`` in ``root``; returns its config."""
    for name, spec in case["files"].items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(spec, path.suffix, root))
    config = root / "config.toml"
    config.write_text(case["config"].replace("{root}", str(root)), "utf-8")
    return config


def content(spec: Any, ending: str, root: Path = Path()) -> bytes:
    """The bytes of ``spec``: text, ``hex``, ``json``, an ``npz`` of shapes, a ``png`` of one colour, or ``cut`` off."""
    if isinstance(spec, str):
        return spec.encode("utf-8")
    if "hex" in spec:
        return bytes.fromhex(spec["hex"])
    if "json" in spec:
        return json.dumps(spec["json"]).replace("{root}", str(root)).encode()
    if "npz" in spec:
        return npz(spec["npz"])
    if "cut" in spec:
        whole = _picture(Image.effect_noise(tuple(spec["cut"]), 80), ending)
        return whole[: len(whole) // 2]
    mode, width, height, colour = spec["png"]
    image = Image.new(mode, (width, height), tuple(colour) if isinstance(colour, list) else colour)
    return _picture(image, ending)


def _picture(image: Image.Image, ending: str) -> bytes:
    data = io.BytesIO()
    if ending == ".jpg":
        image.convert("RGB").save(data, "JPEG")
    else:
        image.save(data, "PNG")
    return data.getvalue()


def npz(shapes: dict[str, list[int]]) -> bytes:
    """Arrays of zeros, as ``numpy.savez`` writes them."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, shape in shapes.items():
            header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}".encode()
            header += b" " * (-(len(header) + 11) % 64) + b"\n"
            count = 4
            for side in shape:
                count *= side
            start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
            archive.writestr(f"{name}.npy", start + header + bytes(count))
    return data.getvalue()
