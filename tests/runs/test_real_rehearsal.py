"""A rehearsal with the trainer: what it runs, what it leaves behind, and what is kept of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from sdtui.base.errors import TrainerError, UsageError
from sdtui.base.work import Progress, WorkCancelled, finish
from sdtui.checks.rehearsed import rehearsal_findings
from sdtui.dataset.project import Project
from sdtui.dataset.scan import scan
from sdtui.runs.rehearsing import real_rehearsal
from sdtui.runs.rehearsing.real_rehearsal import rehearse, why_not_rehearsed
from sdtui.runs.rehearsing.rehearsed import last_rehearsed, log_of, mark_of, not_proven, proven
from sdtui.trainer.location import TrainerInstall, describe
from sdtui.trainer.profiles import Settings, parse_settings
from tests.rehearsal.trainer import base_model, make_trainer


@pytest.fixture
def install(own_home: Path) -> TrainerInstall:
    return describe(make_trainer(own_home / "sd-scripts", own_home / ".cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "cats" / "2_cat"
    images.mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (64, 64), (number * 80, 0, 0)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"cat {number}")
    return images.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return of(tmp_path)


def of(tmp_path: Path, *texts: str) -> Settings:
    model = base_model(tmp_path / "models")
    return parse_settings("sd15-lora", (f"pretrained_model_name_or_path={model}", *texts))


def opened(folder: Path) -> Project:
    return finish(scan(folder))


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def alive(folder: Path) -> bool:
    """Whether a process runs a script that stands in ``folder``."""
    return any(os.fsencode(folder) in line for line in _command_lines())


def _command_lines() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes()
        except OSError:
            continue


def test_it_passes_and_leaves_only_what_it_has_proven(
    folder: Path, settings: Settings, install: TrainerInstall, own_home: Path
) -> None:
    before = files(folder)
    rehearsed = finish(rehearse(opened(folder), settings, install))
    assert rehearsed.passed and rehearsed.sentence is None
    assert (rehearsed.steps, rehearsed.images, rehearsed.images_read) == (2, 3, 3)
    assert files(folder) - before == {Path(".sdtui/rehearsed/sd15-lora.json"), Path(".sdtui/rehearsed/sd15-lora.log")}
    assert not (folder / "model").exists() and not (folder / "log").exists()
    assert list((own_home / ".cache" / "sdtui" / "rehearsals").iterdir()) == []
    assert last_rehearsed(folder / ".sdtui", "sd15-lora") == rehearsed
    assert "every image" in " ".join(proven(rehearsed))


def test_what_the_trainer_says_is_why_it_failed(folder: Path, tmp_path: Path, install: TrainerInstall) -> None:
    project, settings = opened(folder), of(tmp_path, "training_comment=fail")
    rehearsed = finish(rehearse(project, settings, install))
    assert not rehearsed.passed
    assert "the moon is wrong" in (rehearsed.sentence or "")
    assert b"Traceback" in log_of(project.home, "sd15-lora").read_bytes()
    (finding,) = rehearsal_findings(project, settings, install)
    assert (finding.code, finding.severity.value) == ("rehearsal-failed", "error")
    assert "the moon is wrong" in finding.message


def test_it_says_where_not_the_run_failed_but_the_rehearsal(
    folder: Path, settings: Settings, install: TrainerInstall
) -> None:
    (install.folder / "library" / "original_unet.py").unlink()
    rehearsed = finish(rehearse(opened(folder), settings, install))
    assert not rehearsed.passed and not rehearsed.set_up
    (finding,) = rehearsal_findings(opened(folder), settings, install)
    assert (finding.code, finding.severity.value) == ("rehearsal-not-set-up", "info")


def test_a_run_that_left_no_memory_is_not_the_settings_fault(
    folder: Path, tmp_path: Path, install: TrainerInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = of(tmp_path, "training_comment=large")
    alone = finish(rehearse(opened(folder), settings, install))
    assert alone.set_up and "ran out of memory" in (alone.sentence or "")
    monkeypatch.setattr(real_rehearsal, "live_anywhere", lambda _home: (SimpleNamespace(name="circle"),))
    beside = finish(rehearse(opened(folder), settings, install))
    assert not beside.set_up and "circle is being trained now" in (beside.sentence or "")


def test_nothing_runs_on_when_it_is_given_up(folder: Path, tmp_path: Path, install: TrainerInstall) -> None:
    settings = of(tmp_path, "training_comment=wait")
    asked: list[Progress] = []
    work = rehearse(opened(folder), settings, install, cancelled=lambda: len(asked) > 2)
    with pytest.raises(WorkCancelled):
        finish(work, asked.append)
    assert not alive(install.folder)
    assert last_rehearsed(folder / ".sdtui", "sd15-lora") is None


def test_a_generator_that_is_closed_ends_its_process(folder: Path, tmp_path: Path, install: TrainerInstall) -> None:
    work = rehearse(opened(folder), of(tmp_path, "training_comment=wait"), install)
    assert next(work).what == "preparing"
    assert next(work).what == "starting the trainer"
    work.close()
    assert not alive(install.folder)


def test_it_is_outdated_once_something_has_changed(
    folder: Path, tmp_path: Path, settings: Settings, install: TrainerInstall
) -> None:
    project = opened(folder)
    finish(rehearse(project, settings, install))
    assert [finding.code for finding in rehearsal_findings(project, settings, install)] == ["rehearsed"]
    other = of(tmp_path, "learning_rate=1e-3")
    assert [finding.code for finding in rehearsal_findings(project, other, install)] == ["rehearsal-outdated"]
    (folder / "2_cat" / "0.txt").write_text("another text")
    changed = opened(folder)
    assert [finding.code for finding in rehearsal_findings(changed, settings, install)] == ["rehearsal-outdated"]


def test_names_and_folders_of_a_run_make_no_other_rehearsal(
    folder: Path, tmp_path: Path, settings: Settings, install: TrainerInstall
) -> None:
    project = opened(folder)
    renamed = of(tmp_path, "output_name=second", f"output_dir={tmp_path / 'elsewhere'}")
    assert mark_of(project, settings, install) == mark_of(project, renamed, install)


def test_what_was_left_out_is_said(folder: Path, tmp_path: Path, install: TrainerInstall) -> None:
    (tmp_path / "vae.safetensors").touch()
    settings = of(tmp_path, f"vae={tmp_path / 'vae.safetensors'}", "num_processes=4")
    rehearsed = finish(rehearse(opened(folder), settings, install))
    assert rehearsed.left_out == {"vae": str(tmp_path / "vae.safetensors")}
    told = " ".join(not_proven(rehearsed))
    assert "the VAE" in told and "not 4" in told


def test_what_cannot_be_rehearsed_is_refused(folder: Path, tmp_path: Path, install: TrainerInstall) -> None:
    assert "flux_train_network.py" in (why_not_rehearsed(of(tmp_path, "script=flux_train_network.py"), install) or "")
    with pytest.raises(TrainerError, match="sd-scripts was not found"):
        finish(rehearse(opened(folder), of(tmp_path), None))
    with pytest.raises(UsageError, match="no such base model"):
        lost = of(tmp_path).with_value("pretrained_model_name_or_path", "/nowhere/base.safetensors")
        finish(rehearse(opened(folder), lost, install))


def test_what_killed_rehearsals_left_is_removed_once_it_is_old(
    folder: Path, settings: Settings, install: TrainerInstall, own_home: Path
) -> None:
    cache = own_home / ".cache" / "sdtui"
    left = [cache / "rehearsals" / "old", cache / "rehearsals" / "new", cache / "shrunken" / "unfinished-x"]
    for each in left:
        each.mkdir(parents=True)
    for each in (left[0], left[2]):
        os.utime(each, (0, 0))
    finish(rehearse(opened(folder), settings, install))
    assert [each.exists() for each in left] == [False, True, False]


def test_a_damaged_record_counts_for_nothing(folder: Path, settings: Settings, install: TrainerInstall) -> None:
    record = folder / ".sdtui" / "rehearsed" / "sd15-lora.json"
    record.parent.mkdir(parents=True)
    for data in (b"", b"{", b'{"version": 9}', b"\xff\xfe"):
        record.write_bytes(data)
        assert rehearsal_findings(opened(folder), settings, install) == ()
