"""What a bulk operation proposes for real folders and metadata files, applied and undone through the journal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtui.base.errors import UsageError
from sdtui.base.work import WorkCancelled, finish
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.scan import open_project
from sdtui.edits.bulk import propose
from sdtui.edits.operations import (
    Append,
    CopyFrom,
    CopyTo,
    CreateMissing,
    Dedupe,
    JoinLines,
    Operation,
    Prepend,
    Regex,
    RemoveTag,
    RenameTag,
    Replace,
    Separator,
    SetText,
    Shuffle,
    Sort,
    SplitLines,
    Trigger,
    Trim,
    Underscores,
    patterns,
)
from sdtui.edits.proposal import Proposal
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Write
from tests.dataset.making import image, sample


def everything(project: Project) -> list[Sample]:
    return [sample for subset in project.subsets for sample in subset.samples]


def proposed(root: Path, operation: Operation, **more: Any) -> Proposal:
    project = open_project(root)
    return finish(propose(project, more.pop("samples", everything(project)), operation, **more))


def captions(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.txt"))}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Captions of every kind that has lost words in other programs."""
    folder = tmp_path / "10_cat"
    image(folder / "bom.png", caption=b"\xef\xbb\xbfa cat, red\r\nnever read\r\n")
    image(folder / "mixed.png", caption=b"a cat\r\nsecond\nthird\r")
    image(folder / "none.png", caption=None)
    image(folder / "latin.png", caption=b"caf\xe9, a cat")
    image(folder / "empty.png", caption=b"")
    image(folder / "plain.png", caption="a dog  ")
    return tmp_path


def test_only_what_changes_is_written_and_undo_brings_back_every_byte(root: Path) -> None:
    before = captions(root)
    proposal = proposed(root, Replace("cat", "kitten"))
    assert [(edit.image.name, edit.after) for edit in proposal.edits] == [
        ("bom.png", "a kitten, red\nnever read\n"),
        ("mixed.png", "a kitten\nsecond\nthird\n"),
    ]
    assert [(path.name, "UTF-8" in why) for path, why in proposal.left_out] == [("latin.txt", True)]
    assert "2 captions have further lines" in " ".join(proposal.plan.warnings)
    journal = Journal(root / ".sdtui")
    journal.apply(proposal.plan)
    assert captions(root) == {
        **before,
        "10_cat/bom.txt": b"\xef\xbb\xbfa kitten, red\r\nnever read\r\n",
        "10_cat/mixed.txt": b"a kitten\r\nsecond\nthird\r",
    }
    journal.undo()
    assert captions(root) == before


def test_tokens_are_those_of_the_text_that_is_trained_and_the_limit_is_watched(root: Path) -> None:
    (root / "set.toml").write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\n'
        'caption_extension = ".txt"\ncaption_prefix = "best quality,"\n'
    )
    (root / "10_cat" / "plain.txt").write_text("word " * 71)
    project = open_project(root / "set.toml")
    plain = sample(project, "plain.png")
    (edit,) = finish(propose(project, [plain], Prepend("two words"))).edits
    assert (edit.tokens_before, edit.tokens_after) == (plain.tokens, 77) == (74, 77)
    assert edit.warnings == ("It would be 77 tokens long: 2 tokens over 75.",)
    proposal = finish(propose(project, [plain], Prepend("two words"), limit=150))
    assert proposal.edits[0].warnings == () and proposal.limit == 150


def test_no_operation_writes_0_bytes(root: Path) -> None:
    for operation in (RemoveTag("a dog"), Regex(".*", ""), SetText("")):
        proposal = proposed(root, operation)
        writes = [change for change in proposal.plan.changes if isinstance(change, Write)]
        assert writes and all(write.after.strip(b"\xef\xbb\xbf") for write in writes)
        assert any("would have no text" in warning for warning in proposal.plan.warnings)
    proposal = proposed(root, CreateMissing())
    assert proposal.plan.changes == (
        Write(root / "10_cat" / "empty.txt", b"", b"\n"),
        Write(root / "10_cat" / "none.txt", None, b"\n"),
    )
    assert "class tokens 'cat'" in proposal.edits[1].warnings[0]


