"""A change that was cut short is not settled under a run that reads what it renames."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base import files
from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Move, Plan
from sdtui.tui import unfinished
from sdtui.tui.dialogs import Ask
from tests.tui.conftest import Open


@pytest.mark.parametrize("key", ["f", "b"])
async def test_what_a_live_run_reads_is_left_until_it_has_ended(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    folder = dataset / "images" / "10_circle"
    journal = Journal(dataset / ".sdtui")

    def power_cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.kernel, "rename", power_cut)
        patch.setattr(Journal, "_take_back", power_cut)
        with pytest.raises(KeyboardInterrupt):
            journal.apply(Plan("repeats of 10_circle to 12", (Move(folder, folder.with_name("12_circle")),)))
    monkeypatch.setattr(unfinished, "held_paths", lambda _home: (Held(dataset / "images", "night run"),))
    async with opened(dataset) as it:
        await it.until(lambda: isinstance(it.app.screen, Ask))
        await it.press(key)
        await it.until(lambda: "night run" in it.words())
    assert folder.is_dir() and not folder.with_name("12_circle").exists()
    assert [entry.title for entry in journal.unfinished()] == ["repeats of 10_circle to 12"]
