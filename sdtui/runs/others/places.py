"""Where a run that sdtui did not start has left its files: told by a person, or found at a path that was typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.files import read_error
from sdtui.base.paths import PROJECT_FOLDER, typed_path
from sdtui.base.there import changed_at, entries_of, is_file, is_folder, is_there
from sdtui.edits.path_spelling import as_linux
from sdtui.runs.log.log_bytes import log_at
from sdtui.runs.record import run_folder
from sdtui.runs.store import CONSOLE, list_runs
from sdtui.trainer.outputs import output_name_of

_EVENTS = re.compile(r"events\.out\.tfevents\.(\d+)\.")
_OF_ONE_RUN = re.compile(r"\d{14}\Z")
"""How LOGDIR/TIME/TRACKER is named (library/train_util.py, prepare_accelerator): each run has a folder of its own."""
_DEEP = 3
"""Folders below each other in which event files are looked for: LOGDIR/TIME/TRACKER."""
_MOST = 100_000
"""Files that are looked at for them: somebody may type the folder that all is in."""
_MOST_INSIDE = 200
"""Folders in a folder that are looked into for checkpoints."""
_LOG_NAMES = (".log", ".out", ".txt")


@dataclass(frozen=True, slots=True)
class ForeignPlaces:
    """What is known of a run's files; paths are absolute. At least one is given."""

    log: Path | None = None
    """What the trainer printed, in a file: tee'd, nohup.out, copied."""
    logging_dir: Path | None = None
    """Where its TensorBoard files are, of this run alone or of many: the newest counts."""
    output_dir: Path | None = None


def places(log: Path | None, logging_dir: Path | None, output_dir: Path | None) -> ForeignPlaces:
    """What a person named, made absolute. Raises UsageError for nothing, UnreadableError for what is not there."""
    if log is None and logging_dir is None and output_dir is None:
        raise UsageError("It was not said which run", remedy="Give --log, --logging-dir or --output-dir.")
    for name, folder in (("--logging-dir", logging_dir), ("--output-dir", output_dir)):
        if folder is not None and is_file(folder):
            raise UnreadableError(f"{name} takes a folder, and this is a file", path=folder)
    if log is not None and is_folder(log):
        raise UnreadableError("This is a folder, not a log", path=log, remedy="Give it to --output-dir.")
    return ForeignPlaces(_readable(log), _there(logging_dir), _there(output_dir))


def places_typed(text: str) -> ForeignPlaces:
    """What a person typed: a log, a folder of TensorBoard files, an output folder, or several of them.

    Raises UsageError where nothing of a run is found, UnreadableError for what is not there.
    """
    whole = _stands(typed_path(as_linux(text)))
    if text.strip() and is_there(whole):
        return _found([whole.absolute()])
    try:
        words = [_stands(typed_path(as_linux(word))) for word in shlex.split(text)]
    except ValueError:
        words = [whole]
    if not words:
        raise UsageError("No path was given", remedy="Type that of a log, a logging folder or an output folder.")
    return _found([path for word in words if (path := _there(word)) is not None])


def newest_events(logging_dir: Path, until: float | None = None) -> tuple[Path, int] | None:
    """The folder with the event files of the newest run below ``logging_dir``, and when it was begun (epoch seconds).

    ``until``: only runs that had begun by then. None where there is none.
    """
    begun = [
        (int(found[1]), path)
        for path in islice(_files(logging_dir, _DEEP), _MOST)
        if (found := _EVENTS.match(path.name)) and (until is None or int(found[1]) <= until)
    ]
    if not begun:
        return None
    seconds, newest = max(begun)
    if _OF_ONE_RUN.search(newest.parent.parent.name):
        seconds = min(other for other, path in begun if path.parent == newest.parent)
    return newest.parent, seconds


