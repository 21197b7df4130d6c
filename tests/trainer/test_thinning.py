"""A console with most drawings of its bars taken out tells the same story."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.thinning import Thinner

DATA = Path(__file__).parent / "data"
REAL = [(DATA / name).read_bytes() for name in ("console-sdxl-lora.log", "console-sdxl-finetune.log")]


def thinned(data: bytes, piece: int = 1 << 20, size: int = 0) -> bytes:
    thinner = Thinner(size)
    parts = [thinner.feed(data[at : at + piece]) for at in range(0, len(data), piece)]
    return b"".join([*parts, thinner.close()])


def told(data: bytes) -> list[e.Event]:
    parser = ConsoleParser()
    return [*parser.feed(data), *parser.close()]


def plain(data: bytes) -> str:
    """All that is no progress, as it is told, with the newest step and loss before each."""
    kept: list[object] = []
    newest: object = None
    for event in told(data):
        if isinstance(event, e.StepDone):
            newest = (event.step, event.avr_loss)
        elif not isinstance(event, e.SamplingProgress | e.CachingLatents | e.CachingText | e.Validation):
            kept += [newest, event]
    return repr([*kept, newest])  # nan is not equal to itself


def drawing(step: int, loss: float | None, total: int = 5000, title: str = "steps: ") -> str:
    note = "" if loss is None else f", avr_loss={loss:.3g}"
    cells = "█" * (10 * step // total)
    return f"\r{title}{100 * step // total:3}%|{cells:10}| {step}/{total} [00:09<1:09,  2.0it/s{note}]"


def drawn_twice(first: int, last: int, loss: object = None) -> str:
    of = loss if callable(loss) else (lambda step: step / 1000)
    return "".join(drawing(step, of(step - 1)) + drawing(step, of(step)) for step in range(first, last + 1))


def losses(data: bytes) -> dict[int, float]:
    return {
        event.step: event.avr_loss
        for event in told(data)
        if isinstance(event, e.StepDone) and event.avr_loss is not None
    }


def test_a_long_bar_keeps_its_ends_and_a_step_with_its_own_loss_now_and_then() -> None:
    log = drawn_twice(1, 5000).encode()
    left = thinned(log)
    assert len(left) < len(log) / 8
    known = losses(left)
    assert {1, 5000} <= set(known) and len(known) > 100
    assert known == {step: pytest.approx(step / 1000, rel=0.01) for step in known}


def test_the_lowest_and_the_highest_loss_of_each_stretch_stay() -> None:
    spikes = {777: 9.0, 2500: 0.0001, 4242: 7.0}
    log = drawn_twice(1, 5000, lambda step: spikes.get(step, 1.0)).encode()
    assert spikes.items() <= losses(thinned(log)).items()


def test_where_the_loss_stops_being_a_number_stays_to_the_step() -> None:
    log = drawn_twice(1, 4000, lambda step: math.nan if 1234 <= step < 2000 or step >= 3001 else 0.5).encode()
    found = [event.step for event in told(thinned(log)) if isinstance(event, e.NanLoss)]
    assert found == [1234, 3001]


def test_what_is_no_bar_stays_wherever_it_stands() -> None:
    said = [
        "warning in the middle of a bar",
        "Traceback (most recent call last):",
        "[00:01<00:02] | 3/4 [",
        "50%|",
        "its",
    ]
    log = drawn_twice(1, 900)
    for number, text in enumerate(said):
        log += text + ("\n" if number % 2 else "") + drawn_twice(901 + number * 300, 1200 + number * 300)
    left = thinned(log.encode()).decode()
    assert len(left) < len(log) / 3
    assert all(text in left for text in said)
    at = [left.index(text) for text in said[:4]]
    assert at == sorted(at)


def test_a_bar_below_another_one_keeps_its_last_drawing() -> None:
    below = "".join(f"\n\r{100 * step // 30:3}%|██  | {step}/30 [00:00<00:00, 27.33it/s]\x1b[A" for step in range(31))
    log = "prompt: a\n" + below + "\nprompt: b\n" + below + drawn_twice(1, 200)
    left = thinned(log.encode()).decode()
    assert left.count(" 30/30 ") == 2 and left.count("/30 [") < 5
    assert plain(left.encode()) == plain(log.encode())


@pytest.mark.parametrize("log", REAL, ids=["lora", "finetune"])
def test_a_real_console_is_told_the_same(log: bytes) -> None:
    assert plain(thinned(log)) == plain(log)
    assert thinned(log).replace(b"\r", b"\n").split(b"\n")[-1] == log.replace(b"\r", b"\n").split(b"\n")[-1]


_PIECES = st.one_of(
    st.tuples(st.integers(1, 90), st.booleans(), st.sampled_from([0.5, math.nan, 0.25])).map(lambda it: ("bar", it)),
    st.sampled_from(
        [
            "\n2026-11-21 19:47:48 WARNING  a word   train_util.py:1\n",
            "2026-11-21 19:47:48 INFO     generating sample images at step / x: 3   train_util.py:1\n",
            "\nsaving checkpoint: /home/me/x.safetensors\n",
            "\nepoch 2/9\n",
            "Traceback (most recent call last):\n  File x\nValueError: y\n",
            "\r\r\r",
            "\x1b[A",
            "\xe2\x96",
        ]
    ).map(lambda text: ("text", text)),
)


@given(st.lists(_PIECES, max_size=12), st.integers(1, 5000))
@settings(deadline=None, max_examples=60)
def test_however_bars_and_words_are_mixed_and_cut_the_story_is_the_same(
    pieces: list[tuple[str, object]], cut: int
) -> None:
    log, step, before = "", 0, 0.0
    for kind, value in pieces:
        if kind == "text":
            log += str(value)
            continue
        count, twice, loss = value  # type: ignore[misc]
        for _ in range(count):
            step += 1
            log += (drawing(step, before) if twice else "") + drawing(step, loss)
            before = loss
    data = log.encode("utf-8")
    assert plain(thinned(data, cut)) == plain(data)


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_without_a_bar_come_through_whole(data: bytes, cut: int) -> None:
    assert thinned(data, cut) == data
