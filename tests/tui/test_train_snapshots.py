"""How Train looks before a trainer was found, at both sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.tui.app import SdtuiApp
from sdtui.tui.train.screen import TrainScreen
from tests.tui.conftest import until
from tests.tui.running import with_images, without_trainers

pytestmark = pytest.mark.slow


async def worked_out(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, TrainScreen)
    await until(pilot, lambda: screen.state is not None and screen.state.outcome.problem)
    await pilot.press("j", "j", "j", "j")
    await pilot.pause()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_the_form(snap_compare: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    without_trainers(monkeypatch, own_home)
    app = SdtuiApp(with_images(own_home / "zhuoyue"), "train")
    assert snap_compare(app, terminal_size=size, run_before=worked_out)