def newest_name(output_dir: Path) -> tuple[str | None] | None:
    """The output_name of the file that the trainer wrote last into ``output_dir``, in a tuple; None for no file.

    The tuple holds None for a run without an output_name.
    """
    newest: tuple[float, tuple[str | None]] | None = None
    for folder in (output_dir, output_dir / "sample"):
        for entry in entries_of(folder):
            name = output_name_of(entry.name)
            if name is None or (folder == output_dir and entry.name.endswith(".png")):
                continue
            try:
                written = entry.stat().st_mtime
            except OSError:
                continue
            if newest is None or written > newest[0]:
                newest = written, name
    return newest[1] if newest is not None else None


def _found(paths: list[Path]) -> ForeignPlaces:
    found = ForeignPlaces()
    for path in paths:
        more = _of_folder(path) if is_folder(path) else _of_file(path)
        found = replace(
            found,
            log=found.log or more.log,
            logging_dir=found.logging_dir or more.logging_dir,
            output_dir=found.output_dir or more.output_dir,
        )
    if found == ForeignPlaces():
        raise UsageError(
            "There is nothing of a run here",
            path=paths[0],
            remedy="Type the path of a log, of a folder with TensorBoard files, or of an output folder.",
        )
    return found


def _readable(log: Path | None) -> Path | None:
    """A log that can be opened without waiting for anybody. Raises UnreadableError for any other."""
    log = _there(_stands(log)) if log is not None else None
    if log is None:
        return None
    if not is_file(log):
        raise UnreadableError("This is no file that can be read again and again", path=log)
    try:
        log.open("rb").close()
    except OSError as error:
        raise read_error(error, log) from error
    return log


def _of_file(path: Path) -> ForeignPlaces:
    if _EVENTS.match(path.name):
        return ForeignPlaces(logging_dir=path.parent)
    if path.suffix in (".safetensors", ".ckpt"):
        return ForeignPlaces(output_dir=path.parent)
    if path.suffix == ".png" and path.parent.name == "sample":
        return ForeignPlaces(output_dir=path.parent.parent)
    return ForeignPlaces(log=_readable(path))


def _of_folder(folder: Path) -> ForeignPlaces:
    """What it is itself; else what the folders in it are (a project with ``model`` and ``log``).

    Of a project in which sdtui has started runs, the newest of them.
    """
    runs = list_runs(folder / PROJECT_FOLDER)
    if runs:
        return ForeignPlaces(log=log_at(run_folder(folder / PROJECT_FOLDER, runs[0].id) / CONSOLE))
    own = ForeignPlaces(
        logging_dir=folder if newest_events(folder) is not None else None,
        output_dir=folder if newest_name(folder) is not None else None,
    )
    inside = (Path(entry.path) for entry in entries_of(folder) if entry.is_dir() and entry.name != "sample")
    outputs = [inner for inner in islice(inside, _MOST_INSIDE) if newest_name(inner) is not None]
    return ForeignPlaces(
        log=_newest_log(folder),
        logging_dir=own.logging_dir,
        output_dir=own.output_dir or (max(outputs, key=changed_at) if outputs else None),
    )


def _newest_log(folder: Path) -> Path | None:
    logs = [
        Path(entry.path)
        for entry in entries_of(folder)
        if entry.name.endswith(_LOG_NAMES) and entry.is_file() and _is_trainers(Path(entry.path))
    ]
    return max(logs, key=changed_at) if logs else None


def _is_trainers(path: Path) -> bool:
    """Whether a text file has a trainer's words in it: folders of runs hold prompts and notes too."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 18)
    except OSError:
        return False
    return any(word in head for word in (b"accelerator device", b"prepare images.", b"running training", b"steps: "))


def _files(folder: Path, deep: int) -> Iterator[Path]:
    for entry in entries_of(folder):
        try:
            if entry.is_dir():
                if deep > 0:
                    yield from _files(Path(entry.path), deep - 1)
            else:
                yield Path(entry.path)
        except OSError:
            continue


def _stands(path: Path) -> Path:
    """Where it stands: a log of sdtui's may have been compressed since."""
    return log_at(path) if path.name else path


def _there(path: Path | None) -> Path | None:
    if path is None:
        return None
    path = path.expanduser().absolute()
    if not is_there(path):
        raise UnreadableError("There is no such file or folder", path=path, remedy="Check the path.")
    return path
