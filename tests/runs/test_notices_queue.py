"""A run of the queue that never began is told too: nobody stood before it."""

from __future__ import annotations

import os

import pytest

from sdtui.base.settings import save_setting
from tests.runs.queue_lab import QueueLab, lab

__all__ = ["lab"]


@pytest.mark.slow
def test_a_run_that_is_refused_at_its_turn_is_told_without_a_screen(lab: QueueLab) -> None:
    lab.fifo("a", "go")
    os.mkfifo(lab.root / "told-second")
    save_setting("notice_command", f'echo "$SDTUI_TEXT" > "{lab.root}/told-$SDTUI_NAME"')
    first = lab.put("first", "tell=a", "wait=go")
    lab.put("second", "say=never")
    lab.meet("a")
    (lab.trainer / "base.safetensors").unlink()
    lab.release("go")
    told = (lab.root / "told-second").read_text("utf-8")
    assert told.startswith("second failed: There is no such base model")
    lab.end(first)
