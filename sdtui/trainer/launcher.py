"""What ``accelerate launch`` is told: how many processes, on which machines, and whose configuration file it reads.

Its ``--num_processes`` are those of all machines together (accelerate.commands.launch; utils/launch.py,
prepare_multi_gpu_env), and it is they that share the batches of an epoch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sdtui.base.errors import UsageError
from sdtui.base.files import read_bytes
from sdtui.base.paths import typed_path
from sdtui.base.text import plural
from sdtui.trainer.profiles import Settings

KEYS = (
    "accelerate_config",
    "num_processes",
    "gpus",
    "num_machines",
    "machine_rank",
    "main_process_ip",
    "main_process_port",
    "num_cpu_threads_per_process",
)
"""Settings that go to the launcher and not to the script."""
_LARGEST = 1 << 20
"""Bytes of a configuration; a model that was named by mistake is not read."""
_WRITER = "`accelerate config` writes one."
_OF_A_GROUP = ("accelerate_config", "num_machines", "machine_rank", "main_process_ip", "main_process_port")


class AccelerateConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What matters here of a file that ``accelerate config`` wrote (accelerate, commands/config/config_args.py)."""

    compute_environment: str = "LOCAL_MACHINE"
    distributed_type: str = "NO"
    num_processes: int | None = None
    num_machines: int = 1
    machine_rank: int = 0
    main_process_ip: str | None = None
    main_process_port: int | None = None
    mixed_precision: str | bool | None = None
    dynamo_config: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Launcher:
    """How many processes train, and where."""

    processes: int
    """Of all machines together."""
    machines: int = 1
    rank: int = 0
    """Which machine this one is, from 0."""
    address: str | None = None
    """Of the machine of rank 0."""
    port: int | None = None
    config: AccelerateConfig | None = None
    """The file that was named."""

    @property
    def here(self) -> int:
        """Processes on this machine."""
        return self.processes // self.machines


def launcher_of(settings: Settings) -> Launcher:
    """What ``settings`` say, with what their accelerate configuration says where they are silent.

    Raises UsageError for what accelerate would refuse, UnreadableError for a file that cannot be read.
    """
    path = settings.text("accelerate_config")
    config = _named(path)
    said = config or AccelerateConfig(num_processes=1)
    processes = settings.number("num_processes", said.num_processes or -1)
    if processes < 1:
        raise UsageError(
            "The accelerate configuration does not say how many processes train", path=path, remedy="Set num_processes."
        )
    launcher = Launcher(
        processes=processes,
        machines=settings.number("num_machines", said.num_machines),
        rank=settings.number("machine_rank", said.machine_rank),
        address=settings.text("main_process_ip") or said.main_process_ip,
        port=settings.number("main_process_port", said.main_process_port or 0) or None,
        config=config,
    )
    _refuse_what_cannot_be_shared(launcher)
    return launcher


def _named(text: str) -> AccelerateConfig | None:
    return read_config(Path.cwd() / typed_path(text)) if text else None


def read_config(path: Path) -> AccelerateConfig:
    """An accelerate configuration, JSON or YAML as its name says. Raises UnreadableError, UsageError."""
    if path.exists() and not (path.is_file() and path.stat().st_size <= _LARGEST):
        raise UsageError("This is no accelerate configuration", path=path, remedy=_WRITER)
    data = read_bytes(path)
    decode = msgspec.json.decode if path.suffix == ".json" else msgspec.yaml.decode
    try:
        config = decode(data, type=AccelerateConfig)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"This is no accelerate configuration ({str(error).splitlines()[0]})",
            path=path,
            remedy=_WRITER,
        ) from error
    if config.compute_environment != "LOCAL_MACHINE":
        raise UsageError(
            "This accelerate configuration is for Amazon SageMaker, which sdtui does not start runs on", path=path
        )
    return config


def _refuse_what_cannot_be_shared(launcher: Launcher) -> None:
    processes, machines = launcher.processes, launcher.machines
    if processes % machines:
        raise UsageError(
            f"{plural(processes, 'process', 'processes')} cannot be shared evenly by {plural(machines, 'machine')}",
            remedy="num_processes are those of all machines together: set a multiple of num_machines.",
        )
    if machines > 1 and not (launcher.address and launcher.port):
        raise UsageError(
            f"{plural(machines, 'machine')} need to know where they meet",
            remedy="Set main_process_ip and main_process_port: an address of the machine of rank 0, and a free port.",
        )
    if launcher.rank >= machines:
        raise UsageError(
            f"This machine cannot be number {launcher.rank} of {machines}",
            remedy="machine_rank counts from 0, on another machine another number.",
        )


def launcher_words(settings: Settings) -> Iterator[str]:
    """The launcher's options. Raises as ``launcher_of``."""
    launcher = launcher_of(settings)
    config = launcher.config
    if config is not None:
        yield from ("--config_file", settings.text("accelerate_config"))
    # Said outright, so that the launcher neither warns nor takes them from a configuration made for something else.
    yield from ("--num_processes", str(launcher.processes), "--num_machines", str(launcher.machines))
    if launcher.machines > 1:
        yield from ("--machine_rank", str(launcher.rank), "--main_process_ip", str(launcher.address))
    if launcher.port is not None:
        yield from ("--main_process_port", str(launcher.port))
    if config is None:
        yield from ("--dynamo_backend", "no")  # sd-scripts says its own (library/train_util.py, prepare_accelerator)
    if launcher.processes > 1 and (config is None or config.distributed_type == "NO"):
        yield "--multi_gpu"
    if gpus := settings.text("gpus"):
        yield from ("--gpu_ids", gpus)  # else those of the user's own accelerate configuration would be taken
    yield from ("--mixed_precision", settings.text("mixed_precision") or "no")
    yield from ("--num_cpu_threads_per_process", str(settings.number("num_cpu_threads_per_process", 1)))


def alone(settings: Settings) -> Settings:
    """``settings`` for one process on this machine, whatever was set."""
    for key in _OF_A_GROUP:
        settings = settings.without(key)
    return settings.with_value("num_processes", 1).with_value("num_cpu_threads_per_process", 1)


def unheard(settings: Settings) -> Iterator[str]:
    """Sentences about what the accelerate configuration says and sd-scripts does not take from it.

    (library/train_util.py, prepare_accelerator: it gives Accelerator its own precision and dynamo backend.)
    """
    path = settings.text("accelerate_config")
    config = _named(path) or AccelerateConfig()
    precision, wanted = _plain(config.mixed_precision), settings.text("mixed_precision") or "no"
    if precision not in ("no", wanted):
        yield f"The precision {precision} of {Path(path).name} is not looked at: mixed_precision is {wanted}."
    backend = _plain((config.dynamo_config or {}).get("dynamo_backend"))
    if backend != "no" and not settings["torch_compile"]:
        yield f"The dynamo backend of {Path(path).name} is not looked at: set torch_compile and dynamo_backend."


def elsewhere(launcher: Launcher) -> Iterator[str]:
    """What is to be done on the other machines, a sentence."""
    if launcher.machines > 1:
        yield (
            f"Start the same run on each of the {launcher.machines} machines, with its own machine_rank and the same "
            f"seed: they wait for each other at {launcher.address}:{launcher.port}."
        )


def _plain(value: object) -> str:
    """YAML reads an unquoted ``no`` as false."""
    return "no" if value in (None, False, "", "no", "NO") else str(value).lower()
