"""How Monitor looks: a run that ended well, one that failed, and none, at both sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.runs.record import RunExit
from sdtui.runs.store import write_exit
from sdtui.tui.app import SdtuiApp
from sdtui.tui.monitor import machine_side
from sdtui.tui.monitor.chart_view import LossChart
from sdtui.tui.monitor.log_view import LogView
from sdtui.tui.monitor.samples_panel import SamplesPanel
from sdtui.tui.monitor.screen import MonitorScreen
from sdtui.tui.widgets.lines import Lines
from tests.runs.recorded import ENDED, RecordedRun, bars
from tests.tui.conftest import rows, until
from tests.tui.running import full_colour, with_images
from tests.tui.test_monitor import recorded

pytestmark = pytest.mark.slow

TRACEBACK = b"""
Traceback (most recent call last):
  File "/opt/sd-scripts/sdxl_train_network.py", line 229, in <module>
    trainer.train(args)
  File "/opt/sd-scripts/train_network.py", line 1403, in train
    loss = self.process_batch(
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
"""


@pytest.fixture(autouse=True)
def same_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_side, "free_space", lambda _path: 212_000_000_000)


async def at_rest(pilot: Pilot[None]) -> None:
    """Until the terminal looks the same twice: words that need another line move all that stands below."""
    app, before = pilot.app, [""]
    assert isinstance(app, SdtuiApp)
    while before != (now := rows(app)):
        before = now
        await pilot.pause()


async def drawn(pilot: Pilot[None]) -> None:
    """Until the run and its pictures are on the screen."""
    screen = pilot.app.screen
    assert isinstance(screen, MonitorScreen)
    await until(pilot, lambda: "└" in screen.query_one(LossChart).text and screen.query_one(LogView).text)
    panel = screen.query_one(SamplesPanel)
    await until(pilot, lambda: len(panel._drawn) >= len(panel._slots) and not panel._asked)
    await at_rest(pilot)


def app_on(root: Path) -> SdtuiApp:
    return full_colour(SdtuiApp(root, "monitor"))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_a_run_that_ended_well(snap_compare: Any, own_home: Path, size: tuple[int, int]) -> None:
    recorded(own_home / "zhuoyue")
    assert snap_compare(app_on(own_home / "zhuoyue"), terminal_size=size, run_before=drawn)


def failed(root: Path) -> Path:
    run = RecordedRun(with_images(root), bars(1, 400, 1000) + TRACEBACK, name="circle-lora")
    write_exit(run.folder, RunExit(returncode=1, ended=ENDED, stop_requested=False))
    return root


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_a_run_that_failed(snap_compare: Any, own_home: Path, size: tuple[int, int]) -> None:
    assert snap_compare(app_on(failed(own_home / "zhuoyue")), terminal_size=size, run_before=drawn)


async def looked(pilot: Pilot[None]) -> None:
    """Until it is known that there is no run."""
    await until(pilot, lambda: "No run yet" in pilot.app.screen.query_one("#teach", Lines).text)
    await pilot.pause()


def test_no_run_yet(snap_compare: Any, own_home: Path) -> None:
    assert snap_compare(app_on(with_images(own_home / "zhuoyue")), terminal_size=(80, 24), run_before=looked)
