"""A name that is too long for any file system is one that is not there, as it is to the trainer; nothing stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.work import finish
from sdtui.checks.config import check_config
from sdtui.checks.metadata import check_metadata
from sdtui.checks.preflight import preflight
from sdtui.dataset.scan import scan
from sdtui.trainer.profiles import parse_settings
from tests.checks.cases import content

LONG = "x" * 5000


@pytest.mark.parametrize("folder", [LONG, f"/{LONG}", f"{LONG}/a", "a\\u0000b"])
def test_a_folder_of_such_a_name_is_missing(tmp_path: Path, folder: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(f'{{"datasets": [{{"resolution": 512, "subsets": [{{"image_dir": "{folder}"}}]}}]}}')
    checked = check_config(config)
    assert (checked.ok, [finding.code for finding in checked.findings]) == (True, ["missing-folder"])
    report = finish(preflight(finish(scan(config))))
    assert {finding.code for finding in report.findings} == {"missing-folder", "nothing-to-train"}


def test_an_image_of_such_a_name_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "meta.json"
    file.write_text(f'{{"{LONG}/a.png": {{"caption": "a"}}}}')
    (found,) = finish(check_metadata(file, tmp_path))
    assert found.code == "missing-image"


def test_weights_of_such_a_name_are_missing(tmp_path: Path) -> None:
    folder = tmp_path / "1_dog"
    folder.mkdir()
    (folder / "a.png").write_bytes(content({"png": ["RGB", 512, 512, [9, 9, 9]]}, ".png"))
    (folder / "a.txt").write_text("a dog")
    texts = [f"{key}={LONG}" for key in ("vae", "output_dir", "network_weights", "sample_prompts", "training_comment")]
    settings = parse_settings("sdxl-lora", [*texts, "pretrained_model_name_or_path=a/b", "sample_every_n_epochs=1"])
    found = {finding.code for finding in finish(preflight(finish(scan(tmp_path)), settings)).findings}
    assert {"missing-weights", "missing-prompts"} <= found
