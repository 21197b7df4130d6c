"""Made-up inputs for ``make_golden.py``: the same every time."""

from __future__ import annotations

import random
from typing import Any

STEMS = ["a", "b", "img_1", "x_1_2_3_4", "y_9_9_9_9", "c d", "ü", "日本", "z.1", "photo_of_a_cat_1"]
ENDINGS = [".png", ".png", ".png", ".PNG", ".webp", ".jpg", ".JPEG", ".bmp"]
TEXTS = [
    "a red circle",
    "  spaced out \nsecond line",
    "1girl, solo,  blue hair,,smile",
    "\ufeffwith bom",
    "tab\tinside\r\nnext",
    "\n",
    "only, tags",
    "last\rline",
    "{red|green apple} {{x}}\n\n second {a|b|cc}",
]
FOLDER_NAMES = [
    *("10_circle", "1_a_b", "3", "5_", "+2_x", " 4_x", "02_x", "٣_x", "10 foo", "1.5_x", "0_x", "-1_x", "1_000_foo"),
    *("foo", "_x", "x_10", "1__y", "１０_wide", "1e3_x", "0x10_y", "1 _z", "७_dev", "²_sup", "10_", "99999_big"),
    *("12_ü", "5_日本", "1-2_x"),
]
CAPTIONS = [
    "a red circle, blue",
    "  lead, trail  ",
    "one\ntwo\nthree",
    "{a|bbb|cc} x {{keep}} {z}",
    "a, b ||| c, d ||| e,, f",
    "a,,b , c",
    "a ;;; b, c;;;d",
    "",
    "⦅odd⦆ {{x}} {p|qq}",
    "{unclosed | x",
    "nested {a{b|c}d}",
    "x}y{z",
    "prefix\n\nblank",
    "a. b. c",
]


def bucket_rules() -> list[dict[str, Any]]:
    """Usual rules first, then odd ones."""
    rnd = random.Random(20)
    usual = [
        ((512, 512), 256, 1024, 64, False),
        ((1024, 1024), 256, 2048, 32, False),
        ((1024, 1024), 256, 2048, 64, False),
        ((832, 1216), 256, 2048, 64, False),
        ((768, 512), 128, 1536, 8, False),
        ((1024, 1024), 256, 4096, 32, True),
        ((512, 512), 256, 1024, 64, True),
        ((640, 960), 256, 1024, 16, True),
    ]
    rules = list(usual)
    while len(rules) < 36:
        width = rnd.randint(4, 24) * 64 + rnd.choice([0, 0, 0, 1, 7, 32])
        height = rnd.choice([width, width, rnd.randint(4, 24) * 64])
        lowest, highest = rnd.choice([64, 128, 256, 320, 300]), rnd.choice([768, 1024, 1536, 2048, 1000, 4096])
        rules.append(((width, height), lowest, highest, rnd.choice([8, 16, 32, 64, 128]), rnd.random() < 0.5))
    names = ("resolution", "minimum", "maximum", "steps", "no_upscale")
    return [dict(zip(names, rule, strict=True)) for rule in rules]


