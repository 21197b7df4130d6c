"""The whole road on a real terminal: demo, caption, stop, repeats, a run, SIGKILL, and the run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.terminal import Terminal


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_and_a_caption_outlive_the_screen(tmp_path: Path, sdtui: Cli) -> None:
    demo = tmp_path / "shapes"
    images = demo / "images"
    with Terminal("demo", demo, cwd=tmp_path) as screen:
        screen.wait_for(r"shapes-rehearsal +(starting|training)", timeout=90)

        screen.press("1")
        _go_to_subset(screen, "4_square")
        name = _edit_first_image(screen, "flat colours")
        caption = (images / "4_square" / name).with_suffix(".txt")

        screen.press("6")
        screen.wait_for(r"training +step [1-9]", timeout=120)
        screen.press("s")
        screen.wait_for("Stop shapes-rehearsal")
        screen.press("s")
        screen.wait_for("Stopped as you asked", timeout=60)

        screen.press("1")
        screen.wait_for("4_square")
        screen.press("h")
        screen.wait_for("enter images")
        screen.press("+")
        screen.wait_for("5_square")
        assert (images / "5_square" / caption.name).read_bytes() == b"flat colours"
        assert not (images / "4_square").exists()

        screen.press("5")
        screen.wait_for("Profile")
        _set(screen, "Rehearsal", "max_train_steps", "6")
        screen.press("r")
        screen.wait_for(r"shapes-rehearsal-?\S* +(starting|training|caching)", timeout=60)
        screen.kill()

    with Terminal("open", demo, cwd=tmp_path) as screen:
        screen.wait_for("5_square")
        screen.press("6")
        screen.wait_for(r"done", timeout=240)
        screen.press("ctrl+q")
        assert screen.wait_for_exit() == 0

    shown = json.loads(sdtui("runs", "show", demo, "--json").stdout)
    assert shown["state"] == "done"
    assert shown["exit_code"] == 0
    assert shown["step"] == shown["total_steps"] == 6
    assert Path(shown["checkpoints"][-1]["path"]).is_file()
    states = [run["state"] for run in json.loads(sdtui("runs", "list", demo, "--json").stdout)]
    assert sorted(states) == ["done", "stopped"]


def _go_to_subset(screen: Terminal, name: str) -> None:
    screen.wait_for(rf" {name} .*%")
    screen.press("f")
    screen.wait_for("Jump to a subset or an image")
    screen.type(name)
    screen.wait_for(rf"▸{name}/")
    screen.press("enter")
    screen.wait_for(rf"IMAGES +{name}")


def _edit_first_image(screen: Terminal, text: str) -> str:
    """Replace the caption of the first image of the subset; the image's name."""
    screen.press("l")
    screen.wait_for("enter edit")
    screen.press("home")
    name = screen.wait_for(r"▸ (square_\S+)").group(1)
    screen.press("enter")
    screen.wait_for("save, leave")
    screen.press("end", "ctrl+u")
    screen.type(text)
    screen.wait_for(text)
    screen.press("esc")
    screen.wait_until_gone("save, leave")
    return name


def _set(screen: Terminal, profile: str, key: str, value: str) -> None:
    """In Train: choose a profile, then set one of its settings."""
    screen.press("home")
    screen.wait_for("▸Run")
    screen.press("left")
    screen.wait_for(rf"Profile +{profile}")
    screen.press("/")
    screen.wait_for(r"Which setting\?")
    screen.type(key)
    screen.wait_for(rf"▸\S.*{key}")
    screen.press("enter")
    screen.wait_until_gone("Which setting")
    screen.press("enter")
    screen.wait_for("take it")
    screen.press("end", "ctrl+u")
    screen.type(value)
    screen.press("enter")
    screen.wait_for(rf"{value} steps")
