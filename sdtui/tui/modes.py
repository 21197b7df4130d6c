"""The modes of the screen, on the digits 1 to 8. A mode's module is imported when it is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Mode:
    """One tab of the header."""

    name: str
    title: str
    key: str
    sentence: str
    module: str
    screen: str
    """Name of the ModeScreen class in ``module``."""

    def load(self) -> type[Screen[Any]]:
        """The mode's screen class, imported now."""
        loaded: type[Screen[Any]] = getattr(importlib.import_module(self.module), self.screen)
        return loaded


MODES = (
    Mode(
        "dataset",
        "Dataset",
        "1",
        "Look through subsets and pictures, edit captions, set repeats.",
        "sdtui.tui.dataset.screen",
        "DatasetScreen",
    ),
    Mode(
        "review",
        "Review",
        "2",
        "Go through all pictures, one large, with its caption and what is trained of it.",
        "sdtui.tui.review.screen",
        "ReviewScreen",
    ),
    Mode(
        "balance",
        "Balance",
        "3",
        "Give subsets their share of an epoch, and see how long a training that makes.",
        "sdtui.tui.balance.screen",
        "BalanceScreen",
    ),
    Mode(
        "checks",
        "Checks",
        "4",
        "See what stands in the way of a training, why, and have it mended.",
        "sdtui.tui.checks.screen",
        "ChecksScreen",
    ),
    Mode("train", "Train", "5", "Set up a run and start it.", "sdtui.tui.train.screen", "TrainScreen"),
    Mode("monitor", "Monitor", "6", "Watch a run.", "sdtui.tui.monitor.screen", "MonitorScreen"),
)
