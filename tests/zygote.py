"""A process that has imported sdtui and forks for each command line that a test runs.

What is forked is a process of its own, with its own arguments, environment, folder and pipes, that runs
``python -m sdtui``; only the fifth of a second is saved that Python takes to import everything anew. Variables that
Python itself reads at its start are for real new processes: ``needs_new_interpreter``.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_PATIENCE = 240.0
"""Seconds after which a command line is killed."""
_LENGTH = struct.Struct("!I")
_STATUS = struct.Struct("!i")


def needs_new_interpreter(env: Mapping[str, str]) -> bool:
    """Whether ``env`` changes what Python does before sdtui begins."""
    return any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env)


class Zygote:
    """Begun when the first command line is run; ends with the process that owns it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=Path(__file__).parent.parent,
        )
        theirs.close()

    def run(
        self, args: Sequence[str], stdin: str, env: Mapping[str, str], cwd: str
    ) -> subprocess.CompletedProcess[str]:
        """As ``subprocess.run`` would. Raises TimeoutExpired."""
        with tempfile.TemporaryFile() as given:
            given.write(stdin.encode())
            given.seek(0)
            out, out_end = os.pipe()
            error, error_end = os.pipe()
            request = json.dumps({"args": list(args), "env": dict(env), "cwd": cwd}).encode("utf-8", "surrogateescape")
            ends = array.array("i", [given.fileno(), out_end, error_end])
            self._socket.sendmsg([_LENGTH.pack(len(request))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)])
            self._socket.sendall(request)
            os.close(out_end)
            os.close(error_end)
        (pid,) = _STATUS.unpack(_exactly(self._socket, _STATUS.size))
        killer = threading.Timer(_PATIENCE, os.kill, (pid, 9))
        killer.start()
        try:
            texts = _both(os.fdopen(out, "rb"), os.fdopen(error, "rb"))
            (status,) = _STATUS.unpack(_exactly(self._socket, _STATUS.size))
        finally:
            killer.cancel()
        return subprocess.CompletedProcess(list(args), os.waitstatus_to_exitcode(status), *texts)

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


def _both(out: IO[bytes], error: IO[bytes]) -> tuple[str, str]:
    errors: list[bytes] = []
    reader = threading.Thread(target=lambda: errors.append(error.read()))
    reader.start()
    with out, error:
        told = out.read()
        reader.join()
    return _text(told), _text(errors[0])


def _text(data: bytes) -> str:
    return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


# In the process that forks -----------------------------------------------------------------------------------------


def _serve(connection: socket.socket) -> None:
    """Fork for each request. Returns in the children alone, each set up as a new process would be."""
    while True:
        try:
            first, ancillary, _flags, _address = connection.recvmsg(_LENGTH.size, socket.CMSG_SPACE(3 * 4))
            if not first:
                os._exit(0)
            request = json.loads(_exactly(connection, _LENGTH.unpack(first)[0]).decode("utf-8", "surrogateescape"))
        except (EOFError, OSError):
            os._exit(0)
        ends = array.array("i")
        ends.frombytes(ancillary[0][2][: 3 * 4])
        pid = os.fork()
        if pid == 0:
            connection.close()
            _become(request, ends)
            return
        for end in ends:
            os.close(end)
        connection.sendall(_STATUS.pack(pid))
        _pid, status = os.waitpid(pid, 0)
        connection.sendall(_STATUS.pack(status))


def _become(request: dict[str, object], ends: Sequence[int]) -> None:
    for place, end in enumerate(ends):
        os.dup2(end, place)
        os.close(end)
    _open_streams()
    os.chdir(str(request["cwd"]))
    env, args = request["env"], request["args"]
    assert isinstance(env, dict) and isinstance(args, list)
    os.environ.clear()
    os.environ.update(env)
    sys.argv[1:] = args


def _open_streams() -> None:
    """As the interpreter does at its start: what they are now may be of another kind than what they were."""
    kinds = ((0, "rb", "stdin"), (1, "wb", "stdout"), (2, "wb", "stderr"))
    for place, mode, name in kinds:
        before = getattr(sys, name)
        raw = open(place, mode, closefd=False)  # noqa: SIM115 -- open as long as the process is
        stream = io.TextIOWrapper(raw, before.encoding, before.errors, line_buffering=name == "stderr")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _import_everything() -> None:
    """All that a command line may import, so that no child has to."""
    import sdtui

    for module in pkgutil.walk_packages(sdtui.__path__, "sdtui."):
        if not module.name.startswith(("sdtui.tui", "sdtui.clip", "sdtui.rehearsal")) and "__main__" not in module.name:
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)


if __name__ == "__main__":
    _import_everything()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("sdtui", run_name="__main__", alter_sys=True)
