"""Images thrown away, moved and copied, with all that belongs to them; undo brings everything back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sdtui.base.errors import UsageError
from sdtui.dataset.project import CaptionSource, Project
from sdtui.dataset.scan import open_project
from sdtui.edits.images import copy, move, trash
from sdtui.edits.proposal import Proposal
from sdtui.edits.repeats import find_subset
from sdtui.edits.trash import empty_trash, trash_size
from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from tests.dataset.making import image, sample
from tests.edits.making import contents

NOON = 1_750_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a", "b", "c"):
        image(root / "10_cat" / f"{name}.png", caption=f"cat {name}")
    image(root / "4_dog" / "d.png", caption="dog d")
    for name in ("a_0064x0064_sdxl.npz", "a_te_outputs.npz", "a.npz", "ab_te_outputs.npz"):
        (root / "10_cat" / name).write_bytes(name.encode())
    return root


def applied(project: Project, proposal: Proposal) -> Project:
    """Apply, and look at the dataset again."""
    Journal(project.home).apply(proposal.to_apply(delete_stale=True))
    return open_project(project.toml or project.root)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def said(proposal: Proposal) -> str:
    return "\n".join(proposal.plan.warnings)


# -- thrown away -----------------------------------------------------------------------------------------------------


def test_an_image_goes_to_the_trash_with_all_that_belongs_to_it_and_comes_back(root: Path) -> None:
    before = contents(root)
    project = open_project(root)
    proposal = trash(project, [sample(project, "a.png")], now=NOON)
    after = applied(project, proposal)
    assert proposal.title == "throw a.png away"
    assert [one.name for one in after.subsets[1].samples] == ["b.png", "c.png"]
    assert names(root / "10_cat") == ["ab_te_outputs.npz", "b.png", "b.txt", "c.png", "c.txt"]
    (stamp,) = (root / ".sdtui" / "trash").iterdir()
    assert (stamp / "10_cat" / "a.txt").read_bytes() == b"cat a"
    assert names(stamp / "10_cat") == ["a.npz", "a.png", "a.txt", "a_0064x0064_sdxl.npz", "a_te_outputs.npz"]
    undone = Journal(root / ".sdtui").undo()
    assert undone.refused == () and contents(root) == before


def test_what_an_image_that_stays_needs_stays(root: Path) -> None:
    image(root / "10_cat" / "a.jpg", caption=None)
    (root / "10_cat" / "b_1_2_3_4.png").write_bytes((root / "10_cat" / "b.png").read_bytes())
    project = open_project(root)
    proposal = trash(project, [sample(project, "a.png"), sample(project, "b.png")])
    after = applied(project, proposal)
    assert sample(after, "a.jpg").caption == "cat a"
    assert sample(after, "b_1_2_3_4.png").caption == "cat b"
    assert {"a.txt", "a_te_outputs.npz", "b.txt"} <= set(names(root / "10_cat"))
    assert "Left where it is, because other images need it: a.txt" in said(proposal)


def test_images_that_share_a_caption_take_it_along_together(root: Path) -> None:
    image(root / "10_cat" / "a.jpg", caption=None)
    project = open_project(root)
    after = applied(project, trash(project, [sample(project, "a.png"), sample(project, "a.jpg")]))
    assert not (root / "10_cat" / "a.txt").exists() and len(after.subsets[1].samples) == 2


@pytest.mark.parametrize("unread", [".txt", ".caption"])
def test_the_ending_of_captions_stays_that_of_those_who_borrow(tmp_path: Path, unread: str) -> None:
    read = {".txt": ".caption", ".caption": ".txt"}[unread]
    for name in ("a", "a_1_2_3_4", "b"):
        image(tmp_path / "10_cat" / f"{name}.png", caption=None)
    (tmp_path / "10_cat" / f"a{read}").write_text("lent")
    if unread == ".caption":
        (tmp_path / "10_cat" / "b.caption").write_text("never read")
    project = open_project(tmp_path)
    assert sample(project, "a_1_2_3_4.png").caption == "lent"
    proposal = trash(project, [sample(project, "a.png")])
    after = applied(project, proposal)
    assert sample(after, "a_1_2_3_4.png").caption == "lent" and sample(after, "b.png").caption is None
    assert "because it would not be read any more: a_1_2_3_4.png" in said(proposal)


def test_masks_go_along(root: Path) -> None:
    for name in ("a", "b", "c"):
        image(root / "10_cat" / "conditioning" / f"{name}.png", caption=None)
    project = open_project(root)
    after = applied(project, trash(project, [sample(project, "a.png")]))
    assert names(root / "10_cat" / "conditioning") == ["b.png", "c.png"]
    assert all(one.problem is None for one in after.subsets[1].samples)
    assert not [entry for entry in after.ignored if "mask" in entry.reason]


def test_the_size_of_the_trash_is_told_and_it_can_be_emptied_for_good(root: Path) -> None:
    project = open_project(root)
    assert "trash" not in said(trash(project, [sample(project, "b.png")]))
    project = applied(project, trash(project, [sample(project, "a.png")], now=NOON))
    assert trash_size(project.home).files == 5
    assert "The trash of this project holds 5 files" in said(trash(project, [sample(project, "b.png")]))
    # Two in one second do not meet.
    applied(project, trash(project, [sample(project, "b.png")], now=NOON))
    assert len(list((project.home / "trash").iterdir())) == 2
    assert empty_trash(project.home).files == 7 and trash_size(project.home).files == 0
    assert empty_trash(project.home).files == 0
    refused = Journal(project.home).undo().refused
    assert {path.name for path, _ in refused} >= {"b.png", "b.txt"}


def test_a_subset_without_an_image_left_is_told(root: Path) -> None:
    project = open_project(root)
    assert "4_dog has no image left" in said(trash(project, project.subsets[0].samples))
    everything = [one for subset in project.subsets for one in subset.samples]
    assert "No image is left in the whole project" in said(trash(project, everything))


def test_what_is_gone_already_is_left_out_with_a_sentence(root: Path) -> None:
    project = open_project(root)
    (root / "10_cat" / "b.png").unlink()
    proposal = trash(project, [sample(project, "b.png")])
    assert proposal.empty and proposal.left_out == ((root / "10_cat" / "b.png", "It is no longer there."),)


def test_what_a_live_run_reads_is_not_thrown_away(root: Path) -> None:
    project = open_project(root)
    proposal = trash(project, [sample(project, "a.png")])
    with pytest.raises(Exception, match='"night" is reading it, so it cannot be renamed, moved or deleted'):
        Journal(project.home).apply(proposal.plan, [Held(root / "10_cat", "night")])
    assert (root / "10_cat" / "a.png").exists()


def test_the_trainers_own_lists_of_images_go(root: Path) -> None:
    for folder in ("10_cat", "4_dog"):
        (root / folder / "metadata_cache.json").write_text("{}")
    project = open_project(root)
    applied(project, move(project, [sample(project, "b.png")], "dog"))
    assert not list(root.rglob("metadata_cache.json"))
    Journal(project.home).undo()
    assert len(list(root.rglob("metadata_cache.json"))) == 2


# -- moved and copied ------------------------------------------------------------------------------------------------


def test_an_image_moves_with_caption_and_caches_that_fit(root: Path) -> None:
    before = contents(root)
    project = open_project(root)
    proposal = move(project, [sample(project, "a.png")], "dog")
    after = applied(project, proposal)
    assert proposal.title == "move a.png to 4_dog"
    assert (sample(after, "a.png").subset, sample(after, "a.png").caption) == ("4_dog", "cat a")
    assert {"a_0064x0064_sdxl.npz", "a_te_outputs.npz", "a.npz"} <= set(names(root / "4_dog"))
    assert names(root / "10_cat") == ["ab_te_outputs.npz", "b.png", "b.txt", "c.png", "c.txt"]
    assert Journal(project.home).undo().refused == () and contents(root) == before


def test_a_copy_leaves_everything_where_it_is(root: Path) -> None:
    before = contents(root / "10_cat")
    project = open_project(root)
    after = applied(project, copy(project, [sample(project, "a.png")], project.subsets[0]))
    assert contents(root / "10_cat") == before
    assert sorted(one.name for one in after.subsets[0].samples) == ["a.png", "d.png"]
    assert (root / "4_dog" / "a_te_outputs.npz").read_bytes() == b"a_te_outputs.npz"


def test_a_taken_name_gets_a_number_on_every_file(root: Path) -> None:
    image(root / "4_dog" / "A.jpg", caption="dog a")
    image(root / "4_dog" / "a-2.png", caption="dog a2")
    (root / "4_dog" / "B.caption").write_text("an orphan")
    project = open_project(root)
    chosen = [sample(project, name) for name in ("a.png", "b.png")]
    proposal = move(project, chosen, "dog")
    after = applied(project, proposal)
    assert sample(after, "a-3.png").caption == "cat a" and sample(after, "b-2.png").caption == "cat b"
    assert sample(after, "A.jpg").caption == "dog a" and sample(after, "a-2.png").caption == "dog a2"
    assert {"a-3_te_outputs.npz", "a-3_0064x0064_sdxl.npz", "a-3.npz"} <= set(names(root / "4_dog"))
    assert "Renamed, because 4_dog has such a name already: a.png becomes a-3.png" in said(proposal)


def test_a_caption_that_others_need_is_copied_and_each_keeps_its_text(root: Path) -> None:
    image(root / "10_cat" / "a.jpg", caption=None)
    image(root / "10_cat" / "b_1_2_3_4.png", caption=None)
    project = open_project(root)
    after = applied(project, move(project, [sample(project, "a.jpg"), sample(project, "b.png")], "dog"))
    captions = {f"{one.subset}/{one.name}": one.caption for subset in after.subsets for one in subset.samples}
    assert captions == {
        "10_cat/a.png": "cat a",
        "4_dog/a.jpg": "cat a",
        "4_dog/b.png": "cat b",
        "10_cat/b_1_2_3_4.png": "cat b",
        "10_cat/c.png": "cat c",
        "4_dog/d.png": "dog d",
    }


def test_a_borrowed_caption_becomes_the_images_own(root: Path) -> None:
    image(root / "10_cat" / "b_1_2_3_4.png", caption=None)
    project = open_project(root)
    assert sample(project, "b_1_2_3_4.png").caption_source is CaptionSource.BORROWED
    # Also where the one that it is borrowed from goes along.
    proposal = move(project, [sample(project, "b.png"), sample(project, "b_1_2_3_4.png")], "dog")
    after = applied(project, proposal)
    moved = sample(after, "b_1_2_3_4.png")
    assert (moved.caption, moved.caption_source) == ("cat b", CaptionSource.OWN)
    assert "A borrowed caption becomes the image's own: b_1_2_3_4.png" in said(proposal)


def test_what_comes_lends_its_caption_to_nobody(root: Path) -> None:
    image(root / "4_dog" / "b_1_2_3_4.png", caption=None)
    project = open_project(root)
    after = applied(project, move(project, [sample(project, "b.png")], "dog"))
    assert sample(after, "b_1_2_3_4.png").caption is None
    assert sample(after, "b-2.png").caption == "cat b"


def test_captions_get_the_ending_that_is_read_there(tmp_path: Path) -> None:
    image(tmp_path / "10_cat" / "a.png", caption="cat")
    image(tmp_path / "4_dog" / "d.png", caption=None)
    (tmp_path / "4_dog" / "d.caption").write_bytes(b"dog\r\n")
    project = open_project(tmp_path)
    after = applied(project, move(project, [sample(project, "a.png"), sample(project, "d.png")], "dog"))
    assert {one.name: one.caption for one in after.subsets[0].samples} == {"a.png": "cat", "d.png": "dog"}
    assert (tmp_path / "4_dog" / "a.caption").read_bytes() == b"cat"


def test_other_class_tokens_and_their_caches_are_told(root: Path) -> None:
    (root / "10_cat" / "a.txt").unlink()
    project = open_project(root)
    proposal = move(project, [sample(project, "a.png")], "dog")
    applied(project, proposal)
    assert 'Without a caption, and so trained on "dog" there: a.png' in said(proposal)
    assert "cache something else in 4_dog: a_te_outputs.npz." in said(proposal)
    assert not (root / "4_dog" / "a_te_outputs.npz").exists() and (root / "4_dog" / "a_0064x0064_sdxl.npz").exists()
    assert list((root / ".sdtui" / "trash").glob("*/10_cat/a_te_outputs.npz"))


def test_a_mask_has_no_place_in_a_subset_without_masks(root: Path) -> None:
    for name in ("a", "b", "c"):
        image(root / "10_cat" / "conditioning" / f"{name}.png", caption=None)
    project = open_project(root)
    proposal = move(project, [sample(project, "a.png")], "dog")
    after = applied(project, proposal)
    assert "Put into the trash, because 4_dog has no masks: a.png" in said(proposal)
    assert names(root / "10_cat" / "conditioning") == ["b.png", "c.png"]
    assert list((root / ".sdtui" / "trash").glob("*/10_cat/conditioning/a.png"))
    proposal = move(after, [sample(after, "d.png")], "cat")
    assert "Without a mask, and the trainer stops at that in 10_cat: d.png" in said(proposal)


def test_a_mask_goes_to_the_masks_of_the_other_subset(root: Path) -> None:
    for subset, each in (("10_cat", "a"), ("10_cat", "b"), ("10_cat", "c"), ("4_dog", "d")):
        image(root / subset / "conditioning" / f"{each}.png", caption=None)
    image(root / "4_dog" / "conditioning" / "a.png", caption=None)
    project = open_project(root)
    after = applied(project, move(project, [sample(project, "a.png")], "dog"))
    moved = sample(after, "a-2.png")
    assert moved.mask_path == root / "4_dog" / "conditioning" / "a-2.png" and moved.problem is None


def test_a_subset_that_does_not_exist_is_made_for_them(root: Path) -> None:
    before = contents(root)
    project = open_project(root)
    after = applied(project, move(project, [sample(project, "a.png"), sample(project, "b.png")], "3_new"))
    assert {subset.name: subset.img_count for subset in after.subsets} == {"3_new": 2, "4_dog": 1, "10_cat": 1}
    assert Journal(project.home).undo().refused == () and contents(root) == before
    with pytest.raises(UsageError, match="cannot be the name of a subset"):
        move(project, [sample(project, "a.png")], "../elsewhere")


def test_an_empty_subset_takes_images(root: Path) -> None:
    (root / "7_bird").mkdir()
    project = open_project(root)
    proposal = move(project, [sample(project, "a.png")], "bird")
    after = applied(project, proposal)
    assert sample(after, "a.png").subset == "7_bird" and "made" not in said(proposal)
    path = root / "my.toml"
    tables = "".join(f'[[datasets.subsets]]\nimage_dir = "{root}/{name}"\n' for name in ("7_bird", "empty"))
    path.write_text(f'[general]\ncaption_extension = ".txt"\n[[datasets]]\nresolution = 512\n{tables}')
    (root / "empty").mkdir()
    project = open_project(path)
    before = path.read_bytes()
    after = applied(project, move(project, [sample(project, "a.png")], "empty"))
    assert sample(after, "a.png").caption == "cat a" and sample(after, "a.png").subset == "empty"
    assert path.read_bytes() == before


def test_an_image_that_is_there_already_is_left_out(root: Path) -> None:
    project = open_project(root)
    proposal = copy(project, [sample(project, "a.png"), sample(project, "d.png")], "dog")
    assert proposal.left_out == ((root / "4_dog" / "d.png", "It is in this subset already."),)
    assert proposal.title == "copy a.png to 4_dog"


HOSTILE = ["\x1b[31m red\n.png", "[b]x[b].png", "b\udcff.png", "{count}.png", "猫 😀.png", "a" * 200 + ".png"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_are_hard_to_bear(root: Path, name: str) -> None:
    image(root / "10_cat" / name, caption="hard")
    before = contents(root)
    project = open_project(root)
    after = applied(project, move(project, [sample(project, name)], "dog"))
    assert sample(after, name).caption == "hard" and sample(after, name).subset == "4_dog"
    after = applied(after, trash(after, [sample(after, name)]))
    assert [one.name for one in after.subsets[0].samples] == ["d.png"]
    journal = Journal(project.home)
    assert journal.undo().refused == () and journal.undo().refused == () and contents(root) == before


def test_bytes_that_are_no_caption_move_as_they_are(root: Path) -> None:
    for name, data in (("a", b"\xff\xfe no utf-8"), ("b", b""), ("c", b"\xef\xbb\xbftwo\r\nlines")):
        (root / "10_cat" / f"{name}.txt").write_bytes(data)
    project = open_project(root)
    wanted = {path.name: path.read_bytes() for path in (root / "10_cat").glob("*.txt")}
    applied(project, move(project, project.subsets[1].samples, "dog"))
    assert {path.name: path.read_bytes() for path in (root / "4_dog").glob("[abc].txt")} == wanted


def test_a_link_that_would_lead_elsewhere_stays(root: Path) -> None:
    (root / "pool.png").write_bytes((root / "10_cat" / "a.png").read_bytes())
    (root / "10_cat" / "far.png").symlink_to(root / "pool.png")
    (root / "10_cat" / "near.png").symlink_to("a.png")
    (root / "10_cat" / "beside.png").symlink_to("../pool.png")
    project = open_project(root)
    proposal = move(project, [sample(project, f"{name}.png") for name in ("far", "near", "beside")], "dog")
    assert [path.name for path, _ in proposal.left_out] == ["near.png"]
    after = applied(project, proposal)
    assert (root / "4_dog" / "far.png").is_symlink() and sample(after, "far.png").problem is None
    assert sample(after, "beside.png").subset == "4_dog"


def test_a_caption_that_is_a_link_is_not_lost_on_the_way(root: Path) -> None:
    folder = root / "10_cat"
    words = (folder / "a.txt").read_bytes()
    (folder / "a.txt").rename(folder / "shared.text")
    (folder / "a.txt").symlink_to("shared.text")
    project = open_project(root)
    ((path, why),) = (moved := move(project, [sample(project, "a.png")], "dog")).left_out
    assert path.name == "a.png" and "a.txt is a link by a relative path" in why and moved.plan.empty
    applied(project, copy(project, [sample(project, "a.png")], "dog"))
    assert (root / "4_dog" / "a.txt").read_bytes() == words and not (root / "4_dog" / "a.txt").is_symlink()


def test_a_caption_that_is_no_file_does_not_keep_its_image_from_being_copied(root: Path) -> None:
    (root / "10_cat" / "a.txt").unlink()
    (root / "10_cat" / "a.txt").mkdir()
    (root / "10_cat" / "b.txt").unlink()
    (root / "10_cat" / "b.txt").symlink_to("nowhere.txt")
    project = open_project(root)
    proposal = copy(project, [sample(project, "a.png"), sample(project, "b.png")], "dog")
    (warning,) = (one for one in proposal.plan.warnings if "only files are copied" in one)
    assert "a.txt, b.txt" in warning
    applied(project, proposal)
    assert (root / "4_dog" / "a.png").is_file() and not (root / "4_dog" / "a.txt").exists()


def test_what_is_no_file_is_moved_but_not_copied(root: Path) -> None:
    (root / "10_cat" / "folder.png").mkdir()
    (root / "10_cat" / "nowhere.png").symlink_to("/nowhere.png")
    project = open_project(root)
    chosen = [sample(project, "folder.png"), sample(project, "nowhere.png")]
    assert len(copy(project, chosen, "dog").left_out) == 2
    after = applied(project, move(project, chosen, "dog"))
    assert (root / "4_dog" / "folder.png").is_dir() and sample(after, "nowhere.png").subset == "4_dog"


def test_a_long_name_makes_room_for_its_number(root: Path) -> None:
    name = "猫" * 83  # 249 bytes
    for folder in ("10_cat", "4_dog"):
        image(root / folder / f"{name}.png", caption=folder)
    project = open_project(root)
    after = applied(project, move(project, [find_subset(project, "cat").samples[-1]], "dog"))
    assert sorted(one.caption or "" for one in after.subsets[0].samples) == ["10_cat", "4_dog", "dog d"]


def test_another_disk_is_no_obstacle(root: Path) -> None:
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == root.stat().st_dev:
        pytest.skip("no second file system here")
    with TemporaryDirectory(dir=shm) as elsewhere:
        there = Path(elsewhere)
        image(there / "far" / "f.png", caption="far away")
        path = root / "my.toml"
        tables = "".join(f'[[datasets.subsets]]\nimage_dir = "{one}"\n' for one in (root / "4_dog", there / "far"))
        path.write_text(f'[general]\ncaption_extension = ".txt"\n[[datasets]]\nresolution = 512\n{tables}')
        before = contents(there), contents(root)
        project = open_project(path)
        after = applied(project, move(project, [sample(project, "f.png")], "4_dog"))
        assert sample(after, "f.png").caption == "far away" and contents(there) == {}
        assert Journal(project.home).undo().refused == () and (contents(there), contents(root)) == before
        applied(project, trash(project, [sample(project, "f.png")]))
        (thrown,) = (root / ".sdtui" / "trash").glob(f"*{there}/far/f.txt")
        assert thrown.read_bytes() == b"far away" and contents(there) == {}
        assert Journal(project.home).undo().refused == () and (contents(there), contents(root)) == before


# -- read from metadata files ----------------------------------------------------------------------------------------


DOCUMENT = """{
  "ROOT/10_cat/a.png": {"caption": "cat a", "tags": "x", "odd": [1.50, NaN]},
  "ROOT/10_cat/b.png" : { "caption":"cat b \\u00e9" },
  "ROOT/10_cat/c.png": {"caption": "cat c"}
}
"""
LINES = '{"image_path": "d.png", "caption": "dog d"}\r\n{"image_path":"e.png","caption":"dog \u00e9", "own": 1}'


@pytest.fixture
def config(root: Path) -> Path:
    """Two subsets whose images and captions are told by a JSON with full paths and by JSON Lines without."""
    image(root / "4_dog" / "e.png", caption=None)
    (root / "cats.json").write_text(DOCUMENT.replace("ROOT", str(root)))
    (root / "dogs.jsonl").write_text(LINES, newline="")
    path = root / "my.toml"
    path.write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "{root}/cats.json"\n'
        f'[[datasets.subsets]]\nmetadata_file = "{root}/dogs.jsonl"\nimage_dir = "{root}/4_dog"\n'
    )
    return path


def test_a_metadata_file_names_no_image_that_was_thrown_away(root: Path, config: Path) -> None:
    before = contents(root)
    project = open_project(config)
    after = applied(project, trash(project, [sample(project, name) for name in ("b.png", "d.png")]))
    assert [one.caption for subset in after.subsets for one in subset.samples] == ["cat a,x", "cat c", "dog é"]
    lines = DOCUMENT.replace("ROOT", str(root)).splitlines(keepends=True)
    assert (root / "cats.json").read_text() == "".join(line for line in lines if "b.png" not in line)
    assert (root / "dogs.jsonl").read_bytes() == LINES.partition("\n")[2].encode()
    assert not (root / "10_cat" / "b.txt").exists()
    assert Journal(project.home).undo().refused == () and contents(root) == before


def test_an_entry_moves_to_the_other_metadata_file_with_its_image(root: Path, config: Path) -> None:
    before = contents(root)
    project = open_project(config)
    after = applied(project, move(project, [sample(project, "a.png"), sample(project, "c.png")], project.subsets[1]))
    captions = {one.path: one.caption for subset in after.subsets for one in subset.samples}
    assert captions == {
        root / "10_cat" / "b.png": "cat b é",
        root / "4_dog" / "a.png": "cat a,x",
        root / "4_dog" / "c.png": "cat c",
        root / "4_dog" / "d.png": "dog d",
        root / "4_dog" / "e.png": "dog é",
    }
    written = (root / "dogs.jsonl").read_bytes().decode()
    assert written.startswith(LINES + "\r\n") and '"odd": [1.5, NaN]' in written and '"image_path": "a.png"' in written
    assert (root / "4_dog" / "a.txt").read_text() == "cat a" and (root / "4_dog" / "a_te_outputs.npz").exists()
    assert Journal(project.home).undo().refused == () and contents(root) == before

    project = open_project(config)
    after = applied(project, copy(project, [sample(project, "e.png")], project.subsets[0]))
    found = {str(one.path): one.caption for one in after.subsets[0].samples}
    assert found[f"{root}/10_cat/e.png"] == "dog é"
    assert f',\n  "{root}/10_cat/e.png": {{"caption": "dog \\u00e9", "own": 1}}\n}}' in (root / "cats.json").read_text()


def test_subsets_that_share_a_folder_exchange_entries_only(root: Path, config: Path) -> None:
    (root / "dogs.jsonl").write_text(f'{{"image_path": "{root}/10_cat/z.png", "caption": "z"}}\n')
    image(root / "10_cat" / "z.png", caption=None)
    project = open_project(config)
    proposal = move(project, [sample(project, "a.png")], project.subsets[1])
    after = applied(project, proposal)
    assert len(proposal.plan.changes) == 2 and (root / "10_cat" / "a.png").exists()
    assert [one.name for one in after.subsets[1].samples] == ["a.png", "z.png"]


def test_captions_in_files_and_in_metadata_do_not_mix(root: Path, config: Path) -> None:
    with config.open("a") as file:
        file.write(f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\n')
    project = open_project(config)
    (_, reason) = move(project, [sample(project, "d.png")], project.subsets[2]).left_out[0]
    assert "Only one of the two subsets is read from a metadata file" in reason
