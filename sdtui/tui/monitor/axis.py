"""Ticks that people can read: round numbers, as many as there is room for, all written alike."""

from __future__ import annotations

import math

from sdtui.base.text import count


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` round numbers (1, 2, 5 times a power of ten apart) from ``low`` to ``high``."""
    if most < 1 or not high > low:
        return []
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 5.0, 10.0):
        step = power * factor
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [index * step for index in range(first, last + 1)]
    return []


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` round multiples of each power of ten from ``low`` to ``high`` (both above 0)."""
    if most < 1 or not 0 < low < high:
        return []
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in (range(1, 10), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        ticks = [factor * 10.0**power for power in powers for factor in factors]
        inside = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if 2 <= len(inside) <= most:
            return inside
    return linear_ticks(low, high, most)


def labels(ticks: list[float], most: int = 7) -> list[str]:
    """The ticks as text of at most ``most`` characters, with as many decimals as tell them apart, the same for all.

    Where that takes more characters than there are, those that would read alike are left empty.
    """
    if not ticks:
        return []
    largest = max(abs(tick) for tick in ticks)
    power = largest > 0 and (largest >= 100_000 or largest < 0.001)
    told: list[str] = [""] * len(ticks)
    for decimals in range(6):
        texts = [_scientific(tick, decimals) if power else f"{tick:.{decimals}f}" for tick in ticks]
        if max(map(len, texts)) > most:
            break
        told = texts
        if all(abs(float(text) - tick) <= 1e-6 * largest for text, tick in zip(texts, ticks, strict=True)):
            break
    return ["" if text in told[:index] else text for index, text in enumerate(told)]


def _scientific(number: float, decimals: int) -> str:
    """``1.25e-4``."""
    if not number:
        return "0"
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def step_labels(ticks: list[float]) -> list[str]:
    """Steps as text: ``1,200``."""
    return [count(round(tick)) for tick in ticks]


_SPANS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
"""Seconds between ticks that people can count in; from there on whole days."""


def time_ticks(first: float, last: float, most: int) -> list[float]:
    """At most ``most`` round times from ``first`` to ``last``, in seconds."""
    if most < 1 or not last > first:
        return []
    days = (86_400 * each for each in (2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000))
    for span in (*_SPANS, *days):
        low, high = math.ceil(first / span - 1e-9), math.floor(last / span + 1e-9)
        if high - low + 1 <= most:
            return [float(index * span) for index in range(low, high + 1)]
    return []


def step_ticks(first: float, last: float, most: int) -> list[float]:
    """At most ``most`` round whole numbers from ``first`` to ``last``."""
    return [tick for tick in linear_ticks(first, last, most) if abs(tick - round(tick)) < 1e-6]


def time_labels(ticks: list[float]) -> list[str]:
    """Times as text: ``0``, ``30 m``, ``2 h 30 m``."""
    return [_time_label(round(tick)) for tick in ticks]


def _time_label(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "m"), (left, "s")) if number]
    return " ".join(parts) or "0"
