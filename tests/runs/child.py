"""A trainer that behaves, and misbehaves, on demand: ``python child.py WORD...``, each word a thing it does in turn.

It speaks as sd-scripts does, so that what follows a run can be tested with it. ``tell=FIFO`` and ``wait=FIFO`` meet the
test at a named pipe in the working folder, so that neither has to guess how fast the other is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_SLEEPER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(120)
"""


def header(total: int) -> None:
    print("running training / 学習開始")
    print("  num train images * repeats / 学習画像の数×繰り返し回数: 20")
    print("  num reg images / 正則化画像の数: 0")
    print(f"  num batches per epoch / 1epochのバッチ数: {total // 2}")
    print("  num epochs / epoch数: 2")
    print("  batch size per device / バッチサイズ: 2")
    print("  gradient accumulation steps / 勾配を合計するステップ数 = 1")
    print(f"  total optimization steps / 学習ステップ数: {total}", flush=True)
    print("\nepoch 1/2\n", flush=True)
    sys.stderr.write(f"\rsteps:   0%|          | 0/{total} [00:00<?, ?it/s]")


def steps(first: int, last: int, total: int, spoiled: bool = False) -> None:
    """Each step is drawn twice, first with the loss of the step before, as tqdm's update() and set_postfix() do."""
    for step in range(first, last + 1):
        percent = 100 * step // total
        for loss in (1 / step, 1 / (step + 1)):
            sys.stderr.write(f"\rsteps: {percent:3d}%|{'█' * (percent // 10):10s}| {step}/{total} ")
            shown = "nan" if spoiled else f"{loss:.3g}"
            sys.stderr.write(f"[00:0{step % 10}<00:09,  2.50it/s, avr_loss={shown}]")
            sys.stderr.flush()


def sleeper(*, own_session: bool) -> None:
    """Leave a process behind that is deaf to SIGINT; its pid stands in ``sleeper.pid``."""
    child = subprocess.Popen([sys.executable, "-c", _SLEEPER], start_new_session=own_session, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    Path("sleeper.pid").write_text(str(child.pid))


def act(word: str) -> None:
    name, _, value = word.partition("=")
    if name == "train":
        header(int(value))
        steps(1, int(value), int(value))
    elif name == "header":
        header(int(value))
    elif name in ("steps", "nan"):
        first, last, total = value.split("-")
        steps(int(first), int(last), int(total), spoiled=name == "nan")
    elif name == "say":
        print(value, flush=True)
    elif name == "saved":
        print("model saved.", flush=True)
    elif name == "file":
        Path(value).parent.mkdir(parents=True, exist_ok=True)
        Path(value).write_bytes(b"weights")
    elif name == "env":
        print(f"{value}={os.environ.get(value)!r}", flush=True)
    elif name == "tell":
        Path(value).open("wb").close()
    elif name == "wait":
        Path(value).open("rb").close()
    elif name == "deaf":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if value == "all":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif name == "leave":
        sleeper(own_session=value == "elsewhere")
    elif name == "kill-self":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "flood":
        for number in range(int(value)):
            sys.stderr.write(f"line {number} " + "x" * 80 + "\n")
    elif name == "garbage":
        os.write(2, b"\n" + bytes(range(256)) * 20 + b"\n")
    elif name == "partial":
        sys.stderr.write("\rsteps:  50%|█████     | 5/1")
        sys.stderr.flush()
    elif name == "endless-line":
        sys.stderr.write("x" * int(value))
        sys.stderr.flush()
    elif name == "crowd":
        for _ in range(int(value)):
            subprocess.Popen([sys.executable, "-c", _SLEEPER], start_new_session=True, stdout=subprocess.DEVNULL)
    elif name == "full-disk":
        Path("/dev/full").write_bytes(b"weights")
    elif name == "mute":
        os.close(1)
        os.close(2)
    elif name == "fail":
        raise ValueError(value)
    elif name == "raise":
        raise {"MemoryError": MemoryError, "ModuleNotFoundError": ModuleNotFoundError}[value.split(":")[0]](value)
    elif name == "exit":
        sys.exit(int(value))
    elif name.startswith("--") or name.isdigit():
        pass  # an option of the real trainer, and what it is set to
    else:
        raise AssertionError(word)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        act(argument)