def sizes(predefined: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Image sizes, among them exact buckets, squares, slivers and tiny ones."""
    rnd = random.Random(len(predefined))
    found = {rnd.choice(predefined)} if predefined else set()
    for _ in range(24):
        side = rnd.randint(100, 3000)
        choices = [
            (side, side),
            (rnd.randint(1, 200), rnd.randint(1, 200)),
            (rnd.choice([64, 8000]), rnd.choice([8000, 64, 3])),
        ]
        common = (rnd.randint(200, 5000), rnd.randint(200, 5000))
        found.add(rnd.choice(choices) if rnd.random() < 0.3 else common)
    return sorted(found)


def caption_options(rnd: random.Random) -> dict[str, Any]:
    """Subset keys that change a caption."""
    return {
        "caption_prefix": rnd.choice([None, None, "", "best,", "masterpiece"]),
        "caption_suffix": rnd.choice([None, None, "end", ", fin"]),
        "enable_wildcard": rnd.random() < 0.4,
        "shuffle_caption": rnd.random() < 0.4,
        "keep_tokens": rnd.choice([0, 0, 1, 2]),
        "keep_tokens_separator": rnd.choice(["", None, "|||"]),
        "secondary_separator": rnd.choice([None, None, ";;;"]),
        "caption_separator": rnd.choice([",", ",", "."]),
        "caption_tag_dropout_rate": rnd.choice([0, 0, 0, 1e-12]),
    }


def dataset_cases() -> list[dict[str, Any]]:
    """Whole configs with the files that they name."""
    rnd = random.Random(7)
    return [random_case(rnd) for _ in range(60)] + _pointed_cases()


def random_case(rnd: random.Random) -> dict[str, Any]:
    files: dict[str, Any] = {}
    config: dict[str, Any] = {}
    if rnd.random() < 0.6:
        general = {
            "enable_bucket": True,
            "resolution": rnd.choice([512, [768, 512]]),
            "num_repeats": rnd.randint(1, 3),
            "caption_extension": ".txt",
            "class_tokens": "general",
            "batch_size": 2,
        }
        config["general"] = {key: value for key, value in general.items() if rnd.random() < 0.3}
    config["datasets"] = [_dataset(rnd, files, number) for number in range(rnd.choice([1, 1, 1, 2, 3]))]
    return {"config": config, "files": files}


def _dataset(rnd: random.Random, files: dict[str, Any], number: int) -> dict[str, Any]:
    mode = rnd.choice(["dreambooth"] * 6 + ["controlnet", "finetuning"])
    keys = {
        "resolution": (0.98, rnd.choice([512, 1024, [512, 768], [832, 1216], [1024, 1024], 768])),
        "batch_size": (0.8, rnd.randint(1, 6)),
        "enable_bucket": (0.75, True),
        "bucket_no_upscale": (0.4, True),
        "bucket_reso_steps": (0.6, rnd.choice([8, 16, 32, 64])),
        "max_bucket_reso": (0.85, rnd.choice([1536, 2048, 4096, 1500])),
        "min_bucket_reso": (0.4, rnd.choice([64, 128, 256, 320, 100])),
        "num_repeats": (0.2, rnd.randint(1, 4)),
    }
    dataset = {key: value for key, (chance, value) in keys.items() if rnd.random() < chance}
    if mode != "finetuning" and rnd.random() < 0.4:
        dataset["caption_extension"] = rnd.choice([".txt", "txt", ".caption"])
    if mode == "dreambooth" and rnd.random() < 0.25:
        dataset |= {"validation_split": rnd.choice([0.1, 0.2, 0.5, 0.25]), "validation_seed": rnd.randint(0, 99)}
    subsets = [_subset(rnd, files, mode, f"{number}_{at}", dataset) for at in range(rnd.choice([1, 1, 2, 3, 4]))]
    if rnd.random() < 0.15:
        subsets.append(dict(subsets[0]))
    if mode == "dreambooth" and rnd.random() < 0.1:
        subsets.append({**subsets[0], "image_dir": "gone/away"})
    return {**dataset, "subsets": subsets}


def _subset(
    rnd: random.Random, files: dict[str, Any], mode: str, number: str, dataset: dict[str, Any]
) -> dict[str, Any]:
    base = rnd.choice(["data", "set", "my_own_set", "x_y_z_w_v"])
    folder = f"{base}/{number}_{rnd.choice(['circle', 'red_square', 't'])}"
    subset: dict[str, Any] = {"image_dir": folder}
    if rnd.random() < 0.8:
        subset["num_repeats"] = rnd.choice([1, 1, 2, 3, 5, 7, 10, 0])
    if mode != "finetuning" and rnd.random() < 0.5:
        subset["caption_extension"] = rnd.choice([".txt", ".caption"])
    ending = subset.get("caption_extension", dataset.get("caption_extension", ".caption"))
    least = 1 if mode == "finetuning" or "validation_split" in dataset else 0
    images = _folder(rnd, files, folder, rnd.choice([least, 1, 2, 3, 5, 8, 12]), ending, mode != "finetuning")
    if mode == "dreambooth":
        chances = {
            "is_reg": (0.35, True),
            "class_tokens": (0.5, rnd.choice(["cat", "a dog", "", "sks"])),
            "enable_wildcard": (0.2, True),
        }
        subset |= {key: value for key, (chance, value) in chances.items() if rnd.random() < chance}
    elif mode == "controlnet":
        subset["conditioning_data_dir"] = f"{folder}/conditioning"
        files.update(
            {f"{folder}/conditioning/{name.rpartition('.')[0]}.png": files[f"{folder}/{name}"] for name in images}
        )
    else:
        subset["metadata_file"] = f"meta/{number}.json"
        files[subset["metadata_file"]] = {"json": {name: _metadata(rnd) for name in images}}
    return subset


def _metadata(rnd: random.Random) -> dict[str, Any]:
    entry = {
        "caption": (0.8, rnd.choice(["a cat", "two\nlines", ""])),
        "tags": (0.6, rnd.choice(["1girl, solo", "x", ""])),
        "image_size": (0.4, _size(rnd)),
    }
    return {key: value for key, (chance, value) in entry.items() if rnd.random() < chance}


def _folder(
    rnd: random.Random, files: dict[str, Any], folder: str, count: int, ending: str, captions: bool
) -> list[str]:
    ending = ending if ending.startswith(".") else f".{ending}"
    stems = [*rnd.sample(STEMS, len(STEMS)), "im010", "im011"][:count]
    images = [stem + rnd.choice(ENDINGS) for stem in stems]
    for stem, image in zip(stems, images, strict=True):
        files[f"{folder}/{image}"] = _size(rnd)
        if captions and rnd.random() < 0.6:
            files[f"{folder}/{stem}{ending}"] = rnd.choice(TEXTS)
        elif captions and stem.count("_") >= 4 and rnd.random() < 0.5:
            files[f"{folder}/{stem.split('_')[0]}{ending}"] = f"borrowed {stem}"
    for odd in ("odd.Png", ".hidden.png", "nested/deep.png"):
        if rnd.random() < 0.25:
            files[f"{folder}/{odd}"] = [64, 64]
    return images


def _size(rnd: random.Random) -> list[int]:
    usual = [[512, 512], [512, 512], [1024, 1024], [832, 1216], [rnd.randint(70, 120), rnd.randint(70, 120)]]
    return rnd.choice(usual) if rnd.random() < 0.35 else [rnd.randint(150, 3000), rnd.randint(150, 3000)]


def _one(files: dict[str, Any], *subsets: dict[str, Any], **dataset: Any) -> dict[str, Any]:
    return {"config": {"datasets": [{"resolution": 512, **dataset, "subsets": list(subsets)}]}, "files": files}


def _pointed_cases() -> list[dict[str, Any]]:
    """One trait each."""
    image = [512, 512]
    text = {"image_dir": "d", "caption_extension": ".txt"}
    captions = ["", {"hex": "61ff62"}, {"hex": "eda080"}, "\n\n", "   ", "x\x0cy\x85z\u2028w\nnext"]
    cases = [_one({"d/a.png": image, "d/a.txt": caption}, text) for caption in captions]
    small = {"enable_bucket": True, "bucket_no_upscale": True}
    return [
        *cases,
        _one({"d/a.png": {"hex": "6e6f7420616e20696d616765"}, "d/a.txt": "x"}, text, enable_bucket=True),
        _one({"d/a.png/inside.png": image, "d/b.png": image}, text, enable_bucket=True),
        _one({"d/a.png": image, "d/a.txt/inside": "x"}, text),
        _one({"d/p_1_2_3_4.png": image, "d/p.txt": "borrowed", "d/p_1_2_3_4.txt/inside": "x"}, text),
        _one(
            {"a_b/c_d_e/x_y.png": image, "a.txt": "from above", "a_b/c.txt": "no"},
            {"image_dir": "a_b/c_d_e", "caption_extension": ".txt"},
        ),
        _one({"one/x.png": image, "one/y.png": image}, {"image_dir": "one/"}, {"image_dir": "one"}),
        _one({"one/x.png": image}, {"image_dir": "one"}, {"image_dir": "./one", "num_repeats": 3}),
        _one({"one/x.png": image, "one/y.png": image}, {"image_dir": "one"}, {"image_dir": "one/", "is_reg": True}),
        _one({"r/x.png": image}, {"image_dir": "r", "is_reg": True}),
        _one({"m/x.png": image, "m/y.png": image, "k/x.png": image}, {"image_dir": "m", "conditioning_data_dir": "k"}),
        _one({"m/x.png": image, "k/x.png": image, "k/z.png": image}, {"image_dir": "m", "conditioning_data_dir": "k"}),
        _one({"d/x.png": image, "m.json": {"json": {"x": {}}}}, {"image_dir": "d", "metadata_file": "m.json"}),
        _one({"d/x.png": image, "m.json": {"json": {}}}, {"image_dir": "d", "metadata_file": "m.json"}),
        _one(
            {"d/x.png": image, "m.jsonl": '{"image_path": "x.png", "caption": "c", "tags": "t"}\n'},
            {"image_dir": "d", "metadata_file": "m.jsonl"},
        ),
        _one({"d/x.png": image}, {"image_dir": "d", "metadata_file": "no.json"}),
        _one({"d/x.png": image, "d/y.png": [640, 30]}, {"image_dir": "d"}, **small),
        _one({"d/x.png": image}, {"image_dir": "d"}, enable_bucket=True, min_bucket_reso=768),
    ]


_D = "[[datasets]]\nresolution = 512\n"
_S = '[[datasets.subsets]]\nimage_dir = "d"\n'
_M = _S + 'metadata_file = "m"\n'
_C = _S + 'conditioning_data_dir = "c"\n'
CONFIGS = [
    *(
        _D + _S + line
        for line in ("", "num_repeat = 3", 'num_repeats = "3"', "num_repeats = 3.0", "num_repeats = true")
    ),
    *(
        _D + _S + line
        for line in ("caption_dropout_rate = 0", "caption_dropout_rate = 0.5", "caption_dropout_rate = true")
    ),
    *(_D + _S + f"face_crop_aug_range = {value}" for value in ("[1.0, 2.0]", "[1, 2]", "[1.0]", "1.0")),
    *(_D + _S + line for line in ("is_reg = true", "alpha_mask = true", "cache_info = true", "batch_size = 3")),
    *(_D + _S + line for line in ("token_warmup_step = 1", "token_warmup_step = 0.5", 'token_warmup_step = "x"')),
    *(_D + _S + line for line in ("custom_attributes = {a = 1}", "custom_attributes = 1", "caption_extension = 1")),
    *(_D + _S + line for line in ('resize_interpolation = "lanczos"', 'keep_tokens_separator = "|||"', "is_reg = 1")),
    *(_D + line + "\n" + _S for line in ("validation_split = 0", "validation_split = 0.1", "network_multiplier = 1")),
    *(
        _D + line + "\n" + _S
        for line in ("is_reg = true", 'image_dir = "x"', 'caption_extension = ".txt"', "alpha_mask = true")
    ),
    *(
        _D + line + "\n" + _S
        for line in ("batch_size = 2.0", 'batch_size = "2"', "enable_bucket = 1", "prior_loss_weight = 1.0")
    ),
    *(
        f"[[datasets]]\nresolution = {value}\n{_S}"
        for value in ("[512, 768]", "[512]", "[512, 768, 3]", '"512"', "512.0")
    ),
    *(
        f"[general]\n{line}\n{_D}{_S}"
        for line in ("is_reg = true", 'caption_extension = ".txt"', "flip_aug = true", "x = 1")
    ),
    *(_D + "[[datasets.subsets]]\n" + line for line in ("num_repeats = 1", "image_dir = 3")),
    *(
        _D + _M + line
        for line in ("", 'caption_extension = ".txt"', 'class_tokens = "x"', "is_reg = true", "alpha_mask = true")
    ),
    *(
        _D + _C + line
        for line in ("", 'class_tokens = "x"', "is_reg = true", "alpha_mask = true", 'caption_extension = "a"')
    ),
    _D + 'caption_extension = ".txt"\n' + _M,
    _D + 'class_tokens = "x"\n' + _C,
    _D + _M + _S,
    _D + _C + _S,
    _D + _S + "conditioning_data_dir = 3\n",
    _D + _S + "metadata_file = 3\n",
    "[other]\nx = 1\n" + _D + _S,
    "general = 3\n" + _D + _S,
    "datasets = 3\n",
    "[datasets]\nresolution = 512\n",
    _D + "subsets = 3\n",
    '[[directory]]\npath = "x"\n',
    '[general]\nresolution = 512\n[[datasets]]\nimage_directory = "x"\n',
    "[[datasets]]\nresolution = 512\n" + _S + "[[datasets]]\nresolution = 512\n" + _S,
]
SUPPORTS = [
    (True, True, True, True),
    (True, True, False, True),
    (True, False, False, True),
    (False, True, False, True),
    (False, False, True, True),
    (True, True, False, False),
]
