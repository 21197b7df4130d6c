"""``scan``: from a path to a Project, reporting progress; ``refresh``: the same after a change, at little cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UnreadableError
from sdtui.base.work import Cancelled, Pace, Progress, Work, finish, never_cancelled
from sdtui.dataset.caption_files import EXTENSIONS
from sdtui.dataset.config_layout import config_layout
from sdtui.dataset.folder import Previous, read_folder
from sdtui.dataset.index import Index
from sdtui.dataset.layout import Layout, folder_layout
from sdtui.dataset.listing import Listing, absolute, list_folder
from sdtui.dataset.metadata import read_metadata
from sdtui.dataset.project import Ignored, Project, ProjectKind, Subset
from sdtui.dataset.reading import Reading, Tools
from sdtui.dataset.subset_folders import Place
from sdtui.tokens.encoding import Mode

CONFIG_SUFFIXES = (".toml", ".json")


@dataclass(frozen=True, slots=True)
class SubsetScanned(Progress):
    """One subset is read to its end."""

    subset: Subset


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The project as it was, and what changed since (None: nobody knows)."""

    project: Project
    changed: frozenset[Path]


def scan(
    path: Path,
    *,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
    command_line: Mapping[str, Any] | None = None,
) -> Work[Project]:
    """Read the dataset at ``path``, a folder or a dataset config.

    ``command_line`` holds what a training command says by the config's names, for what a config leaves open.

    Yields Progress (images done, of all) about twenty times a second and SubsetScanned after each subset. Raises
    UnreadableError, SyntaxProblem (line and column), NotADatasetError, SdtuiError where the tokens' vocabulary is not
    installed, and WorkCancelled.
    """
    return (yield from _scan(absolute(path), mode, cancelled, None, command_line))


def open_project(path: Path, *, mode: Mode = "ftfy") -> Project:
    """``scan`` to its end. Raises what ``scan`` raises."""
    return finish(scan(path, mode=mode))


def refreshing(
    project: Project,
    changed: Iterable[Path] | None,
    *,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
) -> Work[Project]:
    """``project`` as it stands now, where at most ``changed`` is not as it was (None: anything may have changed).

    Only subsets with a changed file are looked into, and in them only the images that it concerns. Raises what ``scan``
    raises.
    """
    path = project.toml or project.root
    earlier = None if changed is None else _Earlier(project, frozenset(absolute(each) for each in changed))
    return (yield from _scan(path, mode, cancelled, earlier))


def refresh(project: Project, changed: Iterable[Path] | None, *, mode: Mode = "ftfy") -> Project:
    """``refreshing`` to its end."""
    return finish(refreshing(project, changed, mode=mode))


def rescan_subset(project: Project, name: str, *, mode: Mode = "ftfy") -> Project:
    """``project`` with the subset ``name`` read anew. Raises what ``scan`` raises."""
    subset = project.subset(name)
    if subset is None:
        return project
    paths = [subset.metadata_file or subset.image_dir]
    for sample in subset.samples:
        paths += [sample.path, sample.caption_path, *([sample.mask_path] if sample.mask_path else [])]
    return refresh(project, paths, mode=mode)


def layout_of(path: Path, command_line: Mapping[str, Any] | None = None) -> Layout:
    """What stands at ``path``, images not yet looked into. Raises UnreadableError, SyntaxProblem, NotADatasetError."""
    if path.is_dir():
        return folder_layout(path)
    if path.suffix.lower() in CONFIG_SUFFIXES:
        return config_layout(path, command_line)
    if not path.exists():
        raise UnreadableError("There is no such file or folder", path=path, remedy="Check the path.")
    raise NotADatasetError(
        "This is neither a folder nor a dataset config",
        path=path,
        remedy="Open the folder that holds the subset folders, or a .toml that names them.",
    )


def _scan(
    path: Path,
    mode: Mode,
    cancelled: Cancelled,
    earlier: _Earlier | None,
    command_line: Mapping[str, Any] | None = None,
) -> Work[Project]:
    layout = layout_of(path, command_line)
    index = Index()
    try:
        readings = yield from _read_all(layout, Tools(index, Pace(None, cancelled), mode), earlier)
    finally:
        index.close()
    return _project(layout, readings)


def _read_all(layout: Layout, tools: Tools, earlier: _Earlier | None) -> Work[list[Reading]]:
    kept = [_unchanged(place, earlier) for place in layout.places]
    listings = []
    for place, known in zip(layout.places, kept, strict=True):
        listings.append(_listed(place) if known is None else None)
        yield from tools.pace.step(0)
    tools.pace.total = sum(len(listing.images) for listing in listings if isinstance(listing, Listing))
    readings = []
    for place, known, listing in zip(layout.places, kept, listings, strict=True):
        reading = known if known is not None else (yield from _read(place, listing, layout, tools, earlier))
        readings.append(reading)
        if reading.subset is not None:
            yield SubsetScanned(tools.pace.done, tools.pace.total, "images", reading.subset)
    return readings


