"""What the graphics cards are doing, by NVML. Where the driver does not answer a question, the answer is None."""

from __future__ import annotations

import ctypes
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sdtui.machine.processes import name_of

T = TypeVar("T")

WSL_LIBRARY = Path("/usr/lib/wsl/lib/libnvidia-ml.so.1")

_THROTTLING = {
    0x04: "power limit",
    0x08: "hardware slowdown",
    0x20: "heat",
    0x40: "heat",
    0x80: "power supply",
}
"""What slows a card down against its owner's wish (nvml.h, nvmlClocksEventReasons). Being idle, and clocks that
somebody set, are no faults."""


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a card."""

    pid: int
    memory: int | None
    """Bytes; None where the driver does not say."""
    name: str
    """What it is called; empty where that cannot be seen (it is in another container)."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One card at one moment. None: the driver does not say (WSL answers some questions with "not supported")."""

    index: int
    name: str | None
    utilization: int | None
    """Percent of the last sample period in which something ran."""
    memory_used: int | None
    """Bytes."""
    memory_total: int | None
    temperature: int | None
    """Degrees Celsius."""
    power: float | None
    """Watts."""
    power_limit: float | None
    throttling: tuple[str, ...] | None = None
    """What slows it down now, in words; empty: nothing does."""
    processes: tuple[GpuProcess, ...] | None = None
    """Who uses its memory, the largest first."""
    clock: int | None = None
    """MHz of the cores."""


class GpuReader:
    """Asks NVML. The library is loaded at the first ``read``; where there is no driver, there are no cards."""

    def __init__(self, library: Callable[[], Any] = lambda: importlib.import_module("pynvml")) -> None:
        self._load = library
        self._lock = threading.Lock()
        self._nvml: Any = None
        self._absent = False

    def read(self) -> tuple[Gpu, ...]:
        """All cards as they are now; empty where there is no NVIDIA driver."""
        with self._lock:
            if not self._start():
                return ()
            count = self._ask(self._nvml.nvmlDeviceGetCount)
            if count is None:
                # A driver that was updated or a card that fell off the bus: begin anew next time.
                self._nvml = None
                return ()
            return tuple(self._card(index) for index in range(count))

    def _start(self) -> bool:
        if self._nvml is not None or self._absent:
            return not self._absent
        try:
            nvml = self._load()
        except ImportError:
            self._absent = True
            return False
        if WSL_LIBRARY.exists():
            # Not always on the loader's path; once loaded, NVML's own dlopen finds it by its soname.
            self._quietly(lambda: ctypes.CDLL(str(WSL_LIBRARY), mode=ctypes.RTLD_GLOBAL))
        try:
            nvml.nvmlInit()
        except nvml.NVMLError:
            self._absent = True
            return False
        self._nvml = nvml
        return True

    def _card(self, index: int) -> Gpu:
        nvml = self._nvml
        handle = self._ask(nvml.nvmlDeviceGetHandleByIndex, index)
        if handle is None:
            return Gpu(index, None, None, None, None, None, None, None)
        rates = self._ask(nvml.nvmlDeviceGetUtilizationRates, handle)
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)
        power = self._ask(nvml.nvmlDeviceGetPowerUsage, handle)
        limit = self._ask(nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
        name = self._ask(nvml.nvmlDeviceGetName, handle)
        return Gpu(
            index=index,
            name=name.decode("utf-8", errors="replace") if isinstance(name, bytes) else name,
            utilization=rates.gpu if rates is not None else None,
            memory_used=memory.used if memory is not None else None,
            memory_total=memory.total if memory is not None else None,
            temperature=self._ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
            power=power / 1000 if power is not None else None,
            power_limit=limit / 1000 if limit is not None else None,
            throttling=self._throttling(handle),
            processes=self._processes(handle),
            clock=self._ask(lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM)),
        )

    def _throttling(self, handle: object) -> tuple[str, ...] | None:
        nvml = self._nvml
        for question in ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"):
            bits: int | None = self._ask(lambda name=question: getattr(nvml, name)(handle))
            if bits is not None:
                return tuple(dict.fromkeys(word for bit, word in _THROTTLING.items() if bits & bit))
        return None

    def _processes(self, handle: object) -> tuple[GpuProcess, ...] | None:
        """Those that compute and those that draw; one that does both is told once."""
        nvml = self._nvml
        lists: list[list[Any] | None] = [
            self._ask(lambda: nvml.nvmlDeviceGetComputeRunningProcesses(handle)),
            self._ask(lambda: nvml.nvmlDeviceGetGraphicsRunningProcesses(handle)),
        ]
        if lists == [None, None]:
            return None
        memory: dict[int, int | None] = {}
        for process in (one for each in lists for one in each or ()):
            memory[process.pid] = max(filter(None, (memory.get(process.pid), process.usedGpuMemory)), default=None)
        found = (GpuProcess(pid, used, name_of(pid)) for pid, used in memory.items())
        return tuple(sorted(found, key=lambda process: (-(process.memory or 0), process.pid)))

    def _ask(self, question: Callable[..., T], *args: Any) -> T | None:
        """The driver's answer, None where it has none; decoding errors and missing functions are no answers either."""
        try:
            return question(*args)
        except (self._nvml.NVMLError, AttributeError, UnicodeDecodeError, ValueError):
            return None

    @staticmethod
    def _quietly(attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except OSError:
            return  # NVML will say itself that it cannot be loaded


_reader = GpuReader()


def read() -> tuple[Gpu, ...]:
    """All cards as they are now; empty where there is no NVIDIA driver. Safe from any thread."""
    return _reader.read()
