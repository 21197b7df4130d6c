"""``make screenshots``: pictures of the running app on the demo dataset, in a home folder of its own.

The app runs as in the tests, keys are pressed, and what it then shows is drawn with an installed monospace font.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import resvg_py

from sdtui.base.work import finish
from sdtui.prepare.demo import make_demo

FOLDER = Path(__file__).parent.parent / "screenshots"
FONTS = ("DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", "Menlo", "Consolas")

SHOTS: dict[str, tuple[tuple[int, int], str, tuple[str, ...]]] = {
    "dataset": ((120, 40), "dataset", ("tab", "j", "j", "j", "j", "j")),
    "dataset-80x24": ((80, 24), "dataset", ("tab", "j", "j", "j", "j", "j")),
    "editor": ((120, 40), "dataset", ("tab", "j", "j", "j", "enter")),
    "grid": ((120, 40), "dataset", ("tab", "j", "j", "g")),
    "help": ((120, 40), "dataset", ("question_mark",)),
    "train": ((120, 40), "train", ("right", "right", "right")),
    "monitor": ((120, 40), "monitor", ()),
    "monitor-80x24": ((80, 24), "monitor", ()),
}
"""Name: the terminal's size, the mode, and the keys that lead there (the Dataset screen begins at 10_circle)."""


def main() -> None:
    """Make every picture anew."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        project = home / "data" / "shapes"
        for name, folder in (("CONFIG", ".config"), ("STATE", ".state"), ("CACHE", ".cache")):
            os.environ[f"XDG_{name}_HOME"] = str(home / folder)
        os.environ["HOME"] = str(home)
        project.parent.mkdir(parents=True)
        finish(make_demo(project))
        subprocess.run(
            [sys.executable, "-m", "sdtui", "train", str(project), "--profile", "rehearsal", "--follow"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        FOLDER.mkdir(exist_ok=True)
        for name, (size, mode, keys) in SHOTS.items():
            svg = asyncio.run(_shot(project, size, mode, keys))
            (FOLDER / f"{name}.png").write_bytes(_png(svg))
            print(f"screenshots/{name}.png")


async def _shot(project: Path, size: tuple[int, int], mode: str, keys: tuple[str, ...]) -> str:
    from sdtui.tui.app import SdtuiApp

    app = SdtuiApp(project, mode)
    async with app.run_test(size=size) as pilot:

        async def settle(until: Callable[[], object]) -> None:
            for _ in range(3000):
                await pilot.pause(0.01)
                if until():
                    return
            raise RuntimeError("the app did not settle")

        await settle(lambda: app.project is not None and app.scanning is None)
        if mode == "dataset":
            await pilot.press("home", "j", "j", "j", "j")
        await pilot.press(*keys)
        await pilot.pause(2.0)  # pictures arrive from their worker; nothing here is asserted
        svg = app.export_screenshot(title="sdtui", simplify=True)
    app.bridge.drain()
    app.bridge.close()
    app.pictures.close()
    return svg


def _png(svg: str) -> bytes:
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    family = ", ".join(f"'{font}'" for font in FONTS)
    svg = svg.replace("Fira Code", FONTS[0]).replace("font-family: arial", f"font-family: {family}")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=FONTS[0], zoom=1))


if __name__ == "__main__":
    main()
