"""Whether the trigger word stands where it should: in front of each subject image's caption, and in no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sdtui.base.errors import SdtuiError
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.rule import Rule
from sdtui.dataset.project import Project, Sample
from sdtui.edits.quality_table import load_table
from sdtui.edits.trigger import TriggerAudit, audit
from sdtui.tokens.encoding import Mode

_MOST = 0.8
"""Part of the captions that begin with one tag for it to look like a trigger word."""
_FROM = 8
"""Captions, at least, before that means anything."""
_NO_NAME = re.compile(
    r"(?:\d+\+?(?:girl|boy|other)s?|solo|no humans|an?|the|this|there|photo|photograph|picture|image|portrait|drawing)",
    re.IGNORECASE,
)
"""What most captions of any dataset begin with."""


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    samples: Callable[[TriggerAudit], tuple[Sample, ...]]
    one: str
    """What is said of one image; ``{}`` is the word."""
    many: str
    why: str
    fix: str

    def rule(self, word: str, severity: Severity) -> Rule:
        one, many = (text.replace("{}", word) for text in (self.one, self.many))
        return Rule(self.code, severity, one, many, self.why, self.fix)


_KINDS = (
    _Kind(
        "trigger-absent",
        lambda found: found.subject_missing,
        "image is trained without {}",
        "images are trained without {}",
        "What is learnt from them is not tied to the word, and shows up without it.",
        "Put it in front of their captions.",
    ),
    _Kind(
        "trigger-not-in-front",
        lambda found: found.not_in_front,
        "image has {}, but not in front",
        "images have {}, but not in front",
        "In front it is kept by keep_tokens when tags are shuffled, and never cut off at the limit.",
        "Move it to the front.",
    ),
    _Kind(
        "trigger-doubled",
        lambda found: found.doubled,
        "image has {} more than once",
        "images have {} more than once",
        "It spends tokens twice, and teaches that once is not enough.",
        "Leave one of them.",
    ),
    _Kind(
        "trigger-in-regularization",
        lambda found: found.in_regularization,
        "regularization image has {}",
        "regularization images have {}",
        "They teach that the word means any such thing, which is what regularization is to prevent.",
        "Take it out of their captions.",
    ),
)


def trigger_findings(project: Project, mode: Mode = "ftfy") -> Iterator[Finding]:
    """Findings about the trigger word, where there is one: as the quality tiers name it, else what most begin with."""
    named = _named(project)
    word = named or guessed_trigger(project)
    if word is None:
        return
    found = audit(project, word, mode)
    said = f'the trigger word "{word}"' if named else f'"{word}", which most captions begin with'
    for kind in _KINDS:
        if samples := kind.samples(found):
            rule = kind.rule(said, Severity.WARNING if named else Severity.INFO)
            yield rule.finding([sample.path for sample in samples], project.toml or project.root)


def trigger_word(project: Project) -> str | None:
    """The word that is audited, None where there is none."""
    return _named(project) or guessed_trigger(project)


def guessed_trigger(project: Project) -> str | None:
    """The tag or first word that most captions of subject images begin with, and that says nothing by itself."""
    captions = [
        sample.caption
        for subset in project.subsets
        if not subset.is_reg
        for sample in subset.samples
        if _is_written(sample) and sample.caption
    ]
    if len(captions) < _FROM:
        return None
    for beginning in (_first_tag, _first_word):
        word, times = Counter(beginning(caption) for caption in captions).most_common(1)[0]
        if times >= _MOST * len(captions) and word and not _NO_NAME.fullmatch(word):
            return word
    return None


def _is_written(sample: Sample) -> bool:
    return sample.caption_read_from is not None


def _first_tag(caption: str) -> str:
    tag, comma, _ = caption.partition(",")
    # A whole sentence is no tag.
    return tag.strip() if comma and len(tag.split()) <= 3 else ""


def _first_word(caption: str) -> str:
    return (caption.split() or [""])[0].strip(",.;:")


def _named(project: Project) -> str | None:
    try:
        return load_table(project.home).trigger or None
    except SdtuiError:
        return None  # whoever applies the tiers is told
