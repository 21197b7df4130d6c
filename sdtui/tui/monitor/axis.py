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
    """At most ``most`` of 1, 2, 5 times each power of ten from ``low`` to ``high`` (both above 0)."""
    if most < 1 or not 0 < low < high:
        return []
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [factor * 10.0**power for power in powers for factor in factors]
        inside = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if 2 <= len(inside) <= most:
            return inside
    return linear_ticks(low, high, most)


def labels(ticks: list[float]) -> list[str]:
    """The ticks as text, with as many decimals as tell them apart, the same for all."""
    if not ticks:
        return []
    largest = max(abs(tick) for tick in ticks)
    if largest and (largest >= 100_000 or largest < 0.001):
        return [f"{tick:.2g}" for tick in ticks]
    for decimals in range(6):
        texts = [f"{tick:.{decimals}f}" for tick in ticks]
        if all(abs(float(text) - tick) <= 1e-6 * largest for text, tick in zip(texts, ticks, strict=True)):
            break
    return texts


def step_labels(ticks: list[float]) -> list[str]:
    """Steps as text: ``1,200``."""
    return [count(round(tick)) for tick in ticks]