def test_a_borrowed_caption_becomes_the_images_own_file(root: Path) -> None:
    lent = image(root / "10_cat" / "face.png", caption="a face\n").with_suffix(".txt")
    image(root / "10_cat" / "face_1_2_3_4.png", caption=None)
    project = open_project(root)
    borrower = sample(project, "face_1_2_3_4.png")
    proposal = finish(propose(project, [borrower], Append("x")))
    assert proposal.plan.changes == (Write(root / "10_cat" / "face_1_2_3_4.txt", None, b"a face, x\n"),)
    assert "borrowed from face.txt" in proposal.edits[0].warnings[0]
    proposal = finish(propose(project, [sample(project, "face.png")], Append("x")))
    assert [change.path for change in proposal.plan.changes if isinstance(change, Write)] == [lent]
    assert "reads this one" in proposal.edits[0].warnings[0]
    assert finish(propose(project, [borrower], CreateMissing())).empty


def test_a_caption_that_images_share_changes_once(root: Path) -> None:
    image(root / "10_cat" / "plain.jpg", caption=None)
    image(root / "4_link" / "own.png", caption="own")
    (root / "6_linked").symlink_to(root / "4_link")
    (root / "4_link" / "linked.txt").symlink_to(root / "4_link" / "own.txt")
    image(root / "4_link" / "linked.png", caption=None)
    proposal = proposed(root, Append("x"))
    paths = [change.path for change in proposal.plan.changes if isinstance(change, Write)]
    assert sorted(path.name for path in paths).count("plain.txt") == 1
    assert len([path for path in paths if path.parent.name != "10_cat"]) == 1
    Journal(root / ".sdtui").apply(proposal.plan)
    assert (root / "10_cat" / "plain.txt").read_text() == "a dog, x  "
    assert (root / "4_link" / "own.txt").read_text() == "own, x"


def test_caches_of_the_old_text_are_named_also_of_those_that_borrow_it(root: Path) -> None:
    folder = root / "10_cat"
    image(folder / "face.png", caption="a face")
    image(folder / "face_1_2_3_4.png", caption=None)
    stale = [folder / name for name in ("face_te_outputs.npz", "face_1_2_3_4_flux_te.npz", "metadata_cache.json")]
    for path in (*stale, folder / "plain_te_outputs.npz", folder / "face_0512x0512_sd.npz"):
        path.write_bytes(b"old")
    proposal = proposed(root, Replace("face", "mask"), samples=[sample(open_project(root), "face.png")])
    assert set(proposal.stale) == set(stale)
    assert len(proposal.to_apply(delete_stale=True).changes) == 4
    assert len(proposal.to_apply(delete_stale=False).changes) == 1


def test_what_cannot_be_read_or_is_no_caption_is_left_out_and_named(root: Path) -> None:
    folder = root / "10_cat"
    project = open_project(root)
    (folder / "plain.txt").unlink()
    (folder / "bom.txt").unlink()
    (folder / "bom.txt").mkdir()
    (folder / "mixed.txt").write_bytes(b"x" * (5 << 20))
    (folder / "empty.txt").unlink()
    os.mkfifo(folder / "empty.txt")
    (folder / "none.txt").symlink_to(folder / "nothing.txt")
    proposal = finish(propose(project, everything(project), Prepend("x")))
    assert proposal.empty
    reasons = {path.name: why for path, why in proposal.left_out}
    assert set(reasons) == {"bom.txt", "empty.txt", "latin.txt", "mixed.txt", "none.txt", "plain.txt"}
    assert "gone" in reasons["plain.txt"] and "4 MB" in reasons["mixed.txt"] and "link" in reasons["none.txt"]
    assert all(why.endswith(".") for why in reasons.values())


def test_a_trigger_says_which_captions_have_it_in_a_sentence(root: Path) -> None:
    (root / "10_cat" / "plain.txt").write_text("a photo of zhu")
    proposal = proposed(root, Trigger("zhu"))
    assert {edit.image.name for edit in proposal.edits} == {"bom.png", "mixed.png", "none.png", "empty.png"}
    assert ("plain.txt", True) in [(path.name, "stands in it already" in why) for path, why in proposal.left_out]
    Journal(root / ".sdtui").apply(proposal.plan)
    assert proposed(root, Trigger("zhu")).empty


