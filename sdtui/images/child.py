"""One worker process as the parent sees it: asked a question, it answers in time or it is killed."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_START = f"import sys; sys.path.append({_PACKAGE_PARENT!r}); from sdtui.images.worker import main; main(%d)"
_KEPT_STDERR = 4096
_REAPED_WITHIN = 2.0


class WorkerTimeout(Exception):
    """The worker did not answer in time, and was killed."""


class WorkerDied(Exception):
    """The worker ended while it worked; the text says how, with the last that it wrote on stderr."""


class Child:
    """A running ``images.worker``. Used by one thread at a time, but for ``kill``."""

    def __init__(self, niceness: int = 0) -> None:
        # In "/" and not where the user stands: Python would import from there, and a dataset is not to be trusted.
        # In a session of its own: no terminal to write to, and Ctrl+C is not for it.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START % niceness],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
        )
        self._stderr = b""
        self._answer = b""

    @property
    def alive(self) -> bool:
        """False when it has ended by itself."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], timeout: float) -> tuple[dict[str, Any], bytes]:
        """The answer to ``request`` and the bytes that belong to it. Raises WorkerTimeout, WorkerDied."""
        deadline = time.monotonic() + timeout
        self._answer = b""
        try:
            self._pipe(self._process.stdin).write(json.dumps(request).encode() + b"\n")
            self._pipe(self._process.stdin).flush()
        except OSError as error:
            raise WorkerDied(self._how_it_ended()) from error
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe(self._process.stdout), selectors.EVENT_READ)
            selector.register(self._pipe(self._process.stderr), selectors.EVENT_READ)
            while b"\n" not in self._answer:
                self._read_some(selector, deadline)
            line, _, rest = self._answer.partition(b"\n")
            header: dict[str, Any] = json.loads(line)
            self._answer = rest
            chunks, missing = [rest], header.get("bytes", 0) - len(rest)
            while missing > 0:
                self._answer = b""
                self._read_some(selector, deadline)
                chunks.append(self._answer)
                missing -= len(self._answer)
        return header, b"".join(chunks)

    def kill(self) -> None:
        """End it at once, from whatever thread; one that waits for an answer meets WorkerDied."""
        self._process.kill()

    def close(self) -> None:
        """End it and let go of its pipes. A second time does nothing."""
        self._process.kill()
        try:
            self._process.wait(_REAPED_WITHIN)
        except subprocess.TimeoutExpired:
            pass  # it hangs in a network file system; it dies when that answers, and nobody waits for it
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                self._pipe(pipe).close()
            except BrokenPipeError:
                pass  # a request that it never read is of no interest any more

    def _read_some(self, selector: selectors.BaseSelector, deadline: float) -> None:
        remaining = deadline - time.monotonic()
        ready = selector.select(remaining) if remaining > 0 else []
        if not ready:
            self.kill()
            raise WorkerTimeout
        for key, _ in ready:
            data = os.read(key.fd, 1 << 18)
            if key.fileobj is self._process.stderr:
                self._stderr = (self._stderr + data)[-_KEPT_STDERR:]
                if not data:
                    selector.unregister(key.fileobj)
            elif data:
                self._answer += data
            else:
                raise WorkerDied(self._how_it_ended())

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(_REAPED_WITHIN)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        said = (self._stderr + self._pipe(self._process.stderr).read()).decode(errors="replace").strip()
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return f"{how}: {said.splitlines()[-1]}" if said else how

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe
