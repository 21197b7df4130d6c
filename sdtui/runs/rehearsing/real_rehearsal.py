"""Rehearses a run with the trainer itself: the user's own script, config and arguments, on a shrunken random model."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import msgspec

import sdtui
from sdtui.base.errors import TrainerError, UnreadableError
from sdtui.base.files import explain, make_folder, read_if_there
from sdtui.base.json_record import decode
from sdtui.base.paths import cache_dir
from sdtui.base.settings import UserSettings
from sdtui.base.text import safe
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.dataset.project import Project
from sdtui.plans.plan import Change, MakeFolder, Plan, Write
from sdtui.runs.environment import trainer_environment
from sdtui.runs.following.story import Story
from sdtui.runs.following.verdict import final_state
from sdtui.runs.live import live_anywhere
from sdtui.runs.log.console_log import ConsoleLog
from sdtui.runs.record import RunExit, RunState
from sdtui.runs.redact import without_secret_arguments
from sdtui.runs.rehearsing.rehearsed import Rehearsed, keep, mark_of
from sdtui.runs.setup.request import Prepared, make_request, write_inputs
from sdtui.tokens.vocabulary import vocabulary_path
from sdtui.trainer.launcher import alone, launcher_of
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings

STEPS = 2
"""Training steps of a rehearsal: the first, and one after the optimizer has changed something."""

_DOOR = Path(sdtui.__file__).parent / "rehearsal" / "shrunken" / "run.py"
_LOOK_EVERY = 0.2
_GRACE = 3.0
"""Seconds to end after SIGTERM."""
_OLD = 86_400.0
"""Seconds after which what a killed rehearsal left behind is removed."""

_STABLE_DIFFUSION = (
    *("train_network.py", "train_db.py", "fine_tune.py", "train_textual_inversion.py"),
    *("train_textual_inversion_XTI.py", "train_control_net.py", "train_controlnet.py"),
)
_SDXL = (
    *("sdxl_train.py", "sdxl_train_network.py", "sdxl_train_textual_inversion.py", "sdxl_train_control_net.py"),
    *("sdxl_train_control_net_lllite.py", "sdxl_train_control_net_lllite_old.py"),
)


class _Said(msgspec.Struct):
    """What the process in the trainer's Python says of itself (rehearsal/shrunken/orders.py, Report)."""

    stage: str = ""
    images: int = 0
    images_read: int = 0
    captions_encoded: int = 0
    left_out: dict[str, str] = {}


def why_not_rehearsed(settings: Settings, install: TrainerInstall | None) -> str | None:
    """A sentence where the trainer cannot rehearse these settings; None where it can."""
    if settings.profile.rehearsal:
        return "The profile rehearsal is no run of sd-scripts"
    if _kind(settings) is None:
        return f"{settings.script} cannot be rehearsed: only models of Stable Diffusion 1, 2 and XL can be shrunk"
    if install is None:
        return "sd-scripts was not found"
    return install.problem


def rehearse(
    project: Project,
    settings: Settings,
    install: TrainerInstall | None,
    *,
    user: UserSettings | None = None,
    cancelled: Cancelled = never_cancelled,
    clock: Callable[[], float] = time.time,
) -> Work[Rehearsed]:
    """Run what ``settings`` would run for two steps, and write down in the project what came of it.

    Nothing is written beside the images or into the output folder. Yields Progress: of steps once it trains, before
    that what it does. Raises what make_request raises; TrainerError for what cannot be rehearsed or not be started;
    WorkCancelled, after which nothing of it runs any more.
    """
    reason = why_not_rehearsed(settings, install)
    if reason is not None or install is None:
        raise TrainerError(reason or "sd-scripts was not found", path=install.folder if install else None)
    yield Progress(0, None, "preparing")
    prepared = make_request(project, alone(settings).with_value("output_name", None), install, user=user)
    began = clock()
    with _scratch() as scratch, _inputs(prepared):
        log = ConsoleLog(scratch / "console.log")
        with log.path.open("wb") as console:
            process = _start(prepared, settings, install, scratch, console)
        try:
            while _waits(process):
                log.read_new()
                yield _progress(log.story)
                if cancelled():
                    raise WorkCancelled
        finally:
            _end(process)
        log.read_new()
        log.close()
        passed, sentence = _verdict(process.returncode, log.story)
        neighbour = _neighbour(project, sentence)
        said = _said(scratch / "report.json")
        rehearsed = Rehearsed(
            profile=settings.profile.name,
            script=settings.script,
            commit=install.commit,
            began=began,
            seconds=clock() - began,
            passed=passed,
            sentence=f"{sentence} {neighbour}" if neighbour else sentence,
            set_up=said.stage != "preparing" and neighbour is None,
            steps=log.story.step,
            images=said.images,
            images_read=said.images_read,
            captions_encoded=said.captions_encoded,
            left_out=said.left_out,
            processes=launcher_of(settings).processes,
            rehearsed=mark_of(project, settings, install),
        )
        keep(project.home, rehearsed, log.path.read_bytes())
    return rehearsed


