"""The images that are gone through one by one, and where the next one of a kind is.

What is to be known of each image is a byte in a row of bytes, so that a step over 100,000 images is a search in C, and
a marking changes one byte. Only ``wind`` looks at every image; it is made for a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.dataset.marks import Mark, Marks
from sdtui.dataset.project import CaptionSource, Project, Sample
from sdtui.dataset.query import Query, Subject
from sdtui.dataset.query.subject import Family, Findings

AHEAD = 3
"""Images after the cursor whose pictures and captions are made ready."""

_CHUNK = 256
_UNMARKED = Mark()

Matches = Callable[[Sample, Mark], bool]
"""Whether the filter lets an image through."""


class Wish(Enum):
    """A kind of image that a key goes to."""

    CARE = "care"
    """Broken, without a caption, over the limit, with another's caption, or flagged."""
    MISSING = "missing"
    OVER = "over"
    UNREVIEWED = "unreviewed"


@dataclass
class Tally:
    """How far the review of the whole project is, whatever the filter."""

    images: int = 0
    reviewed: int = 0
    flagged: int = 0

    def marked(self, before: Mark, now: Mark) -> None:
        """An image was ``before`` and is ``now``."""
        self.reviewed += now.reviewed - before.reviewed
        self.flagged += now.flagged - before.flagged


@dataclass
class Reel:
    """The images that the filter lets through, in the project's order, and the one that is looked at."""

    samples: list[Sample]
    places: dict[Path, int]
    """The row of each image."""
    marks: list[Mark]
    tally: Tally
    matches: Matches
    at: int = 0
    """Row of the image that is looked at."""
    found: bool = False
    """Whether the image to be looked at first is in the project."""
    signs: dict[Wish, bytearray] = field(default_factory=dict)
    plain_care: bytearray = field(default_factory=bytearray)
    """``Wish.CARE`` without flags."""
    gone: bytearray = field(default_factory=bytearray)
    """1 where an image is among the samples still though the filter lets it through no more."""

    @property
    def sample(self) -> Sample | None:
        """The image that is looked at."""
        return self.samples[self.at] if self.samples else None

    @property
    def mark(self) -> Mark:
        """Its marks."""
        return self.marks[self.at] if self.samples else Mark()

    @property
    def count(self) -> int:
        """Images that the filter lets through, and the one looked at if it was let through when it was come to."""
        return len(self.samples) - self.gone.count(1) + self._lingers

    @property
    def position(self) -> int:
        """The how-manieth the image that is looked at is, from 1."""
        return self.gone.count(0, 0, self.at) + 1

    @property
    def _lingers(self) -> int:
        return self.gone[self.at] if self.samples else 0

    # Going --------------------------------------------------------------------------------------------------------

    def step(self, images: int) -> bool:
        """Go ``images`` further, or back, as far as there are any; False where there is no other on that side."""
        row = self.at
        for _ in range(abs(images)):
            further = self._after(row) if images > 0 else self._before(row)
            if further < 0:
                break
            row = further
        return self._go(row)

    def first(self) -> bool:
        """Go to the first image."""
        return self._go(self.gone.find(0))

    def last(self) -> bool:
        """Go to the last image."""
        return self._go(self.gone.rfind(0))

    def to(self, path: Path) -> bool:
        """Go to the image at ``path``; False where it is not among these, or is looked at already."""
        return self._go(self.places.get(path, -1))

    def holds(self, path: Path) -> bool:
        """Whether the image at ``path`` is among these."""
        return path in self.places

    def wish(self, wish: Wish, *, from_first: bool = False) -> bool:
        """Go to the next image of a kind, after the last one to the first again; False where there is no other."""
        signs = self.signs[wish]
        start = 0 if from_first else self.at + 1
        row = self._find(signs, start)
        return self._go(row if row >= 0 else self._find(signs, 0))

    def is_now(self, wish: Wish) -> bool:
        """Whether the image that is looked at is of a kind."""
        return bool(self.samples) and bool(self.signs[wish][self.at])

    def _find(self, signs: bytearray, start: int) -> int:
        row = signs.find(1, start)
        while row >= 0 and self.gone[row]:
            row = signs.find(1, row + 1)
        return row

    def _after(self, row: int) -> int:
        return self.gone.find(0, row + 1)

    def _before(self, row: int) -> int:
        return self.gone.rfind(0, 0, row)

    def _go(self, row: int) -> bool:
        if row < 0 or row == self.at or not self.samples:
            return False
        self.at = row
        return True

    def neighbours(self) -> list[Sample]:
        """The next images and the one before, the likeliest to be wanted next first."""
        if not self.samples:
            return []
        rows = []
        row = self.at
        for _ in range(AHEAD):
            row = self._after(row)
            if row < 0:
                break
            rows.append(row)
        before = self._before(self.at)
        if before >= 0:
            rows.insert(1, before)
        return [self.samples[row] for row in rows]

    def before(self) -> Sample | None:
        """The image before the one that is looked at."""
        row = self._before(self.at)
        return self.samples[row] if row >= 0 else None

    # Marking ------------------------------------------------------------------------------------------------------

    def marked(self, path: Path, now: Mark) -> None:
        """The image at ``path`` has other marks now. Where it stands stays its place as long as it is looked at."""
        row = self.places.get(path)
        if row is None:
            return
        before, self.marks[row] = self.marks[row], now
        self.tally.marked(before, now)
        self.signs[Wish.UNREVIEWED][row] = not now.reviewed
        self.signs[Wish.CARE][row] = self.plain_care[row] or now.flagged
        self.gone[row] = not self.matches(self.samples[row], now)