def _listed(place: Place) -> Listing | Ignored | None:
    """What stands in a subset's folder; None where a metadata file says that."""
    if place.metadata_file is not None:
        return None
    try:
        return list_folder(place.image_dir)
    except UnreadableError as error:
        return Ignored(place.image_dir, error.sentence())


def _read(
    place: Place, listing: Listing | Ignored | None, layout: Layout, tools: Tools, earlier: _Earlier | None
) -> Work[Reading]:
    if listing is None:
        return (yield from read_metadata(place, tools))
    if isinstance(listing, Ignored):
        return Reading(None, (listing,))
    if not listing.images:
        return Reading(None, (Ignored(place.image_dir, _no_image(place, layout)),))
    exact_masks = layout.datasets[place.dataset].enable_bucket
    previous = _previous(place, earlier)
    return (yield from read_folder(place, listing, tools, exact_masks=exact_masks, previous=previous))


def _no_image(place: Place, layout: Layout) -> str:
    if layout.datasets[place.dataset].validation_split > 0 and not place.is_reg:
        # library/train_util.py, split_train_val, takes apart what it zipped of nothing.
        return "There is no image in it, and the trainer stops at this where validation_split is set."
    return "There is no image in it, so the trainer leaves it out."


def _earlier_subset(place: Place, earlier: _Earlier | None) -> Subset | None:
    """The subset as it was, where its captions were read by the same rules as now."""
    if earlier is None:
        return None
    for subset in earlier.project.subsets:
        same = (subset.image_dir, subset.metadata_file, subset.mask_dir, subset.class_tokens, subset.options) == (
            place.image_dir,
            place.metadata_file,
            place.mask_dir,
            place.class_tokens,
            place.options,
        )
        if same and subset.name == place.name:
            return subset
    return None


def _unchanged(place: Place, earlier: _Earlier | None) -> Reading | None:
    """What was read earlier, where nothing in the subset's folders has changed."""
    subset = _earlier_subset(place, earlier)
    if subset is None or earlier is None:
        return None
    same = (subset.num_repeats, subset.is_reg, subset.dataset, subset.position) == (
        place.num_repeats,
        place.is_reg,
        place.dataset,
        place.position,
    )
    reads = _reads(subset)
    if not same or any(path in reads or path.parent in reads for path in earlier.changed):
        return None
    folders = {subset.image_dir, subset.mask_dir}
    return Reading(subset, tuple(entry for entry in earlier.project.ignored if entry.path.parent in folders))


def _reads(subset: Subset) -> frozenset[Path]:
    """Folders and files: a change in one of the folders, or of one of the files, concerns the subset."""
    if subset.metadata_file is not None:
        return frozenset({subset.metadata_file, *(sample.path.parent for sample in subset.samples)})
    borrowed = {sample.caption_read_from for sample in subset.samples if sample.caption_read_from is not None}
    elsewhere = {path for path in borrowed if path.parent != subset.image_dir}
    return frozenset({subset.image_dir, *([subset.mask_dir] if subset.mask_dir else []), *elsewhere})


def _previous(place: Place, earlier: _Earlier | None) -> Previous:
    subset = _earlier_subset(place, earlier)
    if subset is None or earlier is None or subset.metadata_file is not None:
        return Previous()
    return Previous({sample.name: sample for sample in subset.samples}, earlier.changed)


def _project(layout: Layout, readings: list[Reading]) -> Project:
    subsets = tuple(reading.subset for reading in readings if reading.subset is not None)
    ignored = (*layout.ignored, *(entry for reading in readings for entry in reading.ignored))
    if not subsets and layout.kind is not ProjectKind.TOML:
        raise NotADatasetError(
            "No images to train on here",
            path=layout.root,
            remedy=ignored[0].reason if ignored else None,
        )
    return Project(
        root=layout.root,
        kind=layout.kind,
        caption_extension=_extension(layout, subsets),
        subsets=subsets,
        ignored=ignored,
        datasets=layout.datasets,
        toml=layout.toml,
        notes=(*layout.notes, *_unread_captions(subsets, ignored)),
    )


def _unread_captions(subsets: Iterable[Subset], ignored: Iterable[Ignored]) -> Iterator[str]:
    """Where a whole subset's captions go unread for their ending: most configs that say none mean ``.txt``."""
    endings = {entry.path.parent: entry.path.suffix for entry in ignored if entry.path.suffix in EXTENSIONS}
    for subset in subsets:
        unread = endings.get(subset.image_dir)
        read = any(sample.caption_read_from is not None for sample in subset.samples)
        if unread is not None and unread != subset.caption_extension and not read:
            yield (
                f"No caption of {subset.name} is read: they end in {unread}, and caption_extension is "
                f"{subset.caption_extension}."
            )


def _extension(layout: Layout, subsets: tuple[Subset, ...]) -> str:
    counted = Counter(subset.caption_extension for subset in subsets)
    if not counted:
        return ".caption" if layout.kind is ProjectKind.TOML else ".txt"
    return min(counted, key=lambda extension: (-counted[extension], extension != ".txt"))