def _kind(settings: Settings) -> str | None:
    if settings.script in _SDXL:
        return "sdxl"
    if settings.script in _STABLE_DIFFUSION:
        return "sd2" if settings["v2"] else "sd"
    return None


def _start(
    prepared: Prepared, settings: Settings, install: TrainerInstall, scratch: Path, console: BinaryIO
) -> subprocess.Popen[bytes]:
    command, _ = without_secret_arguments(prepared.request.command)
    environment = trainer_environment(os.environ, {"OMP_WAIT_POLICY": "PASSIVE"})
    try:
        return subprocess.Popen(
            _rehearsing(command, settings, install, scratch),
            cwd=prepared.request.cwd,
            env=environment,
            stdin=subprocess.PIPE,  # it ends when this end is closed, also where we are killed
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    except OSError as error:
        raise TrainerError(f"The trainer could not be started. {explain(error)[0]}", path=command[0]) from error


def _rehearsing(
    command: tuple[str, ...], settings: Settings, install: TrainerInstall, scratch: Path
) -> tuple[str, ...]:
    """``command`` with the shrunken run in place of its script, which follows as an argument."""
    at = command.index(str(install.folder / settings.script))
    options = {
        "kind": _kind(settings) or "",
        "models": str(_models()),
        "vocabulary": str(vocabulary_path()),
        "scratch": str(scratch),
        "report": str(scratch / "report.json"),
        "steps": str(STEPS),
    }
    words = (word for key, value in options.items() for word in (f"--{key}", value))
    return (*command[:at], str(_DOOR), *words, "--", *command[at:])


def _models() -> Path:
    return cache_dir() / "shrunken"


def _waits(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let nothing of it live on."""
    if process.stdin is not None:
        process.stdin.close()
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)


def _progress(story: Story) -> Progress:
    if story.doing is RunState.STARTING:
        return Progress(0, None, "starting the trainer")
    if story.doing is RunState.CACHING:
        return Progress(0, None, "reading images")
    return Progress(story.step, STEPS, "steps")


def _verdict(returncode: int, story: Story) -> tuple[bool, str | None]:
    """Whether it passed, and else why not."""
    ended = RunExit(returncode=returncode, ended=0.0, stop_requested=False)
    state, sentence = final_state(ended, story, has_weights=False)
    if state is RunState.DONE and story.step >= STEPS:
        return True, None
    return False, safe(sentence or f"The trainer ended at step {story.step} of {STEPS} without an error.")


def _neighbour(project: Project, sentence: str | None) -> str | None:
    """A sentence where there was too little memory for both a rehearsal and a run that goes on now."""
    if sentence is None or "ran out of memory" not in sentence:
        return None
    run = next(iter(live_anywhere(project.home)), None)
    return f"{run.name} is being trained now and has the rest: rehearse when it has ended." if run else None


def _said(path: Path) -> _Said:
    try:
        return decode(read_if_there(path) or b"{}", _Said)
    except (UnreadableError, msgspec.MsgspecError):
        return _Said()


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that is gone afterwards. On disk, not in /tmp: a full model is saved in it, and /tmp may be memory."""
    parent = cache_dir() / "rehearsals"
    make_folder(parent)
    _sweep(parent, "*")
    _sweep(_models(), "unfinished-*")
    with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _sweep(parent: Path, pattern: str) -> None:
    """Remove what killed rehearsals have left."""
    for folder in parent.glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _OLD:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _inputs(prepared: Prepared) -> Iterator[None]:
    """The files that the run reads, as long as it does; the folders that it would write to are not made."""
    own = tuple(change for change in prepared.plan.changes if _is_inside(change, prepared.inputs))
    write_inputs(replace(prepared, plan=Plan(prepared.plan.title, own)))
    try:
        yield
    finally:
        shutil.rmtree(prepared.inputs, ignore_errors=True)
        with contextlib.suppress(OSError):
            prepared.inputs.parent.rmdir()  # there was no other run


def _is_inside(change: Change, folder: Path) -> bool:
    return isinstance(change, Write | MakeFolder) and change.path.is_relative_to(folder)
