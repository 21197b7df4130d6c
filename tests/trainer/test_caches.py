"""The trainer's caches beside an image."""

from __future__ import annotations

from pathlib import Path

from sdtui.trainer.caches import is_cache, stale_latent_caches, stale_text_caches


def test_text_caches_of_every_model_are_found_and_only_those_of_the_image(tmp_path: Path) -> None:
    image = tmp_path / "a.b.png"
    for name in ("a.b_te_outputs.npz", "a.b_flux_te.npz", "a_te_outputs.npz", "a.b_0064x0064_sdxl.npz"):
        (tmp_path / name).touch()
    assert {path.name for path in stale_text_caches(image)} == {"a.b_te_outputs.npz", "a.b_flux_te.npz"}


def test_latent_caches_of_any_size_are_found_and_only_those_of_the_image(tmp_path: Path) -> None:
    for name in (
        "a_0064x0064_sd.npz",
        "a_1024x0832_sdxl.npz",
        "a.npz",
        "a_b_0064x0064_sd.npz",
        "b.npz",
        "a_te_outputs.npz",
    ):
        (tmp_path / name).touch()
    found = {path.name for path in stale_latent_caches(tmp_path / "a.png")}
    assert found == {"a_0064x0064_sd.npz", "a_1024x0832_sdxl.npz", "a.npz"}
    assert stale_latent_caches(tmp_path / "gone" / "a.png") == ()


def test_caches_are_known_by_name() -> None:
    assert is_cache("a.npz")
    assert is_cache("metadata_cache.json")
    assert not is_cache("a.txt")
