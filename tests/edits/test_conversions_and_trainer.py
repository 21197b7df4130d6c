"""The real sd-scripts trains on the same after a config became folders, was moved, or was edited."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sdtui.base.errors import UsageError
from sdtui.dataset.scan import open_project
from sdtui.edits.config_place import set_plan
from sdtui.edits.config_remap import remap
from sdtui.edits.config_typed import typed_value
from sdtui.edits.dataset_config import export
from sdtui.edits.export_parts import ExportOptions, Kind
from sdtui.edits.to_folders import to_folders
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Write
from sdtui.trainer.dataset_config import load
from sdtui.trainer.dataset_key_rows import rows_of, tables_of
from tests.trainer import real

pytestmark = [pytest.mark.slow, real.needs_sd_scripts]

ASKING = Path(__file__).parent / "data" / "what_is_trained.py"
CASES = 20
TYPED = ("3", "-1", "0.5", "true", "a b", "512x768", "[1.0, 4.0]", "area", ".txt", '" x"', "|||", "{ a = 1 }")


def ask(folder: Path, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the trainer makes of each."""
    questions = folder / "asked.json"
    questions.write_text(json.dumps(asked))
    trainer = real.install()
    subprocess.run(
        [trainer.python, ASKING, trainer.folder, questions],
        check=True,
        env={**os.environ, **real.environment()},
        stdout=subprocess.DEVNULL,
    )
    answers: list[dict[str, Any]] = json.loads(questions.with_suffix(".answers.json").read_text())
    return answers


def by_config(path: Path, *words: str, control: bool = False) -> dict[str, Any]:
    return {"config": str(path), "words": list(words), "control": control, "folder": str(path.parent)}


def test_folders_train_what_the_config_trained(tmp_path: Path) -> None:
    asked = []
    for number in range(CASES):
        root = tmp_path / str(number)
        config = _random_config(random.Random(number), root)
        made = to_folders(open_project(config), load(config), root / "out")
        assert made.lost == ()
        Journal(root / "out" / ".sdtui").apply(made.plan)
        asked += [by_config(config), {**by_config(config, *made.arguments), "config": None}]
    answers = ask(tmp_path, asked)
    for number in range(CASES):
        before, after = answers[2 * number : 2 * number + 2]
        assert "datasets" in before, (number, before)
        assert before == after, number


@pytest.mark.parametrize("kind", ["lora", "finetune", "controlnet"])
def test_a_moved_config_trains_the_same(tmp_path: Path, kind: Kind) -> None:
    root = tmp_path / "old place" / "data"
    for folder in ("10_cat", "3_star", "regularization/2_animal"):
        for number in range(3):
            path = root / folder / f"{number}.png"
            _picture(path, (512 + 64 * number, 448))
            path.with_suffix(".txt").write_text(f"{folder} {number}")
            if folder == "3_star":
                _picture(root / folder / "conditioning" / path.name, (512 + 64 * number, 448))
    made = export(open_project(root), kind, options=ExportOptions(resolution=512))
    Journal(root / ".sdtui").apply(made.plan)
    control = kind == "controlnet"
    (before,) = ask(tmp_path, [by_config(made.toml_path, control=control)])
    new = tmp_path / "new" / "x"
    shutil.copytree(root, new)
    root.rename(tmp_path / "gone")
    moved = new / "config" / made.toml_path.name
    found = remap(moved)
    assert found.not_found == ()
    Journal(new / ".sdtui").apply(found.plan)
    (after,) = ask(tmp_path, [by_config(moved, control=control)])
    assert before == after and any(dataset["images"] for dataset in after["datasets"])


