"""Reads the trainer's console: bytes in any cuts go in, the same events come out.

Learnt from the real output of sd-scripts (library/train_util.py, train_network.py, sdxl_train.py): standard output
and error mixed in one file, tqdm's bars with carriage returns, log text behind a bar's bracket, rich's wrapping and
colours. Memory is bounded, whatever the console says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from enum import Enum

from sdtui.trainer import events as e
from sdtui.trainer.bars import Bar, find_bar
from sdtui.trainer.diagnosis import Diagnosis, diagnose
from sdtui.trainer.header import HeaderReader
from sdtui.trainer.log_records import INDENT, LogRecord, begin_record, english
from sdtui.trainer.steps_bar import StepsBar
from sdtui.trainer.terminal import UP, ConsoleText
from sdtui.trainer.tracebacks import HEADING, TracebackReader, elastic_exit, launcher_failure

__all__ = ["ConsoleParser", "Diagnosis", "diagnose"]

_RANK = re.compile(r"\[rank\d+\]: ?")
_EPOCH = re.compile(r"epoch (\d+)/(\d+)")
_DEVICE = re.compile(r"accelerator device: (\S+)")
_REFUSED = re.compile(r"[\w.\-]+(?: [\w<>\-]+){0,4}: error: (.+)")
_EXCEPTION = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception): ")
_CHECKPOINT = re.compile(r"(?:saving checkpoint|save trained model as .+? to):? (.+)")
_REMOVED = re.compile(r"removing old checkpoint: (.+)")
_STATE = re.compile(r"(?:\[RANK \d+\] )?Saving current state to (.+)")
"""Accelerate 1.15 names the process; 1.6, which sd-scripts pins, does not."""
_SAMPLING = re.compile(r"generating sample images at step\b.*?(?:: (\d+))?")
_BEGAN = re.compile(
    r"Loading settings from (.+?)\.\.\.|Load(?:ing)? dataset config from .+|(?:preparing|prepare) accelerator"
    r"|(?:Using|Use) DreamBooth method\.|Train(?:ing)? with captions\.|prepare images\."
)
"""library/train_util.py, read_config_from_file; then the beginning of each script's train()."""
_WHOLE = re.compile(
    r"model saved\.|caching (?:latents|Text Encoder outputs)\.\.\.|generating sample images at step .*: \d+"
    r"|(?:saving checkpoint:|save trained model as .+? to) .+\.(?:safetensors|ckpt|pt)"
)
"""Messages that nothing follows: told at once, since the next line may be minutes away."""


class _Doing(Enum):
    NOTHING = 0
    LATENTS = 1
    TEXT = 2
    SAMPLES = 3


