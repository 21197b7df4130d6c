"""In a folder of images the ending of captions follows from its files, so images that go may change it for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.dataset.caption_files import extension_in
from sdtui.dataset.project import CaptionSource, Subset
from sdtui.edits.companions import CompanionFinder
from sdtui.edits.image_selection import Selection, named
from sdtui.edits.relocation import Relocation


def keep_borrowed(selection: Selection, relocation: Relocation, finder: CompanionFinder) -> Iterator[str]:
    """Give images that stay the captions that they borrow as their own, where they would no longer be read.

    So it is where nobody but the lender had a caption of that ending. Yields sentences about it. Call it once all that
    goes is in ``relocation``. Raises UnreadableError.
    """
    if selection.project.toml is not None:
        return
    going = {sample.path for sample in selection.samples}
    for subset in selection.project.subsets:
        if any(sample.path in going for sample in subset.samples):
            ending = _ending_after(subset, relocation, finder)
            if ending != subset.caption_extension:
                yield from _kept(subset, relocation, ending)


def _ending_after(subset: Subset, relocation: Relocation, finder: CompanionFinder) -> str:
    folder = subset.image_dir
    files = frozenset(name for name in finder.names_in(folder) if not relocation.taken(folder / name))
    return extension_in(tuple(sample.name for sample in subset.samples if sample.name in files), files)


def _kept(subset: Subset, relocation: Relocation, ending: str) -> Iterator[str]:
    borrowers = [
        sample
        for sample in subset.samples
        if sample.caption_source is CaptionSource.BORROWED and not relocation.taken(sample.path)
    ]
    for sample in borrowers:
        if sample.caption_read_from is not None:
            relocation.copy(sample.caption_read_from, sample.caption_path)
    if borrowers:
        names = named(sample.name for sample in borrowers)
        yield f"A borrowed caption becomes the image's own, because it would not be read any more: {names}."
    elif any(not relocation.taken(sample.path) for sample in subset.samples):
        yield f"From then on captions in {subset.name} are read from {ending} files."
