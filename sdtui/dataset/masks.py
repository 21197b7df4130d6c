"""The masks of a subset: which one belongs to an image, and where the pair does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UnreadableError
from sdtui.dataset.facts import Facts, FolderFacts
from sdtui.dataset.index import Index
from sdtui.dataset.listing import list_folder
from sdtui.dataset.project import Ignored


@dataclass
class Masks:
    """The images in a subset's ``conditioning_data_dir`` (library/train_util.py, ControlNetDataset)."""

    folder: Path
    facts: FolderFacts
    exact_size: bool
    """True where buckets are on: the trainer then stops at a mask of another size than its image."""
    by_stem: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None
    _used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path | None, index: Index, *, exact_size: bool) -> Masks | None:
        """The masks in ``folder``, None where the subset has none."""
        if folder is None:
            return None
        masks = cls(folder, FolderFacts(folder, index), exact_size)
        try:
            for name in list_folder(folder).images:
                # Of several with one stem the trainer takes the first in order of names.
                masks.by_stem.setdefault(splitext(name)[0], name)
        except UnreadableError as error:
            masks.trouble = error.sentence()
        return masks

    def of_image(self, image: str, size: tuple[int, int]) -> tuple[Path | None, str | None]:
        """The mask of the image called ``image``, and a sentence where the trainer would not take the pair."""
        name = self.by_stem.get(splitext(image)[0])
        if name is None:
            return None, self.trouble or f"It has no mask in {self.folder.name}, and the trainer stops at that."
        self.mark(image)
        facts = self.facts.of(name)
        self.facts.keep(name, facts)
        return self.folder / name, self._misfit(facts, size)

    def mark(self, image: str) -> None:
        """Take note that the image called ``image`` is there."""
        self._used.add(splitext(image)[0])

    def extra(self) -> list[Ignored]:
        """Masks that belong to no image."""
        reason = "No image has this name. The trainer refuses to start while a mask has no image."
        return [Ignored(self.folder / name, reason) for stem, name in self.by_stem.items() if stem not in self._used]

    def save(self) -> None:
        """Remember the sizes for the next scan."""
        self.facts.save(frozenset(self.by_stem.values()))

    def _misfit(self, facts: Facts, size: tuple[int, int]) -> str | None:
        if facts.problem:
            return f"Its mask cannot be used. {facts.problem}"
        if self.exact_size and size != (0, 0) and (facts.width, facts.height) != size:
            return f"Its mask is {facts.width}x{facts.height}, the image {size[0]}x{size[1]}; both must be the same."
        return None
