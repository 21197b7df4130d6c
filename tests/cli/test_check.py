"""``sdtui check``: what is found in a dataset, what mends it, and that mending can be taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checks.cases import content, npz
from tests.conftest import Cli, CliResult


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One subset of sound images with captions."""
    folder = tmp_path / "set"
    for name in ("a", "b", "c"):
        dog(folder, f"{name}.png", f"a {name} dog\n".encode())
    return folder


def dog(folder: Path, name: str, caption: bytes | None = None) -> Path:
    path = folder / "3_dog" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content({"png": ["RGB", 512, 512, [9, 9, 9]]}, ".png"))
    if caption is not None:
        path.with_suffix(".txt").write_bytes(caption)
    return path


def read(result: CliResult) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def codes(document: dict[str, Any]) -> dict[str, list[str]]:
    return {row["code"]: [Path(file).name for file in row["files"]] for row in document["findings"]}


def test_a_sound_dataset_has_no_findings(inside: Cli, root: Path) -> None:
    result = inside("check", root)
    assert (result.returncode, result.stdout) == (0, "Nothing is wrong with it.\n")
    assert read(inside("check", root, "--json")) == {"ok": True, "findings": []}


def test_a_finding_says_what_why_and_what_to_do(inside: Cli, root: Path) -> None:
    path = dog(root, "d.png", b"")
    result = inside("check", root, "--json")
    assert result.returncode == 1
    (found,) = read(result)["findings"]
    assert (found["code"], found["severity"], found["files"]) == ("caption-empty", "error", [str(path)])
    assert found["message"] == "1 image has a caption file of 0 bytes."
    assert found["line"] is None
    assert "stops" in found["why"]
    assert found["fix"]
    text = inside("check", root)
    assert text.returncode == 1
    assert "error caption-empty" in text.stdout
    assert "1 error, 0 warnings, 0 to know" in text.stdout
    assert "--fix CODE: caption-empty" in text.stderr


def test_what_is_only_worth_knowing_is_no_failure(inside: Cli, root: Path) -> None:
    (root / "3_dog" / "lost.txt").write_text("whose?")
    result = inside("check", root, "--json")
    assert result.returncode == 0
    assert (read(result)["ok"], codes(read(result))) == (True, {"caption-orphan": ["lost.txt"]})


MENDED = {
    "caption-empty": (b"", b"\n"),
    "caption-undecodable": ("ein Höhlenhund".encode("utf-16"), "ein Höhlenhund".encode()),
    "caption-first-line-blank": (b"\r\n \r\na dog\r\n", b"a dog\r\n"),
    "caption-multi-line": (b"a dog\nbrown\n", b"a dog, brown\n"),
    "caption-bom": (b"\xef\xbb\xbfa dog", b"a dog"),
}


@pytest.mark.parametrize("code", MENDED)
def test_a_caption_is_mended_and_undone(inside: Cli, root: Path, code: str) -> None:
    before, after = MENDED[code]
    caption = dog(root, "d.png", before).with_suffix(".txt")
    dry = inside("check", root, "--fix", code, "--dry-run", "--json")
    assert code in codes(read(dry))
    assert read(dry)["fixes"][0]["applied"] is False
    assert caption.read_bytes() == before
    refused = inside("check", root, "--fix", code)
    assert (refused.returncode, caption.read_bytes()) == (3, before)  # nobody could be asked
    done = read(inside("check", root, "--fix", code, "--yes", "--json"))
    assert caption.read_bytes() == after
    assert code not in codes(done)
    (fix,) = done["fixes"]
    assert (fix["code"], fix["applied"], [row["path"] for row in fix["changes"]]) == (code, True, [str(caption)])
    inside("captions", "undo", root, "--yes")
    assert caption.read_bytes() == before


def test_text_of_an_unknown_encoding_is_left_alone(inside: Cli, root: Path) -> None:
    before = "ein Hündchen".encode("cp1252")
    caption = dog(root, "d.png", before).with_suffix(".txt")
    result = inside("check", root, "--fix", "caption-undecodable", "--yes", "--json")
    assert (result.returncode, caption.read_bytes()) == (1, before)
    (left,) = read(result)["fixes"][0]["left_out"]
    assert left["path"] == str(caption)


