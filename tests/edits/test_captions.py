"""Saving a caption, and what would keep its old text."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.edits.captions import open_caption, save_plan, stale
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Remove, Write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "3_cat"
    folder.mkdir()
    for name in ("a.png", "a.txt", "b.png", "a_te_outputs.npz", "a_flux_te.npz", "a_1024x1024_sdxl.npz"):
        (folder / name).write_bytes(name.encode())
    return folder


def test_a_plan_writes_the_caption_and_removes_caches_of_the_old_text(folder: Path) -> None:
    caption = open_caption(folder / "a.txt", folder / "a.txt")
    plan = save_plan(caption, "a new text", folder / "a.png")
    assert [type(one) for one in plan.changes] == [Write, Remove, Remove]
    journal = Journal(folder.parent / ".sdtui")
    journal.apply(plan)
    assert (folder / "a.txt").read_bytes() == b"a new text"
    assert not (folder / "a_te_outputs.npz").exists() and not (folder / "a_flux_te.npz").exists()
    assert (folder / "a_1024x1024_sdxl.npz").exists()
    journal.undo()
    assert (folder / "a.txt").read_bytes() == b"a.txt" and (folder / "a_te_outputs.npz").exists()


def test_caches_that_stay_are_named(folder: Path) -> None:
    plan = save_plan(open_caption(folder / "a.txt", folder / "a.txt"), "new", folder / "a.png", delete_stale=False)
    assert [type(one) for one in plan.changes] == [Write]
    assert "a_te_outputs.npz" in plan.warnings[0] and "a_flux_te.npz" in plan.warnings[0]


def test_nothing_edited_is_an_empty_plan(folder: Path) -> None:
    assert save_plan(open_caption(folder / "a.txt", folder / "a.txt"), "a.txt", folder / "a.png").empty
    assert save_plan(open_caption(folder / "b.txt", None), "", folder / "b.png").empty
    (folder / "b.txt").write_bytes(b"\xff")
    undecodable = open_caption(folder / "b.txt", folder / "b.txt")
    assert save_plan(undecodable, undecodable.text, folder / "b.png").empty


def test_an_emptied_caption_says_so(folder: Path) -> None:
    plan = save_plan(open_caption(folder / "a.txt", folder / "a.txt"), "", folder / "a.png")
    (write, *_) = plan.changes
    assert isinstance(write, Write) and write.after == b"\n"
    assert "0 bytes" in plan.warnings[0]


def test_editing_a_borrowed_caption_makes_the_images_own_file(folder: Path) -> None:
    (folder / "a_1_2_3_4.png").write_bytes(b"")
    (folder / "a.txt").write_bytes(b"shared text\r\n")
    caption = open_caption(folder / "a_1_2_3_4.txt", folder / "a.txt")
    assert caption.text == "shared text\n"
    assert save_plan(caption, "shared text\n", folder / "a_1_2_3_4.png").empty
    plan = save_plan(caption, "own text\n", folder / "a_1_2_3_4.png")
    assert plan.changes == (Write(folder / "a_1_2_3_4.txt", None, b"own text\r\n"),)


def test_caches_of_those_that_borrow_the_caption_are_stale_too(folder: Path) -> None:
    for name in ("a_1_2_3_4.png", "a_5_6_7_8.png", "a_5_6_7_8.txt", "c_1_2_3_4.png"):
        (folder / name).write_bytes(b"x")
    caches = [folder / f"{stem}_te_outputs.npz" for stem in ("a", "a_1_2_3_4", "a_5_6_7_8", "c_1_2_3_4")]
    for cache in caches:
        cache.write_bytes(b"")
    assert set(stale(folder / "a.png", folder / "a.txt")) == {caches[0], caches[1], folder / "a_flux_te.npz"}


def test_the_trainers_own_list_of_captions_is_stale_too(folder: Path) -> None:
    (folder / "metadata_cache.json").write_bytes(b"{}")
    assert folder / "metadata_cache.json" in stale(folder / "b.png")
