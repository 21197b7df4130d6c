"""Images written anew, as a Plan: the new file is made first and waits, then takes the place of the old one.

The old one goes to the trash of the project, so that nothing is lost even where the journal is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from sdtui.base.errors import WriteError
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.dataset.project import Project, Sample
from sdtui.edits.captions import removals
from sdtui.edits.companions import CompanionFinder
from sdtui.edits.proposal import Proposal
from sdtui.edits.relocation import device_of
from sdtui.edits.trash import Trash, trash_size
from sdtui.images.crowd import each
from sdtui.images.decoder import Decoder
from sdtui.images.problems import ImageProblem, Kind
from sdtui.images.recipe import Recipe
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan, Remove
from sdtui.prepare.staging import Staging
from sdtui.trainer.caches import IMAGE_INFO_CACHE

Size: TypeAlias = tuple[int, int]

_LOSSY = ("JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """One file that is to be written anew."""

    source: Path
    target: Path
    """The same path, or one with another ending where nothing stands yet."""
    recipe: Recipe
    image: Path
    """The image that it belongs to: itself, or the one whose mask it is. Where that fails, this is left too."""


@dataclass
class Order:
    """What is to be written anew, and what is not with the reason."""

    title: str = ""
    files: list[Rewriting] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def images(self) -> int:
        """How many images are written, masks not counted."""
        return sum(one.source == one.image for one in self.files)

    def add(self, source: Path, target: Path, recipe: Recipe) -> None:
        """Write the image ``source`` anew as ``target``."""
        self.files.append(Rewriting(source, target, recipe, source))

    def leave(self, path: Path, why: str) -> None:
        """Leave ``path`` as it is; ``why`` is a sentence."""
        self.left_out.append((path, why))

    def warn(self, sentence: str) -> None:
        """Say ``sentence`` once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


Further: TypeAlias = Callable[[Mapping[Path, Size]], Sequence[Change]]
"""Further changes, once it is known which images were written and how large they are."""


def rewritten(
    project: Project, order: Order, *, further: Further | None = None, cancelled: Cancelled = never_cancelled
) -> Work[Proposal]:
    """Make the new files of ``order``, and the Plan that puts them in place and removes the latents cached of the old.

    What cannot be opened is left out and named. Raises UnreadableError, WriteError (a full disk), WorkCancelled.
    """
    staging = Staging(project)
    staging.sweep()
    try:
        sizes = yield from _made(order, staging, cancelled)
        done = [one for one in order.files if one.source in sizes and one.image in sizes]
        if done:
            staging.seal()
        changes = tuple(_changes(project, done, staging, further(sizes) if further is not None else ()))
    except BaseException:
        staging.drop()
        raise
    if not done:
        staging.drop()
        return Proposal("nothing to do", Plan("nothing to do", ()), left_out=tuple(order.left_out))
    plan = Plan(order.title, changes, tuple(_warnings(project, order, done)))
    return Proposal(order.title, plan, left_out=tuple(order.left_out))


def _made(order: Order, staging: Staging, cancelled: Cancelled) -> Work[dict[Path, Size]]:
    """The sizes of the new files by the old ones, which wait in ``staging``."""
    waiting = {one: staging.place(one.target) for one in order.files}

    def make(decoder: Decoder, one: Rewriting) -> Size | ImageProblem:
        try:
            return decoder.mend(one.source, waiting[one], one.recipe)
        except ImageProblem as problem:
            return problem

    sizes: dict[Path, Size] = {}
    finished = 0
    making = each(order.files, make)
    with closing(making):
        for results in making:
            if cancelled():
                raise WorkCancelled
            for one, result in results:
                if not isinstance(result, ImageProblem):
                    sizes[one.source] = result
                elif result.kind is Kind.NOT_WRITTEN:
                    raise WriteError(result.what, path=staging.folder, remedy="Make room, or check who owns it.")
                else:
                    order.leave(one.source, f"{result.what}.")
            finished += len(results)
            yield Progress(finished, len(order.files), "images")
    return sizes


def _changes(
    project: Project, done: Sequence[Rewriting], staging: Staging, further: Sequence[Change]
) -> Iterator[Change]:
    bin_ = Trash(project)
    yield from further
    yield from _folders(bin_.place(one.source).parent for one in done)
    for one in done:
        yield from _taken(one.source, bin_.place(one.source))
        yield from _taken(staging.place(one.target), one.target)
    yield from removals(_stale(project, {one.image for one in done}))


def _folders(folders: Iterable[Path]) -> list[Change]:
    return [MakeFolder(folder) for folder in dict.fromkeys(folders) if not folder.is_dir()]


def _taken(source: Path, target: Path) -> Iterator[Change]:
    """``source`` to ``target``, also where that is on another disk."""
    if device_of(source.parent) == device_of(target.parent):
        yield Move(source, target)
    else:
        seen = source.lstat()
        yield Copy(source, target)
        yield Remove(source, seen.st_size, seen.st_mtime_ns)


def _stale(project: Project, images: set[Path]) -> Iterator[Path]:
    """What the trainer cached of the old pictures, and would go on with."""
    finder = CompanionFinder(project)
    folders: dict[Path, None] = {}
    for sample in samples_at(project, images):
        yield from finder.of(sample).latents
        folders[sample.path.parent] = None
    yield from (folder / IMAGE_INFO_CACHE for folder in folders if (folder / IMAGE_INFO_CACHE).is_file())


def samples_at(project: Project, paths: Iterable[Path]) -> tuple[Sample, ...]:
    """The samples that stand at ``paths``, each file once, in the order of the project."""
    wanted = frozenset(paths)
    found = {one.path: one for subset in project.subsets for one in subset.samples if one.path in wanted}
    return tuple(found.values())


def _warnings(project: Project, order: Order, done: Sequence[Rewriting]) -> Iterator[str]:
    yield from order.warnings
    kept = "What they replace goes" if len(done) > 1 else "What it replaces goes"
    size = trash_size(project.home)
    yield f"{kept} to the trash of this project. {size.sentence if size.files else ''}".rstrip()
    if any(one.recipe.format in _LOSSY for one in done):
        yield "JPEG files, and WebP files that are not lossless, are written at quality 97."
