"""A sensor that the driver does not know is None, a machine without a driver has no cards; nothing is an exception."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from sdtui.machine.gpu import Gpu, GpuReader


class NVMLError(Exception):
    pass


class Driver:
    """The functions of pynvml that are used, for one card; ``unknown`` are those that the driver does not support."""

    NVMLError = NVMLError
    NVML_TEMPERATURE_GPU = 0

    def __init__(self, *unknown: str, name: str | bytes = "NVIDIA GeForce RTX 4090") -> None:
        self.unknown = set(unknown)
        self.name = name
        self.starts = 0

    def _answer(self, question: str, answer: Any) -> Any:
        if question in self.unknown:
            raise NVMLError("Not Supported")
        return answer

    def nvmlInit(self) -> None:
        self.starts += 1
        self._answer("init", None)

    def nvmlDeviceGetCount(self) -> int:
        return int(self._answer("count", 1))

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        return self._answer("handle", index + 1)

    def nvmlDeviceGetName(self, _: object) -> Any:
        return self._answer("name", self.name)

    def nvmlDeviceGetUtilizationRates(self, _: object) -> Any:
        return self._answer("utilization", SimpleNamespace(gpu=98, memory=40))

    def nvmlDeviceGetMemoryInfo(self, _: object) -> Any:
        return self._answer("memory", SimpleNamespace(used=21 << 30, total=24 << 30, free=3 << 30))

    def nvmlDeviceGetTemperature(self, _: object, __: int) -> Any:
        return self._answer("temperature", 71)

    def nvmlDeviceGetPowerUsage(self, _: object) -> Any:
        return self._answer("power", 340_500)

    def nvmlDeviceGetEnforcedPowerLimit(self, _: object) -> Any:
        return self._answer("limit", 450_000)


class NewDriver(Driver):
    """One that also says what slows its card and who is on it."""

    NVML_CLOCK_SM = 1

    def nvmlDeviceGetCurrentClocksEventReasons(self, _: object) -> int:
        return int(self._answer("reasons", 0x1 | 0x4 | 0x20 | 0x40 | 0x100))

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, _: object) -> int:
        return int(self._answer("old reasons", 0x80))

    def nvmlDeviceGetComputeRunningProcesses(self, _: object) -> list[object]:
        found = [(os.getpid(), 3 << 30), (2**22 + 1, None)]
        return list(self._answer("processes", [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in found]))

    def nvmlDeviceGetGraphicsRunningProcesses(self, _: object) -> list[object]:
        return list(self._answer("drawing", [SimpleNamespace(pid=os.getpid(), usedGpuMemory=1 << 30)]))

    def nvmlDeviceGetClockInfo(self, _: object, __: int) -> int:
        return int(self._answer("clock", 2520))


def test_what_slows_a_card_and_who_is_on_it() -> None:
    (card,) = GpuReader(NewDriver).read()
    assert (card.throttling, card.clock) == (("power limit", "heat"), 2520)
    assert card.processes is not None
    assert [(process.pid, process.memory) for process in card.processes] == [(os.getpid(), 3 << 30), (2**22 + 1, None)]
    assert "python" in card.processes[0].name and card.processes[1].name == ""


def test_an_older_driver_is_asked_the_older_way_and_wsl_says_nothing() -> None:
    (card,) = GpuReader(lambda: NewDriver("reasons", "drawing")).read()
    assert card.throttling == ("power supply",) and card.processes is not None and len(card.processes) == 2
    (card,) = GpuReader(lambda: NewDriver("reasons", "old reasons", "drawing", "processes", "clock")).read()
    assert (card.throttling, card.processes, card.clock) == (None, None, None)


def test_a_card_that_answers_everything() -> None:
    assert GpuReader(Driver).read() == (
        Gpu(
            index=0,
            name="NVIDIA GeForce RTX 4090",
            utilization=98,
            memory_used=21 << 30,
            memory_total=24 << 30,
            temperature=71,
            power=340.5,
            power_limit=450.0,
        ),
    )


def test_what_the_driver_does_not_say_is_none_and_the_rest_stands() -> None:
    (card,) = GpuReader(lambda: Driver("power", "limit", "utilization", name=b"Old \xff driver")).read()
    assert (card.power, card.power_limit, card.utilization) == (None, None, None)
    assert (card.temperature, card.name) == (71, "Old \ufffd driver")


def test_a_card_that_fell_off_the_bus_is_still_listed() -> None:
    assert GpuReader(lambda: Driver("handle")).read() == (Gpu(0, None, None, None, None, None, None, None),)


def test_no_driver_no_cards_and_it_is_asked_only_once() -> None:
    driver = Driver("init")
    reader = GpuReader(lambda: driver)
    assert reader.read() == () == reader.read()
    assert driver.starts == 1


def test_no_library_no_cards() -> None:
    def missing() -> Any:
        raise ImportError("No module named 'pynvml'")

    assert GpuReader(missing).read() == ()


def test_a_driver_that_was_replaced_is_asked_anew() -> None:
    driver = Driver("count")
    reader = GpuReader(lambda: driver)
    assert reader.read() == ()
    driver.unknown.clear()
    assert len(reader.read()) == 1
    assert driver.starts == 2


def test_this_machine_can_be_asked() -> None:
    assert isinstance(GpuReader().read(), tuple)
