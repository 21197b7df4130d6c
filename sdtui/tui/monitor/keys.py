"""What can be done on Monitor, and when."""

from __future__ import annotations

from textual.binding import BindingType

from sdtui.tui.commands import Command, offered
from sdtui.tui.monitor import chart_keys, history_keys, log_keys, relaunch_keys, samples_keys, trouble_keys
from sdtui.tui.monitor.possible import has_runs, in_project, large, queued, stoppable

BINDINGS: list[BindingType] = offered(
    Command(
        "monitor.stop",
        "Stop the run",
        "Stops the run: asks first, says what would be lost, and can wait for the next save or samples.",
        ("s",),
        "stop",
        "stop…",
        when=stoppable,
        rank=10,
    ),
    Command(
        "monitor.back",
        "Everything side by side",
        "Leaves what is large.",
        ("escape",),
        "enlarge('')",
        "back",
        when=large,
        rank=5,
    ),
    Command(
        "monitor.runs",
        "Another run",
        "Lists the runs of this project.",
        ("r",),
        "runs",
        "runs",
        when=has_runs,
        rank=55,
    ),
    Command(
        "monitor.open_run",
        "Open a run of others",
        "Shows a run that sdtui did not start, by its log, its logging folder or its output folder.",
        ("O",),
        "open_run",
    ),
    Command(
        "monitor.queue",
        "See the queue",
        "Shows the runs that wait for their card, to be moved, held back or taken out.",
        ("Q",),
        "queue",
        "queue",
        when=in_project,
        worth=queued,
        rank=10,
    ),
    Command(
        "monitor.command",
        "The run's command",
        "Shows the command line that this run was started with.",
        ("C",),
        "command",
        when=lambda screen: screen.followed is not None and bool(screen.followed.record.command),
    ),
    *history_keys.COMMANDS,
    *chart_keys.COMMANDS,
    *samples_keys.COMMANDS,
    *relaunch_keys.COMMANDS,
    *log_keys.COMMANDS,
    *trouble_keys.COMMANDS,
)
