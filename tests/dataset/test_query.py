"""The filter language: what each part of it finds, how it says what is wrong, and that it never breaks."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.base.work import WorkCancelled, finish
from sdtui.dataset.marks import NO_MARKS, Mark, MarkBook
from sdtui.dataset.project import CaptionSource, Project, ProjectKind, Sample, Subset
from sdtui.dataset.query import LANGUAGE, QueryError, Subject, all_of, matching, parse, select, selecting, tag_filter
from sdtui.dataset.scan import open_project
from tests.dataset.making import image


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read once for all: nothing here changes it."""
    root = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return make_project(root)


def make_project(root: Path) -> Project:
    circle, shape = root / "img" / "10_circle", root / "reg" / "1_shape"
    image(circle / "a.png", 512, 768, "1girl, long_hair, hatsune miku, red sky")
    image(circle / "b.png", 512, 512, "1girl, long hair, miku_(vocaloid), Blue Sky\nsecond line, not read")
    image(circle / "c.jpg", 640, 480, r"solo, miku \(vocaloid\), what?, 100%")
    image(circle / "blank.png", 512, 512, "  \n")
    image(circle / "no_byte.png", 512, 512, b"")
    image(circle / "bad.png", 512, 512, b"caf\xe9, solo")
    image(circle / "bare.png", 512, 512, None)
    image(circle / "face.png", 512, 512, "a face, solo")
    image(circle / "face_1_2_3_4.png", 512, 512, None)
    image(circle / "long.png", 1024, 1024, ", ".join(["word"] * 80))
    image(shape / "r.png", 256, 256, "a shape")
    return open_project(root)


def found(project: Project, query: str) -> str:
    return " ".join(sample.path.stem for sample in select(project, query))


EVERY = "a b bad bare blank c face face_1_2_3_4 long no_byte r"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", EVERY),
        ("   ", EVERY),
        # Bare words, each in the caption or in the name of the image; case does not count.
        ("girl", "a b"),
        ("GIRL sky", "a b"),
        ("girl blue", "b"),
        ('"long hair"', "b"),
        ("'long hair'", "b"),
        ("face", "face face_1_2_3_4"),
        ("b*e", "b bare no_byte"),
        # Only what the trainer reads.
        ("second", ""),
        # A tag is a whole one, in whatever spelling; in quotes just as it is written.
        ("tag:girl", ""),
        ("tag:1girl", "a b"),
        ("tag:1GIRL", "a b"),
        ("tag:long_hair", "a b"),
        ('tag:"long_hair"', "a"),
        ('tag:"long hair"', "b"),
        ("tag:miku_(vocaloid)", "b c"),
        ("(tag:miku_(vocaloid))", "b c"),
        ('tag:"miku_(vocaloid)"', "b"),
        ("tag:*(vocaloid)", "b c"),
        ("tag:long?hair", "a b"),
        ("tag:*sky", "a b"),
        ('tag:"* sky"', "a b"),
        (r"tag:what\?", "c"),
        ('tag:"wha\\?"', ""),
        ('tag:"wha??"', "c"),
        ("tag:~/^(red|blue) sky$/", "a"),
        ("tag:~/^(red|blue) sky$/i", "a b"),
        # Other text: a part of it; names, paths and subsets with wildcards are meant whole.
        ("caption:girl", "a b"),
        ("caption:long?hair", "a b"),
        ("caption:~/so.o|sh\\w+/", "c face face_1_2_3_4 r"),
        ("name:face", "face face_1_2_3_4"),
        ("name:*.jpg", "c"),
        ("name:b", "b bad bare blank no_byte"),
        ("name:b*", "b bad bare blank"),
        ("name:?.png", "a b r"),
        ("path:reg/", "r"),
        ("path:img/10_circle/?.*", "a b c"),
        ("subset:SHAPE", "r"),
        ("subset:10_*", EVERY.removesuffix(" r")),
        ("~/^1girl.*miku,/", "a"),
        ("~/^[ab]\\.png$/", "a b"),
        # Numbers, however they are written.
        ("width=640", "c"),
        ("width:640", "c"),
        ("width > 600", "c long"),
        ("width:>=640 height<=480", "c"),
        ("tokens:>75", "long"),
        ("tokens:> 75", "long"),
        ("tokens: 0", "bad blank no_byte"),
        ("tags=4", "a b c"),
        ("tags:80", "long"),
        ("chars=7", "r"),
        ("repeats<10", "r"),
        ("repeats≠10", "r"),
        ("repeats<>10", "r"),
        ("repeats!=10", "r"),
        ("WIDTH==256", "r"),
        # What an image is.
        ("is:missing", "bare"),
        ("is:empty", "blank no_byte"),
        ("is:over", "long"),
        ("IS:Reg", "r"),
        ("is:borrowed", "face_1_2_3_4"),
        ("is:broken", "bad no_byte"),
        ("is:masked", ""),
        # How it is put together.
        ("tag:solo OR tag:1girl", "a b c face face_1_2_3_4"),
        ("tag:solo or tag:1girl not blue", "a c face face_1_2_3_4"),
        ("(tag:solo or tag:1girl) not blue", "a c face face_1_2_3_4"),
        ("(tag:solo or tag:1girl) aNd NoT (blue or face)", "a c"),
        ("1girl -blue", "a"),
        ("1girl -tag:blue_sky", "a"),
        ("1girl -(red or blue)", ""),
        ("not not girl", "a b"),
        ("NOT is:reg tags<3 -solo tags>0", ""),
        ("subset:shape OR is:over AND tags=80", "long r"),
    ],
)
def test_what_a_filter_finds(project: Project, query: str, names: str) -> None:
    assert sorted(found(project, query).split()) == sorted(names.split())


