"""The house stands: imports go strictly down, heavy libraries stay in their rooms, and the screen never meets torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sdtui"

FLOORS = [
    {"base"},
    {"trainer", "plans", "tokens", "images", "machine", "comfyui"},
    {"dataset"},
    {"edits"},
    {"runs", "prepare", "models", "rehearsal", "clip"},
    {"checks"},
    {"tui"},
    {"cli"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

ONLY_IN = {
    "textual": {"tui"},
    "torch": {"rehearsal", "clip"},
    "accelerate": {"rehearsal", "clip"},
    "open_clip": {"clip"},
    "click": {"cli"},
}


def _imports(file: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [(node.lineno, node.module)]
    return found


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if len(path.relative_to(PACKAGE).parts) > 1)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_down_only(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    for line, name in _imports(file):
        top = name.split(".")[0]
        if top in ONLY_IN:
            assert room in ONLY_IN[top], f"{file}:{line} imports {name}"
        if top == "sdtui" and "." in name:
            other = name.split(".")[1]
            if other != room and other in FLOOR_OF:
                assert FLOOR_OF[other] < FLOOR_OF[room], f"{file}:{line}: {room} must not import {other}"


def test_every_room_has_a_floor() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name not in ("__pycache__", "styles")}
    assert rooms <= set(FLOOR_OF)


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("sdtui.cli.main", ("textual", "torch", "PIL", "watchdog", "numpy")),
        ("sdtui.tui.app", ("torch", "accelerate", "open_clip")),
        ("sdtui.runs.supervising.supervisor", ("textual", "torch", "PIL", "click")),
    ],
)
def test_heavy_modules_stay_out_of_the_process(imported: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {imported}\nprint(*[name for name in {absent!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
