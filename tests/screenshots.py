"""``make screenshots``: pictures of the running app on the demo dataset, in a home folder of its own.

The app runs as in the tests, keys are pressed, and what it then shows is drawn with an installed monospace font. It all
happens under ``/tmp/me``, so that no path of the machine stands in a picture.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import resvg_py

from sdtui.base.paths import state_dir
from sdtui.base.work import finish
from sdtui.prepare.demo import make_demo
from tests.weights import SDXL, write_weights

FOLDER = Path(__file__).parent.parent / "screenshots"
HOME = Path("/tmp/me")
PROJECT = HOME / "data" / "shapes"
FONT = "DejaVu Sans Mono"

PLANNED = "subset:circle -name:*0.* -name:*5.*"
"""A filter that leaves out captions with a line end: the font has no picture of one."""

QUEUE = ((120, 40), "monitor", ("Q",))
"""The picture that needs runs that wait."""

SHOTS: dict[str, tuple[tuple[int, int], str, tuple[str, ...]]] = {
    "dataset": ((120, 40), "dataset", ("l", "j", "j", "j", "j", "j")),
    "dataset-80x24": ((80, 24), "dataset", ("l", "j", "j", "j", "j", "j")),
    "editor": ((120, 40), "dataset", ("l", "j", "j", "j", "enter")),
    "grid": ((120, 40), "dataset", ("l", "j", "j", "g")),
    "plan": (
        (120, 40),
        "dataset",
        ("/", *PLANNED, "enter", "b", "enter", *"background", "tab", *"backdrop", "enter", "n"),
    ),
    "tags": ((120, 40), "dataset", ("T", "j", "j", "l", "l", "l")),
    "review": ((120, 40), "review", (*"jj", *"aaaaaaaaaaaaaaaaaaaaaaaa", "f", "o")),
    "review-80x24": ((80, 24), "review", ("o",)),
    "balance": ((120, 40), "balance", ("j", "w", *"15", "enter", "j", "j", "w", *"30", "enter")),
    "checks": ((120, 40), "checks", ("r", "j")),
    "buckets": ((120, 40), "balance", ("B", "j", "l", "j")),
    "buckets-80x24": ((80, 24), "balance", ("B", "j", "l", "j")),
    "help": ((120, 40), "dataset", ("question_mark",)),
    "train": ((120, 40), "train", ("j", "j", "j", "j", "enter", "enter")),
    "prompts": ((120, 40), "train", ("p", "j", "j", "j", "l", "j", "j")),
    "monitor": ((120, 40), "monitor", ()),
    "monitor-80x24": ((80, 24), "monitor", ()),
    "chart": ((120, 40), "monitor", ("z", "plus", *("right",) * 4)),
    "samples": ((120, 40), "monitor", ("p",)),
    "log": ((120, 40), "monitor", ("l",)),
    "machine": ((120, 40), "monitor", ("m",)),
    "history": ((120, 40), "monitor", ("H", "s", "j")),
    "compare": ((120, 40), "monitor", ("H", "space", "j", "space", "c")),
    "config": ((120, 40), "dataset", ("C", *"LoRA", "enter", "y", *"jjj", "l", "j")),
}
"""Name: the terminal's size, the mode, and the keys that lead there (the Dataset screen begins at 10_circle)."""


def main() -> None:
    """Make every picture anew."""
    HOME.mkdir()  # fails where it exists: it may be somebody's
    try:
        (HOME / ".venv").symlink_to(sys.prefix)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            "HOME": str(HOME),
            "COLORTERM": "truecolor",
            "PYTHONPATH": str(FOLDER.parent),
        }
        subprocess.run(
            [str(HOME / ".venv/bin/python"), "-m", "tests.screenshots", "--here"], check=True, env=environment, cwd=HOME
        )
    finally:
        shutil.rmtree(HOME)


def _make_all() -> None:
    PROJECT.parent.mkdir(parents=True)
    finish(make_demo(PROJECT))
    _furnish()
    _sdtui("train", PROJECT, "--profile", "rehearsal", "--set", "learning_rate=1e-3", "--follow")
    _sdtui("runs", "note", PROJECT, "--text", "half the usual rate")
    _sdtui("train", PROJECT, "--profile", "rehearsal", "--follow")
    FOLDER.mkdir(exist_ok=True)
    for name in SHOTS:
        _make(name)
    _sdtui("train", PROJECT, "--profile", "rehearsal", "--set", "max_train_epochs=200")
    for name in ("slow", "wide"):
        _sdtui("train", PROJECT, "--profile", "rehearsal", "--set", f"output_name=shapes-{name}", "--queue")
    _make("queue")
    _sdtui("runs", "queue", PROJECT, "pause")
    _sdtui("runs", "stop", PROJECT, "--now", "--yes")


def _sdtui(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "sdtui", *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def _make(name: str) -> None:
    size, mode, keys = SHOTS.get(name, QUEUE)
    shutil.rmtree(state_dir() / "projects", ignore_errors=True)  # each picture begins where a first start does
    (FOLDER / f"{name}.png").write_bytes(_png(asyncio.run(_shot(size, mode, keys))))
    print(f"screenshots/{name}.png")


def _furnish() -> None:
    """What stands on a box that trains: the trainer's folder, and a base model to choose."""
    trainer = HOME / "sd-scripts"
    for name in (
        "library/train_util.py",
        "networks/lora.py",
        "train_network.py",
        "sdxl_train_network.py",
        "sdxl_train.py",
    ):
        (trainer / name).parent.mkdir(parents=True, exist_ok=True)
        (trainer / name).touch()
    python = trainer / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    facts = {"python": "3.10.12", "accelerate": "1.6.0", "torch": "2.7.0", "transformers": "4.54.1"}
    facts |= {"diffusers": "0.32.1", "xformers": "0.0.30", "bitsandbytes": "0.45.5"}
    python.write_text(f"#!/bin/sh\necho '{json.dumps(facts)}'\n")
    python.chmod(0o755)
    model = HOME / "ComfyUI" / "models" / "checkpoints" / "sd_xl_base_1.0.safetensors"
    write_weights(model, SDXL, size=6_938_078_334)


async def _shot(size: tuple[int, int], mode: str, keys: tuple[str, ...]) -> str:
    from sdtui.tui.app import SdtuiApp

    app = SdtuiApp(PROJECT, mode)
    async with app.run_test(size=size) as pilot:

        async def settle(until: Callable[[], object]) -> None:
            for _ in range(3000):
                await pilot.pause(0.01)
                if until():
                    return
            raise RuntimeError("the app did not settle")

        await settle(lambda: app.project is not None and app.scanning is None)
        await pilot.pause(1.0)
        for key in (*(("home", "j", "j", "j", "j") if mode == "dataset" else ()), *keys):
            await pilot.press(key)
            await pilot.pause(0.3)
        await pilot.pause(3.0)  # pictures arrive from their worker; nothing here is asserted
        svg = app.export_screenshot(title="sdtui", simplify=True)
    app.bridge.drain()
    app.bridge.close()
    app.pictures.close()
    return svg


def _png(svg: str) -> bytes:
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", FONT).replace("font-family: arial", f"font-family: '{FONT}'")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=FONT))


if __name__ == "__main__":
    _make_all() if "--here" in sys.argv else main()
