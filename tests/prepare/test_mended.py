"""Images mended as Plans: what belongs to them follows, what cannot be mended stays, and nothing is lost."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.errors import WriteError
from sdtui.base.work import WorkCancelled, finish
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.edits.proposal import Proposal
from sdtui.plans.journal import Journal
from sdtui.prepare.mended import converted, flattened, upright
from sdtui.prepare.renamed import with_endings, with_own_stems
from sdtui.prepare.staging import discard
from tests.images.hard import SIZE, encoded, gradient, turned

TURNED = SIZE[::-1]


def masked_dataset(root: Path) -> Path:
    """A subset with masks, of which one fits the picture as stored and one the picture as shown."""
    place = root / "5_thing"
    (place / "conditioning").mkdir(parents=True)
    for stem, size in (("stored", SIZE), ("shown", TURNED)):
        (place / f"{stem}.jpg").write_bytes(encoded(gradient(), "JPEG", exif=turned(6)))
        Image.linear_gradient("L").resize(size).save(place / "conditioning" / f"{stem}.png")
    return root


def apply(project: Project, proposal: Proposal) -> Journal:
    journal = Journal(project.home)
    assert journal.apply(proposal.plan).left == ()
    return journal


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_a_mask_of_the_stored_size_turns_with_its_image_and_one_that_fits_already_stays(tmp_path: Path) -> None:
    project = open_project(masked_dataset(tmp_path))
    images = [sample.path for sample in project.subsets[0].samples]
    proposal = finish(upright(project, images))
    assert proposal.title == "turn 2 images upright"
    apply(project, proposal)
    masks = images[0].parent / "conditioning"
    assert {size_of(path) for path in (*images, masks / "stored.png", masks / "shown.png")} == {TURNED}
    with Image.open(masks / "stored.png") as mask:
        # The EXIF orientation 6: what is stored as the left edge is shown as the upper one.
        assert mask.tobytes() == Image.linear_gradient("L").resize(SIZE).transpose(Image.Transpose.ROTATE_270).tobytes()
    assert all(sample.problem is None for sample in open_project(tmp_path).subsets[0].samples)


def test_the_size_that_a_metadata_file_says_follows_the_turn(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(gradient(), "JPEG", exif=turned(6)))
    (tmp_path / "b.jpg").write_bytes(encoded(gradient(), "JPEG"))
    entries = {str(tmp_path / name): {"caption": name, "image_size": list(SIZE)} for name in ("a.jpg", "b.jpg")}
    (tmp_path / "m.json").write_text(json.dumps(entries))
    config = '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "m.json"\nimage_dir = "."\n'
    (tmp_path / "c.toml").write_text(config.replace("m.json", f"{tmp_path}/m.json").replace('"."', f'"{tmp_path}"'))
    project = open_project(tmp_path / "c.toml")
    journal = apply(project, finish(upright(project, [tmp_path / "a.jpg"])))
    entries[str(tmp_path / "a.jpg")]["image_size"] = list(TURNED)
    assert json.loads((tmp_path / "m.json").read_text()) == entries
    journal.undo()
    assert size_of(tmp_path / "a.jpg") == SIZE


def test_what_was_cached_of_the_old_picture_goes_and_what_was_cached_of_its_text_stays(tmp_path: Path) -> None:
    place = tmp_path / "5_thing"
    place.mkdir()
    gradient().save(place / "a.png", exif=turned(3))
    Image.new("RGB", SIZE).save(place / "b.png")
    for name in ("a_0096x0064_sdxl.npz", "b_0096x0064_sdxl.npz", "a_te_outputs.npz", "metadata_cache.json"):
        (place / name).write_bytes(b"{}")
    (place / "a.txt").write_text("a thing")
    project = open_project(tmp_path)
    journal = apply(project, finish(upright(project, [place / "a.png", place / "b.png"])))
    left = {path.name for path in place.iterdir()}
    assert left == {"a.png", "b.png", "a.txt", "a_te_outputs.npz", "b_0096x0064_sdxl.npz"}
    journal.undo()
    assert {path.name for path in place.iterdir()} == left | {"a_0096x0064_sdxl.npz", "metadata_cache.json"}


@pytest.mark.slow
def test_what_is_replaced_lies_in_the_trash(tmp_path: Path) -> None:
    (tmp_path / "5_thing").mkdir()
    before = encoded(gradient(), "JPEG", exif=turned(6))
    (tmp_path / "5_thing" / "a.jpg").write_bytes(before)
    project = open_project(tmp_path)
    proposal = finish(upright(project, [tmp_path / "5_thing" / "a.jpg"]))
    assert any("trash" in warning for warning in proposal.plan.warnings)
    apply(project, proposal)
    [kept] = (path for path in (tmp_path / ".sdtui" / "trash").rglob("*.jpg"))
    assert kept.read_bytes() == before


@pytest.mark.slow
def test_an_image_that_cannot_be_opened_is_left_with_its_mask(tmp_path: Path) -> None:
    project = open_project(masked_dataset(tmp_path))
    broken = tmp_path / "5_thing" / "stored.jpg"
    data = broken.read_bytes()
    list(upright(project, [broken]))  # its facts are known from now on
    seen = broken.stat()
    broken.write_bytes(data[:300] + bytes(len(data) - 300))
    os.utime(broken, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    proposal = finish(upright(project, [broken]))
    assert [path for path, _ in proposal.left_out] == [broken]
    assert proposal.empty


def test_an_image_that_is_a_link_is_replaced_and_what_it_leads_to_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    original = tmp_path / "elsewhere" / "photo.jpg"
    original.write_bytes(encoded(gradient(), "JPEG", exif=turned(8)))
    place = tmp_path / "set" / "5_thing"
    place.mkdir(parents=True)
    (place / "a.jpg").symlink_to(original)
    before = original.read_bytes()
    project = open_project(tmp_path / "set")
    journal = apply(project, finish(upright(project, [place / "a.jpg"])))
    assert size_of(place / "a.jpg") == TURNED
    assert original.read_bytes() == before
    journal.undo()
    assert (place / "a.jpg").readlink() == original


def test_a_picture_converted_takes_the_caption_that_waited_for_it(tmp_path: Path) -> None:
    place = tmp_path / "5_thing"
    place.mkdir()
    for name, kind in (("a.gif", "GIF"), ("b.tif", "TIFF"), ("c.gif", "GIF"), ("d.gif", "GIF"), ("d.tif", "TIFF")):
        (place / name).write_bytes(encoded(gradient(), kind))
    (place / "c.png").write_bytes(encoded(gradient(), "PNG"))
    (place / "a.txt").write_text("a circle")
    project = open_project(tmp_path)
    paths = [entry.path for entry in project.ignored if entry.path.suffix in (".gif", ".tif")]
    proposal = finish(converted(project, paths))
    assert [path.name for path, _ in proposal.left_out] == ["c.gif", "d.tif"]
    apply(project, proposal)
    samples = {sample.name: sample.caption for sample in open_project(tmp_path).subsets[0].samples}
    assert samples == {"a.png": "a circle", "b.png": None, "c.png": None, "d.png": None}


def test_endings_are_renamed_where_the_name_is_free_and_metadata_files_follow(tmp_path: Path) -> None:
    for name in ("a.jpeg", "b.jpeg", "b.jpg"):
        (tmp_path / name).write_bytes(encoded(gradient(), "JPEG"))
    entries = {name: {"caption": name} for name in ("a.jpeg", "b.jpeg", "b.jpg")}
    (tmp_path / "m.json").write_text(json.dumps(entries))
    (tmp_path / "c.toml").write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "{tmp_path}/m.json"\n'
        f'image_dir = "{tmp_path}"\n'
    )
    project = open_project(tmp_path / "c.toml")
    proposal = with_endings(project, {tmp_path / "a.jpeg": ".jpg", tmp_path / "b.jpeg": ".jpg"})
    assert [(path.name, "b.jpg" in reason) for path, reason in proposal.left_out] == [("b.jpeg", True)]
    journal = apply(project, proposal)
    renamed = {"a.jpg": {"caption": "a.jpeg"}, "b.jpeg": {"caption": "b.jpeg"}, "b.jpg": {"caption": "b.jpg"}}
    assert json.loads((tmp_path / "m.json").read_text()) == renamed
    assert (tmp_path / "a.jpg").is_file()
    journal.undo()
    assert json.loads((tmp_path / "m.json").read_text()) == entries


def test_namesakes_part_and_both_keep_the_caption_and_the_mask(tmp_path: Path) -> None:
    place = tmp_path / "5_thing"
    (place / "conditioning").mkdir(parents=True)
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG"), ("a-2.png", "PNG")):
        (place / name).write_bytes(encoded(gradient(), kind))
    for stem in ("a", "a-2"):
        (place / "conditioning" / f"{stem}.png").write_bytes(encoded(gradient(), "PNG"))
        (place / f"{stem}.txt").write_text(f"caption of {stem}")
    (place / "a_0096x0064_sdxl.npz").write_bytes(b"x")
    project = open_project(tmp_path)
    apply(project, with_own_stems(project, [place / "a.png", place / "a.jpg"]))
    samples = open_project(tmp_path).subsets[0].samples
    assert {one.name: (one.caption, one.mask_path and one.mask_path.name) for one in samples} == {
        "a.jpg": ("caption of a", "a.png"),
        "a-3.png": ("caption of a", "a-3.png"),
        "a-2.png": ("caption of a-2", "a-2.png"),
    }
    assert not (place / "a_0096x0064_sdxl.npz").exists()


def two_turned(root: Path) -> tuple[Project, list[Path]]:
    place = root / "5_thing"
    place.mkdir()
    images = [place / "a.jpg", place / "b.jpg"]
    for path in images:
        path.write_bytes(encoded(gradient(), "JPEG", exif=turned(6)))
    return open_project(root), images


def waiting(root: Path) -> list[Path]:
    return sorted((root / ".sdtui" / "prepared").rglob("*.jpg"))


def test_a_cancelled_mending_leaves_nothing_behind(tmp_path: Path) -> None:
    project, images = two_turned(tmp_path)
    finish(upright(project, images))
    before = waiting(tmp_path)
    assert len(before) == 2
    with pytest.raises(WorkCancelled):
        finish(flattened(project, images, cancelled=lambda: True))
    assert waiting(tmp_path) == before


def test_where_nothing_can_be_prepared_it_is_an_error(tmp_path: Path) -> None:
    project, images = two_turned(tmp_path)
    (tmp_path / ".sdtui").mkdir()
    (tmp_path / ".sdtui" / "prepared").write_text("in the way")
    with pytest.raises(WriteError):
        finish(flattened(project, images))


@pytest.mark.slow
def test_what_waits_for_a_day_is_swept_away_and_an_undo_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, images = two_turned(tmp_path)
    before = [path.read_bytes() for path in images]
    finish(upright(project, images))
    applied = finish(upright(project, images))
    assert len(waiting(tmp_path)) == 4, "another may still be looked at"
    journal = apply(project, applied)
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr("sdtui.prepare.staging.time.time", lambda: later)
    finish(flattened(project, images[:1]))
    assert len(waiting(tmp_path)) == 1
    journal.undo()
    assert [path.read_bytes() for path in images] == before


@pytest.mark.slow
def test_what_was_being_made_when_the_process_died_is_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, images = two_turned(tmp_path)
    finish(upright(project, images))
    [record] = (tmp_path / ".sdtui" / "prepared").glob("*/written.json")
    record.unlink()
    finish(upright(project, images))
    assert len(waiting(tmp_path)) == 4
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr("sdtui.prepare.staging.time.time", lambda: later)
    finish(upright(project, images))
    assert len(waiting(tmp_path)) == 2


@pytest.mark.slow
def test_what_was_painted_over_before_an_undo_is_never_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, images = two_turned(tmp_path)
    journal = apply(project, finish(upright(project, images)))
    images[0].write_bytes(b"painted over")
    journal.undo()
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr("sdtui.prepare.staging.time.time", lambda: later)
    finish(flattened(project, images[1:]))
    assert [path.read_bytes() for path in waiting(tmp_path) if path.name == "a.jpg"] == [b"painted over"]


@pytest.mark.slow
def test_what_nobody_wants_is_discarded_and_what_another_looks_at_is_not(tmp_path: Path) -> None:
    project, images = two_turned(tmp_path)
    unwanted, wanted = (finish(upright(project, images)) for _ in range(2))
    discard(project.home, unwanted.plan)
    assert len(waiting(tmp_path)) == 2
    apply(project, wanted)
    assert {size_of(path) for path in images} == {TURNED}
