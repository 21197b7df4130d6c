"""Who is asked to end is asked harder each time its grace is over."""

from __future__ import annotations

import signal

from sdtui.runs.supervising.escalation import Escalation, Grace, Stage

GRACE = Grace(linger=5, interrupt=20, terminate=10, kill=30)


def test_each_signal_is_sent_once_and_after_its_grace() -> None:
    escalation = Escalation(GRACE)
    assert escalation.due(0) is None and escalation.deadline is None
    escalation.interrupt(100)
    sent = [(now, number) for now in range(100, 200) if (number := escalation.due(now)) is not None]
    assert sent == [(100, signal.SIGINT), (120, signal.SIGTERM), (130, signal.SIGKILL)]


def test_what_is_left_behind_gets_a_moment_before_it_is_asked() -> None:
    escalation = Escalation(GRACE)
    escalation.linger(100)
    escalation.linger(103)
    assert escalation.due(104) is None and escalation.stage is Stage.LINGERING
    assert escalation.due(105) is signal.SIGTERM
    assert escalation.due(115) is signal.SIGKILL


def test_asking_again_does_not_begin_anew() -> None:
    escalation = Escalation(GRACE)
    escalation.interrupt(0)
    assert escalation.due(0) is signal.SIGINT
    escalation.interrupt(19)
    escalation.linger(19)
    assert escalation.due(20) is signal.SIGTERM
    escalation.interrupt(21)
    assert escalation.due(21) is None
    assert escalation.due(30) is signal.SIGKILL


def test_a_stop_cuts_the_lingering_short_and_a_kill_everything() -> None:
    escalation = Escalation(GRACE)
    escalation.linger(0)
    escalation.interrupt(1)
    assert escalation.due(1) is signal.SIGINT
    escalation.kill(2)
    assert escalation.due(2) is signal.SIGKILL
    escalation.kill(10)
    assert escalation.due(10) is None
    assert not escalation.hopeless(31) and escalation.hopeless(32)
