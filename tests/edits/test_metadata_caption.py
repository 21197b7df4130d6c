"""Editing a caption that stands in a metadata file: its own bytes change there, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.errors import ChangedOutsideError, SdtuiError, UnreadableError, WriteError
from sdtui.dataset.project import Subset
from sdtui.dataset.scan import open_project
from sdtui.edits.metadata_caption import MetadataCaption, open_metadata_caption, save_metadata_plan
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Remove, Write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64)).save(folder / name)
    return folder


def subset_of(folder: Path, data: bytes, name: str = "meta.json") -> Subset:
    """The subset of ``folder`` as the metadata file ``data`` describes it."""
    metadata = folder.parent / name
    metadata.write_bytes(data)
    toml = folder.parent / "set.toml"
    toml.write_text(
        "[[datasets]]\nresolution = 512\n[[datasets.subsets]]\n"
        f"image_dir = '{folder}'\nmetadata_file = '{metadata}'\ncaption_separator = ';'\n"
    )
    (subset,) = open_project(toml).subsets
    return subset


def opened(folder: Path, data: bytes, name: str = "meta.json", image: str = "a.png") -> MetadataCaption:
    subset = subset_of(folder, data, name)
    return open_metadata_caption(subset, next(each for each in subset.samples if each.name == image))


def saved(caption: MetadataCaption, text: str, folder: Path) -> bytes:
    """What the file holds once ``text`` is saved."""
    Journal(folder.parent / ".sdtui").apply(save_metadata_plan(caption, text, folder / "a.png"))
    return caption.path.read_bytes()


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        pytest.param(
            b'{\r\n\t"a.png" :  {"tags": "t", "caption":"old" , "image_size": [64, 64]},\r\n\t"b.png": {"x": NaN}}\r\n',
            'new "é"\n2',
            b'{\r\n\t"a.png" :  {"tags": "t", "caption":"new \\"\\u00e9\\"\\n2" , "image_size": [64, 64]},'
            b'\r\n\t"b.png": {"x": NaN}}\r\n',
            id="CRLF, spaces, order, NaN and ASCII stay",
        ),
        pytest.param(
            '{"a.png": {"caption": "old"}, "b.png": {"caption": "größe \\u00e9 \\/ 1e2"}}'.encode(),
            "né",
            '{"a.png": {"caption": "né"}, "b.png": {"caption": "größe \\u00e9 \\/ 1e2"}}'.encode(),
            id="plain characters where the file has them",
        ),
        pytest.param(
            b'{"a.png": {"caption": "first"}, "a.png": {"caption": "x", "n": {"caption": "y"}, "caption": "old"}}',
            "new",
            b'{"a.png": {"caption": "first"}, "a.png": {"caption": "x", "n": {"caption": "y"}, "caption": "new"}}',
            id="the one that is read, where keys stand twice",
        ),
        pytest.param(
            b'{"a.png": {"caption": null}}', "new", b'{"a.png": {"caption": "new"}}', id="null becomes a text"
        ),
        pytest.param(
            b'{\n  "a.png": {\n    "tags": "t"\n  }\n}\n',
            "new",
            b'{\n  "a.png": {\n    "caption": "new",\n    "tags": "t"\n  }\n}\n',
            id="an entry without a caption gets one",
        ),
        pytest.param(b'{"a.png": {}}', "new", b'{"a.png": {"caption": "new"}}', id="an empty entry gets one"),
        pytest.param(b'{"a.png":{"tags":"t"}}', "n", b'{"a.png":{"caption":"n", "tags":"t"}}', id="on one line"),
    ],
)
def test_only_the_captions_own_bytes_change(folder: Path, before: bytes, text: str, after: bytes) -> None:
    assert saved(opened(folder, before), text, folder) == after
    Journal(folder.parent / ".sdtui").undo()
    assert (folder.parent / "meta.json").read_bytes() == before


def test_an_absolute_key_and_a_deep_indent_of_the_trainers_own_tools(folder: Path) -> None:
    document = {str(folder / name): {"caption": f"a {name}", "tags": "1girl"} for name in ("b.png", "a.png")}
    caption = opened(folder, json.dumps(document, indent=2).encode())
    assert caption.text == "a a.png"
    document[str(folder / "a.png")]["caption"] = "größer"
    assert saved(caption, "größer", folder) == json.dumps(document, indent=2).encode()


def test_json_lines_change_in_the_last_line_about_the_image(folder: Path) -> None:
    lines = [
        b'{"image_path": "a.png", "caption": "first"}\r\n',
        b' {"caption": "old", "image_path": "a.png", "other": 1.50} \r\n',
        b'{"image_path": "b.png", "caption": "old"}',
    ]
    caption = opened(folder, b"".join(lines), "meta.jsonl")
    assert caption.text == "old"
    assert saved(caption, "n\nw", folder) == b"".join((lines[0], lines[1].replace(b"old", b"n\\nw"), lines[2]))


def test_tags_are_told_and_joined_as_in_training(folder: Path) -> None:
    caption = opened(folder, b'{"a.png": {"caption": "old", "tags": "1girl, solo"}}')
    assert caption.tags == "1girl, solo"
    assert caption.trained("a cat") == "a cat;1girl, solo"


def test_caches_of_the_old_text_go_and_come_back(folder: Path) -> None:
    cache = folder / "a_te_outputs.npz"
    cache.write_bytes(b"old")
    (folder / "b_te_outputs.npz").write_bytes(b"other")
    caption = opened(folder, b'{"a.png": {"caption": "old"}}')
    plan = save_metadata_plan(caption, "new", folder / "a.png")
    assert [type(change) for change in plan.changes] == [Write, Remove]
    kept = save_metadata_plan(caption, "new", folder / "a.png", delete_stale=False)
    assert len(kept.changes) == 1 and cache.name in kept.warnings[0]
    journal = Journal(folder.parent / ".sdtui")
    journal.apply(plan)
    assert not cache.exists()
    journal.undo()
    assert cache.read_bytes() == b"old"


def test_an_unedited_caption_is_no_change(folder: Path) -> None:
    assert save_metadata_plan(opened(folder, b'{"a.png": {"caption": "old"}}'), "old", folder / "a.png").empty


def test_what_others_changed_elsewhere_in_the_file_is_kept(folder: Path) -> None:
    caption = opened(folder, b'{"a.png": {"caption": "old"}}')
    caption.path.write_bytes(b'{"b.png": {"caption": "theirs"}, "a.png": {"caption": "old"}}')
    assert saved(caption, "new", folder) == b'{"b.png": {"caption": "theirs"}, "a.png": {"caption": "new"}}'


def test_what_others_made_of_this_caption_is_not_overwritten(folder: Path) -> None:
    caption = opened(folder, b'{"a.png": {"caption": "old"}}')
    caption.path.write_bytes(b'{"a.png": {"caption": "theirs"}}')
    with pytest.raises(ChangedOutsideError):
        save_metadata_plan(caption, "new", folder / "a.png")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"b.png": {"caption": "x"}}', "no longer names the image"),
        (b'{"a.png": "x"}', "is no table"),
        (b'{"a.png": {"caption": 5}}', "are no text"),
        (b'{"a.png": {"caption": "x \\ud83d"}}', "half a character"),
        (b'{"a.png": {"caption": "caf\xe9"}}', "not UTF-8"),
        (b'{"a.png": {"caption": "x"}', "no valid metadata file"),
        (b"\xef\xbb\xbf{}", "no valid metadata file"),
    ],
)
def test_what_cannot_be_read_is_not_edited(folder: Path, data: bytes, sentence: str) -> None:
    subset = subset_of(folder, b'{"a.png": {"caption": "old"}}')
    caption = open_metadata_caption(subset, subset.samples[0])
    caption.path.write_bytes(data)
    with pytest.raises(UnreadableError, match=sentence):
        open_metadata_caption(subset, subset.samples[0])
    with pytest.raises(SdtuiError):
        save_metadata_plan(caption, "new", folder / "a.png")


def test_half_a_character_is_not_written(folder: Path) -> None:
    caption = opened(folder, b'{"a.png": {"caption": "old"}}')
    with pytest.raises(WriteError, match="half a character"):
        save_metadata_plan(caption, "new \ud83d", folder / "a.png")
