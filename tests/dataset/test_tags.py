"""Tags: what they are, how often they stand where, and what is offered while one is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.base.errors import UnreadableError
from sdtui.base.settings import save_setting
from sdtui.base.work import WorkCancelled, finish
from sdtui.dataset.query import select
from sdtui.dataset.scan import open_project
from sdtui.dataset.tag_file import KnownTag, load_tag_file
from sdtui.dataset.tag_vocabulary import OWN, TagVocabulary, load_vocabulary
from sdtui.dataset.tags import TagCount, counting_tags, tag_table, tags_of, tags_together
from tests.dataset.making import image


@pytest.mark.parametrize(
    ("text", "separators", "tags"),
    [
        ("a, b ,,  c d,", (",",), ("a", "b", "c d")),
        ("a; b, c", (";",), ("a", "b, c")),
        ("a, b ||| c;;;d", (",", "|||", ";;;"), ("a", "b", "c", "d")),
        ("a, b\nc, d", (",",), ("a", "b", "c", "d")),
        ("a,,b,c", (",,",), ("a", "b,c")),
        ("a,,b,c", (",", ",,"), ("a", "b", "c")),
        ("  ", (",",), ()),
        ("", (",",), ()),
        ("a, a", (",",), ("a", "a")),
        (r"miku \(vocaloid\), (o)_(o)", (",",), (r"miku \(vocaloid\)", "(o)_(o)")),
    ],
)
def test_tags_stand_between_separators(text: str, separators: tuple[str, ...], tags: tuple[str, ...]) -> None:
    assert tags_of(text, *separators) == tags


@given(st.lists(st.text(alphabet="ab _()", min_size=1).map(str.strip).filter(bool)))
def test_joined_tags_are_the_same_tags(tags: list[str]) -> None:
    assert tags_of(", ".join(tags)) == tuple(tags)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    image(tmp_path / "10_cat" / "a.png", caption="cat, red sky, cat")
    image(tmp_path / "10_cat" / "b.png", caption="cat, blue sky")
    image(tmp_path / "10_cat" / "c.png", caption=None)
    image(tmp_path / "4_dog" / "a.png", caption="dog, Red sky, red sky\nnot, read")
    image(tmp_path / "4_dog" / "b.png", caption=b"\xff")
    return tmp_path


def test_an_image_counts_once_and_by_its_subset(root: Path) -> None:
    assert tag_table(open_project(root)) == (
        TagCount("cat", 2, {"10_cat": 2}),
        TagCount("red sky", 2, {"4_dog": 1, "10_cat": 1}),
        TagCount("blue sky", 1, {"10_cat": 1}),
        TagCount("dog", 1, {"4_dog": 1}),
        TagCount("Red sky", 1, {"4_dog": 1}),
    )


def test_what_stands_beside_a_tag(root: Path) -> None:
    project = open_project(root)
    together = tags_together(project, select(project, "tag:cat"))
    assert [(row.tag, row.here, row.total, row.share) for row in together] == [
        ("cat", 2, 2, 1.0),
        ("blue sky", 1, 1, 1.0),
        ("red sky", 1, 2, 0.5),
    ]


def test_counting_can_be_cancelled(root: Path) -> None:
    with pytest.raises(WorkCancelled):
        finish(counting_tags(open_project(root), cancelled=lambda: True))


# -- tag files ---------------------------------------------------------------------------------------------------------


def written(folder: Path, data: str | bytes, name: str = "danbooru.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("data", "tags"),
    [
        (
            '1girl,0,6008644,"1girls,sole_female"\nsolo,0,5000954,female_solo\nshort_hair,0,2261608,\n',
            [KnownTag("1girl", 6008644, ("1girls", "sole_female")), KnownTag("solo", 5000954, ("female_solo",))],
        ),
        (
            'solo,0,1450934\r\ng4,1,2059731,"mlp:fim"\r\n',
            [KnownTag("solo", 1450934), KnownTag("g4", 2059731, ("mlp:fim",))],
        ),
        ("\ufeff1girl,6008644\nsolo,5", [KnownTag("1girl", 6008644), KnownTag("solo", 5)]),
        ('1girl,6,"a,b"\n', [KnownTag("1girl", 6, ("a", "b"))]),
        ("1girl\n\n  solo  \n", [KnownTag("1girl", 0), KnownTag("solo", 0)]),
        ("id,name,category,post_count\n1,anthro,0,12\n", [KnownTag("anthro", 12)]),
        ("tag,count,alias\nanthro,12,furry\n", [KnownTag("anthro", 12, ("furry",))]),
        ("masterpiece,5,Quality tag,,\n", [KnownTag("masterpiece", 0)]),
    ],
)
def test_the_lists_that_people_have_are_read(tmp_path: Path, data: str, tags: list[KnownTag]) -> None:
    file = load_tag_file(written(tmp_path, data))
    assert list(file.tags[:2]) == tags and file.problems == ()


def test_broken_lines_are_told_and_the_others_used(tmp_path: Path) -> None:
    broken = [b"caf\xe9,0,5", b',0,1983,"', b",0,1983,", b'x,0,1,"never closed', b"esc\x1b[2J,0,1", b"\0\0", b"\xff"]
    data = b"first,0,3\n" + b"\n".join(broken) + b"\nlast,0,1,\n"
    file = load_tag_file(written(tmp_path, data))
    assert [tag.tag for tag in file.tags] == ["first", "last"]
    assert file.problems[0] == "danbooru.csv: Line 2: it is not UTF-8."
    assert file.problems[3] == "danbooru.csv: Line 5: its quotes do not fit."
    assert file.problems[-1] == "danbooru.csv: 2 more lines could not be used."


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "1girl,0,5\n".encode("utf-16")])
def test_what_is_no_list_of_tags_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableError, match="There is no tag in this file"):
        load_tag_file(written(tmp_path, data))


# -- completion --------------------------------------------------------------------------------------------------------

BOORU = """\
1girl,0,6008644,"1girls,sole_female"
solo,0,5000954,"female_solo"
long_hair,0,4350743,"longhair"
blue_hair,0,855605,
long_sleeves,0,2000000,
very_long_hair,0,952244,
hatsune_miku_(append),4,1569,
^_^,0,110141,
longcat,0,10,
"""


def vocabulary(folder: Path, *own: TagCount) -> TagVocabulary:
    return TagVocabulary(own, [load_tag_file(written(folder, BOORU))])


def offered(known: TagVocabulary, typed: str, limit: int = 10) -> list[str]:
    return [one.text for one in known.complete(typed, limit)]


def test_the_beginning_comes_before_a_word_and_the_frequent_before_the_rare(tmp_path: Path) -> None:
    known = vocabulary(tmp_path)
    assert offered(known, "long") == ["long hair", "long sleeves", "longcat", "very long hair"]
    assert offered(known, "LONG_H") == ["long hair", "very long hair"]
    assert offered(known, "hair") == ["long hair", "very long hair", "blue hair"]
    assert offered(known, "long", 2) == ["long hair", "long sleeves"]
    assert offered(known, "app") == ["hatsune miku (append)"]
    assert offered(known, "^_") == ["^_^"]
    assert offered(known, " ") == offered(known, "zzz") == offered(known, "long", 0) == []


def test_what_is_typed_whole_comes_first(tmp_path: Path) -> None:
    assert offered(vocabulary(tmp_path, TagCount("long hair, tied", 1, {})), "longcat")[0] == "longcat"
    assert offered(vocabulary(tmp_path), "solo") == ["solo"]


def test_another_name_leads_to_the_tag(tmp_path: Path) -> None:
    (one,) = vocabulary(tmp_path).complete("sole")
    assert (one.tag, one.alias_of, one.text, one.count) == ("sole female", "1girl", "1girl", 6008644)
    assert offered(vocabulary(tmp_path), "1girl") == ["1girl"]


def test_the_projects_own_tags_come_first_and_only_once(tmp_path: Path) -> None:
    known = vocabulary(tmp_path, TagCount("long ears", 3, {}), TagCount("long hair", 7, {}))
    assert [(one.text, one.count, one.source) for one in known.complete("long", 3)] == [
        ("long hair", 7, OWN),
        ("long ears", 3, OWN),
        ("long sleeves", 2000000, "danbooru.csv"),
    ]


def test_tags_are_spelled_as_the_project_spells_them(tmp_path: Path) -> None:
    plain = vocabulary(tmp_path, TagCount("red sky", 1, {}))
    assert offered(plain, "hatsune") == ["hatsune miku (append)"]
    underscored = vocabulary(tmp_path, TagCount("red_sky", 1, {}))
    assert offered(underscored, "hatsune") == ["hatsune_miku_(append)"]
    escaped = vocabulary(tmp_path, TagCount(r"miku \(x\)", 1, {}))
    assert offered(escaped, "hatsune") == [r"hatsune miku \(append\)"]


def test_the_users_file_and_the_projects_are_both_used(root: Path, own_home: Path) -> None:
    project = open_project(root)
    assert offered(load_vocabulary(project).vocabulary, "c") == ["cat"]
    written(own_home, BOORU)
    save_setting("tag_file", "~/danbooru.csv")
    project.home.mkdir()
    written(project.home, "cathedral,0,5\n,0,1\n", "tags.csv")
    loaded = load_vocabulary(project)
    assert offered(loaded.vocabulary, "c") == ["cat", "cathedral"]
    assert offered(loaded.vocabulary, "solo") == ["solo"]
    assert loaded.problems == ("tags.csv: Line 2: there is no tag in it.",)
    save_setting("tag_file", "gone.csv")
    (problem,) = [each for each in load_vocabulary(project).problems if "gone.csv" in each]
    assert str(own_home / ".config" / "sdtui" / "gone.csv") in problem
