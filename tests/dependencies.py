"""Print the run-time dependencies of pyproject.toml, one shell word each (for ``make resolve``)."""

from __future__ import annotations

import shlex
from pathlib import Path

import toml

if __name__ == "__main__":
    project = toml.load(Path(__file__).parent.parent / "pyproject.toml")["project"]
    print(" ".join(shlex.quote(need) for need in project["dependencies"]))