def test_captions_of_another_spelling_get_the_names_of_their_images(inside: Cli, root: Path) -> None:
    dog(root, "Caf\u00e9.png")
    lost = root / "3_dog" / "cafe\u0301.txt"
    lost.write_text("coffee")
    found = codes(read(inside("check", root, "--json")))
    assert found["caption-name"] == [lost.name]
    assert inside("check", root, "--fix", "caption-name", "--yes").returncode == 0
    assert (root / "3_dog" / "Caf\u00e9.txt").read_text() == "coffee"
    assert not lost.exists()


def config(root: Path, keys: str = "", subset: str = "") -> Path:
    file = root / "dataset.toml"
    file.write_text(
        "# mine\n[general]\nenable_bucket = true\n\n[[datasets]]\nresolution = 512\n"
        f'{keys}\n[[datasets.subsets]]\nimage_dir = "{root}/3_dog"\n{subset}',
        "utf-8",
    )
    return file


def test_captions_that_a_config_does_not_read_are_named_in_it(inside: Cli, root: Path) -> None:
    file = config(root)
    found = codes(read(inside("check", file, "--json")))
    assert found["caption-extension"] == ["a.txt", "b.txt", "c.txt"]
    assert found["caption-none"] == ["a.png", "b.png", "c.png"]
    done = inside("check", file, "--fix", "caption-extension", "--yes", "--json")
    assert codes(read(done)) == {}
    assert 'caption_extension = ".txt"' in file.read_text()
    assert file.read_text().startswith("# mine\n")


def test_a_config_with_a_byte_order_mark_is_mended_though_nothing_can_be_read(inside: Cli, root: Path) -> None:
    file = config(root, subset='caption_extension = ".txt"\n')
    sound = file.read_bytes()
    file.write_bytes(b"\xef\xbb\xbf" + sound)
    result = inside("check", file, "--json")
    assert (result.returncode, list(codes(read(result)))) == (1, ["toml-bom"])
    done = inside("check", file, "--fix", "toml-bom", "--yes", "--json")
    assert (done.returncode, codes(read(done)), file.read_bytes()) == (0, {}, sound)


def test_a_config_that_the_trainer_refuses_says_so_and_no_more(inside: Cli, root: Path) -> None:
    file = config(root, keys="num_repeat = 3\n")
    result = inside("check", file, "--json")
    (found,) = read(result)["findings"]
    assert (result.returncode, found["code"], found["line"]) == (1, "unknown-key", 7)


def test_all_keys_of_a_config_are_mended_without_another_byte(inside: Cli, root: Path) -> None:
    subset = (
        'caption_extension = ".txt"\nnum_repeat = 2  # twice\nflip_aug = "true"\nkeep_tokens = 1\n'
        "shufle_caption = false\n"
    )
    file = config(root, keys="batch_size = 2\nvalidation_seed = 3\n", subset=subset)
    before = file.read_text()
    words = ("--fix", "unknown-key,wrong-type,no-effect", "--yes", "--json")
    done = inside("check", file, *words)
    assert (done.returncode, codes(read(done))) == (0, {})
    wanted = before.replace("num_repeat ", "num_repeats ").replace('"true"', "true").replace("shufle", "shuffle")
    assert file.read_text() == wanted.replace("keep_tokens = 1\n", "").replace("validation_seed = 3\n", "")


def test_a_config_that_names_nothing_says_so(inside: Cli, root: Path) -> None:
    file = root / "empty.toml"
    file.write_text("")
    result = inside("check", file, "--json")
    assert (result.returncode, list(codes(read(result)))) == (1, ["no-datasets"])