def test_lines_that_would_go_unread_are_warned_of(root: Path) -> None:
    proposal = proposed(root, SplitLines())
    assert proposal.edits[0].after == "a cat\nred\nnever read\n"
    assert "would have more lines that the trainer does not read" in " ".join(proposal.plan.warnings)
    whole = proposed(root, SetText("new"))
    assert whole.edits[0].warnings == ("1 further line, which the trainer does not read, would be replaced too.",)
    assert "stay as they are" not in " ".join(proposed(root, Append("x"), all_lines=True).plan.warnings)
    assert proposed(root, Separator(",", ";")).edits[0].warnings == ()
    (root / "10_cat" / "plain.txt").write_text("a, b;c")
    assert "in it already" in " ".join(proposed(root, Separator(",", ";")).plan.warnings)


def test_captions_are_copied_byte_for_byte_and_replace_no_other_text(root: Path) -> None:
    folder = root / "10_cat"
    (folder / "plain.tags").write_text("something else")
    (folder / "mixed.tags").write_text("\n")
    proposal = proposed(root, CopyTo("tags"))
    Journal(root / ".sdtui").apply(proposal.plan)
    for name in ("bom", "mixed"):
        assert (folder / f"{name}.tags").read_bytes() == (folder / f"{name}.txt").read_bytes()
    assert (folder / "plain.tags").read_text() == "something else"
    assert {path.name for path, _ in proposal.left_out} == {"latin.txt", "plain.tags"}
    assert (folder / "empty.tags").read_bytes() == b"\n" and not (folder / "none.tags").exists()
    assert "1 image without a caption to copy" in " ".join(proposal.plan.warnings)
    (folder / "none.tags").write_bytes(b"from elsewhere\r\n")
    back = proposed(root, CopyFrom(".tags"))
    written = {change.path.name: change.after for change in back.plan.changes if isinstance(change, Write)}
    assert written == {"none.txt": b"from elsewhere\r\n", "empty.txt": b"\n"}
    forced = proposed(root, CopyFrom(".tags", overwrite=True))
    assert Write(folder / "plain.txt", b"a dog  ", b"something else") in forced.plan.changes


def test_copies_that_would_take_the_captions_place_are_warned_of(tmp_path: Path) -> None:
    for name in ("a", "b"):
        image(tmp_path / "10_cat" / f"{name}.png", caption=None).with_suffix(".caption").write_text(name)
    project = open_project(tmp_path)
    proposal = finish(propose(project, everything(project)[:1], CopyTo(".txt")))
    assert "no longer its .caption files" in proposal.plan.warnings[0]
    assert proposal.edits[0].tokens_before == proposal.edits[0].tokens_after == 1


def test_a_slow_pattern_ends_the_whole_operation(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "LONGEST_S", 0.05)
    (root / "10_cat" / "plain.txt").write_text("x" * 80_000)
    with pytest.raises(UsageError, match=r"takes longer.*plain\.txt"):
        proposed(root, Regex("(.*)*(.*)*(x+x+)+y", ""))


def test_it_can_be_given_up(root: Path) -> None:
    with pytest.raises(WorkCancelled):
        proposed(root, Trim(), cancelled=lambda: True)


# -- metadata files --------------------------------------------------------------------------------------------------

Meta = Callable[..., Path]


@pytest.fixture
def meta(tmp_path: Path) -> Meta:
    """A FineTuning project whose metadata file holds the entries given, and where its config is."""

    def make(entries: dict[str, Any], lines: bool = False) -> Path:
        folder = tmp_path / "images"
        for name in entries:
            image(folder / name, caption=None)
        if lines:
            text = "".join(json.dumps({"image_path": name, **entry}) + "\r\n" for name, entry in entries.items())
        else:
            text = json.dumps(entries, indent=1).replace('"caption"', ' "caption" ')
        (tmp_path / ("meta.jsonl" if lines else "meta.json")).write_bytes(text.encode())
        config = tmp_path / "fine.toml"
        config.write_text(
            f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{folder}"\n'
            f'metadata_file = "{tmp_path}/meta.json{"l" if lines else ""}"\n'
        )
        return config

    return make


