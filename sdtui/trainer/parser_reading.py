"""What arguments installed scripts take, said by their own parsers in the trainer's own Python."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sdtui.base.errors import TrainerError

_SECONDS = 300
"""Importing torch and transformers from a cold disk, or over 9p, takes a minute."""

_PROGRAM = """
import importlib, json, os, sys
folder, names = sys.argv[1], sys.argv[2:]
answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # what the scripts print is no answer
sys.path.insert(0, folder)
try:
    import torchvision
except Exception:
    # A torchvision beside a torch of another kind does not find its operators, and then transformers and diffusers
    # do not import either; that these are declared is enough for a parser.
    try:
        import torch
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            torch.library.define("torchvision::" + operator, "(Tensor a, Tensor b, float c) -> Tensor")
    except Exception:
        pass
def plain(value):
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
def row(action):
    long = [flag for flag in action.option_strings if flag.startswith("--")]
    return {
        "name": long[0][2:] if long else None,
        "type": getattr(action.type, "__name__", None) or "str",
        "action": type(action).__name__,
        "several": action.nargs not in (None, 0, "?"),
        "default": plain(action.default),
        "choices": None if action.choices is None else [plain(choice) for choice in action.choices],
        "help": action.help if isinstance(action.help, str) else None,
    }
found = {}
for name in names:
    try:
        parser = importlib.import_module(name[:-3]).setup_parser()
        found[name] = [row(action) for action in parser._actions if type(action).__name__ != "_HelpAction"]
    except BaseException as error:
        found[name] = type(error).__name__ + ": " + str(error)
json.dump(found, answer)
answer.close()
os._exit(0)
"""


def read_parsers(python: Path, folder: Path, scripts: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """The arguments of ``scripts`` (``train_network.py``, ...) of the sd-scripts in ``folder``, a row each.

    A row has ``name``, ``type`` (the name of what its parser calls on a word), ``action`` (argparse's class),
    ``several``, ``default``, ``choices`` and ``help``. ``python`` imports each script, which takes seconds, and makes
    its parser; nothing is trained, downloaded or written. Scripts that could not be asked are left out. Raises
    TrainerError where none could be.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}
    # A folder of its own, so that what a script writes where it stands is nobody's.
    with tempfile.TemporaryDirectory(prefix="sdtui-") as empty:
        try:
            answer = subprocess.run(
                [str(python), "-I", "-B", "-c", _PROGRAM, str(folder), *scripts],
                capture_output=True,
                timeout=_SECONDS,
                check=True,
                env=environment,
                stdin=subprocess.DEVNULL,
                cwd=empty,
            )
            found = json.loads(answer.stdout)
            told = {name: found[name] for name in scripts if isinstance(found.get(name), list)}
        except (OSError, subprocess.SubprocessError, ValueError, AttributeError) as error:
            raise TrainerError("The trainer's Python could not say what arguments it takes", path=python) from error
    if not told:
        why = found.get(scripts[0], "it gave no answer")
        raise TrainerError(f"The script could not say what arguments it takes ({why})", path=folder / scripts[0])
    return told
