"""The trigger word of a dataset: what CLIP makes of it, which images are trained with it, and putting it in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.bulk import propose as propose_operation
from sdtui.edits.operations import Trigger
from sdtui.edits.proposal import Proposal
from sdtui.tokens.encoder import encode
from sdtui.tokens.encoding import Mode
from sdtui.trainer.captions import CaptionRules, trained_texts


@dataclass(frozen=True, slots=True)
class TriggerAudit:
    """How a trigger word stands in a dataset. All images are told by the text that is trained, prefixes included."""

    word: str
    pieces: tuple[str, ...]
    """The word as CLIP's vocabulary cuts it: one piece a token."""
    subject_images: int
    regularization_images: int
    subject_missing: tuple[Sample, ...]
    """Subject images that do not have it at all."""
    not_in_front: tuple[Sample, ...]
    """Subject images that have it, but not as their first word."""
    doubled: tuple[Sample, ...]
    """Subject images that have it more than once in one text."""
    in_regularization: tuple[Sample, ...]
    """Regularization images that have it, and should not: they would teach the model that it means their class."""
    untold: tuple[Sample, ...]
    """Images whose caption the trainer cannot read."""

    @property
    def tokens(self) -> int:
        """How many CLIP tokens it is."""
        return len(self.pieces)

    @property
    def single(self) -> bool:
        """Whether the vocabulary has it as one word."""
        return self.tokens == 1

    @property
    def clean(self) -> bool:
        """Whether every subject image begins with it, once, and no regularization image has it."""
        return not (self.subject_missing or self.not_in_front or self.doubled or self.in_regularization or self.untold)

    def sentences(self) -> Iterator[str]:
        """What a person should know, the vocabulary first."""
        yield self._of_the_word()
        subjects = f"of {plural(self.subject_images, 'subject image')}"
        if self.subject_missing:
            yield f"{len(self.subject_missing):,} {subjects} do not have it."
        if self.not_in_front:
            yield f"{len(self.not_in_front):,} {subjects} have it, but not in front."
        if self.doubled:
            yield f"{len(self.doubled):,} {subjects} have it more than once."
        if self.in_regularization:
            images = plural(self.regularization_images, "regularization image")
            yield f"{len(self.in_regularization):,} of {images} have it, and should not."
        if self.untold:
            yield f"{plural(len(self.untold), 'image')} could not be told, because the caption cannot be read."
        if self.clean:
            yield f"{plural(self.subject_images, 'subject image')} begin with it, and no regularization image has it."

    def _of_the_word(self) -> str:
        if self.single:
            return f'"{self.word}" is 1 CLIP token: the vocabulary has it as one word, with a meaning of its own.'
        cut = " + ".join(self.pieces)
        count = plural(self.tokens, "CLIP token")
        return f'"{self.word}" is {count} ({cut}): the vocabulary does not have it as one word.'


def audit(project: Project, word: str, mode: Mode = "ftfy") -> TriggerAudit:
    """How the trigger ``word`` stands in ``project``, as it was scanned.

    Raises UsageError for no word, SdtuiError where the tokens' vocabulary is not installed.
    """
    word = Trigger(word).word
    stands = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    missing: list[Sample] = []
    elsewhere: list[Sample] = []
    doubled: list[Sample] = []
    in_regularization: list[Sample] = []
    untold: list[Sample] = []
    for subset in project.subsets:
        rules = CaptionRules.from_options(subset.options)
        for sample in subset.samples:
            texts = _texts(subset, sample, rules)
            found = [[match.start() for match in stands.finditer(text)] for text in texts or ()]
            if texts is None:
                untold.append(sample)
            elif subset.is_reg:
                in_regularization += [sample] if any(found) else []
            else:
                if not all(found):
                    missing.append(sample)
                elif any(places[0] > 0 for places in found):
                    elsewhere.append(sample)
                if any(len(places) > 1 for places in found):
                    doubled.append(sample)
    encoding = encode(word, mode)
    return TriggerAudit(
        word=word,
        pieces=tuple(word[start:stop] for start, stop in encoding.spans),
        subject_images=sum(subset.img_count for subset in project.subsets if not subset.is_reg),
        regularization_images=sum(subset.img_count for subset in project.subsets if subset.is_reg),
        subject_missing=tuple(missing),
        not_in_front=tuple(elsewhere),
        doubled=tuple(doubled),
        in_regularization=tuple(in_regularization),
        untold=tuple(untold),
    )


def propose(
    project: Project,
    word: str,
    samples: Iterable[Sample] | None = None,
    *,
    limit: int = 75,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
) -> Work[Proposal]:
    """Put ``word`` at the front of the captions of ``samples``, of all subject images unless they are given.

    Never twice: see ``edits.operations.Trigger``. Raises UsageError for no word, and as
    ``edits.bulk.propose`` does.
    """
    chosen = subject_images(project) if samples is None else samples
    return (yield from propose_operation(project, chosen, Trigger(word), limit=limit, mode=mode, cancelled=cancelled))


def subject_images(project: Project) -> tuple[Sample, ...]:
    """The images of all subsets that are not of regularization images. Raises UsageError where there is none."""
    found = without_regularization(project, [sample for subset in project.subsets for sample in subset.samples])
    if not found:
        raise UsageError("There is no subject image in this project")
    return found


def without_regularization(project: Project, samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """The subject images among ``samples``: in regularization images the trigger would mean any such thing."""
    regularization = {subset.name for subset in project.subsets if subset.is_reg}
    return tuple(sample for sample in samples if sample.subset not in regularization)


def _texts(subset: Subset, sample: Sample, rules: CaptionRules) -> tuple[str, ...] | None:
    """What is trained for ``sample``, stripped; None where the trainer would stop at its caption."""
    if sample.caption is None and sample.caption_read_from is not None:
        return None
    text = sample.caption if sample.caption is not None else subset.class_tokens or ""
    # A byte order mark stays in the trainer's text; what cleans it for CLIP takes it out.
    return tuple(each.strip().lstrip("\ufeff") for each in trained_texts(text, rules))
