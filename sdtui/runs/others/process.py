"""The trainer of a run that sdtui did not start, where its process can be seen from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.machine import processes
from sdtui.machine.process_files import command_of, has_open, working_folder, written_file
from sdtui.trainer.scripts import SCRIPTS

_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "fish", "tmux", "screen", "ssh", "nohup", "sudo", "grep", "vim"))


@dataclass(frozen=True, slots=True)
class Trainer:
    """A process that trains, or the launcher that it runs under."""

    mark: processes.Identity
    began: float
    """Seconds since the epoch."""
    command: tuple[str, ...]
    script: str
    folder: Path | None
    """Where its relative paths begin."""
    arguments: Mapping[str, str]
    log: Path | None
    """The file that it writes its log to; None where that goes to a terminal or a pipe."""


def find_trainer(log: Path | None, folders: Sequence[Path]) -> Trainer | None:
    """The process that writes to ``log``, or was told to write into one of ``folders``; of several the oldest.

    A launcher is older than the trainer under it. None where there is none, or none that can be seen.
    """
    wanted = {_real(folder) for folder in folders}
    for trainer in sorted(_trainers(), key=lambda trainer: trainer.mark.start_time):
        if wanted & _told_folders(trainer) or (log is not None and _writes(trainer, log)):
            return trainer
    return None


def arguments_of(command: Sequence[str]) -> dict[str, str]:
    """``--name value`` and ``--name=value`` of a command line by name; a flag is ``true``, several words are one."""
    found: dict[str, str] = {}
    name = ""
    for word in command:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            name = name.replace("-", "_")
            found[name] = value if equals else "true"
        elif name:
            found[name] = word if found[name] == "true" else f"{found[name]} {word}"
    return found


def script_of(command: Sequence[str]) -> str | None:
    """The training script in a command line: ``train_network.py``; None where it starts none."""
    if not command or command[0].rpartition("/")[2] in _SHELLS:
        return None
    names = (word.rpartition("/")[2] for word in command)
    return next((name for name in names if name.endswith(".py") and name[:-3] in SCRIPTS), None)


def _trainers() -> Iterator[Trainer]:
    boot = processes.boot_id()
    for process in processes.living():
        command = command_of(process.pid)
        script = script_of(command)
        if script is not None:
            yield Trainer(
                mark=processes.Identity(process.pid, process.start_time, boot),
                began=processes.began(process),
                command=command,
                script=script,
                folder=working_folder(process.pid),
                arguments=arguments_of(command[[word.rpartition("/")[2] for word in command].index(script) + 1 :]),
                log=written_file(process.pid),
            )


def _told_folders(trainer: Trainer) -> set[str]:
    told = (trainer.arguments.get(key) for key in ("output_dir", "logging_dir"))
    return {_real((trainer.folder or Path("/")) / path) for path in told if path}


def _writes(trainer: Trainer, log: Path) -> bool:
    """Itself, or what stands behind it in a pipe (``| tee log``), which is of the same session."""
    if has_open(trainer.mark.pid, log):
        return True
    own = processes.stat(trainer.mark.pid)
    return own is not None and any(
        has_open(process.pid, log) for process in processes.living() if process.group == own.group
    )


def _real(path: Path) -> str:
    return str(path.resolve())
