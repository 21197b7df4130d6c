"""What a Python has installed, asked without importing anything heavy."""

from __future__ import annotations

import functools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import TrainerError

_ASK_SECONDS = 30
_ASK = """
import importlib.metadata as m, json, sys
def version(name):
    try:
        return m.version(name)
    except m.PackageNotFoundError:
        return None
names = ("accelerate", "torch", "transformers", "diffusers", "xformers", "bitsandbytes", "lion-pytorch",
         "dadaptation", "prodigyopt", "schedulefree", "lycoris-lora", "wandb", "deepspeed")
print(json.dumps({"python": sys.version.split()[0], **{name: version(name) for name in names}}))
"""


@dataclass(frozen=True, slots=True)
class PythonFacts:
    """What a Python has installed, by its own metadata; nothing was imported. None: not installed."""

    version: str
    accelerate: str | None
    torch: str | None
    transformers: str | None
    xformers: str | None
    bitsandbytes: str | None
    packages: frozenset[str] = frozenset()
    """Those of the packages above, and of those that optimizers and trackers need, that are installed."""


def ask_politely(python: Path) -> tuple[PythonFacts | None, str | None]:
    """What ``python`` has, or a sentence why it could not be asked."""
    try:
        return ask_python(python, _stamp(python)), None
    except TrainerError as error:
        return None, error.sentence().rstrip(".")


def _stamp(python: Path) -> int:
    """Changes when packages are installed or removed, so that answers can be kept until then."""
    newest = 0
    for place in (python, *python.parent.parent.glob("lib/python3*/site-packages")):
        try:
            newest = max(newest, place.stat().st_mtime_ns)
        except OSError:
            continue
    return newest


@functools.lru_cache(maxsize=32)
def ask_python(python: Path, stamp: int = 0) -> PythonFacts:
    """What ``python`` has installed; asked in a process of its own, and kept as long as ``stamp`` is the same.

    Raises TrainerError where it does not start or does not answer in time.
    """
    del stamp
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        answer = subprocess.run(
            [str(python), "-I", "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=True,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        facts = json.loads(answer.stdout.strip().splitlines()[-1])
        return PythonFacts(
            facts["python"],
            facts["accelerate"],
            facts["torch"],
            facts["transformers"],
            facts["xformers"],
            facts["bitsandbytes"],
            frozenset(name for name, version in facts.items() if version is not None),
        )
    except subprocess.TimeoutExpired as error:
        raise TrainerError("The trainer's Python did not answer in time", path=python) from error
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError, IndexError) as error:
        raise TrainerError(
            "The trainer's Python does not start", path=python, remedy="Set python in settings.toml to one that works."
        ) from error
