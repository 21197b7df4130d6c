"""What is wished on the Balance screen, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sdtui.dataset.balance import Part, divided, equal_repeats, repeats_for
from sdtui.dataset.project import Project
from sdtui.dataset.training_steps import Length
from sdtui.trainer.dataset_arguments import DEFAULT_STEPS

MOST_REPEATS = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """Repeats and length of a training. Each change gives a new one."""

    repeats: Mapping[str, int] = field(default_factory=dict)
    """By subset name, where they are not as on disk."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Shares that were asked for, 0 to 1."""
    batch: int | None = None
    """None: as the config says, else 1."""
    epochs: int | None = 10
    steps: int | None = None
    """Where given, epochs follow from it."""
    accumulation: int = 1
    processes: int = 1

    @property
    def length(self) -> Length:
        """How long the training is."""
        epochs = None if self.steps is not None else self.epochs
        return Length(epochs, self.steps or DEFAULT_STEPS, self.accumulation, self.processes)

    def with_number(self, what: str, number: int | None) -> Wish:
        """Another ``batch``, ``epochs``, ``steps``, ``accumulation`` or ``processes``; epochs and steps take turns."""
        values: dict[str, Any] = {"steps": None, what: number} if what == "epochs" else {what: number}
        return replace(self, **values)

    def with_repeats(self, project: Project, name: str, repeats: int) -> Wish:
        """``repeats`` of one subset, at least 1; a share that was asked for it is forgotten."""
        shares = {other: share for other, share in self.shares.items() if other != name}
        wished = {**self.repeats, name: max(1, min(MOST_REPEATS, repeats))}
        return replace(self, repeats=_changed(project, wished), shares=shares)

    def with_share(self, project: Project, name: str, share: float | None) -> Wish:
        """A share of one subset beside those asked for before; None takes it back. Raises ValueError."""
        shares = {other: wanted for other, wanted in self.shares.items() if other != name}
        if share is not None:
            shares[name] = share
        parts = parts_of(project, self.repeats)
        found = repeats_for(parts, shares) if shares else {}
        return replace(self, repeats=_changed(project, {**self.repeats, **found}), shares=shares)

    def equal(self, project: Project) -> Wish:
        """Every subset seen equally often."""
        return replace(self, repeats=_changed(project, equal_repeats(parts_of(project, self.repeats))), shares={})

    def divided(self, project: Project) -> Wish:
        """The same shares in the smallest numbers."""
        now = {part.name: part.repeats for part in parts_of(project, self.repeats)}
        return replace(self, repeats=_changed(project, divided(now)))


def parts_of(project: Project, repeats: Mapping[str, int]) -> list[Part]:
    """The subsets that are trained, with their repeats as wished."""
    return [
        Part(subset.name, subset.img_count, repeats.get(subset.name, subset.num_repeats))
        for subset in project.subsets
        if not subset.is_reg
    ]


def _changed(project: Project, repeats: Mapping[str, int]) -> dict[str, int]:
    """Only what is not as on disk."""
    now = {subset.name: subset.num_repeats for subset in project.subsets}
    return {name: count for name, count in repeats.items() if name in now and now[name] != count}


def read_share(text: str) -> float:
    """``30``, ``30%`` and ``0.3`` as 0.3. Raises ValueError."""
    number = text.strip().removesuffix("%").strip().replace(",", ".")
    value = float(number)
    share = value / 100 if "%" in text or value > 1 else value
    if not 0 < share < 1:
        raise ValueError(text)
    return share
