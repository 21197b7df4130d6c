"""Quality tiers: prefixes and repeats from a table; applied again, changed, and taken away without a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.base.work import finish
from sdtui.dataset.scan import open_project
from sdtui.edits import trigger
from sdtui.edits.operations.setting import Setting
from sdtui.edits.operations.tier import TierPrefix
from sdtui.edits.proposal import Proposal
from sdtui.edits.quality import propose, with_tier
from sdtui.edits.quality_table import QualityTable, load_table
from sdtui.plans.journal import Journal
from sdtui.trainer.captions import CaptionRules
from tests.dataset.making import image, sample
from tests.edits.making import contents


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    image(root / "10_cat" / "a.png", caption=b"\xef\xbb\xbfa cat,  sitting\r\nsecond line\r\n")
    image(root / "10_cat" / "b.png", caption="high quality, my own")
    image(root / "4_dog" / "d.png", caption="a dog")
    return root


def table(*tiers: tuple[str, str, int | None], trigger: str = "") -> QualityTable:
    found = QualityTable(trigger=trigger)
    for name, prefix, repeats in tiers:
        found = with_tier(found, name, prefix, repeats)
    return found


def apply(root: Path, wanted: QualityTable) -> Proposal:
    project = open_project(root)
    proposal = finish(propose(project, wanted))
    Journal(project.home).apply(proposal.to_apply(delete_stale=True))
    return proposal


def captions(root: Path) -> dict[str, str | None]:
    return {one.name: one.caption for subset in open_project(root).subsets for one in subset.samples}


HIGH_LOW = (("cat", "high quality", 12), ("dog", "low quality", None))


def test_prefixes_and_repeats_are_set_in_one_plan_that_undo_takes_back(root: Path) -> None:
    (root / "10_cat" / "a_te_outputs.npz").write_bytes(b"old")
    (root / "10_cat" / "metadata_cache.json").write_text("{}")
    before = contents(root)
    proposal = apply(root, table(*HIGH_LOW))
    assert proposal.title == "quality tiers in 2 captions and repeats of 10_cat to 12"
    assert captions(root) == {
        "a.png": "\ufeffhigh quality, a cat,  sitting",
        "b.png": "high quality, my own",
        "d.png": "low quality, a dog",
    }
    assert (root / "12_cat" / "a.txt").read_bytes() == "\ufeffhigh quality, a cat,  sitting\r\nsecond line\r\n".encode()
    assert not list(root.rglob("*.npz")) and (root / ".sdtui" / "quality.toml").is_file()
    undone = Journal(root / ".sdtui").undo()
    assert undone.refused == () and contents(root) == before
    assert not (root / ".sdtui" / "quality.toml").exists()


def test_applying_again_changes_nothing(root: Path) -> None:
    apply(root, table(*HIGH_LOW))
    project = open_project(root)
    assert finish(propose(project, table(*HIGH_LOW))).empty
    assert finish(propose(project, load_table(project.home))).empty


def test_another_prefix_takes_the_place_of_ours_and_of_no_other(root: Path) -> None:
    apply(root, table(*HIGH_LOW))
    apply(root, table(("cat", "masterpiece, best quality", None), ("dog", "high quality", 2)))
    assert captions(root) == {
        "a.png": "\ufeffmasterpiece, best quality, a cat,  sitting",
        "b.png": "masterpiece, best quality, high quality, my own",
        "d.png": "high quality, a dog",
    }
    assert {subset.name for subset in open_project(root).subsets} == {"12_cat", "2_dog"}


def test_without_a_prefix_every_caption_is_as_it_was(root: Path) -> None:
    image(root / "10_cat" / "bom.png", caption=b"\xef\xbb\xbfhigh quality, their own")
    before = contents(root)
    apply(root, table(("cat", "high quality", None), ("dog", "low quality", None)))
    apply(root, table(("cat", "amazing", None), ("dog", "low quality", None)))
    apply(root, table(("dog", "low quality", None)))
    assert captions(root)["b.png"] == "high quality, my own"
    apply(root, table())
    assert contents(root) == before and not (root / ".sdtui" / "quality.toml").exists()


def test_the_trigger_stays_first_whichever_was_put_there_first(root: Path) -> None:
    apply(root, table(("dog", "low quality", None)))
    project = open_project(root)
    words = finish(trigger.propose(project, "zhuoyue", project.subsets[0].samples))
    Journal(project.home).apply(words.plan)
    assert captions(root)["d.png"] == "zhuoyue, low quality, a dog"
    apply(root, table(("dog", "high quality", None)))
    assert captions(root)["d.png"] == "zhuoyue, high quality, a dog"
    assert finish(trigger.propose(open_project(root), "zhuoyue", [sample(open_project(root), "d.png")])).empty
    apply(root, table())
    assert captions(root)["d.png"] == "zhuoyue, a dog"
    apply(root, table(("dog", "low quality", None), trigger="Zhuoyue"))
    assert captions(root)["d.png"] == "zhuoyue, low quality, a dog"


def test_a_tag_that_looks_like_a_trigger_is_asked_about(root: Path) -> None:
    for name in "efg":
        image(root / "3_bird" / f"{name}.png", caption=f"zhuoyue, bird {name}")
    project = open_project(root)
    (warning,) = finish(propose(project, table(("bird", "low quality", None)))).plan.warnings
    assert 'All captions of 3_bird that change begin with "zhuoyue"' in warning
    assert finish(propose(project, table(("bird", "low quality", None), trigger="zhuoyue"))).plan.warnings == ()


def test_an_image_that_comes_from_another_tier_loses_its_prefix(root: Path) -> None:
    apply(root, table(*HIGH_LOW))
    for ending in (".png", ".txt"):
        (root / "12_cat" / f"a{ending}").rename(root / "4_dog" / f"a{ending}")
    apply(root, table(*HIGH_LOW))
    assert captions(root)["a.png"] == "\ufefflow quality, a cat,  sitting"


def test_what_cannot_be_prefixed_is_left_out_with_a_sentence(root: Path) -> None:
    image(root / "4_dog" / "e.png", caption=None)
    image(root / "4_dog" / "f.png", caption=b"\xff")
    image(root / "4_dog" / "g.png", caption="dog, low quality")
    proposal = apply(root, table(*HIGH_LOW))
    reasons = {path.name: reason for path, reason in proposal.left_out}
    assert set(reasons) == {"e.txt", "f.txt", "g.txt"}
    assert "no caption" in reasons["e.txt"] and "UTF-8" in reasons["f.txt"] and "further back" in reasons["g.txt"]
    assert captions(root)["g.png"] == "dog, low quality" and not (root / "4_dog" / "e.txt").exists()


def test_a_metadata_file_is_written_once_for_all_tiers(root: Path) -> None:
    entries = {str(root / "10_cat" / "a.png"): {"caption": "a cat"}, str(root / "10_cat" / "b.png"): {"tags": "x"}}
    (root / "meta.json").write_text(json.dumps(entries))
    path = root / "10_cat.toml"
    path.write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\n'
        f'metadata_file = "{root}/meta.json"\nnum_repeats = 3\n'
    )
    apply(path, table(("cat", "high quality", 5)))
    assert json.loads((root / "meta.json").read_text())[str(root / "10_cat" / "a.png")]["caption"] == (
        "high quality, a cat"
    )
    assert "num_repeats = 5" in path.read_text()


def test_a_broken_table_is_told_and_nothing_is_proposed(root: Path) -> None:
    home = root / ".sdtui"
    home.mkdir()
    for text, said in (("x = [", "not valid TOML"), ("[tiers.cat]\nprefix = 3\n", "Expected `str`")):
        (home / "quality.toml").write_text(text)
        with pytest.raises(SyntaxProblem, match=said):
            finish(propose(open_project(root), table(*HIGH_LOW)))


def test_bad_tables_are_usage_errors(root: Path) -> None:
    project = open_project(root)
    with pytest.raises(UsageError, match="There are: dog, cat"):
        finish(propose(project, table(("bird", "x", None))))
    with pytest.raises(UsageError, match="one line"):
        table(("cat", "two\nlines", None))
    with pytest.raises(UsageError, match="0 repeats"):
        table(("cat", "x", 0))


def test_names_that_are_hard_to_write_in_toml(tmp_path: Path) -> None:
    names = ('a"b', "猫 😀", "x]", "two  words", "a.b", "#c", "")
    for name in names:
        image(tmp_path / f"3_{name}" / "a.png", caption="x")
    wanted = table(*((name, f'"{name}" \\', None) for name in names))
    apply(tmp_path, wanted)
    assert load_table(tmp_path / ".sdtui").tiers == wanted.tiers
    assert finish(propose(open_project(tmp_path), wanted)).empty


TAG = st.sampled_from(["cat", "high quality", "low quality", "zhuoyue", "a b", "", " "])
JOINT = st.sampled_from([",", ", ", " ,  ", " ||| ", "|||"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(TAG, JOINT), max_size=5), TAG, st.sampled_from(["", "zhuoyue"]), st.booleans(), st.booleans())
def test_on_and_off_again_is_as_it_was(
    front: list[tuple[str, str]], last: str, word: str, wildcard: bool, keeps: bool
) -> None:
    tags = [*(tag for tag, _ in front), last]
    keeper = "|||" if keeps else ""
    text = ("".join(tag + joint for tag, joint in front) + last).replace("|||", keeper or ",")
    setting = Setting(CaptionRules(wildcard=wildcard, keep_tokens_separator=keeper), key="a", subset="s")
    had = {("s", prefix): frozenset("a") for prefix in ("high quality", "low quality") if prefix in tags}
    on = TierPrefix({"s": "high quality"}, own=had, trigger=word).apply(text, setting)
    again = TierPrefix({"s": "high quality"}, {"s": "high quality"}, ("high quality",), had, word)
    assert again.apply(on, setting) == on
    assert on.count("high quality") == max(text.count("high quality"), 1 if text.strip() else 0)
    other = TierPrefix({"s": "low quality"}, {"s": "high quality"}, ("high quality",), had, word).apply(on, setting)
    assert "high quality" in other or "high quality" not in text
    for written, prefix in ((on, "high quality"), (other, "low quality")):
        off = TierPrefix({"s": ""}, {"s": prefix}, ("high quality", "low quality"), had, word)
        assert off.apply(written, setting) == text
