"""What the names of the trainer's files say: checkpoints, saved states, sample pictures.

Mirrors library/train_util.py: EPOCH_FILE_NAME, STEP_FILE_NAME, *_STATE_NAME, DEFAULT_*_NAME, sample_image_inference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WEIGHTS = re.compile(r"(?:-(?P<epoch>\d{6,})|-step(?P<step>\d{8,}))?(?:\.(?:safetensors|ckpt|pt))?")
_STATE = re.compile(r"(?:-(?P<epoch>\d{6,})|-step(?P<step>\d{8,}))?-state")
_SAMPLE = re.compile(
    r"(?:e(?P<epoch>\d{6,})|(?P<step>\d{6,}))_(?P<prompt>\d{2,})_(?P<made>\d{14})(?:_(?P<seed>-?\d+))?\.png"
)
_UNNAMED = {"epoch": "epoch", "step": "at", "last": "last"}
_ANY_WEIGHTS = re.compile(r"(?P<name>.+?)(?:-\d{6,}|-step\d{8,})?(?:-state|\.(?:safetensors|ckpt|pt))")
_ANY_SAMPLE = re.compile(rf"(?:(?P<name>.+?)_)?{_SAMPLE.pattern}")


@dataclass(frozen=True, slots=True)
class CheckpointName:
    """Weights or a state. Both numbers are None for the last one of a run."""

    epoch: int | None
    step: int | None
    is_state: bool

    @property
    def last(self) -> bool:
        return self.epoch is None and self.step is None


@dataclass(frozen=True, slots=True)
class SampleName:
    """A sample picture. Epoch 0 is the one made before training (sample_at_first)."""

    epoch: int | None
    step: int | None
    prompt_index: int
    """From 0, in the order of the prompt file."""
    made: str
    """``YYYYmmddHHMMSS`` in the trainer's local time."""
    seed: int | None


def parse_checkpoint_name(name: str, output_name: str | None) -> CheckpointName | None:
    """What the name of a file or folder in the output folder says, None where it is no checkpoint of this run.

    A name without an extension is a folder of weights (``--save_model_as diffusers``). ``output_name`` None stands for
    a run without ``--output_name``.
    """
    for stem in (output_name,) if output_name is not None else _UNNAMED.values():
        if not name.startswith(stem):
            continue
        rest = name[len(stem) :]
        if found := _STATE.fullmatch(rest):
            return _checkpoint(found, is_state=True)
        if found := _WEIGHTS.fullmatch(rest):
            return _checkpoint(found, is_state=False)
    return None


def output_name_of(entry: str) -> tuple[str | None] | None:
    """The output_name of the run that wrote a file or state folder of this name; a tuple around it.

    The tuple holds None for a run without ``--output_name``. None where the name is none that the trainer gives.
    """
    if found := _ANY_SAMPLE.fullmatch(entry):
        return (found["name"],)
    if found := _ANY_WEIGHTS.fullmatch(entry):
        name = found["name"]
        return (None if name in _UNNAMED.values() else name,)
    return None


def _checkpoint(found: re.Match[str], *, is_state: bool) -> CheckpointName:
    return CheckpointName(_int(found["epoch"]), _int(found["step"]), is_state)


def parse_sample_name(name: str, output_name: str | None) -> SampleName | None:
    """What the name of a picture in ``sample/`` says, None where it is no sample of this run."""
    stem = "" if output_name is None else f"{output_name}_"
    if not name.startswith(stem) or not (found := _SAMPLE.fullmatch(name, len(stem))):
        return None
    return SampleName(
        epoch=_int(found["epoch"]),
        step=_int(found["step"]),
        prompt_index=int(found["prompt"]),
        made=found["made"],
        seed=_int(found["seed"]),
    )


def _int(text: str | None) -> int | None:
    return int(text) if text is not None else None
