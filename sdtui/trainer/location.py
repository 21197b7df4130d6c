"""Finds sd-scripts on this machine, and the Python that it was installed for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sdtui.base.errors import TrainerError
from sdtui.base.settings import UserSettings
from sdtui.trainer.python_facts import PythonFacts, ask_politely

MARK = Path("library") / "train_util.py"
"""What makes a folder one of sd-scripts."""

_PLACES = ("sd-scripts", "kohya_ss/sd-scripts", "kohya-ss/sd-scripts", "kohya_ss", "lora-scripts/scripts/stable")
_SYSTEM = ("/opt", "/workspace", "/srv", "/usr/local", "/content")
_PYTHONS = ("venv/bin/python", ".venv/bin/python", "env/bin/python")


@dataclass(frozen=True, slots=True)
class TrainerInstall:
    """A folder of sd-scripts with the Python that runs it."""

    folder: Path
    python: Path
    accelerate: str | None
    """Version of accelerate in that Python."""
    scripts: tuple[str, ...]
    """Names of the training scripts in the folder, sorted."""
    commit: str | None
    """Short hash of the checkout, None where the folder is no git checkout."""
    transformers_version: str | None
    has_xformers: bool
    torch_version: str | None = None
    problem: str | None = None
    """A sentence when it cannot train as it is, else None."""

    @property
    def token_mode(self) -> Literal["ftfy", "plain"]:
        """How its tokenizer cleans captions: with ftfy up to transformers 4, without it from 5 on."""
        major = (self.transformers_version or "4").partition(".")[0]
        return "plain" if major.isdigit() and int(major) >= 5 else "ftfy"


def find_trainers(
    settings: UserSettings | None = None, *, near: Path | None = None, system: Sequence[str] = _SYSTEM
) -> tuple[TrainerInstall, ...]:
    """Every sd-scripts that stands in a usual place, the likeliest first.

    Looked at: the settings, ``$SD_SCRIPTS``, ``$KOHYA_SS_PATH``, the home folder, the folders beside the working
    folder and beside ``near``, and the usual system folders. Takes a moment: each Python found is asked what it has.
    """
    settings = settings or UserSettings()
    found: dict[Path, TrainerInstall] = {}
    for folder in _candidates(settings, near, system):
        real = Path(os.path.realpath(folder))
        if real not in found and _is_trainer(folder):
            found[real] = describe(folder, settings)
    return tuple(found.values())


def best_of(found: Sequence[TrainerInstall]) -> TrainerInstall | None:
    """The likeliest that works; where none does, the likeliest; None where there is none."""
    working = [install for install in found if install.problem is None]
    return next(iter(working or found), None)


def require_trainer(
    settings: UserSettings | None = None, *, near: Path | None = None, system: Sequence[str] = _SYSTEM
) -> TrainerInstall:
    """The sd-scripts to train with. Raises TrainerError where there is none that works."""
    settings = settings or UserSettings()
    found = find_trainers(settings, near=near, system=system)
    if settings.sd_scripts and not _is_trainer(Path(settings.sd_scripts).expanduser()):
        raise TrainerError(
            "This folder of your settings holds no sd-scripts (no library/train_util.py)",
            path=settings.sd_scripts,
            remedy="Correct sd_scripts in settings.toml.",
        )
    working = [install for install in found if install.problem is None]
    if working:
        return working[0]
    if found:
        raise TrainerError(found[0].problem or "", path=found[0].folder)
    raise TrainerError(
        "sd-scripts was not found",
        remedy="Clone https://github.com/kohya-ss/sd-scripts and follow its README, or set SD_SCRIPTS (or sd_scripts "
        "in settings.toml) to its folder. The profile rehearsal needs none.",
    )


def describe(folder: Path, settings: UserSettings | None = None) -> TrainerInstall:
    """What stands in ``folder``, which must be one of sd-scripts. Never raises: see ``problem``."""
    settings = settings or UserSettings()
    python = _python_for(folder, settings)
    facts, problem = (None, _NO_PYTHON) if python is None else ask_politely(python)
    if facts is not None:
        problem = _lacking(facts, python)
    return TrainerInstall(
        folder=folder,
        python=python or Path("python3"),
        accelerate=facts.accelerate if facts else None,
        scripts=_scripts(folder),
        commit=_commit(folder),
        transformers_version=facts.transformers if facts else None,
        has_xformers=bool(facts and facts.xformers),
        torch_version=facts.torch if facts else None,
        problem=problem,
    )


_NO_PYTHON = (
    "No Python was found for sd-scripts: no venv in its folder or the one above, and no active environment has torch "
    "and accelerate. Make one as its README says, or set python in settings.toml"
)


def _candidates(settings: UserSettings, near: Path | None, system: Sequence[str]) -> Iterator[Path]:
    named = [settings.sd_scripts, os.environ.get("SD_SCRIPTS"), os.environ.get("KOHYA_SS_PATH")]
    for text in named:
        if text:
            folder = Path(text).expanduser()
            yield from (folder, folder / "sd-scripts")
    here = Path.cwd()
    roots = [Path.home(), here, *here.parents[:2]]
    if near is not None:
        roots += [near.parent, *near.parent.parents[:1]]
    roots += [Path(folder) for folder in system]
    for root in roots:
        yield root
        yield from (root / place for place in _PLACES)


def _is_trainer(folder: Path) -> bool:
    try:
        return (folder / MARK).is_file() and any(
            (folder / name).is_file() for name in ("train_network.py", "sdxl_train.py")
        )
    except OSError:
        return False


def _scripts(folder: Path) -> tuple[str, ...]:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return ()
    return tuple(sorted(name for name in names if name.endswith(".py") and ("train" in name or name == "fine_tune.py")))


def _python_for(folder: Path, settings: UserSettings) -> Path | None:
    """The interpreter that most likely has the trainer's packages: set, in a venv beside it, or the active one."""
    if settings.python:
        return Path(settings.python).expanduser()
    for root in (folder, folder.parent):
        for place in _PYTHONS:
            if os.access(root / place, os.X_OK):
                return root / place
    for variable in ("CONDA_PREFIX", "VIRTUAL_ENV"):
        prefix = os.environ.get(variable)
        if prefix and os.access(Path(prefix) / "bin/python", os.X_OK) and _has_trainer(Path(prefix) / "bin/python"):
            return Path(prefix) / "bin/python"
    for name in ("kohya", "kohyass", "kohya_ss", "sd-scripts", "sdscripts"):
        for conda in ("miniconda3", "anaconda3", "miniforge3", "mambaforge"):
            python = Path.home() / conda / "envs" / name / "bin/python"
            if os.access(python, os.X_OK):
                return python
    return None


