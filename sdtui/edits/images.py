"""Images thrown away, moved and copied, each with what belongs to it: its caption, its masks, what was cached of it.

What another image still needs stays for it: one of the same stem shares all of these files, and one without a caption
of its own may read that of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.arrival import Arrival
from sdtui.edits.caption_ending import keep_borrowed
from sdtui.edits.companions import CompanionFinder
from sdtui.edits.image_selection import Selection, named
from sdtui.edits.image_target import Target, target_of
from sdtui.edits.metadata_moves import MetadataMoves
from sdtui.edits.proposal import Proposal
from sdtui.edits.relocation import Relocation
from sdtui.edits.trash import Trash, trash_size
from sdtui.plans.plan import Change, Plan
from sdtui.trainer.caches import IMAGE_INFO_CACHE


def trash(project: Project, samples: Iterable[Sample], *, now: float | None = None) -> Proposal:
    """Throw images away: they go to ``.sdtui/trash/STAMP`` under the paths that they have, so undo brings them back.

    Their captions, masks and caches go along, unless an image that stays needs them; metadata files that the project
    is read from name them no more. ``now`` is seconds since the epoch, for the name of the folder. Raises
    UnreadableError and WriteError.
    """
    selection = Selection.of(project, samples)
    staying, finder, metadata = selection.staying(), CompanionFinder(project), MetadataMoves(project)
    relocation, bin_ = Relocation(), Trash(project, now)
    kept: dict[Path, None] = {}
    for sample in selection.samples:
        relocation.move(sample.path, bin_.place(sample.path))
        metadata.leave(sample.path)
        companions = finder.of(sample)
        for file in companions.files:
            if staying.need(file, companions):
                kept[file] = None
            else:
                relocation.move(file, bin_.place(file))
    size = trash_size(project.home)
    warnings = [*selection.emptied(), *keep_borrowed(selection, relocation, finder)]
    if kept:
        warnings.append(f"Left where it is, because other images need it: {named(path.name for path in kept)}.")
    if size.files:
        warnings.append(size.sentence)
    return _proposal(f"throw {selection.counted} away", selection, relocation, warnings, metadata.changes())


def move(project: Project, samples: Iterable[Sample], target: Subset | str, *, now: float | None = None) -> Proposal:
    """Move images to the subset ``target``; what that may be, and what goes along, is as ``copy`` has it.

    A caption that an image left behind needs too is copied. What would be of no use there, such as the mask of an image
    that comes to a subset without masks, goes to the trash. Raises UsageError, UnreadableError, WriteError.
    """
    selection = Selection.of(project, samples)
    return _take(selection, target, keep=False, now=now)


def copy(project: Project, samples: Iterable[Sample], target: Subset | str) -> Proposal:
    """Copy images to the subset ``target``: a subset, the name of one, or the name of one that is made for them.

    Each arrives with the text that is trained with it now, as a caption of its own. Where its name is taken there, a
    number is put behind it. Caches go along as far as the trainer would make the same ones there. Raises UsageError for
    what cannot be a subset's name, UnreadableError, WriteError.
    """
    return _take(Selection.of(project, samples), target, keep=True, now=None)


def _take(selection: Selection, target: Subset | str, *, keep: bool, now: float | None) -> Proposal:
    project = selection.project
    place = target_of(project, target, selection.samples)
    metadata, finder = MetadataMoves(project), CompanionFinder(project)

    def refusal(sample: Sample) -> str | None:
        for_all = _is_there(sample, place) or _of_another_kind(project, sample, place)
        if keep:
            return for_all or _no_file(sample)
        return for_all or _named_elsewhere(sample, metadata) or _leads_nowhere(sample, finder, place)

    selection = selection.without(refusal)
    relocation = Relocation()
    arrival = Arrival(selection, place, relocation, metadata, None if keep else Trash(project, now))
    for sample in selection.samples:
        arrival.take(sample, finder.of(sample))
    warnings = [*place.warnings, *arrival.warnings()]
    if not keep:
        warnings += [*selection.emptied(), *keep_borrowed(selection, relocation, finder)]
    title = f"{'copy' if keep else 'move'} {selection.counted} to {place.name}"
    return _proposal(title, selection, relocation, warnings, (*place.changes, *metadata.changes()), place.folder)


def _proposal(
    title: str,
    selection: Selection,
    relocation: Relocation,
    warnings: Sequence[str],
    before: Sequence[Change] = (),
    target: Path | None = None,
) -> Proposal:
    if not selection.samples:
        return Proposal("nothing to do", Plan("nothing to do", ()), left_out=selection.left_out)
    folders = dict.fromkeys(sample.path.parent for sample in selection.samples)
    for folder in (*folders, *([target] if target else [])):
        # The trainer would go by what cache_info once wrote down: images that are gone, without those that came.
        if (folder / IMAGE_INFO_CACHE).is_file():
            relocation.remove(folder / IMAGE_INFO_CACHE)
    plan = Plan(title, (*before, *relocation.changes()), tuple(warnings))
    return Proposal(title, plan, left_out=selection.left_out)


def _is_there(sample: Sample, place: Target) -> str | None:
    if place.metadata is None:
        is_there = sample.path.parent == place.folder
    else:
        is_there = any(one.path == sample.path for one in place.samples)
    return "It is in this subset already." if is_there else None


def _of_another_kind(project: Project, sample: Sample, place: Target) -> str | None:
    subset = project.subset(sample.subset)
    from_file = subset is not None and subset.metadata_file is not None
    if from_file == (place.metadata is not None):
        return None
    return "Only one of the two subsets is read from a metadata file, so its caption cannot go along."


def _named_elsewhere(sample: Sample, metadata: MetadataMoves) -> str | None:
    files = metadata.files_of(sample.path)
    if len(files) < 2:
        return None
    return f"{named(sorted(file.name for file in files))} all name it where it is; copy it instead."


def _no_file(sample: Sample) -> str | None:
    return None if sample.path.is_file() else "It is a broken link, or no regular file, so it is not copied."


def _leads_nowhere(sample: Sample, finder: CompanionFinder, place: Target) -> str | None:
    """A link by a relative path means another file in another folder."""
    if _means_another(sample.path, place.folder):
        return "It is a link by a relative path, which would not lead to its image from there; copy it instead."
    companions = finder.of(sample)
    for file in companions.files:
        folder = place.mask_dir if file in companions.masks else place.folder
        if folder is not None and _means_another(file, folder):
            return f"{file.name} is a link by a relative path, which would lead elsewhere from there; copy it instead."
    return None


def _means_another(file: Path, folder: Path) -> bool:
    if not file.is_symlink():
        return False
    written = file.readlink()
    now, then = (Path(place.resolve(), written).resolve() for place in (file.parent, folder))
    return now != then and now.exists()