def lacks_caption(sample: Sample, is_reg: bool) -> bool:
    """Nobody has written a text for it. Regularization images are meant to be trained by their class tokens."""
    source = sample.caption_source
    return source is CaptionSource.NONE or (source is CaptionSource.CLASS and not is_reg)


def filtering(project: Project, query: Query, limit: int, findings: Findings | None = None) -> Matches:
    """Asks ``query`` about an image of ``project``."""
    families = {subset.name: Family.of(subset, project.root, limit, findings) for subset in project.subsets}

    def matches(sample: Sample, mark: Mark) -> bool:
        return query.matches(Subject(sample, mark, families[sample.subset]))

    return matches if not query.empty else lambda _sample, _mark: True


def wind(
    project: Project,
    marks: Marks,
    matches: Matches,
    limit: int,
    keep: Collection[Path] = (),
    *,
    linger: bool = False,
    cancelled: Cancelled = never_cancelled,
) -> Work[Reel]:
    """The reel of the images of ``project`` that ``matches`` lets through, at the first that ``keep`` names.

    It names an image, or its caption file. Where the filter does not let that image through, the reel is at the next
    one after it, or with ``linger`` at that image all the same, until the person goes on. Raises QueryError and
    WorkCancelled.
    """
    reel = Reel([], {}, [], Tally(), matches)
    wanted = set(map(str, keep))
    missing, over, unreviewed, care = (bytearray() for _ in range(4))
    for subset in project.subsets:
        for sample in subset.samples:
            if reel.tally.images % _CHUNK == 0:
                if cancelled():
                    raise WorkCancelled
                yield Progress(reel.tally.images, None, "images")
            mark = marks.of(sample)
            reel.tally.images += 1
            reel.tally.marked(_UNMARKED, mark)
            through = matches(sample, mark)
            kept = (
                not reel.found and bool(wanted) and not wanted.isdisjoint((str(sample.path), str(sample.caption_path)))
            )
            if kept:
                reel.at, reel.found = len(reel.samples), True
            if not through and not (linger and kept):
                continue
            reel.places[sample.path] = len(reel.samples)
            reel.samples.append(sample)
            reel.marks.append(mark)
            missing.append(lacks_caption(sample, subset.is_reg))
            over.append(sample.tokens > limit)
            unreviewed.append(not mark.reviewed)
            borrowed = sample.caption_source is CaptionSource.BORROWED
            care.append(bool(missing[-1] or over[-1] or borrowed or sample.problem is not None))
            reel.gone.append(not through)
    reel.at = min(reel.at, max(0, len(reel.samples) - 1))
    reel.plain_care = care
    flagged = bytearray(plain or mark.flagged for plain, mark in zip(care, reel.marks, strict=True))
    reel.signs = {Wish.CARE: flagged, Wish.MISSING: missing, Wish.OVER: over, Wish.UNREVIEWED: unreviewed}
    return reel
