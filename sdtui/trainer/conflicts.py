"""What the trainer would refuse of a run's arguments: one list, for the command that is not built and for findings."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sdtui.base.errors import UsageError
from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.refusals.caches import caches
from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.refusals.datasets import datasets
from sdtui.trainer.refusals.large_models import large_models
from sdtui.trainer.refusals.network import network
from sdtui.trainer.refusals.noise import noise
from sdtui.trainer.refusals.numbers import numbers
from sdtui.trainer.refusals.optimizer import optimizer
from sdtui.trainer.refusals.precision import precision
from sdtui.trainer.refusals.scheduler import scheduler
from sdtui.trainer.run_arguments import RunArguments

__all__ = ["Conflict", "conflicts", "refuse_conflicts"]


def conflicts(run: RunArguments) -> Iterator[Conflict]:
    """Everything about ``run`` at which its script would stop, before it looks at a file."""
    yield from _unknown(run)
    for rule in (noise, numbers, large_models, caches, precision, network, optimizer, scheduler, datasets):
        yield from rule(run)


def refuse_conflicts(run: RunArguments) -> None:
    """Raises UsageError for arguments that the trainer refuses."""
    for conflict in conflicts(run):
        raise UsageError(conflict.what, remedy=conflict.remedy)


def _unknown(run: RunArguments) -> Iterator[Conflict]:
    """Arguments that the script's parser does not have, where its parser is known."""
    known = script_arguments(run.script)
    if not known:
        return
    for key, value in run.values.items():
        if value is not None and value is not False and value != () and key not in known:
            near = get_close_matches(key, known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"Set {key} to nothing, or choose another script."
            yield Conflict("argument-unknown", f"{run.script} has no argument {key}", remedy)
