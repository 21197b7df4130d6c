"""The trigger word: what CLIP makes of it, who has it, and the previous caption pasted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.errors import UsageError
from sdtui.base.work import finish
from sdtui.dataset.scan import open_project
from sdtui.edits.paste import paste, previous
from sdtui.edits.trigger import TriggerAudit, audit, propose
from sdtui.plans.journal import Journal
from tests.dataset.making import image, sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    texts = {
        "a": "zhuoyue, a cat",
        "b": "A cat called Zhuoyue",
        "c": "a cat",
        "d": "zhuoyue, zhuoyue's cat",
        "e": "zhuoyues, plural",
    }
    for name, text in texts.items():
        image(root / "10_cat" / f"{name}.png", caption=text)
    image(root / "10_cat" / "f.png", caption=b"\xff")
    image(root / "regularization" / "1_animal" / "r.png", caption="an animal, zhuoyue")
    image(root / "regularization" / "1_animal" / "s.png", caption="an animal")
    return root


def stems(found: TriggerAudit, which: str) -> str:
    return "".join(one.path.stem for one in getattr(found, which))


def test_an_audit_names_every_image_that_is_not_as_it_should_be(root: Path) -> None:
    found = audit(open_project(root), " zhuoyue ")
    assert (found.word, found.subject_images, found.regularization_images) == ("zhuoyue", 6, 2)
    kinds = ("subject_missing", "not_in_front", "doubled", "in_regularization", "untold")
    assert {kind: stems(found, kind) for kind in kinds} == {
        "subject_missing": "ce",
        "not_in_front": "b",
        "doubled": "d",
        "in_regularization": "r",
        "untold": "f",
    }
    assert not found.clean
    assert "".join(found.pieces) == "zhuoyue" and found.tokens > 1 and not found.single
    assert list(found.sentences())[1:] == [
        "2 of 6 subject images do not have it.",
        "1 of 6 subject images have it, but not in front.",
        "1 of 6 subject images have it more than once.",
        "1 of 2 regularization images have it, and should not.",
        "1 image could not be told, because the caption cannot be read.",
    ]


def test_a_word_of_the_vocabulary_is_one_token(root: Path) -> None:
    found = audit(open_project(root), "cat")
    assert found.single and found.pieces == ("cat",)
    assert "1 CLIP token: the vocabulary has it as one word" in next(found.sentences())
    assert not audit(open_project(root), "a cat").single


def test_a_byte_order_mark_is_not_in_front_of_the_word(tmp_path: Path) -> None:
    image(tmp_path / "10_cat" / "a.png", caption=b"\xef\xbb\xbfzhuoyue, a cat")
    assert audit(open_project(tmp_path), "zhuoyue").clean


def test_prefixes_and_class_tokens_are_trained_too(tmp_path: Path) -> None:
    image(tmp_path / "10_zhuoyue" / "a.png", caption=None)
    assert audit(open_project(tmp_path), "zhuoyue").clean
    (tmp_path / "my.toml").write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{tmp_path}/10_zhuoyue"\n'
        'caption_prefix = "sks"\n'
    )
    assert audit(open_project(tmp_path / "my.toml"), "sks").clean


def test_the_word_is_put_in_front_never_twice_and_of_subject_images_only(root: Path) -> None:
    project = open_project(root)
    proposal = finish(propose(project, "zhuoyue"))
    assert [edit.image.stem for edit in proposal.edits] == ["c", "e"]
    Journal(project.home).apply(proposal.plan)
    assert (root / "10_cat" / "c.txt").read_bytes() == b"zhuoyue, a cat"
    assert finish(propose(open_project(root), "zhuoyue")).empty
    with pytest.raises(UsageError):
        audit(project, "  ")


# -- the previous caption --------------------------------------------------------------------------------------------


def test_the_previous_caption_takes_the_place_of_the_text(root: Path) -> None:
    (root / "10_cat" / "b.txt").write_bytes(b"first\r\nsecond\r\n")
    (root / "10_cat" / "c.txt").write_bytes(b"old")
    project = open_project(root)
    third = sample(project, "c.png")
    before = previous(project, third)
    assert before is not None and before.name == "b.png"
    proposal = finish(paste(project, third))
    assert proposal.title == "paste the caption of b.png to c.png"
    Journal(project.home).apply(proposal.plan)
    assert (root / "10_cat" / "c.txt").read_text() == "first\nsecond\n"
    Journal(project.home).undo()
    assert (root / "10_cat" / "c.txt").read_bytes() == b"old"


def test_it_can_be_put_behind_the_text_that_is_there(root: Path) -> None:
    project = open_project(root)
    Journal(project.home).apply(finish(paste(project, sample(project, "c.png"), append=True)).plan)
    assert (root / "10_cat" / "c.txt").read_text() == "a cat, A cat called Zhuoyue"


def test_an_image_that_borrows_its_caption_gets_its_own(root: Path) -> None:
    image(root / "10_cat" / "a_1_2_3_4.png", caption=None)
    project = open_project(root)
    borrower = sample(project, "a_1_2_3_4.png")
    Journal(project.home).apply(finish(paste(project, borrower, sample(project, "c.png"))).plan)
    assert (root / "10_cat" / "a_1_2_3_4.txt").read_text() == "a cat"
    assert (root / "10_cat" / "a.txt").read_text() == "zhuoyue, a cat"


def test_there_may_be_nothing_to_paste(root: Path) -> None:
    image(root / "10_cat" / "g.png", caption=None)
    image(root / "10_cat" / "h.png", caption="x")
    project = open_project(root)
    for name, said in (("a.png", "none before it"), ("g.png", "not UTF-8"), ("h.png", "no caption to paste")):
        with pytest.raises(UsageError, match=said):
            finish(paste(project, sample(project, name)))
