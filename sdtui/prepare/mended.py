"""Images made into what the trainer reads as a person sees them, each as a Plan that can be undone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from posixpath import splitext
from typing import TypeAlias

from sdtui.base.files import folder_entries
from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.dataset.project import Project, Sample
from sdtui.edits.companions import CompanionFinder
from sdtui.edits.metadata_moves import MetadataMoves
from sdtui.edits.proposal import Proposal
from sdtui.images.facts import PictureFacts
from sdtui.images.header import read_size
from sdtui.images.problems import ImageProblem
from sdtui.images.recipe import FORMATS, Recipe
from sdtui.images.survey import survey
from sdtui.plans.plan import Change
from sdtui.prepare.rewriting import Order, Rewriting, Size, rewritten, samples_at
from sdtui.trainer.names import is_image

Colour: TypeAlias = tuple[int, int, int]
RecipeFor: TypeAlias = Callable[[str], Recipe]
"""How to write a file of a format."""

WHITE: Colour = (255, 255, 255)
MOST_PIXELS = 4096 * 4096
"""What an image that is too large to open is shrunk to: more than any bucket holds."""


def upright(project: Project, paths: Iterable[Path], *, cancelled: Cancelled = never_cancelled) -> Work[Proposal]:
    """Bake the turn that EXIF tags ask for into the pixels of images, and into those of masks of the same size.

    Sizes in metadata files follow. Raises UnreadableError, WriteError, WorkCancelled.
    """
    samples = samples_at(project, paths)
    looks = yield from survey((sample.path for sample in samples), cancelled=cancelled)
    order, finder = Order(), CompanionFinder(project)
    for sample in samples:
        look = looks[sample.path]
        if isinstance(look, ImageProblem):
            order.leave(sample.path, f"{look.what}.")
        elif not look.turned:
            order.leave(sample.path, "It stands upright already.")
        elif _in_place(order, sample.path, partial(Recipe, orientation=look.orientation)):
            _turn_masks(order, sample, look, finder)
    order.title = f"turn {plural(order.images, 'image')} upright"

    def sizes_in_metadata(sizes: Mapping[Path, Size]) -> Sequence[Change]:
        return _with_sizes(project, samples, sizes)

    return (yield from rewritten(project, order, further=sizes_in_metadata, cancelled=cancelled))


def flattened(
    project: Project, paths: Iterable[Path], *, background: Colour = WHITE, cancelled: Cancelled = never_cancelled
) -> Work[Proposal]:
    """Put ``background`` under what is transparent in images. Raises as ``upright``."""
    colour = "white" if background == WHITE else "#{:02x}{:02x}{:02x}".format(*background)
    recipe = partial(Recipe, background=background)
    return (yield from _each_in_place(project, paths, f"put {colour} under", recipe, cancelled))


def simplified(project: Project, paths: Iterable[Path], *, cancelled: Cancelled = never_cancelled) -> Work[Proposal]:
    """Write images as the first frame alone, RGB or grey, with 8 bits a channel. Raises as ``upright``."""
    return (yield from _each_in_place(project, paths, "convert", Recipe, cancelled))


def shrunk(
    project: Project, paths: Iterable[Path], *, most_pixels: int = MOST_PIXELS, cancelled: Cancelled = never_cancelled
) -> Work[Proposal]:
    """Shrink images to ``most_pixels``, also such as Pillow does not open for their size. Raises as ``upright``."""
    return (yield from _each_in_place(project, paths, "shrink", partial(Recipe, most_pixels=most_pixels), cancelled))


def converted(project: Project, paths: Iterable[Path], *, cancelled: Cancelled = never_cancelled) -> Work[Proposal]:
    """Write pictures that the trainer passes over (GIF, TIFF, AVIF) as PNG, beside the captions that wait for them.

    Where an image of that name is there already it is left. Raises as ``upright``.
    """
    order = Order()
    taken = _Stems()
    for path in dict.fromkeys(paths):
        target = path.with_name(f"{splitext(path.name)[0]}.png")
        if not os.path.lexists(path):
            order.leave(path, "It is no longer there.")
        elif (other := taken.by(target)) is not None:
            order.leave(path, f"It would share its caption with {other}, which has the same name.")
        else:
            taken.take(target)
            order.add(path, target, Recipe("PNG"))
    order.title = f"convert {plural(order.images, 'picture')} to PNG"
    return (yield from rewritten(project, order, cancelled=cancelled))


class _Stems:
    """Which names without ending are those of images, in each folder."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, str]] = {}

    def by(self, path: Path) -> str | None:
        """The image that has the stem of ``path``, None where it is free. Raises UnreadableError."""
        return self._in(path.parent).get(splitext(path.name)[0])

    def take(self, path: Path) -> None:
        """From now on there is an image at ``path``."""
        self._in(path.parent)[splitext(path.name)[0]] = path.name

    def _in(self, folder: Path) -> dict[str, str]:
        if folder not in self._folders:
            with folder_entries(folder) as entries:
                names = [entry.name for entry in entries if is_image(entry.name)]
            self._folders[folder] = {splitext(name)[0]: name for name in names}
        return self._folders[folder]


def _each_in_place(
    project: Project, paths: Iterable[Path], verb: str, recipe: RecipeFor, cancelled: Cancelled
) -> Work[Proposal]:
    order = Order()
    for sample in samples_at(project, paths):
        _in_place(order, sample.path, recipe)
    order.title = f"{verb} {plural(order.images, 'image')}"
    return (yield from rewritten(project, order, cancelled=cancelled))


def _in_place(order: Order, path: Path, recipe: RecipeFor) -> bool:
    """Write ``path`` anew under its own name, in the format that this promises."""
    ending = splitext(path.name)[1].lower()
    if ending not in FORMATS:
        order.leave(path, f"{ending or 'Such'} files are not written here; convert it to PNG.")
        return False
    order.add(path, path, recipe(FORMATS[ending]))
    return True


def _turn_masks(order: Order, sample: Sample, facts: PictureFacts, finder: CompanionFinder) -> None:
    """What was drawn on the picture as it is stored is turned along; what was drawn on it upright fits from now on."""
    for mask in finder.of(sample).masks:
        ending = splitext(mask.name)[1].lower()
        if read_size(mask) == (facts.width, facts.height) and ending in FORMATS:
            recipe = Recipe(FORMATS[ending], orientation=facts.orientation)
            order.files.append(Rewriting(mask, mask, recipe, sample.path))
            order.warn("Masks of the same size as their images are turned along: look at them.")


def _with_sizes(project: Project, samples: Iterable[Sample], sizes: Mapping[Path, Size]) -> Sequence[Change]:
    """The metadata files that say the sizes of images, once these have changed."""
    metadata = MetadataMoves(project)
    for sample in samples:
        for subset in project.subsets:
            if sample.path in sizes and subset.metadata_file in metadata.files_of(sample.path):
                metadata.leave(sample.path)
                metadata.enter(sample, sample.path, subset, sizes[sample.path])
    return metadata.changes()