ENTRIES = {
    "a.png": {"caption": "a photo of a cat", "tags": "cat, long hair, red, red", "image_size": [64, 64], "x": 1.50},
    "b.png": {"caption": "dog", "image_size": [64, 64]},
    "c.png": {"tags": "bird, blue sky", "image_size": [64, 64]},
    "d.png": {"caption": 7},
}


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            Prepend("x"),
            [("x, a photo of a cat", "cat, long hair, red, red"), ("x, dog", None), (None, "x, bird, blue sky")],
        ),
        (
            Append("x"),
            [("a photo of a cat", "cat, long hair, red, red, x"), ("dog, x", None), (None, "bird, blue sky, x")],
        ),
        (RemoveTag("red"), [("a photo of a cat", "cat, long hair"), ("dog", None), (None, "bird, blue sky")]),
        (Dedupe(), [("a photo of a cat", "cat, long hair, red"), ("dog", None), (None, "bird, blue sky")]),
        (
            Underscores(),
            [("a photo of a cat", "cat, long_hair, red, red"), ("dog", None), (None, "bird, blue_sky")],
        ),
        (
            Replace("a", "A"),
            [("A photo of A cAt", "cAt, long hAir, red, red"), ("dog", None), (None, "bird, blue sky")],
        ),
        (
            Trigger("bird"),
            [("bird, a photo of a cat", "cat, long hair, red, red"), ("bird, dog", None), (None, "bird, blue sky")],
        ),
        (
            Trigger("red"),
            [("red, a photo of a cat", "cat, long hair"), ("red, dog", None), (None, "red, bird, blue sky")],
        ),
        (SetText("é\n"), [("é\n", "cat, long hair, red, red"), ("é\n", None), ("é\n", "bird, blue sky")]),
    ],
)
def test_captions_in_metadata_change_in_place(
    meta: Meta, operation: Operation, expected: list[tuple[str | None, str | None]], lines: bool
) -> None:
    config = meta(ENTRIES, lines)
    file = config.with_name("meta.jsonl" if lines else "meta.json")
    before = file.read_bytes()
    proposal = proposed(config, operation)
    assert [(path.name, "no text" in why) for path, why in proposal.left_out] == [("d.png", True)]
    (write,) = proposal.plan.changes
    assert isinstance(write, Write) and write.path == file and write.before == before
    Journal(config.parent / ".sdtui").apply(proposal.plan)
    text = file.read_text()
    entries = [json.loads(line) for line in text.splitlines()] if lines else list(json.loads(text).values())
    wanted = [
        {**entry, **{name: text for name, text in zip(("caption", "tags"), pair, strict=True) if text is not None}}
        for entry, pair in zip(list(ENTRIES.values())[:3], expected, strict=True)
    ]
    assert [{key: value for key, value in entry.items() if key != "image_path"} for entry in entries[:3]] == wanted
    assert b"1.5" in file.read_bytes() and file.read_bytes().count(b"\r\n") == before.count(b"\r\n")
    Journal(config.parent / ".sdtui").undo()
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Append("x"), ("A cat, x\nIt sleeps.", "cat, red")),
        (Trigger("red"), ("red, A cat\nIt sleeps.", "cat, red")),
        (Replace("cat", "dog"), ("A dog\nIt sleeps.", "cat, red")),
        (JoinLines(), ("A cat, It sleeps.", "cat, red")),
        (Sort(), None),
    ],
)
def test_tags_behind_a_caption_of_several_lines_are_not_read_so_they_stay(
    meta: Meta, operation: Operation, expected: tuple[str, str] | None
) -> None:
    config = meta({"a.png": {"caption": "A cat\nIt sleeps.", "tags": "cat, red"}})
    proposal = proposed(config, operation)
    assert proposal.plan.empty is (expected is None)
    Journal(config.parent / ".sdtui").apply(proposal.plan)
    entry = json.loads(config.with_name("meta.json").read_text())["a.png"]
    assert (entry["caption"], entry["tags"]) == (expected or ("A cat\nIt sleeps.", "cat, red"))


def test_tags_that_the_caption_before_them_has_already_stand_there_twice(meta: Meta) -> None:
    config = meta({"a.png": {"caption": "a cat, Solo", "tags": "red hair, solo, red hair"}})
    (edit,) = proposed(config, Dedupe()).edits
    assert edit.after == "a cat, Solo,red hair"


