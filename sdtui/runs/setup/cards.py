"""Which graphics cards a run may use: the setting ``gpus``, and the variables that CUDA reads."""

from __future__ import annotations

from collections.abc import Mapping

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.trainer.launcher import launcher_of
from sdtui.trainer.profiles import Settings

VISIBLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"


def variables(settings: Settings) -> dict[str, str]:
    """What a run with ``settings`` must find in its environment; nothing where it may use all cards.

    CUDA numbers cards by their speed unless it is told to go by the bus, as nvidia-smi and NVML do (CUDA programming
    guide, environment variables). Raises UsageError where there are more processes than cards.
    """
    chosen = settings.text("gpus")
    if not chosen:
        return {}
    cards, processes = len(chosen.split(",")), launcher_of(settings).here
    if processes > cards:
        raise UsageError(
            f"{plural(processes, 'process', 'processes')} cannot train on {plural(cards, 'card')} (gpus={chosen})",
            remedy="Each process takes a card of its own: name more cards, or set num_processes.",
        )
    return {VISIBLE: chosen, ORDER: "PCI_BUS_ID"}


def visible(env: Mapping[str, str]) -> tuple[int, ...] | None:
    """The cards that a process with this environment sees; None: all, or named otherwise than by number."""
    words = [word.strip() for word in env.get(VISIBLE, "").split(",") if word.strip()]
    return tuple(int(word) for word in words) if words and all(map(_is_number, words)) else None


def named(gpus: tuple[int, ...] | None) -> str:
    """``GPU 0``, ``GPUs 0 and 1``, ``all GPUs``."""
    if gpus is None:
        return "all GPUs"
    *others, last = map(str, gpus)
    return f"GPUs {', '.join(others)} and {last}" if others else f"GPU {last}"


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()
