"""How a run ended and why: the exit status together with what the console said."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sdtui.trainer import events as e
from sdtui.trainer.causes import MEMORY, NAN, NO_DATA, Explained, explain_error
from sdtui.trainer.log_records import english

DONE, STOPPED, FAILED, LOST = "done", "stopped", "failed", "lost"

_LONGEST = 400
"""Characters of a message that are told."""
_LAZY = ("ModuleNotFoundError: Could not import module ", "RuntimeError: Failed to import ")
"""How transformers and diffusers pass on an error at an import, without its words."""

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Diagnosis(NamedTuple):
    """``state`` is a value of RunState that ends a run; ``sentence`` says why and what to do, None when all is well."""

    state: str
    sentence: str | None
    trouble: str = ""
    """The kind of trouble, one of those in ``trainer.causes``; empty for others."""


@dataclass
class _Evidence:
    step: int = 0
    total: int | None = None
    loss: float | None = None
    nan_since: int | None = None
    model_saved: bool = False
    no_data: bool = False
    refused: str | None = None
    tracebacks: list[e.Traceback] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    returncode: int | None = None
    signal: int | None = None

    @property
    def spoiled(self) -> bool:
        """True when the last loss that was printed was no number."""
        return self.loss is not None and not math.isfinite(self.loss)

    @property
    def went_through(self) -> bool:
        return self.model_saved or (self.total is not None and self.step == self.total > 0)

    def at(self) -> str:
        """Where it was: `` at step 41 of 3,280``, empty before the first step."""
        return f" at step {self.step:,} of {self.total:,}" if self.total and self.step else ""

    def place(self) -> str:
        """The same in brackets, for behind a sentence that may end in a path."""
        return f" ({self.at().removeprefix(' at ')})" if self.at() else ""


def diagnose(
    events: Iterable[e.Event], returncode: int | None, stop_requested: bool, oom_kills: int | None = None
) -> Diagnosis:
    """What became of a run whose trainer is gone.

    ``events`` are all that its console gave, or at least those of the kinds in ``events.EVIDENCE``, in order;
    ``returncode`` is as subprocess counts it (negative for a signal), None where nobody saw it. ``oom_kills``: how
    often the kernel killed a process for want of memory meanwhile, None where that is not known.
    """
    evidence = _collect(events)
    number = _signal_of(evidence, returncode)
    if returncode == 0:
        return _after_exit_0(evidence, stop_requested)
    if stop_requested:
        return Diagnosis(STOPPED, f"Stopped as you asked{evidence.at()}.")
    if cause := _cause(evidence):
        return cause
    if _interrupted(evidence) or number in _STOPPING:
        name = signal.Signals(number).name if number in _STOPPING else "Ctrl+C"
        return Diagnosis(STOPPED, f"Ended from outside ({name}){evidence.at()}, not by sdtui.")
    if number is not None:
        return _killed(evidence, number, oom_kills)
    if returncode is None:
        return _unseen_end(evidence)
    return Diagnosis(FAILED, _last_words(evidence, returncode))


def _collect(events: Iterable[e.Event]) -> _Evidence:
    found = _Evidence()
    for event in events:
        if isinstance(event, e.StepDone):
            found.step, found.total = event.step, event.total
            found.loss = event.avr_loss if event.avr_loss is not None else found.loss
        elif isinstance(event, e.NanLoss):
            found.nan_since = event.step
        elif isinstance(event, e.ModelSaved):
            found.model_saved = True
        elif isinstance(event, e.NoDataFound):
            found.no_data = True
        elif isinstance(event, e.ArgumentsRefused):
            found.refused = event.message
        elif isinstance(event, e.Traceback):
            found.tracebacks.append(event)
        elif isinstance(event, e.ErrorLine):
            found.errors.append(event.text)
        elif isinstance(event, e.LauncherFailed) and (found.signal, found.returncode) == (None, None):
            # The first of several processes that failed is the one that took the others with it.
            found.returncode, found.signal = event.returncode, event.signal
    return found


def _signal_of(evidence: _Evidence, returncode: int | None) -> int | None:
    if evidence.signal is not None:
        return evidence.signal
    for code in (evidence.returncode, returncode):
        if code is not None and code < 0:
            return -code
        if code is not None and 128 < code < 160:
            return code - 128
    return None


def _after_exit_0(evidence: _Evidence, stop_requested: bool) -> Diagnosis:
    if evidence.no_data:
        return Diagnosis(
            FAILED,
            "The trainer found no images and ended without training. Check that the config's image_dir folders exist "
            "and hold images; a train_data_dir must be the parent of the N_name folders.",
            NO_DATA,
        )
    if evidence.spoiled:
        since = f" since step {evidence.nan_since:,}" if evidence.nan_since is not None else ""
        return Diagnosis(
            FAILED,
            f"The loss is not a number{since}, so what was saved is not usable. Lower the learning rate, use bf16 "
            "instead of fp16, set no_half_vae for SDXL, and look for damaged images or latents.",
            NAN,
        )
    if evidence.went_through:
        return Diagnosis(DONE, None)
    if stop_requested:
        return Diagnosis(STOPPED, f"Stopped as you asked{evidence.at()}.")
    return _cause(evidence) or Diagnosis(
        FAILED,
        f"The trainer ended without an error{evidence.at()}, but did not say that the model was saved. "
        "The end of the log may say why.",
    )


def _cause(evidence: _Evidence) -> Diagnosis | None:
    """The newest exception that is known, in plain words."""
    if evidence.refused is not None:
        return Diagnosis(
            FAILED,
            f"The trainer did not take its arguments: {evidence.refused}. "
            "Change or leave out that setting; this version of sd-scripts may not know it.",
        )
    # The logger's error names the file (a caption, a config), which the exception after it often does not.
    said = next((known for text in reversed(evidence.errors) if (known := explain_error(text))), None)
    for trace in reversed(evidence.tracebacks):
        if known := _with_its_file(trace.error, said) or explain_error(trace.error):
            return Diagnosis(FAILED, f"{known.what}{evidence.place()}. {known.remedy}", known.trouble)
    if said is not None and not any(trace.error for trace in evidence.tracebacks):
        return Diagnosis(FAILED, f"{said.what}{evidence.place()}. {said.remedy}", said.trouble)
    return None


def _with_its_file(error: str, said: Explained | None) -> Explained | None:
    """What the logger said before an exception that does not name its file, together with the exception's detail."""
    unnamed = ("UnicodeDecodeError", "toml.decoder.TomlDecodeError", "OSError: ", "PIL.", "SyntaxError: broken PNG")
    if said is None or not error.startswith(unnamed) or "[Errno" in error:
        return None
    detail = error.partition(": ")[2] if error.startswith("toml") else ""
    return said._replace(what=f"{said.what}: {detail}" if detail else said.what)


