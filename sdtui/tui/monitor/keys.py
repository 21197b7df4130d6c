"""What can be done on Monitor, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import BindingType

from sdtui.runs.record import RunState
from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.monitor.screen import MonitorScreen


def _following(screen: MonitorScreen) -> bool:
    return screen.followed is not None


def _live(screen: MonitorScreen) -> bool:
    return screen.followed is not None and not screen.followed.view.state.ended


def _stoppable(screen: MonitorScreen) -> bool:
    return _live(screen) and screen.followed is not None and screen.followed.view.state is not RunState.STOPPING


def _has_samples(screen: MonitorScreen) -> bool:
    return screen.followed is not None and bool(screen.followed.view.samples)


def _has_runs(screen: MonitorScreen) -> bool:
    return bool(screen.snapshot.runs or screen.snapshot.broken)


def _large(screen: MonitorScreen) -> bool:
    return bool(screen.large)


def _samples_large(screen: MonitorScreen) -> bool:
    return screen.large == "samples"


BINDINGS: list[BindingType] = offered(
    Command(
        "monitor.stop",
        "Stop the run",
        "Asks first, and says which checkpoint is the last and what would be lost.",
        ("s",),
        "stop",
        "stop…",
        when=_stoppable,
        rank=10,
    ),
    Command(
        "monitor.samples",
        "Samples large",
        "Shows the sample pictures on the whole screen, and back.",
        ("p",),
        "enlarge('samples')",
        "samples",
        when=_has_samples,
        rank=20,
    ),
    Command(
        "monitor.log",
        "Log large",
        "Shows the whole log, at the line where it went wrong, and back.",
        ("l",),
        "enlarge('log')",
        "log",
        when=lambda screen: _following(screen) and not _samples_large(screen),
        rank=30,
    ),
    Command(
        "monitor.zoom",
        "Chart large",
        "Shows the loss chart on the whole screen, and back.",
        ("z",),
        "enlarge('chart')",
        "zoom",
        when=_following,
        rank=40,
    ),
    Command(
        "monitor.back",
        "Everything side by side",
        "Leaves what is large.",
        ("escape",),
        "enlarge('')",
        "back",
        when=_large,
        rank=5,
    ),
    Command(
        "monitor.smooth",
        "Smooth more or less",
        "Takes the mean over more points, over fewer, or shows each step.",
        ("w",),
        "smooth",
        "smooth",
        when=_following,
        rank=60,
    ),
    Command(
        "monitor.scale",
        "Logarithmic loss",
        "Switches the loss axis between even and logarithmic.",
        ("y",),
        "scale",
        when=_following,
    ),
    Command(
        "monitor.prompt_next",
        "Next prompt",
        "The samples of the next prompt (l does it too while the samples are large).",
        ("right",),
        "look(1, 0)",
        when=_has_samples,
    ),
    Command(
        "monitor.prompt_before",
        "Prompt before",
        "The samples of the prompt before.",
        ("left", "h"),
        "look(-1, 0)",
        when=_has_samples,
    ),
    Command(
        "monitor.later",
        "Later sample",
        "A sample of a later step; the last one follows the run.",
        ("up", "k"),
        "look(0, 1)",
        when=_has_samples,
    ),
    Command(
        "monitor.earlier",
        "Earlier sample",
        "A sample of an earlier step.",
        ("down", "j"),
        "look(0, -1)",
        when=_has_samples,
    ),
    Command(
        "monitor.where",
        "Where the sample is",
        "Shows the path of the sample and sends it to the terminal's clipboard.",
        ("o",),
        "where",
        "open sample",
        when=_has_samples,
        rank=50,
    ),
    Command(
        "monitor.pictures",
        "Draw the pictures",
        "On a poor link pictures are drawn only when you ask for them.",
        ("v",),
        "pictures",
        "pictures",
        when=lambda screen: screen.shell.slow and _has_samples(screen),
        rank=15,
    ),
    Command(
        "monitor.warnings",
        "Warnings of the run",
        "Shows what the trainer warned of, and what is odd about the run.",
        ("W",),
        "warnings",
        when=lambda screen: screen.followed is not None and bool(screen.followed.view.warnings),
    ),
    Command(
        "monitor.runs",
        "Another run",
        "Lists the runs of this project.",
        ("r",),
        "runs",
        "runs",
        when=_has_runs,
        rank=55,
    ),
    Command(
        "monitor.tensorboard",
        "TensorBoard command",
        "Shows the command that opens this run in TensorBoard.",
        ("T",),
        "tensorboard",
        when=lambda screen: screen.followed is not None and screen.followed.record.logging_dir is not None,
    ),
    Command(
        "monitor.command",
        "The run's command",
        "Shows the command line that this run was started with.",
        ("c",),
        "command",
        when=_following,
    ),
)