def test_several_codes_are_mended_one_after_the_other(inside: Cli, root: Path) -> None:
    caption = dog(root, "d.png", b"\n\na dog\nbrown\n").with_suffix(".txt")
    words = ("--fix", "caption-first-line-blank, caption-multi-line", "--fix", "caption-orphan", "--yes", "--json")
    done = inside("check", root, *words)
    assert (done.returncode, caption.read_bytes()) == (0, b"a dog, brown\n")
    changed = [(fix["code"], len(fix["changes"])) for fix in read(done)["fixes"]]
    assert changed == [("caption-first-line-blank", 1), ("caption-multi-line", 1), ("caption-orphan", 0)]


@pytest.mark.parametrize(
    "words",
    [
        ("SET", "--fix", "caption-orphan", "caption-empty", "--json"),
        ("--fix", "caption-orphan", "caption-empty", "SET", "--json"),
        ("--fix", "caption-orphan", "caption-empty", "--json", "--", "SET"),
        ("--fix", "caption-orphan", "--profile", "rehearsal", "SET", "--fix=caption-empty", "--json"),
    ],
)
def test_several_codes_may_follow_one_flag(inside: Cli, root: Path, words: tuple[str, ...]) -> None:
    result = inside("check", "--dry-run", *(root if word == "SET" else word for word in words))
    assert [fix["code"] for fix in read(result)["fixes"]] == ["caption-orphan", "caption-empty"]


def test_a_caption_of_nothing_but_a_mark_does_not_become_an_empty_file(inside: Cli, root: Path) -> None:
    caption = dog(root, "d.png", b"\xff\xfe").with_suffix(".txt")
    inside("check", root, "--fix", "caption-undecodable", "--yes")
    assert caption.read_bytes() == b"\n"


def test_nothing_is_mended_where_one_code_is_unknown(inside: Cli, root: Path) -> None:
    caption = dog(root, "d.png", b"").with_suffix(".txt")
    result = inside("check", root, "--fix", "caption-empty", "--fix", "caption-emty", "--yes")
    assert (result.returncode, caption.read_bytes()) == (2, b"")
    assert "caption-empty" in result.stderr
    dog(root, "e.png", b"word " * 80)
    result = inside("check", root, "--fix", "caption-over-limit", "--yes")
    assert result.returncode == 2
    assert "cannot mend caption-over-limit" in result.stderr


def test_caches_that_do_not_fit_are_found_and_deleted(inside: Cli, root: Path) -> None:
    folder = root / "3_dog"
    sound = folder / "b_0512x0512_sd.npz"
    sound.write_bytes(npz({"latents": [4, 64, 64]}))
    for name in ("a_old_0768x0512_sd.npz", "c_0768x0512_sd.npz", "gone_te_outputs.npz"):
        (folder / name).write_bytes(npz({"latents": [4, 64, 64]}))
    found = codes(read(inside("check", root, "--json")))
    assert found == {
        "cache-orphan": ["a_old_0768x0512_sd.npz", "gone_te_outputs.npz"],
        "latents-other-image": ["a.png"],
        "latents-size": ["c.png"],
    }
    words = "latents-size,latents-other-image,cache-orphan"
    assert inside("check", root, "--fix", words, "--yes").returncode == 0
    assert list(folder.glob("*.npz")) == [sound]


def test_a_profile_decides_which_caches_matter(inside: Cli, root: Path) -> None:
    (root / "3_dog" / "c_0768x0512_sd.npz").write_bytes(npz({"latents": [4, 64, 64]}))
    (root / "3_dog" / "c_te_outputs.npz").write_bytes(npz({"hidden_state1": [77, 768]}))
    found = codes(read(inside("check", root, "--profile", "sd15-lora", "--json")))
    assert found.get("latents-size") == ["c.png"]
    words = ("--set", "cache_text_encoder_outputs_to_disk=true", "--set", "max_token_length=225")
    found = codes(read(inside("check", root, "--profile", "sdxl-lora", *words, "--json")))
    assert "latents-size" not in found
    assert found.get("text-cache-length") == ["c.png"]


def test_settings_without_a_profile_are_a_wrong_use(inside: Cli, root: Path) -> None:
    assert inside("check", root, "--set", "max_token_length=150").returncode == 2
    assert inside("check", root / "nowhere").returncode == 3
