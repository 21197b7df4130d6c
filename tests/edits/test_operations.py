"""Each operation on the text of a caption, and what none of them may ever do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.base.errors import UsageError
from sdtui.edits.caption_file import parse
from sdtui.edits.operations import (
    Append,
    CopyTo,
    Dedupe,
    JoinLines,
    MergeTags,
    Operation,
    PatternError,
    Prepend,
    Regex,
    RemoveTag,
    RenameTag,
    Replace,
    Separator,
    Setting,
    Shuffle,
    Sort,
    Spaces,
    SplitLines,
    StripEmphasis,
    Trigger,
    Trim,
    Underscores,
    patterns,
)
from sdtui.edits.operations.tags import TagLine
from sdtui.trainer.captions import CaptionRules, tag_ranges

PLAIN = Setting()
KEEPING = Setting(CaptionRules(keep_tokens_separator="|||"))
WILDCARD = Setting(CaptionRules(wildcard=True))
GROUPED = Setting(CaptionRules(secondary_separator=";;;"))


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (Replace("a", "x"), "aA a, .", "xA x, ."),
        (Replace("a.", r"\1"), "a.a", r"\1a"),
        (Replace("A", r"\1", ignore_case=True), "aA", r"\1\1"),
        (Regex(r"(\w+) (\w+)", r"\2 \g<1>"), "red circle, x", "circle red, x"),
        (Regex("^", "x "), "a", "x a"),
        (Regex("CIRCLE", "o", ignore_case=True), "a circle", "a o"),
        (Prepend("q"), "a, b", "q, a, b"),
        (Prepend("q"), "  a", "  q, a"),
        (Prepend("q"), "", "q"),
        (Prepend("q"), "a,b", "q,a,b"),
        (Prepend("q,"), "a", "q, a"),
        (Prepend("a photo of "), "a cat", "a photo of a cat"),
        (Append("q"), "a, b ", "a, b, q "),
        (Append("q"), "a, b,", "a, b, q"),
        (Append(", q"), "a", "a, q"),
        (Append(", q"), "", "q"),
        (Append(" on a mat"), "a cat", "a cat on a mat"),
        (RemoveTag("b"), "a, b ,c", "a, c"),
        (RemoveTag("a"), "a, b", "b"),
        (RemoveTag("b"), "a, b", "a"),
        (RemoveTag("b"), "a, b,", "a,"),
        (RemoveTag("b"), "b, a, b, bb, b c", "a, bb, b c"),
        (RemoveTag("b"), "b", ""),
        (RemoveTag("miku (vocaloid)"), r"a, miku \(vocaloid\)", "a"),
        (RenameTag("a", "c"), "x, a , b", "x, c , b"),
        (RenameTag("a", "b"), "a, x, b", "b, x"),
        (RenameTag("a", "b"), "b, x, a", "b, x"),
        (MergeTags(("a", "b"), "c"), "x, b, y, a", "x, c, y"),
        (Dedupe(), "a, B, b, , a ,c", "a, B, , c"),
        (Sort(), "c,  a ,B,", "a,  B ,c,"),
        (Trim(), "  a ,b,  c  d, ,\n\n", "a, b, c d\n"),
        (Trim(), "\n \n a,b", "a,b"),
        (JoinLines(), "a\n b,\n\nA cat.\nd\n", "a, b, A cat. d\n"),
        (JoinLines(), "  one line \n\n", "  one line \n\n"),
        (SplitLines(), "a, b,, c\n", "a\nb\nc\n"),
        (Separator(",", ";"), "a, b,c", "a; b;c"),
        (Separator(", ", " | "), "a, b,c", "a | b | c"),
        (Separator(" ", ", "), "a b  c", "a, b, c"),
        (Separator(",", " "), "a, b,c", "a b c"),
        (Underscores(), "long hair , a  b", "long_hair , a_b"),
    ],
)
def test_an_operation_changes_what_it_is_about_and_nothing_else(operation: Operation, before: str, after: str) -> None:
    assert operation.apply(before, PLAIN) == after


@pytest.mark.parametrize(
    "face",
    [
        "^_^",
        ">_<",
        "o_o",
        "O_O",
        "(o)_(o)",
        "0_0",
        "._.",
        "||_||",
        "+_-",
        "@_@",
        "T_T",
        ";_;",
        "6_9",
        "<o>_<o>",
        ">_o",
        "<|>_<|>",
    ],
)
def test_faces_keep_their_underscores_and_their_brackets(face: str) -> None:
    assert Spaces().apply(f"long_hair, {face}, she_is {face}", PLAIN) == f"long hair, {face}, she is {face}"
    assert StripEmphasis().apply(f"(a:1.2), {face}", PLAIN) == f"a, {face}"


def test_wildcards_of_other_tools_and_loose_underscores_stay() -> None:
    assert Spaces().apply("__hair__, a_, _b, miku_(vocaloid)", PLAIN) == "__hair__, a_, _b, miku (vocaloid)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(x:1.3), ((y)), [z], (a, b:.5), (c: -1 )", "x, y, z, a, b, c"),
        ("(masterpiece, best quality), 1girl", "masterpiece, best quality, 1girl"),
        ("a (red:1.2) ball, a (blue) ball", "a red ball, a blue ball"),
        (r"\(x\), miku \(vocaloid\)", "(x), miku (vocaloid)"),
        (r"\\(x)", None),
        ("miku (vocaloid), miku_(vocaloid), saber (fate) (cosplay)", None),
        ("(miku (vocaloid):1.1)", "miku (vocaloid)"),
        (":), :(, >:(, ;), (a)", ":), :(, >:(, ;), a"),
        ("[from:to:0.5], [a|b], (open, close), ]x[", "[from:to:0.5], [a|b], open, close, ]x["),
        ("(open, [crossed)]", "open, [crossed]"),
    ],
)
def test_emphasis_goes_and_brackets_that_belong_to_a_name_stay(before: str, after: str | None) -> None:
    assert StripEmphasis().apply(before, PLAIN) == (before if after is None else after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a, zhu, b", "zhu, a, b"),
        ("", "zhu"),
        ("zhuo, a", "zhu, zhuo, a"),
        ("||| a", "zhu ||| a"),
        ("a ||| b, Zhu ||| c", "zhu, a ||| b ||| c"),
        ("zhu, a", None),
        ("ZHU", None),
        ("Zhu stands here", None),
        ("a photo of zhu, x", None),
    ],
)
def test_a_trigger_comes_to_the_front_and_never_twice(before: str, after: str | None) -> None:
    trigger = Trigger(" zhu ")
    assert trigger.apply(before, KEEPING) == (before if after is None else after)
    assert (trigger.objection(before, KEEPING) is not None) == ("photo" in before)


def test_a_trigger_that_the_prefix_brings_is_not_put_there_again() -> None:
    setting = Setting(CaptionRules(prefix="Zhu,"))
    assert Trigger("zhu").apply("a", setting) == "a"
    assert "caption_prefix" in str(Trigger("zhu").objection("a", setting))


def test_only_lines_that_the_trainer_reads_are_changed() -> None:
    text = "a, b\n\na, c \n"
    assert RemoveTag("a").apply(text, PLAIN) == "b\n\na, c \n"
    assert RemoveTag("a").apply(text, WILDCARD) == "b\n\nc \n"
    assert RemoveTag("a").apply(text, Setting(all_lines=True)) == "b\n\nc \n"
    assert Prepend("x").apply("\n", WILDCARD) == "x\n"


def test_tags_that_training_keeps_in_place_stay_there() -> None:
    assert Sort().apply("z ||| c, b ||| q, d", KEEPING) == "z ||| b, c ||| q, d"
    assert Sort().apply("z, c, b", Setting(CaptionRules(keep_tokens=1))) == "z, b, c"
    assert Sort().apply("z, c, b", Setting(CaptionRules(prefix="x, y,", keep_tokens=3))) == "z, b, c"
    behind_prefix = Setting(CaptionRules(prefix="x |||", keep_tokens_separator="|||", keep_tokens=2))
    assert Sort().apply("z, c", behind_prefix) == "c, z"
    assert RemoveTag("x").apply("x ||| a", KEEPING) == "||| a"
    assert Separator("|", ";").apply("a | b ||| c", KEEPING) == "a ; b ||| c"


def test_tags_that_a_second_separator_ties_together_stay_together() -> None:
    assert Sort().apply("c;;;a, b", GROUPED) == "b, c;;;a"
    assert RemoveTag("a").apply("c;;;a, b", GROUPED) == "c, b"
    assert RemoveTag("c").apply("x, c;;;a", GROUPED) == "x, a"


def test_a_shuffle_depends_on_the_seed_and_the_image_alone() -> None:
    tags = [f"tag{number}" for number in range(12)]
    there, back = ", ".join(tags), ", ".join(reversed(tags))
    first = Shuffle(1).apply(there, Setting(key="a"))
    assert first == Shuffle(1).apply(back, Setting(key="a")) == Shuffle(1).apply(first, Setting(key="a"))
    assert len({first, Shuffle(2).apply(there, Setting(key="a")), Shuffle(1).apply(there, Setting(key="b"))}) == 3
    # The order is a promise: whoever shuffles again with another version gets the same captions.
    assert Shuffle(1).apply("a, b, c, d", Setting(key="circle_001")) == "a, c, b, d"


@pytest.mark.parametrize(
    ("pattern", "new", "at", "said"),
    [
        ("(a", "", 2, "missing )"),
        ("a)", "", 1, "unbalanced"),
        ("[a", "", 2, "unterminated"),
        ("a", "x\\q", 3, "bad escape"),
        ("(a)", r"\1 \2", 3, "group that the pattern does not have"),
        ("(?P<n>a)", r"\g<n>, \g<m>", 7, "group that the pattern does not have"),
    ],
)
def test_a_broken_pattern_points_at_the_place(pattern: str, new: str, at: int, said: str) -> None:
    with pytest.raises(PatternError, match="character") as caught:
        Regex(pattern, new)
    assert said in str(caught.value)
    assert caught.value.text == (pattern if new == "" else new) and abs(caught.value.position - at) <= 1


def test_a_pattern_cannot_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "LONGEST_S", 0.05)
    with pytest.raises(UsageError, match="takes longer"):
        Regex("(.*)*(.*)*(x+x+)+y", "").apply("x" * 80_000, PLAIN)
    with pytest.raises(UsageError, match="too large"):
        Regex("(" * 20_000, "")
    with pytest.raises(UsageError, match=r"fill the memory|takes longer"):
        Regex("^(?R)", "").apply("a", PLAIN)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Replace("", "x"),
        lambda: Regex("", "x"),
        lambda: Prepend("  "),
        lambda: RemoveTag(" "),
        lambda: RenameTag("a", ""),
        lambda: RenameTag("a", "b\nc"),
        lambda: MergeTags((), "a"),
        lambda: Separator("", ","),
        lambda: Separator(",", "\n"),
        lambda: Trigger("\n"),
        lambda: CopyTo("png"),
        lambda: CopyTo("../x"),
        lambda: CopyTo("_te_outputs.npz"),
    ],
)
def test_what_can_mean_nothing_is_refused_in_a_sentence(made: object) -> None:
    assert callable(made)
    with pytest.raises(UsageError):
        made()


# -- what holds for every text ---------------------------------------------------------------------------------------

TAGS = st.sampled_from(["a", "b", "B", "long_hair", "^_^", "(x:1.2)", "[y]", "miku \\(v\\)", "été", "猫", "", " ", "."])
JOINTS = st.sampled_from([",", ", ", " , ", " ", "|||", ";;;", "\n", "\r", "\n\n"])
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.tuples(TAGS, JOINTS), max_size=12).map(lambda pairs: "".join(tag + joint for tag, joint in pairs)),
)
SETTINGS = st.builds(
    Setting,
    rules=st.builds(
        CaptionRules,
        prefix=st.sampled_from(["", "p,", "p |||"]),
        wildcard=st.booleans(),
        separator=st.sampled_from([",", ";", ", ", "|"]),
        keep_tokens=st.integers(0, 3),
        keep_tokens_separator=st.sampled_from(["", "|||"]),
        secondary_separator=st.sampled_from(["", ";;;"]),
    ),
    key=st.just("k"),
    all_lines=st.booleans(),
)
WORD = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=5).filter(str.strip)
IDEMPOTENT = st.one_of(
    st.sampled_from([Dedupe(), Sort(), Shuffle(7), Trim(), JoinLines(), Underscores(), Spaces(), SplitLines()]),
    st.builds(Trigger, WORD),
    st.builds(RemoveTag, WORD),
)
ANY = st.one_of(
    IDEMPOTENT,
    st.sampled_from([StripEmphasis(), Separator(",", ";"), Separator(" ", ", "), Regex("a", "b"), Regex("^|$", "x")]),
    st.builds(Replace, WORD, WORD),
    st.builds(Prepend, WORD),
    st.builds(Append, WORD),
    st.builds(RenameTag, WORD, WORD),
)


@given(operation=ANY, text=TEXTS, setting=SETTINGS)
def test_lines_that_are_not_read_are_never_touched(operation: Operation, text: str, setting: Setting) -> None:
    text = text.replace("\r", "")
    if isinstance(operation, (JoinLines, Trim, SplitLines)) or setting.rules.wildcard or setting.all_lines:
        return
    assert operation.apply(text, setting).split("\n")[1:] == text.split("\n")[1:]


@given(operation=ANY, text=TEXTS, setting=SETTINGS)
def test_blank_lines_and_their_number_stay_with_wildcards(operation: Operation, text: str, setting: Setting) -> None:
    if isinstance(operation, (JoinLines, Trim, SplitLines)) or not text.strip() or not setting.rules.wildcard:
        return
    before, after = text.split("\n"), operation.apply(text, setting).split("\n")
    assert len(before) == len(after)
    assert all(new == old for old, new in zip(before, after, strict=True) if not old.strip())


@given(operation=IDEMPOTENT, text=TEXTS, setting=SETTINGS)
def test_doing_it_again_changes_nothing(operation: Operation, text: str, setting: Setting) -> None:
    once = operation.apply(text, setting)
    assert operation.apply(once, setting) == once


@given(
    operation=st.sampled_from([Sort(), Shuffle(3), Spaces(), Underscores(), Trim(), JoinLines(), SplitLines()]),
    text=TEXTS,
    setting=SETTINGS,
)
def test_no_word_is_lost_by_order_and_white_space(operation: Operation, text: str, setting: Setting) -> None:
    def letters(one: str) -> Counter[str]:
        marks = {"_", *setting.separator, *setting.rules.keep_tokens_separator}
        return Counter(letter for letter in one if letter not in marks and not letter.isspace())

    assert letters(operation.apply(text, setting)) == letters(text)


@given(text=TEXTS, setting=SETTINGS)
def test_stripping_emphasis_takes_brackets_and_weights_only(text: str, setting: Setting) -> None:
    rest = iter(text)
    after = StripEmphasis().apply(text, setting)
    assert all(letter in rest for letter in after), "what stays stays in order"
    gone = Counter(text) - Counter(after)
    assert set(gone) <= set("()[]\\:.+-0123456789 \t") | {letter for letter in text if letter.isspace()}


@given(
    tags=st.lists(st.sampled_from(["a", "b", "c d", "", "||| e", "f ||| g", "|||"]), min_size=1, max_size=8),
    prefix=st.sampled_from(["", "P,", "P, P,", "P |||", "P"]),
    suffix=st.sampled_from(["", ", S", "||| S"]),
    keep_tokens=st.integers(0, 5),
    keeper=st.sampled_from(["", "|||"]),
)
def test_what_stays_in_place_is_what_the_trainer_keeps(
    tags: list[str], prefix: str, suffix: str, keep_tokens: int, keeper: str
) -> None:
    if not keeper:
        prefix, suffix = prefix.replace(" |||", ","), suffix.replace("|||", ",")
    rules = CaptionRules(prefix=prefix, suffix=suffix, keep_tokens=keep_tokens, keep_tokens_separator=keeper)
    line = ", ".join(tags)
    mine = TagLine.of(line, Setting(rules))
    loose = [mine.pieces[at].tag for at in mine.loose()]
    theirs = [tag.removeprefix("P ") for tag in tag_ranges(f"{rules.before}{line}{rules.after}", rules)[1]]
    assert loose == [tag for tag in theirs if tag not in ("", "P", "S")]


@given(word=WORD, text=TEXTS, setting=SETTINGS)
def test_the_trigger_leads_once_or_an_objection_says_why_not(word: str, text: str, setting: Setting) -> None:
    trigger = Trigger(word)
    first = trigger.apply(text, setting).split("\n")[0] if not setting.rules.wildcard else None
    if first is not None and trigger.objection(text, setting) is None:
        assert first.strip().casefold().startswith(trigger.word.casefold())


@given(operation=ANY, text=TEXTS, setting=SETTINGS, ending=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.booleans())
@settings(max_examples=150)
def test_bytes_of_lines_that_stay_are_kept(
    operation: Operation, text: str, setting: Setting, ending: str, bom: bool
) -> None:
    lines = [line.replace("\r", "") for line in text.split("\n")]
    data = (b"\xef\xbb\xbf" if bom else b"") + ending.join(lines).encode()
    caption = parse(Path("a.txt"), data)
    if bom and text.startswith("\ufeff"):
        return
    after = operation.apply(caption.text, setting)
    written = caption.with_text(after)
    if after == caption.text:
        assert written == data
    else:
        assert written.startswith(b"\xef\xbb\xbf") == bom or text.startswith("\ufeff")
        assert parse(caption.path, written).text == (after or "\n").replace("\r\n", "\n").replace("\r", "\n")
        assert written
