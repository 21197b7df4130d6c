"""A trainer that behaves, and misbehaves, on demand: ``python child.py WORD...``, each word a thing it does in turn.

It speaks as sd-scripts does (an own script with the same words), so that what follows a run can be tested with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 60.0


def header(total: int) -> None:
    print("running training / 学習開始")
    print("  num train images * repeats / 学習画像の数×繰り返し回数: 20")
    print("  num reg images / 正則化画像の数: 0")
    print(f"  num batches per epoch / 1epochのバッチ数: {total // 2}")
    print("  num epochs / epoch数: 2")
    print("  batch size per device / バッチサイズ: 2")
    print("  gradient accumulation steps / 勾配を合計するステップ数 = 1")
    print(f"  total optimization steps / 学習ステップ数: {total}", flush=True)


def bar(step: int, total: int) -> None:
    percent = 100 * step // total
    sys.stderr.write(f"\rsteps: {percent:3d}%|{'█' * (percent // 10):10s}| {step}/{total} [00:0{step % 10}<00:09, ")
    sys.stderr.write(f"2.50it/s, avr_loss={1 / (step + 1):.3g}]")
    sys.stderr.flush()


def train(total: int, first: int = 1) -> None:
    header(total)
    print("\nepoch 1/2\n", flush=True)
    sys.stderr.write(f"\rsteps:   0%|          | 0/{total} [00:00<?, ?it/s]")
    for step in range(first, total + 1):
        bar(step, total)


def wait_for(name: str) -> None:
    """Until a file called ``name`` stands in the working folder: how a test holds the trainer and lets it go."""
    end = time.monotonic() + PATIENCE
    while not Path(name).exists() and time.monotonic() < end:
        time.sleep(0.02)


def sleeper(*, detached: bool) -> None:
    """A process that outlives this one, deaf to SIGINT; its pid goes to ``sleeper.pid``."""
    code = "import signal,time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=detached, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    child.stdout.readline()
    Path("sleeper.pid").write_text(str(child.pid))


def act(word: str) -> None:
    name, _, value = word.partition("=")
    if name == "train":
        train(int(value))
    elif name == "say":
        print(value, flush=True)
    elif name == "saved":
        print("model saved.", flush=True)
    elif name == "wait":
        wait_for(value)
    elif name == "touch":
        Path(value).touch()
    elif name == "deaf":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if value == "all":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif name == "orphan":
        sleeper(detached=value == "elsewhere")
    elif name == "kill-self":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "flood":
        for number in range(int(value)):
            sys.stderr.write(f"line {number} " + "x" * 80 + "\n")
    elif name == "garbage":
        os.write(2, bytes(range(256)) * 20 + b"\n")
    elif name == "partial":
        sys.stderr.write("\rsteps:  50%|█████     | 5/1")
        sys.stderr.flush()
    elif name == "fail":
        raise ValueError(value)
    elif name == "exit":
        sys.exit(int(value))
    else:
        raise AssertionError(word)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        act(argument)
