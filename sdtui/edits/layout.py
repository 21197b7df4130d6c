"""The folders that a training run writes to, and a prompt file to begin with."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.dataset.project import Project
from sdtui.plans.plan import Change, MakeFolder, Plan, Write

FOLDERS = ("model", "config", "log", "model/sample")
"""Where checkpoints, configs, TensorBoard logs and sample prompts go, relative to the project."""

PROMPT_FILE = Path("model/sample/prompt.txt")

_NEGATIVE = "ugly, deformed, mutated, disfigured"
_SCENES = (
    ("{trigger}, a soldier in green standing in front of a sign that says WELCOME", True),
    ("{trigger}, a man wearing a big fluffy white down jacket in Italy", True),
    ("{trigger} smiling at the camera, a plate of food on the table", True),
    ("a portrait of {trigger}", False),
)
_HEAD = """\
# One prompt a line; the trainer draws each as a sample picture. A line that begins with # is skipped.
# --n what to avoid  --w --h width and height  --d seed  --l guidance scale  --s steps
"""


def layout_plan(root: Path, trigger: str, *, resolution: int = 1024, seed: int = 1) -> Plan:
    """The Plan that makes the missing folders in ``root``, and a prompt file with ``trigger`` unless one stands there.

    ``resolution``: the area that is trained, as the side of a square in pixels. Raises UsageError for a ``trigger``
    that a file of UTF-8 text cannot hold.
    """
    changes: list[Change] = [MakeFolder(root / name) for name in FOLDERS if not (root / name).is_dir()]
    prompt = root / PROMPT_FILE
    if not prompt.exists():
        text = prompts(trigger, resolution=resolution, seed=seed)
        try:
            changes.append(Write(prompt, None, text.encode("utf-8")))
        except UnicodeEncodeError as error:
            raise UsageError(f'"{trigger}" is not UTF-8', remedy="Name other words with --trigger.") from error
    return Plan("make the folders for training", tuple(changes))


def prompts(trigger: str, *, resolution: int = 1024, seed: int = 1) -> str:
    """Sample prompts with ``trigger``, upright and square, as SD-Guide's.

    The seed is given, so that samples of different steps can be compared.
    """
    # A line that begins with # would be skipped, and what follows " --" taken for an option.
    words = " ".join(trigger.split()).replace(" --", " ").lstrip("#- ") or "a photo"
    upright = (_stepped(resolution * 832 / 1024), _stepped(resolution * 1216 / 1024))
    square = (_stepped(resolution), _stepped(resolution))
    lines = []
    for scene, is_upright in _SCENES:
        width, height = upright if is_upright else square
        text = scene.format(trigger=words)
        lines.append(f"{text} --n {_NEGATIVE} --w {width} --h {height} --d {seed} --l 7 --s 28\n")
    return _HEAD + "\n".join(lines)


def trigger_of(project: Project) -> str:
    """The words to prompt with: the class tokens of the subset that is trained most; empty where none has any."""
    most = sorted(project.subsets, key=lambda one: -one.img_count * one.num_repeats)
    words = (" ".join((one.class_tokens or "").replace("_", " ").split()) for one in most if not one.is_reg)
    return next((one for one in words if one), "")


def _stepped(side: float) -> int:
    """``side`` as a multiple of 8, which the trainer would round it down to (library/train_util.py, sample_images)."""
    return max(64, round(side) // 8 * 8)
