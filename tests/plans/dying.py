"""Run as a process of its own: does something with a journal, and dies at the n-th system call that writing makes.

``python -m tests.plans.dying ROOT apply|undo|finish|roll_back N whole|torn thirty|apart`` exits with 9 when it died,
else with 0. The Plan is one of thirty changes that build on each other, or one whose changes have nothing to do with
each other.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sdtui.base import files
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan, Remove, Write

DIED = 9
METADATA = b'{"a.png": {"caption": "old"}}'.ljust(80_000)


def make_project(root: Path) -> None:
    """Two subsets with captions and caches, and a config."""
    for folder in ("3_cat", "10_dog"):
        (root / folder).mkdir(parents=True)
        for number in range(6):
            (root / folder / f"{number}.txt").write_bytes(f"{folder} {number}\r\n".encode())
            (root / folder / f"{number}.npz").write_bytes(bytes([number]) * 100)
    (root / "dataset.toml").write_bytes(b'image_dir = "3_cat"\n')
    (root / "meta.json").write_bytes(METADATA)


def plan_for(root: Path) -> Plan:
    """Thirty changes of every kind, some of which build on earlier ones."""
    cat, dog = root / "3_cat", root / "10_dog"
    changes: list[Change] = [MakeFolder(root / "model" / "sample"), MakeFolder(root / "model" / "log")]
    changes += [_edit(dog / f"{number}.txt") for number in range(6)]
    changes += [_edit(cat / f"{number}.txt") for number in range(6)]
    changes += [_removal(cat / f"{number}.npz") for number in range(4)]
    changes += [_edit(root / "dataset.toml"), Write(root / "model" / "sample" / "prompt.txt", None, b"a cat")]
    changes += [Move(cat, root / "5_cat"), Write(root / "5_cat" / "new.txt", None, b"new\n")]
    once = (cat / "0.txt").read_bytes() + b", edited"
    changes += [
        Write(root / "5_cat" / "0.txt", once, once + b" twice"),
        Move(dog / "0.npz", root / "5_cat" / "dog.npz"),
    ]
    changes += [_removal(dog / f"{number}.npz") for number in range(1, 5)]
    changes += [Copy(dog / "5.npz", root / "5_cat" / "copied.npz"), Copy(root / "5_cat" / "new.txt", root / "new.txt")]
    changes += [_edit_metadata(root)]
    changes += [Move(root / "5_cat", root / "6_cat"), _after_moves(root)]
    return Plan("thirty changes", tuple(changes))


def plan_apart(root: Path) -> Plan:
    """Changes of every kind that have nothing to do with each other: the disk alone tells how far they came."""
    cat, dog = root / "3_cat", root / "10_dog"
    changes: list[Change] = [MakeFolder(root / "trash" / "1")]
    changes += [_edit(dog / f"{number}.txt") for number in range(6)]
    changes += [_removal(dog / f"{number}.npz") for number in range(4)]
    changes += [Move(cat / f"{number}.npz", root / "trash" / "1" / f"{number}.npz") for number in range(4)]
    changes += [Copy(cat / "5.txt", dog / "5 copied.txt"), Copy(cat / "5.npz", root / "trash" / "1" / "5.npz")]
    changes += [Write(cat / "new.txt", None, b"new\n"), _edit_metadata(root)]
    return Plan("changes apart", tuple(changes))


def _edit_metadata(root: Path) -> Write:
    return Write(root / "meta.json", METADATA, METADATA.replace(b"old", b"new and longer"))


def _after_moves(root: Path) -> Write:
    before = (root / "3_cat" / "1.txt").read_bytes() + b", edited"
    return Write(root / "6_cat" / "1.txt", before, b"last")


def _edit(path: Path) -> Write:
    before = path.read_bytes()
    return Write(path, before, before + b", edited")


def _removal(path: Path) -> Remove:
    seen = path.stat()
    return Remove(path, seen.st_size, seen.st_mtime_ns)


def die_at(call: int, *, torn: bool) -> None:
    """Exit at the ``call``-th call (from 1) that the kernel gets; ``torn`` lets a write get half-way first."""
    done = 0
    lock = threading.Lock()

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            nonlocal done
            with lock:
                done += 1
                mine = done
            if mine == call:
                if torn and name == "write":
                    real(args[0], args[1][: len(args[1]) // 2])
                os._exit(DIED)
            return real(*args)

        return counting

    for name in ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir"):
        setattr(files.kernel, name, wrapped(name, getattr(files.kernel, name)))


PLANS = {"thirty": plan_for, "apart": plan_apart}


def main() -> None:
    root, what, call, how, kind = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
    journal = Journal(root / ".sdtui")
    plan = PLANS[kind](root) if what == "apply" else None
    entry = next((one.id for one in journal.unfinished()), None)
    if what in ("finish", "roll_back") and entry is None:
        return
    die_at(call, torn=how == "torn")
    if plan is not None:
        journal.apply(plan)
    elif what == "undo":
        journal.undo()
    elif entry is not None:
        journal.finish(entry) if what == "finish" else journal.roll_back(entry)


if __name__ == "__main__":
    main()
