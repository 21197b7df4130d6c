"""What is wrong with the captions of a dataset, as the trainer reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.text import count
from sdtui.base.work import Cancelled, Pace, Work, never_cancelled
from sdtui.checks import caption_rules as rules
from sdtui.checks.caption_names import caption_names
from sdtui.checks.finding import Finding
from sdtui.checks.rule import Broken
from sdtui.checks.trigger import trigger_findings
from sdtui.dataset.caption_files import LARGEST
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.dataset.reading import chunks
from sdtui.edits.bulk.drafts import standing
from sdtui.edits.caption_file import parse
from sdtui.tokens.encoding import LIMITS
from sdtui.trainer.captions import CaptionRules, read_text
from sdtui.trainer.profiles import Settings

_IDENTICAL_FROM = 4
"""Images whose captions must all be one text before that is worth a word."""
_OTHER_TEXT_ENCODERS = ("flux", "sd3", "lumina", "hunyuan", "anima")
"""Beginnings of scripts that read a caption beyond CLIP's tokens too."""


def caption_findings(
    project: Project, settings: Settings | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[Finding, ...]]:
    """Look at each caption of ``project`` as library/train_util.py, read_caption and process_caption, do.

    ``settings`` say how many tokens are read, and whether text encoder outputs are cached. Raises WorkCancelled.
    """
    files = _Files()
    pace = Pace(sum(subset.img_count for subset in project.subsets), cancelled)
    for subset in project.subsets:
        for chunk in chunks(subset.samples):
            for sample in chunk:
                files.look(subset, sample)
            yield from pace.step(len(chunk))
    return (
        *files.broken.findings(project.toml or project.root),
        *caption_names(project),
        *_over_limit(project, settings),
        *_identical(project),
        *trigger_findings(project),
        *_unread_parts(project, settings),
        *_separators(project),
    )


@dataclass
class _Files:
    """The caption files, each read anew: a line that the trainer does not read is nowhere else."""

    broken: Broken = field(default_factory=Broken)
    _known: dict[Path, tuple[rules.Rule, ...]] = field(default_factory=dict)

    def look(self, subset: Subset, sample: Sample) -> None:
        """Look at the caption of ``sample``; what stands in metadata files is looked at there."""
        if subset.metadata_file is not None:
            return
        if sample.caption_source is CaptionSource.BORROWED:
            self.broken.add(rules.BORROWED, sample.path)
        if sample.caption_read_from is None:
            self.broken.add(_unwritten(subset, sample), sample.path)
            return
        for rule in self._of_file(sample.caption_read_from, bool(subset.options.get("enable_wildcard"))):
            self.broken.add(rule, sample.path)

    def _of_file(self, path: Path, wildcard: bool) -> tuple[rules.Rule, ...]:
        if path not in self._known:
            self._known[path] = tuple(_of_text(path, wildcard=wildcard))
        return self._known[path]


def _unwritten(subset: Subset, sample: Sample) -> rules.Rule:
    if sample.caption_source is not CaptionSource.CLASS:
        return rules.NONE
    written = any(one.caption_read_from is not None for one in subset.samples)
    return rules.CLASS_BESIDE_CAPTIONS if written and not subset.is_reg else rules.CLASS


def _of_text(path: Path, *, wildcard: bool) -> Iterator[rules.Rule]:
    try:
        if path.stat().st_size > LARGEST:
            yield rules.HUGE
            return
        data = standing(path)
    except OSError:
        return  # gone since the dataset was read
    except UnreadableError:
        yield rules.UNREADABLE
        return
    if data is None:
        return
    if not data:
        yield rules.EMPTY
        return
    caption = parse(path, data)
    if caption.undecodable:
        yield rules.UNDECODABLE
        return
    if caption.bom:
        yield rules.BYTE_ORDER_MARK
    if not caption.text.strip():
        yield rules.BLANK
    elif not wildcard and not read_text(caption.text):
        yield rules.FIRST_LINE_BLANK
    elif not wildcard and caption.text.partition("\n")[2].strip():
        yield rules.SEVERAL_LINES


def token_limit(settings: Settings | None) -> int:
    """Tokens of a caption that are read: 75, 150 or 225."""
    return settings.number("max_token_length", LIMITS[0]) if settings is not None else LIMITS[0]


def _over_limit(project: Project, settings: Settings | None) -> Iterator[Finding]:
    if settings is not None and settings.script.startswith(_OTHER_TEXT_ENCODERS):
        return
    limit = token_limit(settings)
    over = [one for subset in project.subsets for one in subset.samples if one.tokens > limit]
    if over:
        longest = max(over, key=lambda one: one.tokens)
        more = f"the longest has {count(longest.tokens)}"
        yield rules.over_limit(limit).finding([one.path for one in over], project.toml or project.root, more=more)


def _identical(project: Project) -> Iterator[Finding]:
    samples = [one for subset in project.subsets if not subset.is_reg for one in subset.samples]
    texts = Counter(one.caption for one in samples)
    if len(samples) >= _IDENTICAL_FROM and len(texts) == 1 and samples[0].caption:
        where = project.toml or project.root
        yield rules.IDENTICAL.finding([one.path for one in samples], where, more=f'"{_short(samples[0].caption)}"')


def _unread_parts(project: Project, settings: Settings | None) -> Iterator[Finding]:
    """With cached text encoder outputs process_caption is never called (library/strategy_sdxl.py and its like)."""
    if settings is None or not caches_text(settings):
        return
    for subset in project.subsets:
        read = CaptionRules.from_options(subset.options)
        parts = {
            "caption_prefix": read.prefix,
            "caption_suffix": read.suffix,
            "enable_wildcard": read.wildcard,
            "secondary_separator": read.secondary_separator,
        }
        named = [key for key, value in parts.items() if value]
        if named:
            yield rules.UNREAD_PARTS.finding([subset.image_dir], project.toml, more=", ".join(named))


def caches_text(settings: Settings) -> bool:
    """Whether the run caches the outputs of its text encoders."""
    return bool(settings["cache_text_encoder_outputs"] or settings["cache_text_encoder_outputs_to_disk"])


def _separators(project: Project) -> Iterator[Finding]:
    for subset in project.subsets:
        if subset.options.get("caption_separator") == "":
            stops = CaptionRules.from_options(subset.options).rejoined
            rule = rules.NO_SEPARATOR if stops else rules.NO_SEPARATOR_IDLE
            yield rule.finding([subset.image_dir], project.toml)


def _short(text: str) -> str:
    line = text.replace("\n", " ⏎ ")
    return line if len(line) <= 60 else f"{line[:59].rstrip()}…"
