"""Where a run writes: whether it may, what it would overwrite, and whether there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.text import file_size, plural
from sdtui.base.there import is_folder
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.project import Project
from sdtui.machine.filesystems import free_space, kind_of
from sdtui.runs.setup import naming
from sdtui.runs.setup.named_paths import folders_written_to
from sdtui.runs.setup.taken import taken_names
from sdtui.trainer.checkpoint_size import SavedSizes
from sdtui.trainer.profiles import Settings
from sdtui.trainer.saves import Saves

_FULL_AT = 0.9
"""Part of the free room from which on it is tight."""
_FAT = ("vfat", "msdos", "fat")
_LARGEST_OF_FAT = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Outputs:
    """The folders of a run to be, absolute."""

    checkpoints: Path
    logs: Path


def outputs_of(project: Project, settings: Settings) -> Outputs:
    """Where ``sdtui train`` lets a run write: what the settings say, else ``model`` and ``log`` of the project."""
    base = project.home / "rehearsals" if settings.profile.rehearsal else project.root
    return Outputs(*folders_written_to(settings, base))


def output_findings(project: Project, settings: Settings) -> Iterator[Finding]:
    """The findings about the folders and the name of a run."""
    outputs = outputs_of(project, settings)
    for key, folder in (("output_dir", outputs.checkpoints), ("logging_dir", outputs.logs)):
        yield from _unwritable(key, folder)
    name = settings.text("output_name")
    if name:
        yield from _taken(project, outputs.checkpoints, name)


def room_findings(folder: Path, sizes: SavedSizes, saves: Saves) -> Iterator[Finding]:
    """Whether what a run saves has room in ``folder``."""
    needed = saves.weights * sizes.weights + saves.states * sizes.state
    states = f" and {plural(saves.states, 'state')} of {file_size(sizes.state)}" if saves.states else ""
    files = f"{plural(saves.weights, 'file')} of {file_size(sizes.weights)}{states}"
    free = free_space(folder)
    if free is not None and needed > free * _FULL_AT:
        severity = Severity.ERROR if needed > free else Severity.WARNING
        message = f"The run would save {files}, {file_size(needed)} in all, and {file_size(free)} are free."
        why = "The trainer ends with an error when the disk is full, and what it was saving is lost."
        fix = "Free some space, save less often, or set save_last_n_epochs so that older files are deleted."
        yield Finding("disk-too-small", severity, message, folder, files=(folder,), why=why, fix=fix)
    if max(sizes.weights, sizes.state if saves.states else 0) > _LARGEST_OF_FAT and kind_of(folder) in _FAT:
        message = f"The run would save {files}, and this file system takes no file over 4 GB."
        yield Finding(
            "file-too-large", Severity.ERROR, message, folder, files=(folder,), fix="Choose an output_dir elsewhere."
        )


def _unwritable(key: str, folder: Path) -> Iterator[Finding]:
    here = folder
    while not os.path.lexists(here) and here != here.parent:
        here = here.parent
    why = "The trainer makes the folder and writes into it; where it cannot, it ends at its first save."
    if not is_folder(here):
        message = f"{key} cannot be {folder}: {here} is no folder."
        yield Finding("output-unwritable", Severity.ERROR, message, folder, files=(here,), why=why, fix=f"Set {key}.")
    elif not os.access(here, os.W_OK | os.X_OK):
        message = f"{key} cannot be {folder}: you may not write into {here}."
        fix = f"Set {key} to a folder of your own, or change the owner of this one."
        yield Finding("output-unwritable", Severity.ERROR, message, folder, files=(here,), why=why, fix=fix)


def _taken(project: Project, folder: Path, name: str) -> Iterator[Finding]:
    taken = taken_names(project.home, folder)
    if name in taken:
        message = f"A run called {name} {taken[name]}."
        yield Finding("name-in-use", Severity.ERROR, message, folder, files=(folder,), fix="Set another output_name.")
    files = naming.files_of(folder, name)
    if files:
        message = f"{plural(len(files), 'file')} of an earlier run called {name} would be overwritten."
        why = "The trainer writes over files of the same name without asking."
        fix = "Set another output_name; left empty, a free one is taken."
        yield Finding("output-overwritten", Severity.WARNING, message, folder, files=files, why=why, fix=fix)
