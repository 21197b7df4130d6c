"""Names of checkpoints, states and samples, as sd-scripts makes them."""

from __future__ import annotations

import pytest

from sdtui.trainer.outputs import CheckpointName, SampleName, parse_checkpoint_name, parse_sample_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tiny-000001.safetensors", CheckpointName(1, None, False)),
        ("tiny-step00000012.safetensors", CheckpointName(None, 12, False)),
        ("tiny.safetensors", CheckpointName(None, None, False)),
        ("tiny.ckpt", CheckpointName(None, None, False)),
        ("tiny-000003", CheckpointName(3, None, False)),
        ("tiny-000001-state", CheckpointName(1, None, True)),
        ("tiny-step00000008-state", CheckpointName(None, 8, True)),
        ("tiny-state", CheckpointName(None, None, True)),
        ("tiny-1000000.safetensors", CheckpointName(1_000_000, None, False)),
        ("tiny2.safetensors", None),
        ("tiny-1.safetensors", None),
        ("tiny-000001.json", None),
        ("other-000001.safetensors", None),
        ("sample", None),
    ],
)
def test_checkpoints(name: str, expected: CheckpointName | None) -> None:
    assert parse_checkpoint_name(name, "tiny") == expected


def test_a_run_called_like_another_one_s_checkpoint() -> None:
    assert parse_checkpoint_name("a-000001.safetensors", "a-000001") == CheckpointName(None, None, False)
    assert parse_checkpoint_name("a-000001-000002.safetensors", "a-000001") == CheckpointName(2, None, False)
    assert parse_checkpoint_name("a-000001-000002.safetensors", "a") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("epoch-000002.safetensors", CheckpointName(2, None, False)),
        ("at-step00000004.safetensors", CheckpointName(None, 4, False)),
        ("last.safetensors", CheckpointName(None, None, False)),
        ("last-state", CheckpointName(None, None, True)),
    ],
)
def test_checkpoints_of_a_run_without_a_name(name: str, expected: CheckpointName) -> None:
    assert parse_checkpoint_name(name, None) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tiny_e000001_00_20261121194754_1.png", SampleName(1, None, 0, "20261121194754", 1)),
        ("tiny_000005_01_20261121194855.png", SampleName(None, 5, 1, "20261121194855", None)),
        ("tiny_e000000_10_20261121194852_4294967295.png", SampleName(0, None, 10, "20261121194852", 4294967295)),
        ("tiny_000005_01_2026.png", None),
        ("other_000005_01_20261121194855.png", None),
        ("tiny_000005_01_20261121194855.png.tmp", None),
    ],
)
def test_samples(name: str, expected: SampleName | None) -> None:
    assert parse_sample_name(name, "tiny") == expected


def test_samples_of_a_run_without_a_name() -> None:
    assert parse_sample_name("e000001_00_20261121194754_7.png", None) == SampleName(1, None, 0, "20261121194754", 7)
