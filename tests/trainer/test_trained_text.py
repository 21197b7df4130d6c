"""What a caption becomes in training, in parts: held against what the trainer made of it over thousands of uses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.trainer.caption_notes import notes_of
from sdtui.trainer.captions import CaptionRules, trained_texts
from sdtui.trainer.marked import Fate, Mark, Marked, Part, PartKind
from sdtui.trainer.metadata import caption_of
from sdtui.trainer.trained_text import PartedText, as_it_is, from_caption, from_metadata, parted_texts
from tests.trainer.golden import load

STEPS = 20
"""Of the run that the outcomes in ``caption_uses.json`` were drawn from."""


@pytest.mark.parametrize("case", load("caption_uses.json"), ids=lambda case: case["caption"][:12])
def test_the_parts_say_all_that_a_caption_can_become_and_no_more(case: dict[str, Any]) -> None:
    rules = CaptionRules.from_options(case["options"])
    assert set(_uses(case["caption"], rules)) == set(case["uses"])


def _uses(caption: str, rules: CaptionRules) -> Iterator[str]:
    """Every text that the parts of a caption say it can become."""
    if rules.dropout > 0 or rules.dropout_every > 0:
        yield ""
    for text in parted_texts(from_caption(caption), rules):
        for chosen in _choices(text):
            head, loose, tail = _ranges(chosen)
            for order in _orders(loose, rules):
                yield ", ".join([*head, *order, *tail])


def _choices(text: PartedText) -> Iterator[list[tuple[Part, str]]]:
    """The parts with the text of each, for every way to choose between alternatives."""
    written = [part.alternatives or (text.text[part.start : part.stop],) for part in text.parts]
    for way in itertools.product(*written):
        yield list(zip(text.parts, way, strict=True))


def _ranges(parts: list[tuple[Part, str]]) -> tuple[list[str], list[str], list[str]]:
    """The tags that stay in front, the loose ones, and those that stay at the end."""
    tags = [(Fate.KEPT, "")]
    for part, text in parts:
        if part.kind is not PartKind.SEPARATOR:
            tags[-1] = part.fate, tags[-1][1] + text
            continue
        for _ in range(0, len(text), 2):
            # An empty tag has no part of its own; it is loose where what stands beside it is.
            tags[-1] = tags[-1] if tags[-1][1] or part.fate is Fate.KEPT else (part.fate, "")
            tags.append((part.fate, ""))
    places = [fate is Fate.LOOSE for fate, _ in tags]
    first = places.index(True) if True in places else len(tags)
    last = len(tags) - places[::-1].index(True) if True in places else len(tags)
    texts = [text for _, text in tags]
    assert all(places[first:last])
    return texts[:first], texts[first:last], texts[last:]


def _orders(loose: list[str], rules: CaptionRules) -> Iterator[tuple[str, ...]]:
    """Each order and choice of the loose tags that shuffling, dropout and warm-up allow."""
    for number in _warm(len(loose), rules):
        held = loose[:number]
        for order in itertools.permutations(held) if rules.shuffle else [tuple(held)]:
            sizes = range(len(order) + 1) if rules.tag_dropout else [len(order)]
            for size in sizes:
                yield from itertools.combinations(order, size)


def _warm(loose: int, rules: CaptionRules) -> set[int]:
    steps = rules.warmup_step if rules.warmup_step >= 1 else math.floor(rules.warmup_step * STEPS)
    least = rules.warmup_min
    warming = {math.floor(step * ((loose - least) / steps)) + least for step in range(STEPS) if step < steps}
    return warming | {loose}


@pytest.mark.parametrize("case", load("metadata_captions.json"), ids=repr)
def test_caption_and_tags_of_an_entry_are_joined_as_the_trainer_does(case: dict[str, Any]) -> None:
    assert caption_of(case, "; ", case["wildcard"]).text == case["joined"]
    if "tags" in case:
        rules = CaptionRules(separator="; ", wildcard=case["wildcard"])
        assert from_metadata(case.get("caption", ""), case["tags"], rules).text == case["joined"]


_TEXTS = st.text(st.sampled_from(list("ab ,|;.{}\n⦅⦆\t\u3000\ufeff🙂")), max_size=24) | st.text(max_size=24)
_RULES = st.builds(
    CaptionRules,
    prefix=_TEXTS,
    suffix=_TEXTS,
    wildcard=st.booleans(),
    separator=st.sampled_from([",", ".", ", ", "|"]),
    keep_tokens=st.integers(-1, 4),
    keep_tokens_separator=st.sampled_from(["", "|||", "|", ","]),
    secondary_separator=st.sampled_from(["", ";;;", ";", ", "]),
    shuffle=st.booleans(),
    tag_dropout=st.sampled_from([0.0, 0.5]),
    warmup_step=st.sampled_from([0, 0.1, 100]),
)


@given(_TEXTS, _RULES)
def test_parts_cover_exactly_the_texts_whose_tokens_are_counted(caption: str, rules: CaptionRules) -> None:
    texts = parted_texts(from_caption(caption), rules)
    assert tuple(text.text for text in texts) == trained_texts(caption, rules)
    for text in texts:
        assert "".join(text.text[part.start : part.stop] for part in text.parts) == text.text
        assert [part.start for part in text.parts] == [0, *(part.stop for part in text.parts)][: len(text.parts)]
        if not rules.rejoined:
            assert {part.fate for part in text.parts} <= {Fate.AS_WRITTEN}


def _parts(caption: str, **options: Any) -> list[tuple[str, str, str]]:
    (text,) = parted_texts(from_caption(caption), CaptionRules.from_options(options))
    return [(text.text[part.start : part.stop], part.kind.value, part.fate.value) for part in text.parts]


def test_prefix_and_suffix_are_parts_of_their_own() -> None:
    assert _parts("a cat", caption_prefix="best,", caption_suffix="end") == [
        ("best, ", "prefix", "as written"),
        ("a cat", "caption", "as written"),
        (" end", "suffix", "as written"),
    ]


def test_a_prefix_counts_among_the_tags_that_are_kept() -> None:
    parts = _parts("a, b", caption_prefix="best,", shuffle_caption=True, keep_tokens=1)
    assert [(text, fate) for text, _, fate in parts if text != ", "] == [
        ("best", "kept"),
        ("a", "loose"),
        ("b", "loose"),
    ]


def test_the_separator_of_kept_tags_stays_unless_tags_are_shuffled_warmed_up_or_dropped() -> None:
    keep = {"keep_tokens_separator": "|||"}
    assert _parts("a ||| b ||| c", **keep) == [("a ||| b ||| c", "caption", "as written")]
    for on in ({"shuffle_caption": True}, {"token_warmup_step": 5}, {"caption_tag_dropout_rate": 0.1}):
        texts = [(text, fate) for text, _, fate in _parts("a ||| b ||| c", **keep, **on) if text != ", "]
        assert texts == [("a", "kept"), ("b", "loose"), ("c", "kept")]


def test_a_choice_knows_its_alternatives_and_stands_apart_from_its_neighbour() -> None:
    rules = CaptionRules(wildcard=True)
    (text,) = parted_texts(from_caption("{a|bbb}{a|bbb} {{x}}"), rules)
    assert text.text == "bbbbbb {x}"
    choices = [(part.start, part.stop, part.alternatives) for part in text.parts if part.kind is PartKind.CHOICE]
    assert choices == [(0, 3, ("a", "bbb")), (3, 6, ("a", "bbb"))]


def test_a_secondary_separator_becomes_the_first_one_without_dividing_a_tag() -> None:
    parts = _parts("a;;;b, c", secondary_separator=";;;", shuffle_caption=True)
    assert parts[:3] == [
        ("a", "caption", "loose"),
        (",", "secondary separator", "loose"),
        ("b", "caption", "loose"),
    ]


def _notes(caption: str, *, cached: bool = False, **options: Any) -> str:
    rules = CaptionRules.from_options(options)
    read = from_caption(caption)
    texts = (as_it_is(read),) if cached else parted_texts(read, rules)
    return " ".join(notes_of(caption, texts, rules, cached_text_encoder=cached))


@pytest.mark.parametrize(
    ("caption", "options", "sentence"),
    [
        ("a", {"caption_dropout_rate": 0.1}, "In 10 of 100 uses the whole caption is empty."),
        ("a", {"caption_dropout_rate": 0.125}, "In 12.5 of 100 uses"),
        ("a", {"caption_dropout_rate": 1}, "The whole caption is empty in every use."),
        ("a", {"caption_dropout_every_n_epochs": 1}, "The whole caption is empty in every use."),
        ("a", {"caption_dropout_every_n_epochs": 3}, "In epochs 3, 6, 9 and so on the whole caption is empty."),
        ("a\nb", {}, "Only the first of 2 lines is read."),
        ("a\nb", {"caption_prefix": "x\ny"}, "nothing of the caption is"),
        ("{a|b}", {}, "enable_wildcard is off"),
        ("a\nb", {"enable_wildcard": True}, "Each use takes one of 2 lines."),
        (
            "a\nb",
            {"enable_wildcard": True, "caption_prefix": "x", "caption_suffix": "y"},
            "takes one of 2 lines; the prefix stands in the first, the suffix in the last.",
        ),
        ("a\nb", {"enable_wildcard": True, "caption_suffix": "x"}, "of 2 lines; the suffix in the last."),
        ("{a|b}", {"enable_wildcard": True}, "One alternative of each { } is taken"),
        ("a ||| b", {"keep_tokens_separator": "|||"}, "“|||” stays in the text"),
        ("a ||| b", {"keep_tokens_separator": "|||", "shuffle_caption": True}, "Tags before “|||” stay in front. The"),
        ("a ||| b ||| c", {"keep_tokens_separator": "|||", "shuffle_caption": True}, "the second at the end."),
        ("a, b", {"keep_tokens": 1, "shuffle_caption": True}, "The first tag stays in front. The other tags stand"),
        ("a, b", {"keep_tokens": 2, "shuffle_caption": True}, "The first 2 tags stay in front."),
        ("a, b", {"shuffle_caption": True}, "The tags stand in another order in each use."),
        ("a, b", {"shuffle_caption": True, "caption_prefix": "x"}, "The tags, also of the prefix, stand in"),
        (
            "a, b",
            {"shuffle_caption": True, "caption_prefix": "x", "caption_suffix": "y"},
            "also of the prefix and suffix, stand",
        ),
        ("a, b", {"caption_tag_dropout_rate": 0.05}, "The tags are each left out in 5 of 100 uses."),
        ("a, b", {"token_warmup_step": 500}, "Until step 500 only some of the tags are read, 1 at first."),
        ("a, b", {"token_warmup_step": 0.2, "token_warmup_min": 2}, "Until 20% of all steps only some"),
        ("a. b", {"shuffle_caption": True, "caption_separator": "."}, "split at “.” and joined with commas"),
        ("a;;;b", {"secondary_separator": ";;;"}, "“;;;” becomes “,”."),
    ],
)
def test_what_changes_from_use_to_use_is_a_sentence(caption: str, options: dict[str, Any], sentence: str) -> None:
    assert sentence in _notes(caption, **options)
    assert sentence not in _notes("a")


@pytest.mark.parametrize(
    ("caption", "options", "sentence"),
    [
        ("a", {"caption_prefix": "x"}, "encoded as it was read, without caption_prefix."),
        ("a", {"caption_prefix": "x", "caption_suffix": "y"}, "without caption_prefix and caption_suffix."),
        ("{a|b}", {"enable_wildcard": True}, "without enable_wildcard."),
        ("a;;;b", {"secondary_separator": ";;;"}, "without secondary_separator."),
        ("a", {"caption_dropout_every_n_epochs": 2}, "without caption_dropout_every_n_epochs."),
        ("a\nb", {}, "Its 2 lines are encoded as one text."),
        (
            "a",
            {"shuffle_caption": True, "caption_dropout_rate": 0.1},
            "do not go with caption_dropout_rate and shuffle",
        ),
        (
            "a",
            {"token_warmup_step": 1, "caption_tag_dropout_rate": 0.1},
            "token_warmup_step and caption_tag_dropout_rate",
        ),
    ],
)
def test_cached_text_encoder_outputs_know_no_rule(caption: str, options: dict[str, Any], sentence: str) -> None:
    assert sentence in _notes(caption, cached=True, **options)
    assert _notes("plain", cached=True) == ""


def test_a_calm_caption_needs_no_sentence() -> None:
    assert _notes("a, b", caption_prefix="x", keep_tokens=2) == ""


def test_marked_text_does_as_plain_text() -> None:
    marked = Marked.of(" a,", Mark(PartKind.PREFIX)) + Marked.of("b,c ", Mark(PartKind.CAPTION))
    assert [part.text for part in marked.split(",", 1)] == [" a", "b,c "]
    assert marked.strip().parts() == (Part(PartKind.PREFIX, 0, 2), Part(PartKind.CAPTION, 2, 5))
    assert marked.replace(",", "--").parts() == (Part(PartKind.PREFIX, 0, 4), Part(PartKind.CAPTION, 4, 9))


@pytest.mark.slow
def test_a_caption_of_100_kb_is_parted_whole() -> None:
    caption = "{long|short} hair, x;;;y, " * 4000
    options = {"enable_wildcard": True, "shuffle_caption": True, "secondary_separator": ";;;"}
    (text,) = parted_texts(from_caption(caption), CaptionRules.from_options(options))
    assert text.text.count("short hair") == 4000
    assert text.parts[-1].stop == len(text.text)
