"""What is wrong with the subsets of a dataset: shares, regularization, and folders that the trainer passes over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.text import plural
from sdtui.base.there import is_folder
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.checks import subset_rules as rules
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.epoch import uses
from sdtui.dataset.listing import holds_images
from sdtui.dataset.project import Project, Subset
from sdtui.edits.export_parts import parts_of
from sdtui.runs.setup.dataset_input import export_options
from sdtui.trainer.names import parse_folder_name
from sdtui.trainer.profiles import Settings

_FAR = 4.0
"""Times as many entries, at least, that repeats must make the most of the least for a warning."""
_VERY_FAR = 10.0
"""The same where the repeats do not make it worse."""
_WORSE = 1.5
"""By how much repeats stretch the ratio that the images have by themselves."""
_WITHOUT_WEIGHTS = ("sdxl_train.py",)
"""Scripts that take regularization images and multiply no loss with batch["loss_weights"]."""

LEFT_OUT = "subset-left-out"
"""Code of the finding about a subset that a run does not train."""


def subset_findings(
    project: Project, settings: Settings | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[Finding, ...]]:
    """Findings about the subsets of ``project``, and about a run of ``settings`` with them. Raises WorkCancelled."""
    if cancelled():
        raise WorkCancelled
    yield Progress(0, len(project.subsets), "subsets")
    return (
        *_nothing(project),
        *_balance(project),
        *_regularization(project, settings),
        *_left_out(project),
        *_not_exported(project, settings),
    )


def trained_subsets(project: Project) -> list[Subset]:
    """The subsets with images that are not for regularization."""
    return [subset for subset in project.subsets if not subset.is_reg and subset.samples]


def _nothing(project: Project) -> Iterator[Finding]:
    if not trained_subsets(project):
        yield rules.NOTHING.finding([project.toml or project.root], project.toml or project.root)


def _balance(project: Project) -> Iterator[Finding]:
    """Subsets of one project whose shares are far apart."""
    subsets = trained_subsets(project)
    if len(subsets) < 2:
        return
    entries = {subset.name: subset.img_count * subset.num_repeats for subset in subsets}
    most, least = max(entries.values()), min(entries.values())
    counts = [subset.img_count for subset in subsets]
    apart = most / least
    made_worse = apart >= _FAR and apart > _WORSE * max(counts) / min(counts)
    if not made_worse and apart < _VERY_FAR:
        return
    limit = _FAR if made_worse else _VERY_FAR
    few = [subset for subset in subsets if most / entries[subset.name] >= limit]
    more = f"{least:,} of {most:,} entries"
    rule = rules.UNBALANCED if made_worse else rules.UNEVEN
    yield rule.finding([subset.image_dir for subset in few], project.toml or project.root, more=more)


def _regularization(project: Project, settings: Settings | None) -> Iterator[Finding]:
    where = project.toml or project.root
    reg = [subset for subset in project.subsets if subset.is_reg and subset.samples]
    if not reg:
        return
    idle = _without_effect(project, settings)
    if idle is not None:
        yield idle.finding([subset.image_dir for subset in reg], where)
        if idle is rules.REG_LEFT_OUT:
            return
    trained = {subset.dataset for subset in trained_subsets(project)}
    alone = [subset for subset in reg if subset.dataset not in trained]
    if alone:
        yield rules.REG_ALONE.finding([subset.image_dir for subset in alone], where)
    used = {
        sample.path
        for number in {subset.dataset for subset in reg} & set(range(len(project.datasets)))
        for _, sample, _ in uses(project, number)
    }
    beside = [subset for subset in reg if subset not in alone]
    unused = [sample.path for subset in beside for sample in subset.samples if sample.path not in used]
    if unused:
        yield rules.REG_UNUSED.finding(unused, where)


def _without_effect(project: Project, settings: Settings | None) -> rules.Rule | None:
    if settings is None or settings.profile.rehearsal:
        return None
    if project.toml is None and settings.profile.dataset_kind == "finetune":
        return rules.REG_LEFT_OUT
    return rules.REG_FULL_WEIGHT if settings.script in _WITHOUT_WEIGHTS else None


def _left_out(project: Project) -> Iterator[Finding]:
    """Folders with images that are not read. What a config names and is left out, checks.config tells by its line."""
    where = project.toml or project.root
    folders = {subset.image_dir for subset in project.subsets}
    by_reason: dict[str, list[Path]] = defaultdict(list)
    for entry in project.ignored:
        nested = entry.path.parent in folders
        if (project.toml is None or nested) and is_folder(entry.path) and _is_filled(entry.path):
            by_reason[entry.reason].append(entry.path)
    for reason, paths in by_reason.items():
        message = f"{plural(len(paths), 'folder with images is', 'folders with images are')} not read: {paths[0].name}."
        yield Finding("folder-unread", Severity.WARNING, message, where, files=tuple(paths), why=reason)
    ignored = (entry.path for entry in project.ignored)
    empty = [path for path in ignored if path.parent not in folders and _names_a_subset(project, path)]
    if empty:
        yield rules.EMPTY.finding(empty, where)


def _not_exported(project: Project, settings: Settings | None) -> Iterator[Finding]:
    """Subsets of a folder that a run does not train, because the trainer would stop at something in them."""
    if project.toml is not None or settings is None:
        return
    kind = settings.profile.dataset_kind
    try:
        parts = parts_of(project, kind, export_options(settings).settled(project))
    except UsageError:
        return  # the options themselves are refused, which is told elsewhere
    for subset in project.subsets:
        said = f"{subset.name} is left out: "
        reason = next((one.removeprefix(said) for one in parts.left_out if one.startswith(said)), None)
        if reason is not None and not (subset.is_reg and kind == "finetune"):
            yield Finding(
                LEFT_OUT,
                Severity.WARNING,
                f"{subset.name} is left out of this run.",
                project.root,
                files=(subset.image_dir,),
                why=reason,
                fix="Mend that; the config of a folder is made anew at each start, without what stops the trainer.",
            )


def _names_a_subset(project: Project, path: Path) -> bool:
    """Whether ``path`` is a folder without images that was meant for a subset."""
    numbered = parse_folder_name(path.name) is not None
    return (project.toml is not None or numbered) and is_folder(path) and not _is_filled(path)


def _is_filled(folder: Path) -> bool:
    try:
        return holds_images(folder)
    except UnreadableError:
        return True  # nobody knows
