"""The loss that the bar shows: the trainer's own average (library/train_util.py, LossRecorder)."""

from __future__ import annotations


class Losses:
    """In the first epoch the mean so far; then the mean of the last epoch's worth of batches."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._first = 0

    def add(self, epoch: int, number: int, loss: float) -> None:
        """The loss of batch ``number`` (from 0) of ``epoch`` (from 1)."""
        self._first = self._first or epoch
        if epoch == self._first or number >= len(self._losses):
            self._losses.append(loss)
        else:
            self._losses[number] = loss

    @property
    def average(self) -> float:
        """0 before the first loss."""
        return sum(self._losses) / len(self._losses) if self._losses else 0.0
