"""Random datasets, counted and read by us and by the real sd-scripts in the same minute."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.work import finish
from sdtui.dataset.scan import scan
from sdtui.dataset.trained import texts_of
from sdtui.dataset.training_steps import Length, document, training_steps
from sdtui.trainer.dataset_arguments import read_arguments
from tests.trainer import real

CASES = 60
SEED = 2026
KEYS = ("kind", "batch_size", "batches_per_epoch", "num_train_images", "num_reg_images")
ORACLE = Path(__file__).parent / "data" / "oracle.py"


@pytest.mark.slow
@real.needs_sd_scripts
def test_steps_buckets_and_texts_are_the_trainers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = real.install()
    subprocess.run(
        [trainer.python, ORACLE, trainer.folder, tmp_path, str(SEED), str(CASES)],
        check=True,
        env={**os.environ, **real.environment()},
    )
    answers = json.loads((tmp_path / "answers.json").read_text("utf-8"))
    trained = [(number, case) for number, case in enumerate(answers) if case["expect"] is not None]
    assert len(trained) > CASES // 2
    texts = 0
    for number, case in trained:
        monkeypatch.chdir(tmp_path / str(number))
        texts += _agrees(number, case)
    assert texts > CASES


def _agrees(number: int, case: dict[str, Any]) -> int:
    """Assert that every number and text is the trainer's; how many texts there were."""
    arguments = read_arguments(case["words"])
    project = finish(scan(Path("config.toml"), command_line=arguments.config))
    length = Length(arguments.epochs, arguments.steps, arguments.accumulation, case["processes"])
    counted: dict[str, Any] = json.loads(json.dumps(document(training_steps(project, length))))
    expected = case["expect"]
    assert counted["totals"] == expected["totals"], number
    compared = 0
    for at, (ours, theirs) in enumerate(zip(counted["datasets"], expected["datasets"], strict=True)):
        assert {key: ours[key] for key in KEYS} == {key: theirs[key] for key in KEYS}, number
        buckets = [bucket for bucket in theirs["buckets"] if bucket["count"]]
        assert sorted(ours["buckets"], key=str) == sorted(buckets, key=str), number
        assert [{key: row[key] for key in theirs["subsets"][0]} for row in ours["subsets"]] == theirs["subsets"], number
        read = {
            os.path.realpath(sample.path): texts_of(subset, sample)
            for subset in project.subsets
            if subset.dataset == at
            for sample in subset.samples
        }
        for path, text in theirs["texts"].items():
            assert read[path] == (text,), (number, path)
        compared += len(theirs["texts"])
    return compared
