"""Each node of a filter as a function of one image."""

from __future__ import annotations

import operator
from collections.abc import Callable

import regex

from sdtui.dataset.project import CaptionSource
from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.nodes import And, Glob, Is, Node, Not, Number, Or, Regex, Text
from sdtui.dataset.query.patterns import compiled, glob_test
from sdtui.dataset.query.subject import Subject
from sdtui.dataset.tags import folded, loosened

Predicate = Callable[[Subject], bool]
Test = Callable[[str], bool]

_PATIENCE_S = 0.25
"""Seconds that a regular expression may take on one text."""


def predicate(node: Node | None, text: str) -> Predicate:
    """Whether an image is what ``node`` means. ``text`` is the filter that it comes from, for errors."""
    if node is None:
        return lambda _subject: True
    if isinstance(node, Not):
        inside = predicate(node.inside, text)
        return lambda subject: not inside(subject)
    if isinstance(node, (And, Or)):
        return _joined(node, text)
    if isinstance(node, Number):
        compare, fact, value = _SIGNS[node.sign], _NUMBERS[node.field], node.value
        return lambda subject: compare(fact(subject), value)
    return _FLAGS[node.flag] if isinstance(node, Is) else _text(node, text)


def _joined(node: And | Or, text: str) -> Predicate:
    # What is quick to tell is asked first: most images are then done with.
    parts = [predicate(part, text) for part in sorted(node.parts, key=_cost)]
    if isinstance(node, And):
        return lambda subject: all(part(subject) for part in parts)
    return lambda subject: any(part(subject) for part in parts)


def _cost(node: Node) -> int:
    if isinstance(node, Not):
        return _cost(node.inside)
    if isinstance(node, (And, Or)):
        return max(map(_cost, node.parts))
    if isinstance(node, Text):
        return 3 if isinstance(node.value, Regex) else 2 if node.field == "tag" else 1
    return 2 if isinstance(node, Number) and node.field == "tags" else 0


def _text(node: Text, text: str) -> Predicate:
    if isinstance(node.value, Regex):
        return _searched(node.field, _regex_test(node.value, text), text)
    if node.field == "tag":
        return _tag(node.value)
    if node.field == "finding":
        return _finding(_whole_test(node.value), text)
    part = _part_test(node.value)
    if node.field == "caption":
        return lambda subject: part(subject.folded_caption)
    if node.field is None:
        return lambda subject: part(subject.folded_caption) or part(folded(subject.name))
    test = _whole_test(node.value) if node.value.wild else part
    fact = _TEXTS[node.field]
    return lambda subject: test(folded(fact(subject)))


def _searched(field: str | None, test: Test, text: str) -> Predicate:
    if field == "tag":
        return lambda subject: any(test(tag) for tag in subject.tags)
    if field == "finding":
        return _finding(test, text)
    if field is None:
        return lambda subject: test(subject.caption) or test(subject.name)
    fact = _TEXTS[field]
    return lambda subject: test(fact(subject))


def _tag(glob: Glob) -> Predicate:
    """A whole tag. Unquoted, in any of its common spellings."""
    spelled: Callable[[str], str] = folded if glob.quoted else loosened
    # Most captions do not even hold the letters, and need not be taken apart.
    letters = spelled(max(glob.pieces()[::2], key=len))
    whole = _whole_test(glob, spelled)

    def test(subject: Subject) -> bool:
        caption = subject.folded_caption if glob.quoted else subject.loose_caption
        return letters in caption and any(whole(spelled(tag)) for tag in subject.tags)

    return test


def _finding(test: Test, text: str) -> Predicate:
    """A whole code of what was found. Raises QueryError where nothing was checked."""

    def found(subject: Subject) -> bool:
        findings = subject.family.findings
        if findings is None:
            raise QueryError(
                "What the checks find of an image can be asked for on the screen alone",
                text,
                text.casefold().find("finding:"),
                remedy="sdtui check --json lists the files of each finding.",
            )
        return any(test(code) for code in findings.get(subject.sample.path, ()))

    return found


def _part_test(glob: Glob) -> Test:
    if glob.wild:
        return glob_test(glob, folded, whole=False)
    part = folded(glob.literal)
    return lambda found: part in found


def _whole_test(glob: Glob, spelled: Callable[[str], str] = folded) -> Test:
    """Whether all of a text that is ``spelled`` like this fits."""
    if glob.wild:
        return glob_test(glob, spelled, whole=True)
    return spelled(glob.literal).__eq__


def _regex_test(expression: Regex, text: str) -> Test:
    pattern: regex.Pattern[str] = compiled(expression.pattern, expression.flags, text, 0)

    def test(found: str) -> bool:
        try:
            return pattern.search(found, timeout=_PATIENCE_S) is not None
        except TimeoutError:
            raise QueryError(
                "This regular expression takes too long",
                text,
                expression.position,
                remedy="Repetitions within repetitions, as in (a+)+, are what makes it slow.",
            ) from None

    return test


_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}

_NUMBERS: dict[str, Callable[[Subject], int]] = {
    "tags": lambda subject: len(subject.tags),
    "chars": lambda subject: len(subject.caption),
    "tokens": lambda subject: subject.sample.tokens,
    "width": lambda subject: subject.sample.width,
    "height": lambda subject: subject.sample.height,
    "repeats": lambda subject: subject.family.num_repeats,
}

_TEXTS: dict[str, Callable[[Subject], str]] = {
    "caption": lambda subject: subject.caption,
    "name": lambda subject: subject.name,
    "path": lambda subject: subject.path,
    "subset": lambda subject: subject.family.name,
}


def _is_missing(subject: Subject) -> bool:
    return subject.sample.caption_source in (CaptionSource.NONE, CaptionSource.CLASS)


def _is_empty(subject: Subject) -> bool:
    sample = subject.sample
    return sample.caption == "" or subject.has_no_byte


_FLAGS: dict[str, Predicate] = {
    "missing": _is_missing,
    "empty": _is_empty,
    "over": lambda subject: subject.sample.tokens > subject.family.limit,
    "borrowed": lambda subject: subject.sample.caption_source is CaptionSource.BORROWED,
    "broken": lambda subject: subject.sample.problem is not None,
    "masked": lambda subject: subject.sample.mask_path is not None,
    "reg": lambda subject: subject.family.is_reg,
    "reviewed": lambda subject: subject.mark.reviewed,
    "flagged": lambda subject: subject.mark.flagged,
    "starred": lambda subject: subject.mark.starred,
}