def test_a_metadata_edit_tells_tokens_and_stale_caches(meta: Meta) -> None:
    config = meta(ENTRIES)
    cache = config.with_name("images") / "a_te_outputs.npz"
    cache.write_bytes(b"old")
    edit, *_ = (proposal := proposed(config, RemoveTag("red"))).edits
    assert (edit.before, edit.after) == ("a photo of a cat,cat, long hair, red, red", "a photo of a cat,cat, long hair")
    assert edit.tokens_before - edit.tokens_after == 4 and proposal.stale == (cache,)
    assert "metadata file" in " ".join(proposed(config, CreateMissing()).plan.warnings)


def test_metadata_captions_are_copied_to_files_and_back(meta: Meta) -> None:
    config = meta({"a.jpg": {"caption": "a cat", "tags": "red"}, "a.png": {"caption": "other"}, "b.png": {}})
    copied = proposed(config, CopyTo(".cap"))
    assert [path.name for path, _ in copied.left_out] == ["a.png"]
    Journal(config.parent / ".sdtui").apply(copied.plan)
    images = config.with_name("images")
    assert (images / "a.cap").read_text() == "a cat,red\n" and not (images / "b.cap").exists()
    (images / "b.cap").write_bytes(b"\xef\xbb\xbfa dog\r\nline two\r\n")
    proposal = proposed(config, CopyFrom(".cap"))
    assert [edit.image.name for edit in proposal.edits] == ["b.png"] and proposal.left_out[0][0].name == "a.jpg"
    Journal(config.parent / ".sdtui").apply(proposal.plan)
    assert json.loads(config.with_name("meta.json").read_text())["b.png"] == {"caption": "a dog\nline two"}


# -- what holds for every file ---------------------------------------------------------------------------------------

FILES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [b"a cat", b"red", b", ", b",", b"\n", b"\r\n", b"\r", b" ", b"\xef\xbb\xbf", b"\xe9", "é".encode()]
        ),
        max_size=14,
    ).map(b"".join),
)
OPERATIONS = st.sampled_from(
    [
        *(
            Replace("red", "blue"),
            Regex("a|$", "b"),
            Prepend("x"),
            Append("x"),
            RemoveTag("red"),
            RenameTag("red", "b"),
        ),
        *(
            Dedupe(),
            Sort(),
            Shuffle(1),
            Trim(),
            JoinLines(),
            SplitLines(),
            CreateMissing(),
            Trigger("zhu"),
            SetText(""),
        ),
        *(Separator(",", ";"), Underscores(), CopyTo(".cap", overwrite=True), CopyFrom(".other", overwrite=True)),
    ]
)


@given(files=st.lists(st.tuples(FILES, FILES), min_size=1, max_size=4), operation=OPERATIONS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_survive_any_operation_and_its_undo(
    tmp_path: Path, files: list[tuple[bytes, bytes]], operation: Operation
) -> None:
    root = tmp_path / str(len(list(tmp_path.iterdir())))
    for number, (caption, other) in enumerate(files):
        image(root / "10_cat" / f"{number}.png", caption=caption)
        (root / "10_cat" / f"{number}.other").write_bytes(other)
    image(root / "10_cat" / "none.png", caption=None)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    project = open_project(root)
    proposal = finish(propose(project, everything(project), operation))
    journal = Journal(root / ".sdtui")
    journal.apply(proposal.plan)
    changed = {change.path for change in proposal.plan.changes if isinstance(change, Write)}
    now = {path: path.read_bytes() for path in (root / "10_cat").iterdir()}
    assert {path for path, data in now.items() if before.get(path) != data} == changed
    assert all(now[path] for path in changed), "0 bytes, at which the trainer stops"
    assert changed == {edit.path for edit in proposal.edits}
    if changed:
        journal.undo()
    assert {path: path.read_bytes() for path in (root / "10_cat").iterdir()} == before


def test_a_project_that_was_scanned_earlier_is_read_anew(root: Path) -> None:
    project = open_project(root)
    (root / "10_cat" / "plain.txt").write_text("another text")
    stale = [replace(one, caption="not this") for one in everything(project) if one.name == "plain.png"]
    (edit,) = finish(propose(project, stale, Append("x"))).edits
    assert (edit.before, edit.after) == ("another text", "another text, x")
