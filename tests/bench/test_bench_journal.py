"""What the journal's safety costs: many captions at once, and one, against plain atomic writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.files import write_atomic
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Plan, Write
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("count", [1, 500])
def test_captions_through_the_journal(tmp_path: Path, compare: Compare, count: int) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(count)]
    for path in paths:
        path.write_bytes(b"0")
    journal = Journal(tmp_path / ".sdtui")

    def journalled() -> None:
        changes = [Write(path, before := path.read_bytes(), before + b"1") for path in paths]
        journal.apply(Plan("edit", tuple(changes)))

    def plain() -> None:
        for path in paths:
            write_atomic(path, path.read_bytes() + b"2")

    compare(f"{count} captions through the journal", journalled, "an atomic, durable write each", plain)
