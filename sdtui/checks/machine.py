"""Whether this machine has what a run needs: cards, their memory, and the packages of the trainer's Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sdtui.base.text import file_size, plural
from sdtui.checks.finding import Finding, Severity
from sdtui.machine import gpu
from sdtui.machine.gpu import Gpu
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.packages import network_file, packages_needed
from sdtui.trainer.python_facts import ask_politely
from sdtui.trainer.run_arguments import RunArguments

GpuRead = Callable[[], tuple[Gpu, ...]]

_HELD_BYTES = 1 << 30
_HELD_SHARE = 0.08
"""A screen on the card takes some hundred MB; more than this is another program's."""
_OTHER_MAKERS = ("rocm", "xpu", "hip")


def install_findings(install: TrainerInstall | None, script: str) -> Iterator[Finding]:
    """The findings about sd-scripts itself."""
    if install is None:
        fix = "Clone https://github.com/kohya-ss/sd-scripts and follow its README, or set SD_SCRIPTS to its folder."
        yield Finding("missing-trainer", Severity.ERROR, "sd-scripts was not found.", fix=fix)
    elif install.problem is not None:
        message = f"{install.problem.rstrip('.')}."
        yield Finding("missing-trainer", Severity.ERROR, message, install.folder)
    elif script not in install.scripts:
        message = f"There is no script {script} in this version of sd-scripts."
        fix = f"It has {', '.join(install.scripts)}."
        yield Finding("missing-script", Severity.ERROR, message, install.folder, fix=fix)


def package_findings(run: RunArguments, install: TrainerInstall) -> Iterator[Finding]:
    """What the arguments need and the trainer's Python does not have; nothing where it cannot be asked."""
    facts, _ = ask_politely(install.python)
    if facts is None:
        return
    for need in packages_needed(run):
        if need.package not in facts.packages:
            message = f"{need.package} is not installed in the trainer's Python, and {need.setting} needs it."
            fix = f"Install it: {install.python} -m pip install {need.package}. {need.remedy}"
            why = "The trainer stops with an ImportError."
            code = f"missing-{need.package}"
            yield Finding(code, Severity.ERROR, message, install.python, why=why, fix=fix)
    file = network_file(run)
    if file is not None and not (install.folder / file).is_file():
        message = f"sd-scripts has no {file}, which network_module names."
        fix = "Set network_module=networks.lora, or another file of its folder networks."
        yield Finding("missing-network-module", Severity.ERROR, message, install.folder / file, fix=fix)


def card_findings(run: RunArguments, install: TrainerInstall, read: GpuRead = gpu.read) -> Iterator[Finding]:
    """The findings about graphics cards as they are now."""
    torch = install.torch_version or ""
    cards = read()
    if torch.endswith("+cpu"):
        yield from _without_cuda(run, install.python, cards)
    elif not cards and not any(maker in torch for maker in _OTHER_MAKERS):
        message = "No NVIDIA graphics card answers on this machine."
        why = "On the processor a step takes minutes, and fp16 and 8-bit optimizers do not work there."
        yield Finding("missing-gpu", Severity.WARNING, message, why=why, fix="Check the driver with: nvidia-smi")
    absent = [number for number in run.gpus if number >= len(cards)]
    if cards and absent:
        message = f"There is no card {absent[0]}: this machine has {plural(len(cards), 'graphics card')}, from 0 on."
        why = "CUDA sees no card then, or fewer than are needed."
        yield Finding("missing-gpu", Severity.ERROR, message, why=why, fix="Set gpus to cards that nvidia-smi lists.")
        return
    if run.gpus:
        cards = tuple(card for card in cards if card.index in run.gpus)
    seen = len(cards) if run.gpus else _visible(len(cards))
    processes = run.processes_here
    if cards and processes > seen:
        message = f"{plural(processes, 'process', 'processes')} would train on {plural(seen, 'graphics card')}."
        why = "Each process takes a card of its own, and those that find none end with an error."
        fix = f"Set num_processes={seen * run.machines}."
        yield Finding("missing-gpu", Severity.ERROR, message, why=why, fix=fix)
    for card in cards[:processes]:
        yield from _held(card)


def _without_cuda(run: RunArguments, python: Path, cards: tuple[Gpu, ...]) -> Iterator[Finding]:
    fix = "Install torch for CUDA into it, as pytorch.org says."
    if run.text("mixed_precision") == "fp16":
        message = "The trainer's Python has torch for processors only, and mixed_precision=fp16 needs a graphics card."
        why = "The launcher stops with a ValueError."
        yield Finding("missing-gpu", Severity.ERROR, message, python, why=why, fix=f"{fix} Or set bf16 or no.")
    else:
        message = "The trainer's Python has torch for processors only, so that no graphics card is used."
        severity = Severity.WARNING if cards else Severity.INFO
        yield Finding("missing-gpu", severity, message, python, why="On the processor a step takes minutes.", fix=fix)


def _visible(cards: int) -> int:
    """How many of the cards a run may use."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    return cards if named is None else min(cards, len([one for one in named.split(",") if one.strip()]))


def _held(card: Gpu) -> Iterator[Finding]:
    if not card.memory_used or not card.memory_total:
        return
    if card.memory_used > max(_HELD_BYTES, card.memory_total * _HELD_SHARE):
        name = f"{card.name} " if card.name else ""
        message = (
            f"Card {card.index} {name}has {file_size(card.memory_used)} of its {file_size(card.memory_total)} in use."
        )
        why = "Training takes what is left, and ends with an error when it needs more."
        fix = "Close what uses it (nvidia-smi lists it): another training, ComfyUI, a browser with many videos."
        yield Finding("gpu-memory-held", Severity.WARNING, message, why=why, fix=fix)
