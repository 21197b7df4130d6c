"""The one place where slow work leaves the screen's thread and its results come back.

Every job belongs to an ``owner`` (a widget or screen) and a ``lane`` (a word). A new job on the same lane supersedes
the one before: that one's ``cancelled()`` becomes True, and whatever it still says is dropped. Threads are daemons, so
that quitting never waits for one. Writes are the exception: they are done one after the other, none is superseded, and
``drain`` waits for them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual._context import NoActiveAppError
from textual.message_pump import MessagePump

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled

if TYPE_CHECKING:
    from textual.app import App

T = TypeVar("T")


@dataclass(eq=False)
class Job(Generic[T]):
    """One piece of work on its way."""

    owner: MessagePump
    lane: str
    done: Callable[[T], None]
    progress: Callable[[Progress], None] | None = None
    failed: Callable[[SdtuiError], None] | None = None
    _given_up: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Give it up: it is told so, and nothing of it arrives any more."""
        self._given_up.set()

    def cancelled(self) -> bool:
        """Whether it has been given up; what the work asks between items."""
        return self._given_up.is_set()


class Bridge:
    """Runs work in threads for an app and brings results back into its message loop."""

    def __init__(self, app: App[Any], explain: Callable[[SdtuiError], None]) -> None:
        self._app = app
        self._explain = explain
        self._newest: dict[tuple[int, str], Job[Any]] = {}
        self._writes: queue.Queue[Callable[[], None]] = queue.Queue()
        self._writer: threading.Thread | None = None

    def call(
        self,
        owner: MessagePump,
        lane: str,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[SdtuiError], None] | None = None,
    ) -> Job[T]:
        """Run ``function`` in a thread, then ``done(result)`` on the screen, unless it was superseded meanwhile.

        An SdtuiError goes to ``failed``, or becomes a notice.
        """
        job: Job[T] = Job(owner, lane, done, None, failed)
        self._start(job, lambda _job: function())
        return job

    def work(
        self,
        owner: MessagePump,
        lane: str,
        make: Callable[[Cancelled], Work[T]],
        done: Callable[[T], None],
        progress: Callable[[Progress], None] | None = None,
        failed: Callable[[SdtuiError], None] | None = None,
    ) -> Job[T]:
        """Drive the generator that ``make(cancelled)`` gives, in a thread; each Progress reaches ``progress``."""
        job: Job[T] = Job(owner, lane, done, progress, failed)
        self._start(job, lambda job: self._drive(job, make(job.cancelled)))
        return job

    def write(
        self,
        owner: MessagePump,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[SdtuiError], None] | None = None,
    ) -> None:
        """Run ``function`` after every write that was asked for before it. It happens even when ``owner`` goes away."""
        job: Job[T] = Job(owner, "write", done, None, failed)
        self._writes.put(lambda: self._run(job, lambda _job: function()))
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="sdtui writer", daemon=True)
            self._writer.start()

    def drain(self) -> None:
        """Wait until everything that was to be written is written."""
        self._writes.join()

    @property
    def writing(self) -> bool:
        """Whether something that was to be written is not written yet."""
        return self._writes.unfinished_tasks > 0

    def cancel(self, owner: MessagePump, lane: str) -> None:
        """Give up what runs on this lane."""
        job = self._newest.pop((id(owner), lane), None)
        if job is not None:
            job.cancel()

    def deliver(self, owner: MessagePump, callback: Callable[..., None], *values: Any) -> None:
        """From any thread: run ``callback(*values)`` on the screen, if ``owner`` is still there."""

        def arrive() -> None:
            if _alive(owner):
                callback(*values)

        try:
            self._app.call_later(arrive)
        except (RuntimeError, NoActiveAppError):
            return  # the app's loop has ended: there is nobody left to tell

    def close(self) -> None:
        """Give everything up; nothing arrives any more."""
        for job in self._newest.values():
            job.cancel()
        self._newest.clear()

    def _write_on(self) -> None:
        while True:
            self._writes.get()()
            self._writes.task_done()

    def _start(self, job: Job[T], run: Callable[[Job[T]], T]) -> None:
        self.cancel(job.owner, job.lane)
        self._newest[(id(job.owner), job.lane)] = job
        threading.Thread(target=self._run, args=(job, run), name=f"sdtui {job.lane}", daemon=True).start()

    def _run(self, job: Job[T], run: Callable[[Job[T]], T]) -> None:
        try:
            result = run(job)
        except WorkCancelled:
            return
        except SdtuiError as error:
            self._tell(job, job.failed or self._explain, error, last=True)
        except BaseException as error:
            # A fault of ours: raised again on the screen's thread, where Textual ends the app and shows it.
            self._tell(job, _raise, error, last=True)
        else:
            self._tell(job, job.done, result, last=True)

    def _drive(self, job: Job[T], work: Work[T]) -> T:
        while True:
            if job.cancelled():
                work.close()
                raise WorkCancelled
            try:
                progress = next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            if job.progress is not None:
                self._tell(job, job.progress, progress)

    def _tell(self, job: Job[T], callback: Callable[[Any], None], value: Any, *, last: bool = False) -> None:
        def arrive(value: Any) -> None:
            if job.cancelled():
                return
            if last and self._newest.get((id(job.owner), job.lane)) is job:
                del self._newest[(id(job.owner), job.lane)]
            callback(value)

        self.deliver(job.owner, arrive, value)


def _alive(owner: MessagePump) -> bool:
    return owner.is_running and (owner.app is owner or owner.is_attached)


def _raise(error: BaseException) -> None:
    raise error
