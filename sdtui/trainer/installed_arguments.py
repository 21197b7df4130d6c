"""The arguments of the sd-scripts that is installed, newer or older than our table; asked once, and kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.paths import cache_dir
from sdtui.trainer.argument_table import as_field, kind_of
from sdtui.trainer.arguments import learn
from sdtui.trainer.fields import Field
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.parser_reading import read_parsers

_VERSION = 1
"""Part of each name: raised when the same parser would be written down differently."""
_KEPT = 40
"""Answers that are kept; older ones are of versions that are gone."""


def learn_kept(install: TrainerInstall, script: str, cache: Path | None = None) -> bool:
    """Go by what ``install`` said of ``script`` earlier, if it still is what was asked; False where it is not known."""
    rows = _kept(_place(install, script, cache))
    if rows is None:
        return False
    learn(script, _fields(script, rows))
    return True


def learn_installed(install: TrainerInstall, script: str, cache: Path | None = None) -> int:
    """Go by the arguments that ``script`` of ``install`` takes, and say how many they are.

    Its parser is asked in its own Python (``parser_reading.read_parsers``, about ten seconds) unless it was asked
    before and neither it nor the library beside it changed. ``cache``: a folder for the answers, the user's cache
    where none is given. Raises TrainerError where it could not be asked; then nothing changes.
    """
    place = _place(install, script, cache)
    rows = _kept(place)
    if rows is None:
        rows = read_parsers(install.python, install.folder, [script])[script]
        _keep(place, rows)
    fields = _fields(script, rows)
    learn(script, fields)
    return len(fields)


def _fields(script: str, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Field]:
    return {
        row["name"]: as_field(
            script,
            row["name"],
            kind_of(row),
            several=bool(row["several"]),
            default=row["default"],
            choices=row["choices"] or (),
            told=row["help"] or "",
        )
        for row in rows
        if row["name"]
    }


def _place(install: TrainerInstall, script: str, cache: Path | None) -> Path:
    folder = cache if cache is not None else cache_dir() / "arguments"
    named = "\0".join([str(_VERSION), os.path.realpath(install.folder), str(install.python), script])
    stamps = "\0".join(_stamps(install.folder, script))
    return folder / f"{hashlib.sha256(os.fsencode(f'{named}{install.commit}{stamps}')).hexdigest()}.json"


def _stamps(folder: Path, script: str) -> Iterator[str]:
    """Changes with the script and with the library that most of its arguments come from."""
    for path in (folder / script, *sorted((folder / "library").glob("*.py"))):
        try:
            facts = path.stat()
        except OSError:
            continue
        yield f"{path.name} {facts.st_mtime_ns} {facts.st_size}"


def _kept(place: Path) -> list[dict[str, Any]] | None:
    """An earlier answer; None where there is none that can be used."""
    try:
        data = read_if_there(place)
        rows = json.loads(data) if data is not None else None
    except (SdtuiError, ValueError):
        return None
    keys = {"name", "type", "action", "several", "default", "choices", "help"}
    sound = isinstance(rows, list) and all(isinstance(row, dict) and keys <= row.keys() for row in rows)
    return rows if sound else None


def _keep(place: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A cache that cannot be written costs the same question again, and nothing else."""
    try:
        make_folder(place.parent)
        write_atomic(place, json.dumps(rows).encode("utf-8"), durable=False)
        for old in sorted(place.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)[:-_KEPT]:
            old.unlink()
    except (SdtuiError, OSError):
        return
