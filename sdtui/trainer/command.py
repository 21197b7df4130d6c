"""The command line that trains: the launcher of the trainer's Python, the script, and its arguments."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import TrainerError
from sdtui.trainer import launcher
from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.conflicts import refuse_conflicts
from sdtui.trainer.fields import Value
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings
from sdtui.trainer.run_arguments import DatasetFacts, RunArguments

_BUCKETS = ("min_bucket_reso", "max_bucket_reso", "bucket_no_upscale", "bucket_reso_steps")
_OWN = ("script", "width", "height", *launcher.KEYS, *_BUCKETS)
_FIRST = ("pretrained_model_name_or_path", "dataset_config", "output_dir", "output_name", "logging_dir", "log_with")


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The files and folders of one run, absolute."""

    dataset_config: Path
    output_dir: Path
    logging_dir: Path
    sample_prompts: Path | None
    """None: no samples."""


@dataclass(frozen=True, slots=True)
class Command:
    """What trains: its words, and the script's arguments among them."""

    words: tuple[str, ...]
    arguments: Mapping[str, Value | None]
    """By name, in the order in which they are shown."""


def build(
    settings: Settings,
    install: TrainerInstall | None,
    paths: RunPaths,
    *,
    masked: bool = False,
    dataset: Mapping[str, Value] | None = None,
    facts: DatasetFacts | None = None,
) -> Command:
    """The command that trains with ``settings``.

    ``install`` is not looked at for a rehearsal; ``masked``: the dataset has masks; ``dataset``: arguments for what its
    config leaves open (resolution, buckets); ``facts``: what the trainer's assertions look at in the dataset. Raises
    UsageError for arguments that the trainer would refuse, TrainerError where the script is missing.
    """
    program = (*_launcher(settings, install), *_script(settings, install))
    run = run_arguments(settings, install, paths, masked=masked, dataset=dataset, facts=facts)
    refuse_conflicts(run)
    words = (*program, *(word for key, value in run.values.items() for word in _words(key, value)))
    return Command(words, run.values)


def run_arguments(
    settings: Settings,
    install: TrainerInstall | None,
    paths: RunPaths,
    *,
    masked: bool = False,
    dataset: Mapping[str, Value] | None = None,
    facts: DatasetFacts | None = None,
) -> RunArguments:
    """What ``build`` would tell the script, whether the trainer takes it or not."""
    values = {**_values(settings, install, paths, masked), **(dataset or {})}
    shared = launcher.launcher_of(settings)
    gpus = tuple(int(number) for number in settings.text("gpus").split(",") if number)
    return RunArguments(settings.script, values, shared.processes, facts or DatasetFacts(), shared.machines, gpus)


def _launcher(settings: Settings, install: TrainerInstall | None) -> Iterator[str]:
    yield from (_python(settings, install), "-m", "accelerate.commands.launch")
    yield from launcher.launcher_words(settings)


def _python(settings: Settings, install: TrainerInstall | None) -> str:
    if settings.profile.rehearsal:
        return sys.executable
    if install is None:
        raise TrainerError("sd-scripts was not found", remedy="Set SD_SCRIPTS to its folder.")
    return str(install.python)


def _script(settings: Settings, install: TrainerInstall | None) -> tuple[str, ...]:
    if settings.profile.rehearsal or install is None:
        return ("-m", settings.script)
    if settings.script not in install.scripts:
        raise TrainerError(
            f"There is no script {settings.script} in this version of sd-scripts",
            path=install.folder,
            remedy=f"It has {', '.join(install.scripts)}.",
        )
    return (str(install.folder / settings.script),)


