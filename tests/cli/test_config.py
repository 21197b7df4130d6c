"""``sdtui config new``, as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toml

from tests.conftest import Cli
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    image(root / "10_cat" / "a.png")
    image(root / "3_star" / "a.png")
    image(root / "3_star" / "conditioning" / "a.png", caption=None)
    image(root / "1_broken" / "a.png", caption=b"")
    return root


def test_a_lora_config_is_written_read_back_and_named(sdtui: Cli, root: Path) -> None:
    result = sdtui("config", "new", root, "--kind", "lora", "--resolution", "768")
    assert result.returncode == 0, result.stderr
    path = root / "config" / "dataset-lora.toml"
    assert result.stdout == f"{path}\n"
    data = toml.load(path)
    assert [part["resolution"] for part in data["datasets"]] == [768, 768]
    assert [one["num_repeats"] for part in data["datasets"] for one in part["subsets"]] == [10, 3]
    assert "1_broken is left out: a.png: The caption file is empty" in result.stderr
    assert "2 subsets, nothing that it would refuse" in result.stderr and "--masked_loss" in result.stderr


def test_a_fine_tune_config_comes_with_its_metadata(sdtui: Cli, root: Path, tmp_path: Path) -> None:
    output = tmp_path / "elsewhere" / "full.toml"
    result = sdtui(
        "config", "new", root, "--kind", "finetune", "--output", output, "--resolution", "832x1216", "--json"
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["path"] == str(output) and document["text"] == output.read_text()
    assert document["applied"] is True and len(document["left_out"]) == 1 and document["masked"] is False
    data = toml.load(output)
    assert data["datasets"][0]["resolution"] == [832, 1216]
    for subset in data["datasets"][0]["subsets"]:
        assert list(json.loads(Path(subset["metadata_file"]).read_text())) == [f"{subset['image_dir']}/a.png"]


def test_dry_run_writes_nothing(sdtui: Cli, root: Path) -> None:
    result = sdtui("config", "new", root, "--kind", "lora", "--dry-run")
    assert result.returncode == 0 and "\n+   num_repeats = 10\n" in result.stdout
    assert not (root / "config").exists() and not (root / ".sdtui").exists()


def test_what_others_wrote_is_not_replaced_without_consent(sdtui: Cli, root: Path) -> None:
    path = root / "config" / "dataset-lora.toml"
    path.parent.mkdir()
    path.write_text("# mine\n")
    result = sdtui("config", "new", root, "--kind", "lora")
    assert result.returncode == 3 and "--yes" in result.stderr and path.read_text() == "# mine\n"
    assert sdtui("config", "new", root, "--kind", "lora", "--yes").returncode == 0
    assert "10_cat" in path.read_text()
    # What sdtui wrote itself is made anew without asking.
    again = sdtui("config", "new", root, "--kind", "lora", "--resolution", "640")
    assert again.returncode == 0 and "resolution = 640" in path.read_text()


@pytest.mark.parametrize(
    ("args", "said", "status"),
    [
        (["--kind", "lora", "--resolution", "big"], '"big" is no resolution', 2),
        (["--kind", "lora", "--output", "x.txt"], "does not end in .toml", 2),
        (["--kind", "lora", "--resolution", "8"], "less than one bucket step", 2),
        ([], "--kind", 2),
    ],
)
def test_usage_errors_are_sentences(sdtui: Cli, root: Path, args: list[str], said: str, status: int) -> None:
    result = sdtui("config", "new", root, *args)
    assert result.returncode == status and said in result.stderr and "Traceback" not in result.stderr


def test_nothing_to_train_on_is_said(sdtui: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_broken" / "a.png", caption=b"")
    result = sdtui("config", "new", tmp_path, "--kind", "lora")
    assert result.returncode == 3 and "No subset is left to train on" in result.stderr


def test_init_makes_what_is_missing_and_nothing_twice(sdtui: Cli, root: Path) -> None:
    result = sdtui("config", "init", root, "--json")
    assert result.returncode == 0, result.stderr
    prompt = root / "model" / "sample" / "prompt.txt"
    assert "a portrait of cat" in prompt.read_text() and (root / "log").is_dir()
    assert [one["kind"] for one in json.loads(result.stdout)["changes"]] == 4 * ["folder"] + ["write"]
    assert sdtui("config", "init", root, "--trigger", "zhuoyue").stdout == "Nothing to change.\n"
    prompt.unlink()
    dry = sdtui("config", "init", root, "--trigger", "zhuoyue", "--dry-run")
    assert "a portrait of zhuoyue" in dry.stdout and not prompt.exists()


def hand_written(folder: Path) -> Path:
    image(folder / "cats" / "a.png")
    path = folder / "config.toml"
    lines = ("# mine", "[[datasets]]", "resolution = 512 # px", "[[datasets.subsets]]", f'image_dir = "{folder}/cats"')
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return path


def test_one_key_is_set_and_undone_and_every_other_byte_stays(sdtui: Cli, tmp_path: Path) -> None:
    path = hand_written(tmp_path)
    before = path.read_bytes()
    refused = sdtui("config", "set", path, "datasets[0].resolution", "768")
    assert (refused.returncode, path.read_bytes()) == (3, before)
    result = sdtui("config", "set", path, "datasets[0].resolution", "768", "--yes", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["applied"] is True
    assert path.read_bytes() == before.replace(b"512 # px", b"768 # px")
    assert sdtui("config", "set", path, "datasets[0].resolution", "big", "--yes").returncode == 2
    assert sdtui("config", "set", path, "datasets[0].resolution", "--unset", "--yes").returncode == 0
    assert b"resolution" not in path.read_bytes()


def test_show_says_where_each_value_comes_from(sdtui: Cli, tmp_path: Path) -> None:
    path = hand_written(tmp_path)
    path.write_bytes(b"[general]\nflip_aug = true\n" + path.read_bytes())
    document = json.loads(sdtui("config", "show", path, "--json").stdout)
    keys = document["datasets"][0]["subsets"][0]["keys"]
    assert keys["flip_aug"] == {"value": True, "from": "general"}
    assert keys["image_dir"]["from"] == "subset"
    assert keys["caption_extension"] == {"value": ".caption", "from": "default"}
    assert document["datasets"][0]["keys"]["resolution"] == {"value": 512, "from": "dataset"}
    assert "flip_aug   true  (general)" in sdtui("config", "show", path).stdout


def test_check_prints_findings_with_their_lines(sdtui: Cli, tmp_path: Path) -> None:
    path = hand_written(tmp_path)
    assert sdtui("config", "check", path).returncode == 0
    path.write_bytes(path.read_bytes() + b"num_repeat = 2\r\n")
    result = sdtui("config", "check", path, "--json")
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert [(row["code"], row["line"]) for row in document["findings"]] == [("unknown-key", 6)]
    told = sdtui("config", "check", path).stdout
    assert "error unknown-key  line 6" in told
    assert "Write num_repeats instead of num_repeat." in told


def test_a_moved_config_names_its_files_where_they_are(sdtui: Cli, tmp_path: Path) -> None:
    image(tmp_path / "cats" / "a.png")
    path = tmp_path / "mine.toml"
    subset = "[[datasets.subsets]]\nimage_dir = "
    text = f"[[datasets]]\n{subset}'G:\\sets\\cats' # mine\n{subset}'/gone'\n"
    path.write_text(text)
    dry = sdtui("config", "remap", path, "--dry-run")
    assert dry.returncode == 0 and "Not found on this machine: /gone" in dry.stderr and path.read_text() == text
    document = json.loads(sdtui("config", "remap", path, "--yes", "--json").stdout)
    moved = {"place": "datasets[0].subsets[0].image_dir", "from": "G:\\sets\\cats", "to": f"{tmp_path}/cats"}
    assert document["paths"] == [moved] and document["not_found"] == ["/gone"] and document["applied"] is True
    assert path.read_text() == text.replace("'G:\\sets\\cats'", f'"{tmp_path}/cats"')
    assert sdtui("config", "remap", path, "--from", "/gone").returncode == 2
    assert sdtui("config", "remap", path, "--from", "", "--to", "/data").returncode == 2


def test_a_config_becomes_folders_and_the_words_that_train_them(sdtui: Cli, tmp_path: Path) -> None:
    path = hand_written(tmp_path)
    output = tmp_path / "out"
    dry = sdtui("config", "to-folders", path, "--output", output, "--dry-run")
    assert dry.returncode == 0 and "1_cats/a.png" in dry.stdout and not output.exists()
    result = sdtui("config", "to-folders", path, "--output", output, "--yes")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == f"--train_data_dir={output}/images --resolution=512,512"
    assert (output / "images" / "1_cats" / "a.png").read_bytes() == (tmp_path / "cats" / "a.png").read_bytes()
    document = json.loads(sdtui("config", "to-folders", path, "--output", tmp_path / "b", "--yes", "--json").stdout)
    assert document["reg_data_dir"] is None and document["applied"] is True
    assert sdtui("config", "to-folders", path, "--output", output, "--yes").returncode == 3


def test_keys_are_explained(sdtui: Cli) -> None:
    (key,) = json.loads(sdtui("config", "keys", "num_rep", "--json").stdout)["keys"]
    assert key["levels"] == ["general", "dataset", "subset"] and "in an epoch" in key["meaning"]
    assert "validation_split: a number with a decimal point, default 0.0" in sdtui("config", "keys").stdout


def test_dates_and_numbers_that_are_none_stand_in_no_ones_way(sdtui: Cli, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    text = "[[datasets]]\nbatch_size = 2020-01-01\nx = nan\n[[datasets.subsets]]\nimage_dir = 2020-01-01\n"
    path.write_text(text)
    assert "2020-01-01" in sdtui("config", "show", path).stdout
    assert json.loads(sdtui("config", "show", path, "--json").stdout)["datasets"][0]["subsets"]
    assert sdtui("config", "set", path, "datasets[0].batch_size", "4", "--yes").returncode == 0
    assert path.read_text() == text.replace("2020-01-01", "4", 1)
    assert sdtui("config", "set", path, "datasets[0].batch_size", "2020-01-01", "--yes").returncode == 2


def test_json_stays_json_where_a_value_is_no_number(inside: Cli, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[general]\nvalidation_split = nan\n[[datasets]]\nresolution = 512\nface_crop_aug_range = [1.0, inf]\n"
    )

    def refuse(word: str) -> None:
        raise AssertionError(word)

    document = json.loads(inside("config", "show", path, "--json").stdout, parse_constant=refuse)
    assert document["datasets"][0]["keys"]["validation_split"] == {"value": None, "from": "general"}


def test_a_key_that_does_not_exist_is_said_to(inside: Cli) -> None:
    result = inside("config", "keys", "repeets")
    assert (result.returncode, result.stdout) == (0, "")
    assert "no key for datasets with repeets" in result.stderr
