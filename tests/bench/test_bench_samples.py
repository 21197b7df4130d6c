"""Ten thousand samples against a hundred: what a look at the folder, the table and a key cost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdtui.runs.following.outputs import OutputFolders
from sdtui.tui.monitor.timeline import Place, timeline
from tests.bench.conftest import Compare
from tests.tui.views import sample

pytestmark = pytest.mark.bench

FEW, MANY = 100, 10_000
WHOLE = b"\x89PNG\r\n\x1a\n....\x00\x00\x00\x00IEND\xaeB`\x82"


def folder(root: Path, count: int) -> OutputFolders:
    (root / "sample").mkdir(parents=True)
    for number in range(count):
        (root / "sample" / f"circle_{number // 10:06}_{number % 10:02}_20261121120000_1.png").write_bytes(WHOLE)
    outputs = OutputFolders(root, root / "sample", "circle", 0.0)
    outputs.look(0.0)
    assert len(outputs.samples) == count
    return outputs


def test_looking_again_into_the_folder(compare: Compare, tmp_path: Path) -> None:
    """Against reading the names alone."""
    outputs = folder(tmp_path, MANY)
    now = [0.0]

    def ours() -> None:
        now[0] += 60
        outputs.look(now[0])

    compare("look again", ours, "names alone", lambda: [entry.name for entry in os.scandir(tmp_path / "sample")])


def test_a_key_in_a_large_table(compare: Compare) -> None:
    """Against the same key in a small one."""
    tables = [timeline([sample(n % 10, n // 10) for n in range(count)], None) for count in (FEW, MANY)]

    def hundred(which: int) -> None:
        place = Place()
        for _ in range(100):
            place = place.other_moment(tables[which], -1)
            place.shown(tables[which])

    compare("of 10,000", lambda: hundred(1), "of 100", lambda: hundred(0))