def _values(
    settings: Settings, install: TrainerInstall | None, paths: RunPaths, masked: bool
) -> dict[str, Value | None]:
    """Every argument in the order in which it is shown: the profile's own, then what was given beside them."""
    own = (field.key for field in settings.profile.fields)
    # What a profile has fixed for its own script cannot be taken out, and another script may not have it.
    known = script_arguments(settings.script)
    fixed = (key for key in settings.profile.fixed if not known or key in known)
    keys = dict.fromkeys((*_FIRST, *own, *fixed, *settings.given))
    values = {key: settings[key] for key in keys if key not in _OWN}
    values["dataset_config"] = str(paths.dataset_config)
    values["output_dir"] = str(paths.output_dir)
    values["logging_dir"] = str(paths.logging_dir)
    values["log_with"] = settings["log_with"] or "tensorboard"
    values["masked_loss"] = masked if settings["masked_loss"] is None else settings["masked_loss"]
    if values.get("max_token_length") == 75:
        values["max_token_length"] = None  # the trainer's default, and its parser refuses 75
    if ends_by_steps(settings):
        values["max_train_epochs"] = None
    elif values.get("max_train_epochs") is not None:
        values["max_train_steps"] = None
    _set_attention(settings, install, values)
    _set_samples(paths, values)
    if not settings["save_state"] and not settings["save_state_on_train_end"]:
        values["save_last_n_epochs_state"] = None
    return values


def ends_by_steps(settings: Settings) -> bool:
    """True when ``max_train_steps`` counts: it was set and the epochs were not, or there are no epochs."""
    return settings["max_train_steps"] is not None and (
        settings["max_train_epochs"] is None
        or (settings.given.get("max_train_steps") is not None and "max_train_epochs" not in settings.given)
    )


def _set_attention(settings: Settings, install: TrainerInstall | None, values: dict[str, Value | None]) -> None:
    """xformers where the trainer's Python has it, else PyTorch's own, unless a person said otherwise."""
    if settings.profile.rehearsal:
        return
    has_xformers = install is not None and install.has_xformers
    if values.get("mem_eff_attn"):
        has_xformers, values["sdpa"] = False, values.get("sdpa") or False
    if values.get("xformers") is None:
        values["xformers"] = has_xformers and not values.get("sdpa")
    if values.get("sdpa") is None:
        values["sdpa"] = not values["xformers"]


def _set_samples(paths: RunPaths, values: dict[str, Value | None]) -> None:
    """Without prompts the first sample would end the run (library/train_util.py, sample_images_common)."""
    values["sample_prompts"] = str(paths.sample_prompts) if paths.sample_prompts else None
    if paths.sample_prompts is None:
        for key in ("sample_every_n_epochs", "sample_every_n_steps", "sample_at_first", "sample_sampler"):
            values[key] = None


def _words(key: str, value: Value | None) -> tuple[str, ...]:
    if value is None or value is False or value == ():
        return ()
    if value is True:
        return (f"--{key}",)
    if isinstance(value, tuple):
        return (f"--{key}", *value)
    # One word: a value that begins with a minus would otherwise be taken for an option.
    return (f"--{key}={value}",) if str(value).startswith("-") else (f"--{key}", str(value))


def shell_text(command: Sequence[str], *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> str:
    """The command as a person pastes it into a shell: quoted, one argument a line."""
    lines = [f"cd {shlex.quote(cwd)} &&"] if cwd else []
    words = [f"{name}={shlex.quote(value)}" for name, value in sorted((env or {}).items())]
    rows: list[list[str]] = [words] if words else []
    for index, word in enumerate(command):
        script = word.endswith(".py") or (word == "-m" and index > 1)
        if index == 0 or word.startswith("--") or (script and not command[index - 1].startswith("--")):
            rows.append([])
        rows[-1].append(shlex.quote(word))
    lines += [" ".join(row) for row in rows]
    head, *rest = lines
    return " \\\n  ".join([head, *rest]) if not cwd else f"{head} \\\n" + " \\\n  ".join(rest)


def train_script(command: Sequence[str], *, cwd: str, env: Mapping[str, str] | None = None) -> str:
    """``train.sh``: what ``bash train.sh`` runs without sdtui."""
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted((env or {}).items()))
    return (
        "#!/usr/bin/env bash\n"
        "# Written by sdtui: the same command that it starts. Run it with: bash train.sh\n"
        f"{exports}cd {shlex.quote(cwd)} || exit 1\nexec {shell_text(command)}\n"
    )