def test_masks_are_known(tmp_path: Path) -> None:
    image(tmp_path / "1_a" / "with.png")
    image(tmp_path / "1_a" / "without.png")
    image(tmp_path / "1_a" / "conditioning" / "with.png", caption=None)
    assert found(open_project(tmp_path), "is:masked") == "with"


CONFIG = '[[datasets]]\nresolution = 512\ncaption_extension = ".txt"\n'


def test_separators_of_the_subset_part_its_tags(tmp_path: Path) -> None:
    image(tmp_path / "a" / "x.png", caption="one; two, three ||| four")
    config = tmp_path / "set.toml"
    config.write_text(
        f'{CONFIG}[[datasets.subsets]]\nimage_dir = "{tmp_path}/a"\n'
        'caption_separator = ";"\nkeep_tokens_separator = "|||"\n'
    )
    project = open_project(config)
    assert found(project, 'tag:"two, three" tag:four tags=3') == "x"
    assert found(project, "tag:two") == ""


def test_captions_of_a_metadata_file_are_asked_like_others(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        image(tmp_path / "img" / f"{name}.png", caption="beside, not read")
    metadata = {"a.png": {"caption": "a cat", "tags": "long_hair, solo"}, "b.png": {"tags": "dog"}, "c.png": {}}
    (tmp_path / "meta.json").write_text(json.dumps(metadata))
    config = tmp_path / "set.toml"
    config.write_text(
        "[[datasets]]\nresolution = 512\n[[datasets.subsets]]\n"
        f'image_dir = "{tmp_path}/img"\nmetadata_file = "{tmp_path}/meta.json"\n'
    )
    project = open_project(config)
    for query, names in {"tag:solo tag:long_hair tags=3": "a", "tag:dog": "b", "beside": "", "is:missing": "c"}.items():
        assert found(project, query) == names, query


def test_marks_of_encoding_and_composition_do_not_hide_a_tag(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png", caption="\ufeffcat, cafe\u0301, STRASSE")
    image(tmp_path / "1_x" / "pho\u0302.png", caption="")
    project = open_project(tmp_path)
    for query in (
        "tag:cat",
        'tag:"cat"',
        "caption:~/^cat,/",
        "tag:caf\xe9",
        "tag:CAF\xc9",
        "tag:caf?",
        "stra\xdfe",
        "chars=19",
    ):
        assert found(project, query) == "a", query
    assert found(project, "name:ph\xf4") == "pho\u0302"


def test_wildcard_lines_are_all_read(tmp_path: Path) -> None:
    image(tmp_path / "a" / "x.png", caption="one, two\n\nthree, four\n")
    config = tmp_path / "set.toml"
    config.write_text(f'{CONFIG}[[datasets.subsets]]\nimage_dir = "{tmp_path}/a"\nenable_wildcard = true\n')
    assert found(open_project(config), 'tag:three tags=4 caption:"two*four"') == "x"


def test_marks_are_asked_for(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    book = MarkBook(project)
    a, b = select(project, "name:a.png or name:b.png")
    book.set([a], reviewed=True, starred=True)
    book.set([b], flagged=True)
    assert select(project, "is:reviewed is:starred", book.marks) == (a,)
    assert select(project, "is:flagged -is:reviewed", book.marks) == (b,)
    assert select(project, "is:flagged") == ()
    assert matching(project, a, parse("is:starred"), book.marks)
    assert not matching(project, a, parse("is:starred"))


def test_over_goes_by_the_limit_that_is_set(project: Project) -> None:
    assert [sample.path.stem for sample in select(project, "is:over", limit=75)] == ["long"]
    assert select(project, "is:over", limit=225) == ()


def test_the_order_is_the_projects(project: Project) -> None:
    every = tuple(sample for subset in project.subsets for sample in subset.samples)
    assert select(project, "") == every
    assert select(project, "tokens>0") == tuple(sample for sample in every if sample.tokens > 0)


def test_a_tag_is_found_by_the_filter_that_is_made_of_it(project: Project) -> None:
    tags = {r"miku \(vocaloid\)": "c", "what?": "c", "long_hair": "a", "long hair": "b", "100%": "c"}
    for tag, name in tags.items():
        assert found(project, tag_filter(tag)) == name
    assert found(project, all_of("1girl or solo", "", tag_filter("red sky"))) == "a"
    assert all_of("", " a or b ") == "a or b"


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "caret", "said"),
    [
        ("tag:cat AND", "           ^", "Something to look for is missing here"),
        ("or tag:cat", "^", 'missing before OR. The word itself is found in quotes: "or"'),
        ("a and or b", "      ^", "missing before OR"),
        ("NOT", "   ^", "missing here"),
        ("(a b", "^", "not closed"),
        ("(a (b) ", "^", "not closed"),
        ("a) b", " ^", "closes nothing"),
        ("a ( ) b", "  ^", "nothing between the parentheses"),
        ("tag::(", "     ^", 'tag:":("'),
        (":)", " ^", "closes nothing"),
        ('x "a b', "  ^", "quote is not closed"),
        ('""', "^", "is:empty"),
        ('"a"b', "   ^", "must be a blank"),
        ("~/a b", "^", "regular expression is not closed"),
        ("~//", "^", "nothing between the slashes"),
        ("tag:~/a(b/", "         ^", "missing )"),
        ("x ~/[z-a]/", "        ^", "bad character range"),
        ("~/a/iq", "     ^", '"q" is no flag'),
        ("tokens>many", "       ^", '"many" is no whole number. For example: tokens>75'),
        ("tokens:75.5", "       ^", "no whole number"),
        ("tokens>", "       ^", "A number is missing after tokens>"),
        ("width=" + "9" * 19, "      ^", "too large"),
        ("is:ovr", "   ^", "Did you mean is:over?"),
        ("is:zzz", "   ^", "There are missing, empty, over"),
        ("tag: cat", "    ^", "Nothing stands after tag:. For example: tag:solo"),
        ("tag=cat", "   ^", "takes a colon"),
        ("a tgas:cat", "  ^", 'Did you mean tags? The text itself is found in quotes: "tgas:cat"'),
        ("token>75", "^", "Did you mean tokens?"),
        ("a nier:automata", "  ^", 'in quotes: "nier:automata"'),
        ("(" * 101 + "a" + ")" * 101, " " * 100 + "^", "More than 100"),
        ("not " * 101 + "a", None, "More than 100"),
        ("~/" + "(" * 900 + "a" + ")" * 900 + "/", None, "nested too deeply"),
        ("a " * 5001, None, "at most 10,000 characters"),
        ("~/" + "a" * 2001 + "/", None, "longer than 2,000"),
        ("~/((a{1000}){1000}){1000}/", None, "repeats too often"),
        ("~/(a{ 1000 }){ 1000 }/x", None, "repeats too often"),
        ("~/(" + "a" * 1900 + "){90000}/", None, "repeats too often"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_an_error_points_at_the_character(query: str, caret: str | None, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert said in caught.value.sentence()
    assert caught.value.text == query and caught.value.exit_code == 2
    if caret is not None:
        assert " " * caught.value.position + "^" == caret


@pytest.mark.parametrize(
    "query", [":d", ">_<", "=_=", "-_-", "-", "^_^", "<3", "12:30", "5'4\"", "a-b", "100%", "tag", "tokens"]
)
def test_text_that_only_looks_like_a_sign_is_text(query: str, tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "yes.png", caption=f"some {query} text")
    image(tmp_path / "1_x" / "no.png", caption="other")
    assert found(open_project(tmp_path), query) == "yes"


def test_a_regular_expression_that_would_take_years_ends_in_an_error(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png", caption="a" * 40 + "!")
    query = "is:reg or caption:~/(a|aa)+$/"
    with pytest.raises(QueryError, match="takes too long") as caught:
        select(open_project(tmp_path), query)
    assert query[caught.value.position :].startswith("~/(a|aa)")


@pytest.mark.parametrize("query", ["caption:" + "*a" * 40 + "*b", "tag:" + "a*" * 40 + "b", "tag:" + "?*" * 40 + "b"])
def test_many_wildcards_take_no_longer_than_one(tmp_path: Path, query: str) -> None:
    image(tmp_path / "1_x" / "a.png", caption="a" * 5000 + "c")
    image(tmp_path / "1_x" / "b.png", caption="a" * 5000 + "b")
    assert found(open_project(tmp_path), query) == "b"


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
@settings(max_examples=300, deadline=None)
def test_wildcards_mean_what_they_mean_to_a_shell(glob: str, caption: str) -> None:
    if not glob.strip("*") or not caption:
        return
    subject = Subject.of(_in_memory(), replace(_in_memory().subsets[0].samples[0], caption=caption), Mark())
    assert parse(f"tag:{glob}").matches(subject) == fnmatchcase(caption, glob)
    if "*" in glob or "?" in glob:
        assert parse(f"caption:{glob}").matches(subject) == fnmatchcase(caption, f"*{glob}*")


def test_a_filter_at_work_can_be_cancelled(project: Project) -> None:
    with pytest.raises(WorkCancelled):
        finish(selecting(project, "a", cancelled=lambda: True))


# -- whatever is typed -------------------------------------------------------------------------------------------------

FIELDS = ["tag:", "caption:", "name:", "path:", "subset:", "tags", "chars:", "tokens>", "width=", "is:", "is:over"]
WORDS = ["and", "OR", "not", "NOT", "-(", "~/", "/i", " ", " ", "tag:a_(b)", "~/a+/", '"a b"', "tokens>75", "\ud800"]
PIECES = st.sampled_from([*"() \"'~/\\*?-:<>=!ab0é\n≥", *FIELDS, *WORDS])
TYPED = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=30))


@given(TYPED)
@settings(max_examples=400, deadline=None)
def test_any_text_is_understood_or_refused_at_a_place(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text) and error.text == text and error.what
        return
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)
    assert query.empty == (not text.strip())


CAPTIONS = ["", "a", "a, b", "b a, Ab", "aa,,b, c", "a_b, a b", None, "(a), *", "a\nb"]


def _sample(number: int, caption: str | None) -> Sample:
    path = Path(f"/data/{number % 3 + 1}_s/{number}a.png")
    source = CaptionSource.NONE if caption is None else CaptionSource.OWN
    own = path.with_suffix(".txt")
    return Sample(path, f"{number % 3 + 1}_s", 64 * number, 64, caption, own, None, source, number * 20)


def _in_memory() -> Project:
    samples = [_sample(number, caption) for number, caption in enumerate(CAPTIONS)]
    subsets = []
    for repeats in (1, 2, 3):
        name = f"{repeats}_s"
        own = tuple(sample for sample in samples if sample.subset == name)
        subsets.append(Subset(name, Path("/data") / name, repeats, repeats == 1, None, ".txt", own))
    return Project(Path("/data"), ProjectKind.SUBSETS, ".txt", tuple(subsets))


Asked = tuple[str, Callable[[Sample], bool]]
"""A filter, and the same in Python."""
SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def _tags(sample: Sample) -> list[str]:
    parts = (sample.caption or "").lower().replace("\n", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _word(word: str) -> Asked:
    return word, lambda sample: word in (sample.caption or "").lower() or word in sample.name


def _tag(tag: str) -> Asked:
    return f'tag:"{tag}"', lambda sample: tag in _tags(sample)


def _number(field: str, sign: str, value: int) -> Asked:
    facts: dict[str, Callable[[Sample], int]] = {
        "tokens": lambda sample: sample.tokens,
        "width": lambda sample: sample.width,
        "repeats": lambda sample: int(sample.subset[0]),
        "tags": lambda sample: len(_tags(sample)),
        "chars": lambda sample: len(sample.caption or ""),
    }
    return f"{field}{sign}{value}", lambda sample: SIGNS[sign](facts[field](sample), value)


LEAVES = st.one_of(
    st.sampled_from(["a", "b", "aa", "c", "zz", "3a"]).map(_word),
    st.sampled_from(["a", "b", "a b", "a_b", "ab", "(a)"]).map(_tag),
    st.builds(
        _number,
        st.sampled_from(["tokens", "width", "repeats", "tags", "chars"]),
        st.sampled_from(list(SIGNS)),
        st.integers(0, 200),
    ),
    st.sampled_from(
        [
            ("is:over", lambda sample: sample.tokens > 75),
            ("is:reg", lambda sample: sample.subset == "1_s"),
            ("is:missing", lambda sample: sample.caption is None),
            ("is:empty", lambda sample: sample.caption == ""),
            ("name:1a", lambda sample: "1a" in sample.name),
            ("subset:2_*", lambda sample: sample.subset == "2_s"),
            ("path:1_s/0a.png", lambda sample: sample.name == "0a.png"),
            ("caption:~/a_b/", lambda sample: "a_b" in (sample.caption or "")),
        ]
    ),
)


def _not(one: Asked) -> Asked:
    return f"NOT ({one[0]})", lambda sample: not one[1](sample)


def _and(one: Asked, other: Asked, sign: str) -> Asked:
    return f"({one[0]}){sign}({other[0]})", lambda sample: one[1](sample) and other[1](sample)


def _or(one: Asked, other: Asked) -> Asked:
    return f"({one[0]}) or ({other[0]})", lambda sample: one[1](sample) or other[1](sample)


FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(_not), st.builds(_and, inner, inner, st.sampled_from([" ", " AND "])), st.builds(_or, inner, inner)
    ),
    max_leaves=6,
)


@given(FILTERS)
@settings(max_examples=200, deadline=None)
def test_a_filter_finds_what_it_says(asked: Asked) -> None:
    text, naive = asked
    project = _in_memory()
    expected = [sample for subset in project.subsets for sample in subset.samples if naive(sample)]
    assert list(select(project, text)) == expected
    assert list(select(project, str(parse(text)))) == expected
    assert list(select(project, f"not not ({text})")) == expected
    refused = select(project, f"-({text})")
    assert len(refused) + len(expected) == len(CAPTIONS) and not set(refused) & set(expected)


@pytest.mark.parametrize("example", [example for example, _ in LANGUAGE])
def test_every_example_of_the_help_is_a_filter(example: str) -> None:
    assert parse(str(parse(example))) == parse(example)


def test_operators_bind_as_promised() -> None:
    assert parse("a or b c") == parse("a or (b and c)")
    assert parse("not a b") == parse("(not a) b")
    assert parse("not a or b") == parse("(not a) or b")
    assert parse("a AND (b AND c)") == parse("a b c")
    assert parse("android nothing order") == parse("android and nothing and order")


def test_a_subject_can_be_asked_alone() -> None:
    project = _in_memory()
    sample = project.subsets[0].samples[0]
    assert parse("is:flagged").matches(Subject.of(project, sample, Mark(flagged=True)))
    assert not parse("is:flagged").matches(Subject.of(project, sample, NO_MARKS.of(sample)))