def test_what_the_editor_writes_is_accepted(tmp_path: Path) -> None:
    asked = []
    for name, text in _CONFIGS.items():
        path = tmp_path / name
        path.write_text(text)
        for number, after in enumerate(_edits(path)):
            edited = tmp_path / f"{path.stem}-{number}{path.suffix}"
            edited.write_bytes(after)
            asked.append(by_config(edited))
    assert len(asked) > 300
    # The datasets themselves stop at some, such as min_bucket_reso = 3; what is asked is the validation.
    refused = [answer for answer in ask(tmp_path, asked) if "Invalid" in answer.get("error", "")]
    assert refused == []


_CONFIGS = {
    "hand.toml": (
        "[general]\nshuffle_caption = true # yes\n[[datasets]]\nresolution = 512\n"
        "[[datasets.subsets]]\nimage_dir = '/a'\n[[datasets.subsets]]\nimage_dir = '/b'\nis_reg = true\n"
    ),
    "inline.toml": "[[datasets]]\nresolution = [512, 512]\nsubsets = [ { metadata_file = '/m.json' } ]\n",
    "made.json": json.dumps({"datasets": [{"resolution": 512, "subsets": [{"image_dir": "/a"}]}]}, indent=1),
}


def _edits(path: Path) -> Iterator[bytes]:
    config = load(path)
    for table in tables_of(config):
        for row in rows_of(config, table):
            for text in TYPED:
                try:
                    plan = set_plan(path, row.place, typed_value(row, text))
                except UsageError:
                    continue
                for change in plan.changes:
                    assert isinstance(change, Write)
                    yield change.after


def _random_config(rnd: random.Random, root: Path) -> Path:
    """A config of caption files or of metadata files, with what folders can say."""
    lines = ["[general]", "enable_bucket = true"]
    lines += [f"{key} = {value}" for key, value in _OPTIONS.items() if rnd.random() < 0.4]
    lines += ["[[datasets]]", f"resolution = {rnd.choice(['512', '[512, 768]'])}", f"batch_size = {rnd.randint(1, 4)}"]
    metadata = rnd.random() < 0.25
    for position in range(rnd.randint(1, 4)):
        name = rnd.choice(["cat", "10_cat", "my_dog_x", "3_cat", "sub set", "9_cat"])
        folder = root / f"in{position}" / name
        extension = rnd.choice([".txt", ".txt", ".caption"])
        entries = {}
        for number in range(rnd.randint(1, 4)):
            stem = rnd.choice([f"s{position}_{number}", f"b{position}_1_2_3_{number}"])
            image = folder / f"{stem}.png"
            _picture(image, rnd.choice([(512, 512), (600, 400), (400, 900)]))
            entries[str(image)] = {"caption": f"a {name}", "tags": f"nr {number}"}
            if rnd.random() < 0.7:
                image.with_suffix(extension).write_text(f"a {name}, nr {number}" + rnd.choice(["", "\n", "\nmore\n"]))
        if rnd.random() < 0.3:
            (folder / f"b{position}{extension}").write_text("lent")
        lines += ["[[datasets.subsets]]", f'image_dir = "{folder}"', f"num_repeats = {rnd.randint(1, 9)}"]
        if metadata:
            file = root / f"m{position}.json"
            file.write_text(json.dumps(entries))
            lines.append(f'metadata_file = "{file}"')
            continue
        tokens = rnd.choice(["cat", "a/b c", name.partition("_")[2] or name, "x" * 300])
        lines += [f'caption_extension = "{extension}"', f'class_tokens = "{tokens}"']
        lines += ["is_reg = true"] if position and rnd.random() < 0.3 else []
    config = root / "config.toml"
    config.write_text("\n".join(lines) + "\n")
    return config


_OPTIONS = {
    "shuffle_caption": "true",
    "caption_prefix": '"-x: \\"y\\""',
    "keep_tokens": "2",
    "keep_tokens_separator": '"|||"',
    "flip_aug": "true",
    "bucket_no_upscale": "true",
    "caption_dropout_rate": "0.1",
    "token_warmup_step": "0.5",
    "face_crop_aug_range": "[1.0, 2.5]",
}


def _picture(path: Path, size: tuple[int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)
