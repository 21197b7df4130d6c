"""Names for runs: what their files are called, and that nothing of an earlier run is overwritten unasked."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.trainer.outputs import parse_checkpoint_name

_LONGEST = 100
"""Characters of a name, so that it can be read."""
_LONGEST_BYTES = 200
"""The trainer appends up to 40 for sample pictures, and file systems allow 255."""


def check_name(name: str) -> str:
    """``name`` when files can be called so. Raises UsageError."""
    if not name or name in (".", "..") or re.search(r'[/\\\x00-\x1f<>:"|?*]', name) or _fitting(name) != name:
        raise UsageError(
            f"Files cannot be called {name!r}",
            remedy='output_name takes up to 100 characters (66 Chinese ones), without / \\ < > : " | ? *.',
        )
    return name


def name_for(folder: str) -> str:
    """A name after the project's folder."""
    return _fitting(re.sub(r"[^\w.-]+", "-", folder).strip("-.")) or "model"


def _fitting(name: str) -> str:
    return name[:_LONGEST].encode("utf-8", "surrogateescape")[:_LONGEST_BYTES].decode("utf-8", "ignore")


def files_of(output_dir: Path, name: str) -> tuple[Path, ...]:
    """Checkpoints and states in ``output_dir`` that a run called ``name`` made, or would overwrite."""
    try:
        entries = sorted(output_dir.iterdir())
    except OSError:
        return ()
    return tuple(entry for entry in entries if _is_output(entry.name, name))


def _is_output(entry: str, name: str) -> bool:
    # A folder called exactly like the run (a diffusers save) is one too, but so is any folder of that name.
    return entry != name and parse_checkpoint_name(entry, name) is not None


def free_name(output_dir: Path, wanted: str, taken: Container[str]) -> str:
    """``wanted``, or ``wanted-2`` and so on: the first that no file in ``output_dir`` and no name in ``taken`` has.

    Raises UsageError where 9,999 are taken.
    """
    for number in range(1, 10_000):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if name not in taken and not files_of(output_dir, name):
            return name
    raise UsageError(f"There is no free name like {wanted}", remedy="Set output_name.")
