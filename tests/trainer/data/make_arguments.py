"""Writes ``sdtui/trainer/data/arguments.json``: ``python -m tests.trainer.data.make_arguments SD_SCRIPTS PYTHON``.

``PYTHON`` is the one that sd-scripts was installed for; it is asked as a running sdtui asks it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sdtui.trainer.argument_table import kind_of
from sdtui.trainer.parser_reading import read_parsers

TABLE = Path(__file__).parents[3] / "sdtui/trainer/data/arguments.json"


def variant(row: dict[str, Any]) -> dict[str, Any]:
    kept = {"kind": kind_of(row), "words": row["several"], "default": row["default"], "choices": row["choices"]}
    return {key: value for key, value in kept.items() if value not in (None, False, [])}


def main(folder: Path, python: Path) -> None:
    names = sorted(path.name for path in folder.glob("*.py") if "train" in path.name or path.name == "fine_tune.py")
    found = read_parsers(python, folder, names)
    scripts = sorted(found)
    arguments: dict[str, list[dict[str, Any]]] = {}
    for number, script in enumerate(scripts):
        for row in found[script]:
            made, variants = variant(row), arguments.setdefault(row["name"], [])
            same = next((each for each in variants if {**each, "scripts": 0} == {**made, "scripts": 0}), None)
            if same is None:
                variants.append({**made, "scripts": [number]})
            else:
                same["scripts"].append(number)
    commit = subprocess.run(["git", "-C", folder, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True)
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(arguments[key])}" for key in sorted(arguments))
    TABLE.write_text(
        f'{{\n "source": "argument parsers of sd-scripts at {commit.stdout.strip()}",\n'
        f' "scripts": {json.dumps(scripts)},\n'
        f' "arguments": {{\n{lines}\n }}\n}}\n',
        "utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
