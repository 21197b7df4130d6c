"""What one run tells its script, and what is known of the dataset: plain values, so that rules can look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdtui.trainer.fields import Value, value_text

DEFAULT_STEPS = 1600
"""max_train_steps when nothing is said (library/train_util.py, add_training_arguments)."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What the trainer's assertions look at in a dataset."""

    kinds: frozenset[str] = frozenset()
    """``dreambooth``, ``finetuning``, ``controlnet``: one or more."""
    subsets: tuple[Mapping[str, Any], ...] = ()
    """The options of each subset, fallbacks applied."""
    bucket_steps: tuple[int, ...] = ()
    """bucket_reso_steps of each ``[[datasets]]`` with buckets."""
    batches: int | None = None
    """Batches of an epoch; None where they were not counted."""

    def has(self, key: str) -> bool:
        """Whether any subset has ``key`` on."""
        return any(subset.get(key) for subset in self.subsets)


@dataclass(frozen=True, slots=True)
class RunArguments:
    """The arguments of a script by name; None or absent: not given, so that the script's own default holds."""

    script: str
    """With its ``.py``."""
    values: Mapping[str, Value | None]
    processes: int = 1
    """Of all machines together."""
    dataset: DatasetFacts = field(default_factory=DatasetFacts)
    machines: int = 1
    gpus: tuple[int, ...] = ()
    """The cards that it was given; empty: all."""

    def __getitem__(self, key: str) -> Value | None:
        return self.values.get(key)

    def on(self, *keys: str) -> bool:
        """Whether any of these flags is given."""
        return any(bool(self.values.get(key)) for key in keys)

    def text(self, key: str) -> str:
        """The value as text, empty where there is none."""
        return value_text(self.values.get(key))

    def number(self, key: str, otherwise: float) -> float:
        """A number, also one that is kept as text; ``otherwise`` where there is none."""
        value = self.values.get(key)
        try:
            return otherwise if value is None or isinstance(value, tuple) else float(value)
        except ValueError:
            return otherwise

    def words(self, key: str) -> tuple[str, ...]:
        """The words of an argument that takes several."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return ()
        return value if isinstance(value, tuple) else tuple(str(value).split())

    @property
    def processes_here(self) -> int:
        """Those of this machine."""
        return self.processes // self.machines

    @property
    def sdxl(self) -> bool:
        return self.script.startswith("sdxl_")

    @property
    def network(self) -> bool:
        """Whether the script trains a network (LoRA and the like)."""
        return self.script.endswith("train_network.py")

    @property
    def optimizer(self) -> str:
        """The optimizer's name in lower case, as library/train_util.py, get_optimizer, settles it."""
        if self.on("use_8bit_adam"):
            return "adamw8bit"
        if self.on("use_lion_optimizer"):
            return "lion"
        return self.text("optimizer_type").lower() or "adamw"

    @property
    def training_steps(self) -> int | None:
        """max_train_steps of the whole run; None where the epochs count and the batches are not known."""
        if self["max_train_epochs"] is None:
            return int(self.number("max_train_steps", DEFAULT_STEPS))
        if self.dataset.batches is None:
            return None
        accumulation = max(1, int(self.number("gradient_accumulation_steps", 1)))
        updates = -(-self.dataset.batches // (self.processes * accumulation))
        return int(self.number("max_train_epochs", 1)) * updates
