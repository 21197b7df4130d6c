"""The kind of a model in a folder of diffusers, whatever stands in its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.trainer.model_kind import folder_kind

BRACKETS = b"[" * 100_000


@pytest.mark.parametrize(
    "index", [b"", b"{", b"[1]", b"\xff", b'{"_class_name": ["x"]}', pytest.param(BRACKETS, id="[[[")]
)
def test_an_index_that_says_nothing_names_no_kind(tmp_path: Path, index: bytes) -> None:
    assert folder_kind(tmp_path) is None
    (tmp_path / "model_index.json").write_bytes(index)
    assert folder_kind(tmp_path) is None


@pytest.mark.parametrize(
    ("config", "kind"),
    [(b'{"cross_attention_dim": 1024}', "sd2"), (b"{}", "sd1"), pytest.param(BRACKETS, "sd1", id="[[[")],
)
def test_the_second_generation_is_known_by_its_text_encoder(tmp_path: Path, config: bytes, kind: str) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "config.json").write_bytes(config)
    assert folder_kind(tmp_path) == kind
