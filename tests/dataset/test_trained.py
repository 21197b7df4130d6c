"""What the trainer reads for an image: from where, which part of it, and what a person is told about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import toml

from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.dataset.scan import open_project
from sdtui.dataset.trained import PartKind, Trained, texts_of, trained
from tests.dataset.making import image, sample


def _config(root: Path, **subset: Any) -> Path:
    config = {"datasets": [{"resolution": 64, "subsets": [{"image_dir": str(root / "set"), **subset}]}]}
    path = root / "dataset.toml"
    path.write_text(toml.dumps(config), "utf-8")
    return path


def _open(root: Path, caption: str | bytes | None = "a red circle", name: str = "a.png", **subset: Any) -> _Opened:
    if not (root / "set" / name).exists():
        image(root / "set" / name, caption=caption)
    keys = subset if "metadata_file" in subset else {"caption_extension": ".txt", **subset}
    return _Opened(open_project(_config(root, **keys)), name)


class _Opened:
    def __init__(self, project: Project, name: str) -> None:
        self.subset: Subset = project.subsets[0]
        self.sample: Sample = sample(project, name)

    def read(self, text: str | None = None, **options: Any) -> Trained:
        return trained(self.subset, self.sample, text, **options)


def _texts(read: Trained) -> list[str]:
    return [text.text for text in read.texts]


def _kinds(read: Trained) -> list[tuple[str, PartKind]]:
    (text,) = read.texts
    return [(text.text[part.start : part.stop], part.kind) for part in text.parts]


def test_of_a_caption_file_the_first_line_is_trained(tmp_path: Path) -> None:
    opened = _open(tmp_path, " a red circle \r\nsecond\nthird\n", caption_prefix="best,")
    assert _kinds(opened.read()) == [("best, ", PartKind.PREFIX), ("a red circle", PartKind.CAPTION)]
    assert opened.read().source is CaptionSource.OWN
    typed = opened.read(" a blue circle \nsecond\n\nthird\n")
    assert _texts(typed) == ["best, a blue circle"]
    assert typed.notes == ("Only the first line is read: 2 lines below are not.",)
    assert opened.read("only\none\n").notes == ("Only the first line is read: 1 line below is not.",)
    assert opened.read("\nonly below\n").notes == (
        "The first line is blank and is all that is read: an empty caption is trained.",
    )
    assert opened.read("one line\n\n").notes == ()


def test_with_wildcards_each_line_is_trained(tmp_path: Path) -> None:
    opened = _open(tmp_path, "one {x|yy}\n\n  two", enable_wildcard=True, caption_prefix="best,", caption_suffix="end")
    read = opened.read("one {x|yy}\n\n  two")
    assert _texts(read) == _texts(opened.read()) == ["best, one yy", "two end"]
    assert [text.parts[-1].alternatives for text in read.texts] == [("x", "yy"), ()]
    assert read.notes[0] == "Each use takes one of 2 lines; the prefix stands in the first, the suffix in the last."


@pytest.mark.parametrize(
    ("caption", "options"),
    [
        ("one {x|yy}\n\n  two", {"enable_wildcard": True, "caption_prefix": "best,"}),
        ("a;;;b, c", {"secondary_separator": ";;;", "shuffle_caption": True}),
        (None, {"class_tokens": "sks", "caption_suffix": "end"}),
        (None, {}),
        (b"", {}),
        (b"\xff", {}),
    ],
)
def test_the_texts_alone_are_the_same(tmp_path: Path, caption: str | bytes | None, options: dict[str, Any]) -> None:
    opened = _open(tmp_path, caption, **options)
    assert list(texts_of(opened.subset, opened.sample)) == _texts(opened.read())


def test_the_tokens_the_cut_and_the_seams_are_those_of_the_trained_text(tmp_path: Path) -> None:
    opened = _open(tmp_path, "a " * 100, caption_prefix="best")
    (text,) = opened.read().texts
    assert (text.tokens, text.cut, text.seams) == (101, len("best ") + 2 * 74, ())
    (text,) = opened.read(limit=150).texts
    assert (text.cut, text.seams) == (None, (len("best ") + 2 * 74,))
    assert opened.sample.tokens == text.tokens


def test_what_is_cut_changes_with_the_order_of_the_tags(tmp_path: Path) -> None:
    opened = _open(tmp_path, "a, " * 60, shuffle_caption=True)
    assert "Which tags are cut after 75 tokens changes with their order." in opened.read().notes
    assert "Which tags are cut" not in " ".join(opened.read(limit=150).notes)


def test_a_borrowed_caption_says_from_where(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "p.txt").write_text("borrowed\nnever", "utf-8")
    opened = _open(tmp_path, None, "p_1_2_3_4.png")
    assert _texts(opened.read()) == ["borrowed"]
    assert opened.read().source is CaptionSource.BORROWED
    sentence = "Borrowed from p.txt: the image has no caption file of its own."
    assert opened.read().notes == (sentence,)
    assert sentence in opened.read("borrowed\nnever").notes
    written = opened.read("its own now")
    assert (written.source, written.notes) == (CaptionSource.OWN, ())


def test_without_a_caption_the_class_tokens_are_trained(tmp_path: Path) -> None:
    opened = _open(tmp_path, None, class_tokens="sks cat", caption_prefix="best,", shuffle_caption=True)
    read = opened.read()
    assert read.source is CaptionSource.CLASS
    assert _kinds(read)[-1] == ("sks cat", PartKind.CLASS_TOKENS)
    assert "There is no caption file: the class tokens are trained." in read.notes
    assert opened.read("").source is CaptionSource.CLASS
    assert opened.read("typed").source is CaptionSource.OWN
    assert _texts(opened.read("\n")) == ["best, "]


def test_without_caption_and_class_tokens_the_prefix_alone_is_trained(tmp_path: Path) -> None:
    opened = _open(tmp_path, None)
    assert _texts(opened.read()) == [""]
    assert opened.read().texts[0].parts == ()
    assert opened.read().source is CaptionSource.NONE
    assert "and no class tokens: an empty caption is trained" in opened.read().notes[0]


def test_a_caption_of_white_space_is_a_caption(tmp_path: Path) -> None:
    opened = _open(tmp_path, " \n", class_tokens="sks cat")
    assert _texts(opened.read()) == _texts(opened.read(" \n")) == [""]
    assert opened.read().source is CaptionSource.OWN


def test_a_byte_order_mark_stays_and_costs_no_token(tmp_path: Path) -> None:
    (text,) = _open(tmp_path, "\ufeffa cat").read().texts
    assert (text.text, text.tokens) == ("\ufeffa cat", 2)


def test_where_the_trainer_stops_no_text_is_trained(tmp_path: Path) -> None:
    undecodable = _open(tmp_path, b"caf\xe9", "bad.png")
    assert undecodable.read().texts == undecodable.read("caf\ufffd").texts == ()
    assert "not UTF-8" in undecodable.read("caf\ufffd").notes[0]
    empty = _open(tmp_path, b"", "empty.png")
    assert empty.read().texts == empty.read("").texts == ()
    assert "0 bytes" in empty.read().notes[0]
    assert _texts(empty.read("written now")) == ["written now"]


def test_a_picture_that_cannot_be_read_still_has_its_caption(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.png").write_bytes(b"no image")
    (tmp_path / "set" / "a.txt").write_bytes(b"a cat")
    opened = _open(tmp_path)
    assert opened.sample.problem is not None
    assert _texts(opened.read()) == ["a cat"]


def test_cached_text_encoder_outputs_take_the_caption_as_it_was_read(tmp_path: Path) -> None:
    opened = _open(tmp_path, "one {a|b};;;x\n\n two", enable_wildcard=True, caption_prefix="p", caption_suffix="s")
    read = opened.read(cached_text_encoder=True)
    assert _texts(read) == ["one {a|b};;;x\ntwo"]
    assert read.notes == (
        "With cached text encoder outputs the caption is encoded as it was read, "
        "without caption_prefix, caption_suffix and enable_wildcard.",
        "Its 2 lines are encoded as one text.",
    )
    none = _open(tmp_path, None, "b.png", class_tokens="sks", caption_prefix="p")
    assert _texts(none.read(cached_text_encoder=True)) == ["sks"]


def test_captions_that_are_remembered_by_the_folder_are_said_to_be(tmp_path: Path) -> None:
    (note,) = _open(tmp_path, cache_info=True).read().notes
    assert "once metadata_cache.json stands in its folder, captions are read from there" in note


def _metadata(root: Path, entry: dict[str, str], **subset: Any) -> _Opened:
    image(root / "set" / "a.png", caption=None)
    (root / "meta.json").write_text(json.dumps({"a.png": entry}), "utf-8")
    return _open(root, metadata_file=str(root / "meta.json"), **subset)


def test_the_tags_of_a_metadata_entry_follow_its_caption(tmp_path: Path) -> None:
    opened = _metadata(tmp_path, {"caption": "a cat", "tags": "x, y"}, caption_prefix="p")
    assert _texts(opened.read()) == ["p a cat,x, y"]
    assert _kinds(opened.read("a dog", tags="x, y")) == [
        ("p ", PartKind.PREFIX),
        ("a dog", PartKind.CAPTION),
        (",", PartKind.SEPARATOR),
        ("x, y", PartKind.TAGS),
    ]
    assert _kinds(opened.read("", tags="x, y"))[1:] == [("x, y", PartKind.TAGS)]
    assert opened.read().notes == opened.read("a dog", tags="x, y").notes == ()


def test_tags_behind_a_second_line_are_lost(tmp_path: Path) -> None:
    opened = _metadata(tmp_path, {"caption": "one\ntwo", "tags": "x, y"})
    read = opened.read("one\ntwo", tags="x, y")
    assert _texts(read) == _texts(opened.read()) == ["one"]
    assert read.notes[0] == "Only the first of 2 lines is read."
    assert "The tags of its entry are not read" in read.notes[1]
    (cached,) = opened.read("one\ntwo", tags="x, y", cached_text_encoder=True).texts
    assert cached.text == "one\ntwo,x, y"


def test_with_wildcards_tags_without_a_caption_are_lost(tmp_path: Path) -> None:
    opened = _metadata(tmp_path, {"caption": "", "tags": "x, y"}, enable_wildcard=True)
    read = opened.read("", tags="x, y")
    assert _texts(read) == _texts(opened.read()) == [""]
    assert "read only after a caption" in read.notes[0]


def test_an_entry_without_text_trains_an_empty_caption(tmp_path: Path) -> None:
    read = _metadata(tmp_path, {}).read()
    assert (_texts(read), read.source) == ([""], CaptionSource.NONE)
    assert "The metadata gives it no text" in read.notes[0]


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "\ud800", "\u202eabc", "[b]x[/b]", "e\u0301" * 50, "a\rb"])
def test_hostile_text_is_parted_whole(tmp_path: Path, text: str) -> None:
    opened = _open(tmp_path, "x", shuffle_caption=True, caption_prefix="[p]")
    (read,) = opened.read(text).texts
    assert "".join(read.text[part.start : part.stop] for part in read.parts) == read.text
