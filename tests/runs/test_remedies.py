"""What helps a run that failed: the remedies of its trouble that are not set yet, each a change that is taken."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sdtui.base.text import plural
from sdtui.machine.gpu import Gpu
from sdtui.runs.again.remedies import remedies, remedies_of, together
from sdtui.runs.following.disk import seconds_until_full, written_since
from sdtui.runs.record import RunState
from sdtui.runs.store import load
from sdtui.runs.supervising.machine_log import Reading, keep, memory_before_the_end
from sdtui.trainer.profiles import parse_settings, with_pairs
from tests.runs.conftest import RunLab

PLAIN = ("optimizer_type=AdamW", "optimizer_args=", "gradient_checkpointing=false", "cache_latents=false")


def names(trouble: str, profile: str, *texts: str, in_config: bool = False) -> list[str]:
    return [each.name for each in remedies(trouble, parse_settings(profile, texts), in_config=in_config)]


def test_out_of_memory_has_the_five_remedies() -> None:
    found = names("gpu-memory", "sdxl-lora", *PLAIN, "train_batch_size=4")
    assert found == ["batch-size", "gradient-checkpointing", "8-bit-optimizer", "cache-latents", "resolution"]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("train_batch_size=1", "batch-size"),
        ("gradient_checkpointing=true", "gradient-checkpointing"),
        ("optimizer_type=AdamW8bit", "8-bit-optimizer"),
        ("optimizer_type=Adafactor", "8-bit-optimizer"),
        ("optimizer_type=Prodigy", "8-bit-optimizer"),
        ("cache_latents=true", "cache-latents"),
    ],
)
def test_what_is_set_already_is_not_offered(text: str, gone: str) -> None:
    assert gone not in names("gpu-memory", "sdxl-lora", *PLAIN, "train_batch_size=4", text)


def test_what_the_person_wrote_into_a_config_is_left_to_the_person() -> None:
    found = names("gpu-memory", "sdxl-lora", *PLAIN, "train_batch_size=4", in_config=True)
    assert found == ["gradient-checkpointing", "8-bit-optimizer", "cache-latents"]


def test_a_rehearsal_has_only_what_it_knows() -> None:
    assert names("gpu-memory", "rehearsal") == ["batch-size", "resolution"]


@pytest.mark.parametrize("trouble", ["gpu-memory", "memory", "nan", "xformers", "disk"])
@pytest.mark.parametrize("profile", ["sdxl-lora", "sdxl-finetune", "sd15-lora"])
def test_every_change_is_one_that_the_settings_take_and_helps_for_good(trouble: str, profile: str) -> None:
    settings = parse_settings(profile, [*PLAIN, "train_batch_size=4", "save_state=true"])
    found = remedies(trouble, settings)
    assert found
    changed = with_pairs(settings, together(found))
    again = {each.name for each in remedies(trouble, changed)}
    assert again <= {"learning-rate", "resolution"}, "these can always be lowered further"


def test_a_rate_that_the_optimizer_finds_is_let_be() -> None:
    assert "learning-rate" in names("nan", "sdxl-lora", *PLAIN, "learning_rate=1.0")
    assert "learning-rate" not in names("nan", "sdxl-lora", *PLAIN, "optimizer_type=Prodigy", "learning_rate=1.0")


def test_an_unknown_trouble_has_none() -> None:
    assert names("no-data", "sdxl-lora") == []
    assert names("", "sdxl-lora") == []


def test_only_a_run_of_ours_that_failed_has_remedies(lab: RunLab) -> None:
    settings = parse_settings("rehearsal", ["train_batch_size=4"]).as_text()
    failed = lab.ended("fail=CUDA out of memory", profile="rehearsal", settings=settings)
    assert failed.trouble == "gpu-memory"
    assert [each.name for each in remedies_of(lab.home, load(lab.home, failed.id), failed)] == [
        "batch-size",
        "resolution",
    ]
    record = load(lab.home, failed.id)
    assert remedies_of(lab.home, msgspec.structs.replace(record, profile="test"), failed) == ()
    done = msgspec.structs.replace(failed, state=RunState.DONE)
    assert remedies_of(lab.home, record, done) == ()


def reading(at: float, free: int | None) -> Reading:
    return Reading(at=at, cpu=0.0, cores=1, memory_used=0, memory_total=1, disk_free=free)


def test_the_disk_is_full_when_the_faster_of_both_has_filled_it() -> None:
    own = 10 * 3600.0
    assert seconds_until_full(100, 10, 3600.0, []) == pytest.approx(own)
    shrinking = [reading(hour * 600.0, 1000 - hour * 100) for hour in range(7)]
    assert seconds_until_full(400, 10, 3600.0, shrinking) == pytest.approx(400 / (600 / 3600))
    growing = [reading(hour * 600.0, 1000 + hour) for hour in range(7)]
    assert seconds_until_full(100, 10, 3600.0, growing) == pytest.approx(own)
    assert seconds_until_full(100, 0, 3600.0, growing) is None
    assert seconds_until_full(100, 0, 0.0, [reading(0.0, None)]) is None
    short = [reading(0.0, 1000), reading(60.0, 0)]
    assert seconds_until_full(100, 0, 60.0, short) is None, "a minute is no trend"


def test_what_was_written_counts_folders_and_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "unet").write_bytes(b"x" * 10)
    (tmp_path / "a.safetensors").write_bytes(b"x" * 5)
    paths, sizes = [str(tmp_path / "model"), str(tmp_path / "a.safetensors")], {}  # type: tuple[list[str], dict[str, int]]
    assert written_since(paths, sizes) == 15
    (tmp_path / "a.safetensors").unlink()
    assert written_since(paths, sizes) == 15
    assert plural(written_since([], {}), "byte") == "0 bytes"


def test_the_end_says_how_much_memory_was_in_use_a_moment_before(tmp_path: Path) -> None:
    card = Gpu(1, "RTX", 98, 23 << 30, 24 << 30, None, None, None)
    keep(tmp_path, msgspec.structs.replace(reading(1000.0, None), memory_used=15 << 30, memory_total=16 << 30))
    assert memory_before_the_end(tmp_path, 1012.0, "gpu-memory") is None, "no card was read"
    keep(
        tmp_path,
        msgspec.structs.replace(reading(1000.0, None), memory_used=15 << 30, memory_total=16 << 30, gpus=(card,)),
    )
    assert memory_before_the_end(tmp_path, 1012.0, "gpu-memory") == (
        "12 s before the end, 23.0 of 24.0 GB of GPU 1 were in use."
    )
    assert memory_before_the_end(tmp_path, 1012.0, "memory") == (
        "12 s before the end, 15.0 of 16.0 GB of the computer's memory were in use."
    )
    assert memory_before_the_end(tmp_path, 1012.0, "disk") is None
    assert memory_before_the_end(tmp_path, 9000.0, "memory") is None, "nobody looked then"
