"""A run together with the parts before it that it goes on from: one count of steps, one curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from sdtui.base.text import count, plural
from sdtui.runs.again.changes import UNKNOWN, changes_between
from sdtui.runs.again.states import parts_of
from sdtui.runs.following.curves import AVERAGE, Curve
from sdtui.runs.following.follow import Follower
from sdtui.runs.following.followable import Followable
from sdtui.runs.following.joined import JoinedCurves, Piece
from sdtui.runs.following.offset import Offset
from sdtui.runs.following.story import Story
from sdtui.runs.record import Checkpoint, Continuation, Part, RunRecord, RunView, SampleImage
from sdtui.runs.supervising.letterbox import Status
from sdtui.trainer.events import TrainingHeader


def follower_of(home: Path, record: RunRecord) -> Followable:
    """What follows ``record`` best: with all its parts, where it was resumed.

    What one part alone wrote is asked of ``follow.Follower``, which counts as the trainer does.
    """
    if record.continues is None:
        return Follower(home, record)
    return Lineage(home, parts_of(home, record))


class Lineage:
    """A run that was resumed, followed from any process over all parts that are known.

    State, loss, speed and console are those of the last part. Steps, epochs, checkpoints, samples and curves go over
    all parts, and steps never go back: what an earlier part did after the point that was resumed is left out.
    """

    def __init__(self, home: Path, parts: Sequence[RunRecord]) -> None:
        """``parts`` oldest first, the run itself the last."""
        self.home = home
        self._parts = [(Follower(home, record), Offset(record)) for record in parts]
        self._cuts = [_resumed(record) for record in parts[1:]]
        self._joined = JoinedCurves()
        self._pieces: dict[int, tuple[RunView, Piece]] = {}
        self._told: list[tuple[RunView, TrainingHeader | None]] = []
        self._shown: RunView | None = None
        self._changed: list[tuple[str, ...]] | None = None

    @property
    def record(self) -> RunRecord:
        """Of the last part."""
        return self._run.record

    @property
    def console(self) -> Path:
        """The file that the last part's trainer writes to; it may not exist."""
        return self._run.console

    @property
    def story(self) -> Story:
        """What the last part's console has told; it counts as the trainer does."""
        return self._run.story

    def poll(self) -> RunView:
        """What is known now. The same view until something has changed."""
        told = [(follower.poll(), follower.story.header) for follower, _ in self._parts]
        if self._shown is None or any(
            now is not then
            for one, other in zip(told, self._told, strict=True)
            for now, then in zip(one, other, strict=True)
        ):
            self._told, self._shown = told, self._whole([view for view, _ in told])
        return self._shown

    def curves(self) -> Mapping[str, Curve]:
        """All scalars by tag, over all parts."""
        pieces = [self._earlier_piece(number, cut) for number, cut in enumerate(self._cuts)]
        return self._joined.of([*pieces, _piece(self._run.curves(), self._parts[-1][1], None)])

    def _earlier_piece(self, number: int, cut: Continuation) -> Piece:
        """The curves of an earlier part; the same until it tells something new."""
        part, offset = self._parts[number]
        view = part.poll()
        if number not in self._pieces or self._pieces[number][0] is not view:
            self._pieces[number] = view, _piece(part.curves(), offset, cut)
        return self._pieces[number][1]

    def log_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines of the last part's console, safe to show."""
        return self._run.log_lines(count)

    def ending(self) -> Status | None:
        """How far the supervisor has gone in ending the run; None where nobody says."""
        return self._run.ending()

    def close(self) -> None:
        """Let go of what was read."""
        for follower, _ in self._parts:
            follower.close()

    def _whole(self, told: Sequence[RunView]) -> RunView:
        views = [offset.view(view, part.story) for view, (part, offset) in zip(told, self._parts, strict=True)]
        *earlier, own = views
        parts = tuple(map(_part, earlier, self._cuts, self._changes()))
        kept = [_until(view, cut) for view, cut in zip(earlier, self._cuts, strict=True)]
        return msgspec.structs.replace(
            own,
            parts=parts,
            checkpoints=tuple(one for view in (*kept, own) for one in view.checkpoints),
            samples=tuple(one for view in (*kept, own) for one in view.samples),
            warnings=(*own.warnings, *(sentence for part in parts for sentence in _to_know(part))),
        )

    def _changes(self) -> list[tuple[str, ...]]:
        """What was changed from each part to the next; records do not change, so they are compared once."""
        if self._changed is None:
            records = [follower.record for follower, _ in self._parts]
            self._changed = [_changed(earlier, later) for earlier, later in pairwise(records)]
        return self._changed

    @property
    def _run(self) -> Follower:
        return self._parts[-1][0]


def _resumed(record: RunRecord) -> Continuation:
    assert record.continues is not None
    return record.continues


def _part(view: RunView, cut: Continuation, changes: tuple[str, ...]) -> Part:
    return Part(
        id=view.id,
        begins=view.first_step,
        resumed_at=cut.step,
        resumed_epoch=cut.epoch,
        given_up=max(0, view.step - cut.step),
        state=cut.state,
        changes=changes,
    )


def _changed(earlier: RunRecord, later: RunRecord) -> tuple[str, ...]:
    return tuple(change.sentence for change in changes_between(earlier, later) if change is not UNKNOWN)


def _to_know(part: Part) -> Iterator[str]:
    if part.given_up:
        steps = plural(part.given_up, "step")
        yield f"What {part.id} trained after the state that was resumed does not count: {steps}."
    if part.changes:
        yield f"Resumed at step {count(part.resumed_at)} with changes: {'; '.join(part.changes)}."


def _until(view: RunView, end: Continuation) -> RunView:
    """A part's view with what it wrote up to the point that was resumed."""
    whole = view.step <= end.step
    return msgspec.structs.replace(
        view,
        checkpoints=tuple(one for one in view.checkpoints if _counts(one, end, whole=whole)),
        samples=tuple(one for one in view.samples if _counts(one, end, whole=whole)),
    )


def _counts(found: Checkpoint | SampleImage, end: Continuation, *, whole: bool) -> bool:
    if found.step is not None:
        return found.step <= end.step
    return found.epoch <= end.epoch if found.epoch is not None else whole


def _piece(curves: Mapping[str, Curve], offset: Offset, end: Continuation | None) -> Piece:
    console = frozenset(tag for tag in (AVERAGE,) if tag in curves and "loss/average" not in curves)
    return Piece(
        curves,
        {tag: offset.bar if tag in console else offset.of_scalar(tag) for tag in curves},
        {tag: None if end is None else end.epoch if "epoch" in tag else end.step for tag in curves},
    )
