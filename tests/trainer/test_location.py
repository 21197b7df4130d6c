"""Finding sd-scripts and its Python, with folders made for the test and a real interpreter in them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from sdtui.base.errors import TrainerError
from sdtui.base.settings import UserSettings
from sdtui.trainer.location import TrainerInstall, find_trainers, require_trainer


@pytest.fixture(autouse=True)
def bare_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No active environment, and a working folder with nothing beside it."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(variable, raising=False)
    here = tmp_path / "a" / "b" / "here"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    return here


def make_trainer(folder: Path) -> Path:
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "train_util.py").touch()
    for name in ("train_network.py", "sdxl_train.py", "sdxl_train_network.py", "gen_img.py", "fine_tune.py"):
        (folder / name).touch()
    return folder


def make_python(place: Path, *packages: str) -> Path:
    """An environment whose Python says that ``packages`` are installed: only their metadata stand there."""
    venv.create(place, with_pip=False, symlinks=True)
    site = next(place.glob("lib/python3*/site-packages"))
    for package in packages:
        info = site / f"{package}-9.9.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 9.9\n")
    return place / "bin" / "python"


NEEDED = ("torch", "accelerate", "transformers")


def test_nothing_is_found_where_nothing_is() -> None:
    assert find_trainers(system=()) == ()
    with pytest.raises(TrainerError) as error:
        require_trainer(system=())
    assert "SD_SCRIPTS" in error.value.sentence()
    assert "rehearsal" in error.value.sentence()


def test_the_home_folder_with_a_venv_inside(own_home: Path) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    python = make_python(folder / "venv", *NEEDED, "xformers")
    found = require_trainer(system=())
    assert (found.folder, found.python, found.problem) == (folder, python, None)
    assert found.scripts == ("fine_tune.py", "sdxl_train.py", "sdxl_train_network.py", "train_network.py")
    assert found.accelerate == found.transformers_version == "9.9"
    assert found.has_xformers


def test_sd_scripts_inside_kohya_ss_with_the_venv_one_above(own_home: Path) -> None:
    folder = make_trainer(own_home / "kohya_ss" / "sd-scripts")
    python = make_python(own_home / "kohya_ss" / "venv", *NEEDED)
    found = require_trainer(system=())
    assert (found.folder, found.python) == (folder, python)
    assert not found.has_xformers


@pytest.mark.parametrize("variable", ["SD_SCRIPTS", "KOHYA_SS_PATH"])
def test_variables_go_before_the_usual_places(
    variable: str, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_trainer(own_home / "sd-scripts")
    named = make_trainer(tmp_path / "elsewhere" / "sd-scripts")
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    assert find_trainers(system=())[0].folder == named


def test_settings_go_before_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = make_trainer(tmp_path / "chosen")
    monkeypatch.setenv("SD_SCRIPTS", str(make_trainer(tmp_path / "other")))
    python = make_python(tmp_path / "env", *NEEDED)
    found = require_trainer(UserSettings(sd_scripts=str(chosen), python=str(python)), system=())
    assert (found.folder, found.python) == (chosen, python)


def test_beside_the_working_folder_and_beside_the_project(bare_place: Path, tmp_path: Path) -> None:
    beside = make_trainer(bare_place.parent / "sd-scripts")
    project = make_trainer(tmp_path / "x" / "sd-scripts").parent / "data" / "cats"
    assert [found.folder for found in find_trainers(near=project, system=())] == [beside, tmp_path / "x" / "sd-scripts"]


def test_one_folder_by_two_names_is_found_once(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.setenv("SD_SCRIPTS", str(tmp_path / "link"))
    assert len(find_trainers(system=())) == 1


def test_the_active_environment_where_it_has_what_the_trainer_needs(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_trainer(own_home / "sd-scripts")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "bare"))
    make_python(tmp_path / "bare")
    assert "No Python was found" in (find_trainers(system=())[0].problem or "")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "full"))
    python = make_python(tmp_path / "full", *NEEDED)
    assert require_trainer(system=()).python == python


def test_what_the_python_lacks_is_named(own_home: Path) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    make_python(folder / "venv", "torch")
    with pytest.raises(TrainerError) as error:
        require_trainer(system=())
    assert "lacks accelerate, transformers" in error.value.sentence()
    assert "requirements.txt" in error.value.sentence()


def test_packages_that_are_installed_later_are_seen(own_home: Path) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    make_python(folder / "venv", "torch")
    assert find_trainers(system=())[0].problem
    site = next((folder / "venv").glob("lib/python3*/site-packages"))
    for package in NEEDED[1:]:
        info = site / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    os.utime(site, (2e9, 2e9))
    assert find_trainers(system=())[0].problem is None


@pytest.mark.parametrize("content", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho nonsense\n", "not a program"])
def test_a_python_that_does_not_work_is_a_sentence(own_home: Path, content: str) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(content)
    python.chmod(0o755)
    with pytest.raises(TrainerError, match="does not start"):
        require_trainer(system=())


def test_settings_that_name_no_trainer_are_told_and_not_passed_over(own_home: Path) -> None:
    make_trainer(own_home / "sd-scripts")
    with pytest.raises(TrainerError, match="settings"):
        require_trainer(UserSettings(sd_scripts="/nowhere", python=sys.executable), system=())


def test_the_commit_of_a_checkout(own_home: Path) -> None:
    folder = make_trainer(own_home / "sd-scripts")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    assert find_trainers(system=())[0].commit is None
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout[:8]
    assert find_trainers(system=())[0].commit == head
    subprocess.run([*git, "pack-refs", "--all"], check=True)
    assert find_trainers(system=())[0].commit == head
    subprocess.run([*git, "checkout", "-q", "--detach"], check=True)
    assert find_trainers(system=())[0].commit == head


@pytest.mark.parametrize(
    ("version", "mode"), [("4.54.1", "ftfy"), ("5.0.0", "plain"), ("10.1", "plain"), (None, "ftfy")]
)
def test_how_captions_are_cleaned_follows_the_trainer_s_transformers(version: str | None, mode: str) -> None:
    install = TrainerInstall(Path("/k"), Path("/p"), None, (), None, version, has_xformers=False)
    assert install.token_mode == mode
