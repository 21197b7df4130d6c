"""Quality tiers: each subset's prefix in front of its captions ("high quality"), and its repeats, from one table.

Applying a table again changes nothing; another one takes the earlier prefixes away first. The table is written with
the captions, so that undo takes all of it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import msgspec

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.bulk import propose as propose_operation
from sdtui.edits.operations import Setting
from sdtui.edits.operations.tier import TierPrefix, first_tag, has_tags
from sdtui.edits.proposal import Proposal
from sdtui.edits.quality_table import QualityTable, Tier, load_table, saving
from sdtui.edits.repeats import repeats_plan, stable_name
from sdtui.plans.plan import Plan, Remove
from sdtui.tokens.encoding import Mode
from sdtui.trainer.captions import CaptionRules

__all__ = ["QualityTable", "Tier", "load_table", "propose", "tiered", "with_tier"]


_TRIGGER_FROM = 3
"""Captions that must begin with one tag for it to look like a trigger word."""


def with_tier(table: QualityTable, name: str, prefix: str, repeats: int | None = None) -> QualityTable:
    """``table`` with a tier for the subset of the stable name ``name``; neither prefix nor repeats: without it.

    Raises UsageError for a prefix of several lines, or repeats below 1.
    """
    prefix = prefix.strip().rstrip(",").rstrip()
    if "\n" in prefix or "\r" in prefix:
        raise UsageError("The prefix of a quality tier stands on one line")
    if repeats is not None and repeats < 1:
        raise UsageError(f"{name} cannot have {repeats} repeats: the trainer leaves a subset with less than 1 out")
    tiers = {key: tier for key, tier in table.tiers.items() if key != name}
    if prefix or repeats is not None:
        earlier = table.tiers.get(name, Tier())
        tiers[name] = msgspec.structs.replace(earlier, prefix=prefix, repeats=repeats)
    return msgspec.structs.replace(table, tiers=tiers)


def tiered(project: Project, name: str) -> tuple[Subset, ...]:
    """The subsets that a tier called ``name`` is about: those of subject images, where there are such."""
    found = [subset for subset in project.subsets if stable_name(subset) == name]
    return tuple([subset for subset in found if not subset.is_reg] or found)


def propose(
    project: Project,
    table: QualityTable,
    *,
    limit: int = 75,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
) -> Work[Proposal]:
    """Everything that makes ``project`` as ``table`` says: captions, the table itself, then repeats.

    ``table.written`` and the ``own`` of its tiers need not be filled in. Raises UsageError for a tier that no subset
    has, SyntaxProblem where the table of the project is broken, WriteError where repeats cannot be set, and as
    ``edits.bulk.propose`` does.
    """
    before = load_table(project.home)
    _refuse_unknown(project, table, before)
    subsets = {subset.name: subset for name in {**before.tiers, **table.tiers} for subset in tiered(project, name)}
    after = _settled(project, table, before)
    operation = TierPrefix(
        prefixes={name: _tier(after, subset).prefix for name, subset in subsets.items()},
        standing={name: _tier(before, subset).prefix for name, subset in subsets.items()},
        written=before.written,
        own={**_own_by_subset(before, subsets.values()), **_own_by_subset(after, subsets.values())},
        trigger=after.trigger,
    )
    chosen = [sample for subset in project.subsets if subset.name in subsets for sample in subset.samples]
    captions = yield from propose_operation(project, chosen, operation, limit=limit, mode=mode, cancelled=cancelled)
    unnamed = () if after.trigger else _displaced(captions, subsets.values())
    return _together(project, captions, after, subsets.values(), tuple(unnamed))


def _displaced(captions: Proposal, subsets: Iterable[Subset]) -> Iterator[str]:
    """Where captions that all begin with one tag, as a trigger word does, would begin with the prefix instead."""
    for subset in subsets:
        edits = [edit for edit in captions.edits if edit.subset == subset.name and edit.before.strip()]
        setting = Setting(CaptionRules.from_options(subset.options))
        before = {first_tag(edit.before.lstrip(), setting) for edit in edits}
        after = {first_tag(edit.after.lstrip(), setting) for edit in edits}
        if len(edits) >= _TRIGGER_FROM and len(before) == 1 and before != after:
            (word,) = before
            yield (
                f'All captions of {subset.name} that change begin with "{word}". If that is the trigger word, name it, '
                "and the prefix goes behind it."
            )


def _together(
    project: Project, captions: Proposal, table: QualityTable, subsets: Iterable[Subset], warnings: tuple[str, ...]
) -> Proposal:
    wanted = {subset.name: number for subset in subsets if (number := _tier(table, subset).repeats) is not None}
    repeats = repeats_plan(project, wanted)
    # A folder is renamed last: until then its captions stand where they were read.
    changes = (*captions.plan.changes, *saving(project.home, table), *repeats.changes)
    title = "quality tiers"
    if captions.edits:
        title += f" in {plural(len(captions.edits), 'caption')}"
    if not repeats.empty:
        title += f"{' and ' if captions.edits else ': '}{repeats.title}"
    gone = {change.path for change in repeats.changes if isinstance(change, Remove)}
    return replace(
        captions,
        title=title,
        plan=Plan(title, changes, (*warnings, *captions.plan.warnings, *repeats.warnings)),
        stale=tuple(path for path in captions.stale if path not in gone),
    )


def _refuse_unknown(project: Project, table: QualityTable, before: QualityTable) -> None:
    """A tier that no subset has is a slip, but one that was applied may have lost its subset since."""
    for name in table.tiers:
        if not tiered(project, name) and name not in before.tiers:
            names = ", ".join(dict.fromkeys(stable_name(subset) for subset in project.subsets))
            raise UsageError(f'There is no subset "{name}"', remedy=f"There are: {names}.")


def _settled(project: Project, table: QualityTable, before: QualityTable) -> QualityTable:
    """``table`` with what must be remembered to take its prefixes away again."""
    tiers = {}
    for name, tier in table.tiers.items():
        earlier = before.tiers.get(name)
        own = dict(earlier.own) if earlier is not None else {}
        if tier.prefix and (earlier is None or earlier.prefix != tier.prefix) and tier.prefix not in own:
            found = _with_it_already(project, name, tier.prefix, before, is_new=earlier is None or not earlier.prefix)
            own |= {tier.prefix: found} if found else {}
        tiers[name] = msgspec.structs.replace(tier, own=own)
    if not tiers and not table.trigger:
        return QualityTable()
    prefixes = (tier.prefix for tier in tiers.values() if tier.prefix)
    written = tuple(dict.fromkeys((*before.written, *prefixes)))
    return msgspec.structs.replace(table, tiers=tiers, written=written)


def _with_it_already(
    project: Project, name: str, prefix: str, before: QualityTable, *, is_new: bool
) -> tuple[str, ...]:
    """The images whose captions have ``prefix`` by somebody else's hand. What came from another tier is ours."""
    if prefix in before.written and not is_new:
        return ()
    return tuple(
        sample.path.stem
        for subset in tiered(project, name)
        for sample in subset.samples
        if _has(subset, sample, prefix)
    )


def _has(subset: Subset, sample: Sample, prefix: str) -> bool:
    setting = Setting.of(subset, sample)
    # A byte order mark is no part of the text that is edited.
    text = (sample.caption or "").removeprefix("\ufeff")
    return any(has_tags(line, prefix, setting) for line in text.split("\n"))


def _own_by_subset(table: QualityTable, subsets: Iterable[Subset]) -> Mapping[tuple[str, str], frozenset[str]]:
    return {
        (subset.name, prefix): frozenset(stems)
        for subset in subsets
        for prefix, stems in _tier(table, subset).own.items()
    }


def _tier(table: QualityTable, subset: Subset) -> Tier:
    return table.tiers.get(stable_name(subset), Tier())
