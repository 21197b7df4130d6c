"""The folders of a training, and prompts to begin with."""

from __future__ import annotations

from pathlib import Path

from sdtui.dataset.scan import open_project
from sdtui.edits.layout import layout_plan, prompts, trigger_of
from sdtui.plans.journal import Journal
from tests.dataset.making import image


def test_folders_and_prompts_are_made_once(tmp_path: Path) -> None:
    Journal(tmp_path / ".sdtui").apply(layout_plan(tmp_path, "zhuoyue"))
    for name in ("model", "config", "log", "model/sample"):
        assert (tmp_path / name).is_dir()
    prompt = tmp_path / "model" / "sample" / "prompt.txt"
    assert prompt.read_text().count("zhuoyue") == 4
    prompt.write_text("my own")
    assert layout_plan(tmp_path, "zhuoyue").empty


def test_prompts_fit_what_is_trained() -> None:
    lines = [line for line in prompts("cat", resolution=1024).splitlines() if line and not line.startswith("#")]
    assert all(" --w 832 --h 1216 --d 1 --l 7 --s 28" in line for line in lines[:-1])
    assert lines[-1].endswith("--w 1024 --h 1024 --d 1 --l 7 --s 28")
    assert "--w 416 --h 608" in prompts("cat", resolution=512)


def test_a_trigger_cannot_become_a_comment_or_an_option() -> None:
    lines = prompts("#1 cat\n--s 900").splitlines()
    assert not any(line.startswith("#1") for line in lines)
    assert all(line.count(" --s ") == 1 for line in lines if line and not line.startswith("#"))
    assert "a portrait of a photo" in prompts("  ")


def test_the_trigger_is_the_class_that_is_trained_most(tmp_path: Path) -> None:
    image(tmp_path / "images" / "20__" / "a.png")
    image(tmp_path / "images" / "3_zhuo_yue" / "a.png")
    image(tmp_path / "images" / "2_dog" / "a.png")
    image(tmp_path / "regularization" / "90_person" / "a.png")
    assert trigger_of(open_project(tmp_path)) == "zhuo yue"
    image(tmp_path / "images" / "2_dog" / "b.png")
    assert trigger_of(open_project(tmp_path)) == "dog"
    assert trigger_of(open_project(tmp_path / "images" / "20__")) == ""