class ConsoleParser:
    """Feed it a console's bytes; it gives events as soon as the bytes that tell them have come."""

    def __init__(self) -> None:
        self._text = ConsoleText()
        self._told_bar = 0
        self._record: LogRecord | None = None
        self._traceback: TracebackReader | None = None
        self._header = HeaderReader()
        self._steps = StepsBar()
        self._doing = _Doing.NOTHING
        self._nan_told = False
        self._events: list[e.Event] = []

    def feed(self, data: bytes) -> list[e.Event]:
        """The events that ``data`` completes, in order."""
        for segment in self._text.feed(data):
            self._finish_segment(segment.text)
        self._look_for_bar(self._text.partial)
        return self._taken()

    def close(self) -> list[e.Event]:
        """The events that only waited for more text: call it once the trainer is gone."""
        for segment in self._text.close():
            self._finish_segment(segment.text)
        self._end_record()
        self._end_traceback()
        self._tell_all(self._steps.close())
        return self._taken()

    def _taken(self) -> list[e.Event]:
        taken, self._events = self._events, []
        return taken

    def _tell(self, event: e.Event) -> None:
        self._events.append(event)

    def _tell_all(self, steps: list[e.StepDone]) -> None:
        for step in steps:
            self._tell(step)
            broken = step.avr_loss is not None and not math.isfinite(step.avr_loss)
            if broken and not self._nan_told:
                self._tell(e.NanLoss(step.step))
            if step.avr_loss is not None:
                self._nan_told = broken

    def _finish_segment(self, text: str) -> None:
        self._look_for_bar(text)
        rest = text[self._told_bar :].replace(UP, "")
        self._told_bar = 0
        if rest.strip():
            self._tell_all(self._steps.interrupt())
            self._line(rest.rstrip())

    def _look_for_bar(self, text: str) -> None:
        if self._told_bar == 0 and (bar := find_bar(text)):
            self._told_bar = bar.end
            self._end_record()
            self._end_traceback()
            self._bar(bar)

    def _bar(self, bar: Bar) -> None:
        if bar.title == "steps":
            self._end_sampling()
            self._tell_all(self._steps.frame(bar))
        elif bar.title.endswith("validation steps"):
            self._end_sampling()
            self._tell(e.Validation(bar.done, bar.total, bar.loss))
        elif bar.title in ("", "Sampling"):
            if self._doing is _Doing.SAMPLES:
                self._tell(e.SamplingProgress(bar.done, bar.total))
            elif self._doing is _Doing.LATENTS:
                self._tell(e.CachingLatents(bar.done, bar.total))
            elif self._doing is _Doing.TEXT:
                self._tell(e.CachingText(bar.done, bar.total))

    def _line(self, line: str) -> None:
        line = _RANK.sub("", line, count=1) if line.startswith("[rank") else line
        if HEADING in line:
            self._end_record()
            self._end_traceback()
            self._traceback = TracebackReader(line)
            return
        if self._record is not None and line.startswith(INDENT) and begin_record(line) is None:
            self._record.add(line)
            return
        if self._traceback is not None:
            new_message = self._traceback.named and begin_record(line) is not None
            if not new_message and self._traceback.take(line):
                return
            self._end_traceback()
        self._end_record()
        self._record = begin_record(line)
        if self._record is None:
            self._plain(line.strip())
        elif not self._record.filled() and _WHOLE.fullmatch(self._record.text()):
            self._end_record()

    def _end_record(self) -> None:
        record, self._record = self._record, None
        if record is None or not (text := record.text()):
            return
        if "No data found." in text:
            self._tell(e.NoDataFound())
        elif record.level == "WARNING":
            self._tell(e.WarningLine(english(text)))
        elif record.level in ("ERROR", "CRITICAL"):
            self._tell(e.ErrorLine(english(text)))
        elif not self._message(text) and self._doing is not _Doing.SAMPLES:
            self._doing = _Doing.NOTHING

    def _end_traceback(self) -> None:
        reader, self._traceback = self._traceback, None
        if reader is not None:
            self._end_sampling()
            self._tell(reader.result())

    def _plain(self, text: str) -> None:
        """A line that is no record of the logger: standard output, argparse, versions before the logger."""
        if header := self._header.line(text):
            self._tell(header)
        elif found := _EPOCH.fullmatch(text):
            self._end_sampling()
            self._tell(e.EpochStarted(int(found.group(1)), int(found.group(2))))
        elif found := _DEVICE.fullmatch(text):
            self._tell(e.DeviceNamed(found.group(1)))
        elif found := _REFUSED.fullmatch(text):
            self._tell(e.ArgumentsRefused(found.group(1)))
        elif "No data found." in text:
            self._tell(e.NoDataFound())
        elif ended := elastic_exit(text) or launcher_failure(text):
            self._tell(ended)
        elif _EXCEPTION.match(text):
            self._tell(e.ErrorLine(english(text)))
        else:
            self._message(text)

    def _message(self, text: str) -> bool:
        for pattern, act in _MESSAGES:
            if found := pattern.fullmatch(text):
                act(self, found)
                return True
        return False

    def _end_sampling(self) -> None:
        if self._doing is _Doing.SAMPLES:
            self._tell(e.SamplingEnded())
        self._doing = _Doing.NOTHING

    def _saving(self, event: e.Event) -> None:
        self._end_sampling()
        self._tell(event)

    def _begin(self, settings: str | None) -> None:
        self._doing = _Doing.NOTHING
        self._tell(e.ScriptBegan(settings))

    def _start_sampling(self, step: str | None) -> None:
        self._end_sampling()
        self._doing = _Doing.SAMPLES
        self._tell(e.SamplingStarted(int(step) if step else None))

    def _start_caching(self, doing: _Doing) -> None:
        self._doing = doing
        self._tell(e.CachingLatents(0, 0) if doing is _Doing.LATENTS else e.CachingText(0, 0))


_MESSAGES: tuple[tuple[re.Pattern[str], Callable[[ConsoleParser, re.Match[str]], None]], ...] = (
    (_SAMPLING, lambda parser, found: parser._start_sampling(found.group(1))),
    (_CHECKPOINT, lambda parser, found: parser._saving(e.SavingCheckpoint(found.group(1)))),
    (_BEGAN, lambda parser, found: parser._begin(found.group(1))),
    (_REMOVED, lambda parser, found: parser._saving(e.CheckpointRemoved(found.group(1)))),
    (_STATE, lambda parser, found: parser._saving(e.SavingState(found.group(1)))),
    (re.compile(r"model saved\."), lambda parser, _: parser._saving(e.ModelSaved())),
    (re.compile(r"caching latents\.(?:\.\.)?"), lambda parser, _: parser._start_caching(_Doing.LATENTS)),
    (re.compile(r"caching Text Encoder outputs\.\.\."), lambda parser, _: parser._start_caching(_Doing.TEXT)),
)
