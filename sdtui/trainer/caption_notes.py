"""What a person should know about how a caption is used, in sentences (library/train_util.py, process_caption)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sdtui.base.text import count, plural
from sdtui.trainer.captions import CaptionRules
from sdtui.trainer.marked import PartKind
from sdtui.trainer.trained_text import PartedText

_BRACES = re.compile(r"\{[^}|]*\|[^}]*\}")


def notes_of(
    caption: str, texts: Sequence[PartedText], rules: CaptionRules, *, cached_text_encoder: bool
) -> tuple[str, ...]:
    """About ``caption`` as it was read, and the ``texts`` that it becomes."""
    if cached_text_encoder:
        return tuple(_cached(caption, rules))
    return (*_dropout(rules), *_lines(caption, texts, rules), *_tags(caption, rules), *_written(caption, rules))


def _cached(caption: str, rules: CaptionRules) -> Iterator[str]:
    stops = _set(
        caption_dropout_rate=rules.dropout > 0,
        shuffle_caption=rules.shuffle,
        token_warmup_step=rules.warmup_step > 0,
        caption_tag_dropout_rate=rules.tag_dropout > 0,
    )
    if stops:
        yield f"The trainer stops before its first step: cached text encoder outputs do not go with {stops}."
    ignored = _set(
        caption_prefix=bool(rules.prefix),
        caption_suffix=bool(rules.suffix),
        enable_wildcard=rules.wildcard and ("\n" in caption or "{" in caption),
        secondary_separator=bool(rules.secondary_separator) and rules.secondary_separator in caption,
        caption_dropout_every_n_epochs=rules.dropout_every > 0,
    )
    if ignored:
        yield f"With cached text encoder outputs the caption is encoded as it was read, without {ignored}."
    if "\n" in caption:
        yield f"Its {plural(caption.count(chr(10)) + 1, 'line')} are encoded as one text."


def _dropout(rules: CaptionRules) -> Iterator[str]:
    if rules.dropout >= 1 or rules.dropout_every == 1:
        yield "The whole caption is empty in every use."
        return
    if rules.dropout > 0:
        yield f"In {_of_hundred(rules.dropout)} uses the whole caption is empty."
    if rules.dropout_every > 1:
        n = rules.dropout_every
        yield f"In epochs {count(n)}, {count(2 * n)}, {count(3 * n)} and so on the whole caption is empty."


def _lines(caption: str, texts: Sequence[PartedText], rules: CaptionRules) -> Iterator[str]:
    lines = caption.count("\n") + 1
    if not rules.wildcard:
        if "\n" in rules.prefix:
            yield "The prefix is more than one line, and only its first is read: nothing of the caption is."
        elif lines > 1:
            yield f"Only the first of {count(lines)} lines is read."
        if _BRACES.search(caption.partition("\n")[0]):
            yield "What stands in { } is trained as it is: enable_wildcard is off."
        return
    if len(texts) > 1:
        around = ("the prefix stands in the first", rules.prefix), ("the suffix in the last", rules.suffix)
        places = ", ".join(place for place, text in around if text)
        yield f"Each use takes one of {count(len(texts))} lines{'; ' if places else ''}{places}."
    if any(part.kind is PartKind.CHOICE for text in texts for part in text.parts):
        yield "One alternative of each { } is taken; the longest is shown."


def _tags(caption: str, rules: CaptionRules) -> Iterator[str]:
    keep = rules.keep_tokens_separator
    kept = f"{rules.before}{caption}{rules.after}".split(keep) if keep else []
    if not rules.rejoined:
        if len(kept) > 1:
            changers = "shuffle_caption, token_warmup_step or caption_tag_dropout_rate"
            yield f"“{keep}” stays in the text: it is taken out only with {changers}."
        return
    loose = "the other tags"
    if len(kept) > 1:
        end = ", tags after the second at the end" if len(kept) > 2 else ""
        yield f"Tags before “{keep}” stay in front{end}."
    elif rules.keep_tokens > 1:
        yield f"The first {count(rules.keep_tokens)} tags stay in front."
    elif rules.keep_tokens == 1:
        yield "The first tag stays in front."
    else:
        around = " and ".join(name for name, text in (("prefix", rules.prefix), ("suffix", rules.suffix)) if text)
        loose = f"the tags, also of the {around}," if around else "the tags"
    yield from _loose(loose, rules)
    if rules.separator.strip() != ",":
        yield f"Tags are split at “{rules.separator}” and joined with commas."


def _loose(tags: str, rules: CaptionRules) -> Iterator[str]:
    if rules.shuffle:
        yield f"T{tags[1:]} stand in another order in each use."
    if rules.tag_dropout > 0:
        yield f"T{tags[1:]} are each left out in {_of_hundred(min(1.0, rules.tag_dropout))} uses."
    if rules.warmup_step > 0:
        share = rules.warmup_step < 1
        until = f"{rules.warmup_step * 100:g}% of all steps" if share else f"step {count(int(rules.warmup_step))}"
        yield f"Until {until} only some of {tags} are read, {count(rules.warmup_min)} at first."


def _written(caption: str, rules: CaptionRules) -> Iterator[str]:
    if rules.secondary_separator and rules.secondary_separator in f"{rules.before}{caption}{rules.after}":
        yield f"“{rules.secondary_separator}” becomes “{rules.separator}”."


def _of_hundred(rate: float) -> str:
    return f"{rate * 100:g} of 100"


def _set(**keys: bool) -> str:
    """The keys that are set, as a list in a sentence."""
    names = [name for name, is_set in keys.items() if is_set]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
