"""Pictures from files that nobody vouches for: opened in a process of their own, with limits on time and memory."""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from sdtui.base.work import Cancelled, WorkCancelled, never_cancelled
from sdtui.images.child import Child, WorkerDied, WorkerTimeout
from sdtui.images.facts import PictureFacts, from_header
from sdtui.images.picture import Picture
from sdtui.images.problems import ImageProblem, Kind, from_worker
from sdtui.images.recipe import Recipe

__all__ = ["Decoder", "ImageProblem", "Picture"]

_LARGEST_SIDE = 8192
_MOST_PIXELS_OF_A_KEPT_WORKER = 40_000_000  # it would keep the memory that a larger one took


class Decoder:
    """Opens pictures in ``processes`` worker processes, which start when they are first needed. Safe to share between
    threads: who finds all workers busy waits, and the one who asked last goes first, for that is the one looked at.

    ``niceness`` (0 to 19) leaves the processors to whoever needs them.

    Close it, or use it in a ``with``; a worker also ends with the process that started it.
    """

    def __init__(self, processes: int = 1, niceness: int = 0) -> None:
        self._niceness = niceness
        self._turn = threading.Condition()
        self._free = processes
        self._waiting: list[object] = []
        self._idle: list[Child] = []
        self._children: set[Child] = set()
        self._closed = False
        self._finalizer = weakref.finalize(self, _close_all, self._children)

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def picture(
        self, path: Path, width: int, height: int, timeout: float = 20.0, cancelled: Cancelled = never_cancelled
    ) -> Picture:
        """``path`` shrunk, never enlarged, into ``width`` x ``height`` pixels.

        ``timeout`` seconds count from when a worker takes it up. ``cancelled`` is asked just before that. Raises
        ImageProblem, and WorkCancelled when cancelled or closed.
        """
        header, rgb = self._ask(
            path,
            {
                "task": "picture",
                "width": min(max(width, 1), _LARGEST_SIDE),
                "height": min(max(height, 1), _LARGEST_SIDE),
            },
            timeout,
            cancelled,
        )
        (shown_width, shown_height), (full_width, full_height) = header["size"], header["full"]
        return Picture(shown_width, shown_height, rgb, full_width, full_height, header["format"] or "", header["mode"])

    def facts(self, path: Path, timeout: float = 60.0, cancelled: Cancelled = never_cancelled) -> PictureFacts:
        """What ``path`` is, decoded to its last pixel as the trainer would. Raises as ``picture``."""
        header, _ = self._ask(path, {"task": "facts"}, timeout, cancelled)
        return from_header(header)

    def mend(
        self,
        path: Path,
        target: Path,
        recipe: Recipe,
        timeout: float = 120.0,
        cancelled: Cancelled = never_cancelled,
    ) -> tuple[int, int]:
        """Write ``path`` anew to ``target``, where nothing may stand yet; returns its size. Raises as ``picture``.

        What a worker that had to be ended has left of ``target`` is removed.
        """
        if os.path.lexists(target):
            raise ImageProblem("Something stands there already", path=target, kind=Kind.NOT_WRITTEN)
        request = {"task": "mend", "target": str(target.absolute()), "recipe": asdict(recipe)}
        try:
            header, _ = self._ask(path, request, timeout, cancelled)
        except (ImageProblem, WorkCancelled) as failure:
            if not isinstance(failure, ImageProblem) or failure.kind is not Kind.NOT_WRITTEN:
                target.unlink(missing_ok=True)
            raise
        width, height = header["full"]
        return int(width), int(height)

    def _ask(
        self, path: Path, request: dict[str, Any], timeout: float, cancelled: Cancelled
    ) -> tuple[dict[str, Any], bytes]:
        child = self._take(cancelled)
        keep = False
        try:
            header, data = child.ask({**request, "path": str(path.absolute())}, timeout)
            keep = _pixels(header) <= _MOST_PIXELS_OF_A_KEPT_WORKER
        except WorkerTimeout:
            raise ImageProblem(
                f"The picture took longer than {timeout:.0f} s to open", path=path, remedy="Look at it elsewhere first."
            ) from None
        except WorkerDied as death:
            if self._closed:
                raise WorkCancelled from None
            raise ImageProblem(
                f"The process that opens pictures ended while it had this one open ({death})",
                path=path,
                remedy="Leave this picture out, or convert it elsewhere.",
            ) from None
        finally:
            self._give_back(child, keep)
        if "problem" in header:
            raise from_worker(path, header["problem"], header["detail"])
        return header, data

    def close(self) -> None:
        """End all workers. Whoever waits for a picture meets WorkCancelled."""
        with self._turn:
            self._closed = True
            for child in self._children:
                child.kill()
            for child in self._idle:
                self._drop(child)
            self._idle.clear()
            self._turn.notify_all()

    def _take(self, cancelled: Cancelled) -> Child:
        ticket = object()
        with self._turn:
            self._waiting.append(ticket)
            self._turn.wait_for(lambda: self._closed or (self._free > 0 and self._waiting[-1] is ticket))
            self._waiting.remove(ticket)
            if self._closed or cancelled():
                self._turn.notify_all()
                raise WorkCancelled
            self._free -= 1
            self._turn.notify_all()
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                self._drop(child)
            try:
                child = Child(self._niceness)
            except OSError as error:
                self._free += 1
                self._turn.notify_all()
                raise ImageProblem(f"The process that opens pictures could not be started ({error})") from error
            self._children.add(child)
            return child

    def _give_back(self, child: Child, keep: bool) -> None:
        if not keep:
            child.close()
        with self._turn:
            self._free += 1
            if keep and not self._closed:
                self._idle.append(child)
            else:
                self._drop(child)
            self._turn.notify_all()

    def _drop(self, child: Child) -> None:
        child.close()
        self._children.discard(child)


def _pixels(header: dict[str, Any]) -> int:
    width, height = header.get("opened") or header.get("full", (0, 0))
    return int(width * height)


def _close_all(children: set[Child]) -> None:
    while children:
        children.pop().close()
