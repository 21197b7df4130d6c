"""What is taken out of an endless console tells the same as all of it."""

from __future__ import annotations

import pytest

from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.skimming import skim
from tests.trainer.test_thinning import REAL

_PASSING = (
    e.ScriptBegan
    | e.DeviceNamed
    | e.SamplingStarted
    | e.SamplingProgress
    | e.SamplingEnded
    | e.CachingLatents
    | e.CachingText
)


def told(data: bytes) -> list[e.Event]:
    parser = ConsoleParser()
    events = [*parser.feed(data), *parser.close()]
    return [event for event in events if not isinstance(event, _PASSING)]


@pytest.mark.parametrize("log", REAL, ids=["lora", "finetune"])
def test_a_real_console_is_told_the_same_among_a_flood(log: bytes) -> None:
    flood = b"".join(b"step %d of something that nobody asked for\n" % number for number in range(9000))
    left = skim(flood + b"\n" + log + b"\n" + flood)
    assert told(left) == told(log + b"\n")
    assert len(left) < len(log) + 500


def test_a_traceback_and_a_wrapped_message_stay_whole() -> None:
    flood = b"nothing to see here\n" * 500
    trouble = (
        b"2026-11-21 19:47:48 WARNING  No caption file found for 1      train_util.py:2090\n"
        b"                             images. Training will continue\n"
        b"plain\n"
        b"Traceback (most recent call last):\n"
        + b'  File "/home/me/a.py", line 5, in <module>\n' * 40
        + b"KeyError: 'x'\n"
    )
    events = told(skim(flood + trouble + flood))
    assert events == told(trouble)
    assert [type(event) for event in events] == [e.WarningLine, e.Traceback]


def test_a_flood_of_warnings_has_an_end() -> None:
    line = b"                    WARNING  the same again   a.py:1\n"
    assert len(skim(line * 20_000)) <= len(line) * 1100