def _has_trainer(python: Path) -> bool:
    facts, _ = ask_politely(python)
    return facts is not None and facts.accelerate is not None and facts.transformers is not None


def _lacking(facts: PythonFacts, python: Path | None) -> str | None:
    missing = [
        name
        for name, version in (
            ("torch", facts.torch),
            ("accelerate", facts.accelerate),
            ("transformers", facts.transformers),
        )
        if version is None
    ]
    if not missing:
        return None
    return (
        f"The trainer's Python {python} lacks {', '.join(missing)}. Run pip install -r requirements.txt with it in the "
        "sd-scripts folder, or set python in settings.toml"
    )


def _commit(folder: Path) -> str | None:
    """Read from .git itself: git may be missing, or refuse a folder of another owner."""
    try:
        git = folder / ".git"
        if git.is_file():
            git = (folder / git.read_text("utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head[:8] or None
        return _reference(git, head.removeprefix("ref: "))
    except (OSError, UnicodeDecodeError):
        return None


def _reference(git: Path, name: str) -> str | None:
    loose = git / name
    if loose.is_file():
        return loose.read_text("utf-8").strip()[:8] or None
    for line in (git / "packed-refs").read_text("utf-8").splitlines():
        if line.endswith(f" {name}"):
            return line[:8]
    return None