def _interrupted(evidence: _Evidence) -> bool:
    return any(trace.error == "KeyboardInterrupt" for trace in evidence.tracebacks)


def _killed(evidence: _Evidence, number: int, oom_kills: int | None) -> Diagnosis:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number == signal.SIGKILL and oom_kills == 0:
        return Diagnosis(
            FAILED,
            f"Something killed the trainer{evidence.at()} ({name}), but not the kernel for want of memory: a guard "
            "such as systemd-oomd or earlyoom, a job scheduler, somebody's kill -9, or the machine going down.",
            MEMORY,
        )
    if number == signal.SIGKILL:
        sure = "because" if oom_kills else "almost always because"
        return Diagnosis(
            FAILED,
            f"The {'kernel' if oom_kills else 'system'} killed the trainer{evidence.at()} ({name}), {sure} memory "
            "(RAM) ran out. Close other programs, cache latents to disk, use fewer data loader workers, or add swap; "
            "under WSL raise memory in .wslconfig.",
            MEMORY,
        )
    return Diagnosis(
        FAILED,
        f"The trainer crashed{evidence.at()} inside native code ({name}). Update the driver, torch and xformers, and "
        "try without xformers; if it comes at random, test the computer's memory.",
    )


def _unseen_end(evidence: _Evidence) -> Diagnosis:
    if evidence.model_saved:
        return Diagnosis(DONE, None)
    return Diagnosis(
        LOST,
        f"The run vanished{evidence.at()} and nobody saw how: the computer restarted, WSL was shut down, or its "
        "supervisor was killed.",
    )


def _last_words(evidence: _Evidence, returncode: int) -> str:
    named = [trace.error for trace in evidence.tracebacks if trace.error]
    if named:
        telling = [error for error in named if not error.startswith(_LAZY)] or named
        return f"The trainer failed{evidence.at()}: {_brief(english(telling[-1]))}"
    if evidence.errors:
        return f"The trainer failed{evidence.at()}: {_brief(evidence.errors[-1])}"
    return f"The trainer ended with status {returncode}{evidence.at()} and gave no reason. The end of the log may."


def _brief(message: str) -> str:
    """Some exceptions print whole arrays or commands: their beginning tells, the log has the rest."""
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
