"""The real sd-scripts reads an edited prompt file as we do."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from sdtui.base.errors import UsageError, WriteError
from tests.edits.test_prompts import DATA, LINES, OBJECTS, TABLES, changed, file
from tests.trainer import real

pytestmark = [pytest.mark.slow, real.needs_sd_scripts]

ASKING = Path(__file__).parent / "data" / "loaded_prompts.py"


def test_what_is_edited_is_read_so_by_the_trainer(tmp_path: Path) -> None:
    rnd = random.Random(8)
    read = [row for row in json.loads((DATA / "prompt_files.json").read_text("utf-8")) if row[2]]
    expected, paths = [], []
    for name, text, _ in [*read, ("p.txt", LINES, []), ("p.toml", TABLES, []), ("p.json", OBJECTS, [])]:
        now = file(name, text)
        for _ in range(12):
            try:
                now = changed(rnd, now)
            except (UsageError, WriteError):
                continue
        path = tmp_path / str(len(paths)) / name
        path.parent.mkdir()
        path.write_bytes(now.data)
        paths.append(path)
        rows = [{**row.values, "enum": index} for index, row in enumerate(now.rows)]
        expected.append(None if now.problem is not None else rows)
    trainer = real.install()
    answer = subprocess.run(
        [trainer.python, ASKING, trainer.folder, *paths],
        check=True,
        env={**os.environ, **real.environment()},
        stdout=subprocess.PIPE,
    )
    for path, ours, theirs in zip(paths, expected, json.loads(answer.stdout), strict=True):
        assert json.dumps(ours, sort_keys=True) == json.dumps(theirs, sort_keys=True), path.read_bytes()
