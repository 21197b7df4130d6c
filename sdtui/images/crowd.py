"""Many pictures opened at once, in several worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from sdtui.images.decoder import Decoder

Item = TypeVar("Item")
Result = TypeVar("Result")

INTERVAL = 0.05
"""Seconds between two looks at whether to go on."""
_MOST_PROCESSES = 8
_NICENESS = 10
_WAITING = 4
"""Items a process that are handed out at once: looking after all ten thousand would cost more than opening them."""


def each(
    items: Iterable[Item], task: Callable[[Decoder, Item], Result], *, processes: int | None = None
) -> Generator[list[tuple[Item, Result]], None, None]:
    """Do ``task`` for each of ``items``, and yield those that are done, perhaps none, at least every 50 milliseconds.

    ``processes``: as many as there are processors, 8 at most, unless given; they leave the processors to whoever needs
    them. Closing the iterator gives up what is not done. Raises what ``task`` raises.
    """
    at_once = processes or processors()
    pool = ThreadPoolExecutor(at_once)
    try:
        with Decoder(at_once, niceness=_NICENESS) as decoder:
            try:
                coming = iter(items)
                running: dict[Future[Result], Item] = {}
                while True:
                    for item in islice(coming, at_once * _WAITING - len(running)):
                        running[pool.submit(task, decoder, item)] = item
                    if not running:
                        return
                    finished, _ = wait(running, timeout=INTERVAL, return_when=FIRST_COMPLETED)
                    yield [(running.pop(future), future.result()) for future in finished]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
    finally:
        pool.shutdown()  # the processes are gone now, so that whoever waited for one does not any more


def processors() -> int:
    """How many pictures are opened at once."""
    return max(1, min(_MOST_PROCESSES, len(os.sched_getaffinity(0))))
