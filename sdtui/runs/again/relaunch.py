"""Starting a run again, as it was or with changes: its settings from its record, and a run prepared of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.settings import UserSettings
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.runs.record import RunRecord
from sdtui.runs.redact import HIDDEN
from sdtui.runs.setup import naming
from sdtui.runs.setup.request import Prepared, make_request
from sdtui.runs.setup.taken import taken_names
from sdtui.trainer.installed_arguments import learn_kept
from sdtui.trainer.location import TrainerInstall, require_trainer
from sdtui.trainer.profiles import PROFILES, Settings, find_profile, with_pairs

_FOUND_ANEW = {"masked_loss": ("true", "false"), "num_processes": ("1",), "num_machines": ("1",)}
"""What a launch finds out and writes down by itself, unless a person said otherwise: by the dataset, the launcher."""


def settings_of_run(record: RunRecord) -> Settings:
    """The settings that a run was started with, as a person had set them, for the form or for another run.

    What is written down hidden (secrets) and what the profile does not know any more is left out: ``left_out`` names
    it. Raises UsageError for a run that sdtui did not start, or of a profile that there is not any more.
    """
    settings, _ = _read(record)
    return settings


def left_out(record: RunRecord) -> tuple[str, ...]:
    """Sentences about settings of the run that ``settings_of_run`` cannot give back. Raises as it does."""
    _, lost = _read(record)
    return lost


def source_of_run(home: Path, record: RunRecord) -> Path:
    """What is to be scanned for the project that the run trained on: its folder, or its dataset TOML."""
    config = Path(record.dataset_config) if record.dataset_config else None
    if config is None or home in config.parents or config.parent.parent.match(f"{PROJECT_FOLDER}/inputs"):
        return home.parent  # a config that was exported from the folders
    return config


def again(
    home: Path,
    record: RunRecord,
    changes: Mapping[str, str] | None = None,
    *,
    project: Project | None = None,
    install: TrainerInstall | None = None,
    user: UserSettings | None = None,
    now: Callable[[], float] = time.time,
) -> Prepared:
    """Prepare a run with the settings of ``record`` and ``changes`` (as typed; an empty text leaves a setting out).

    Nothing is written: ``request.write_inputs`` and ``launch.launch`` start it. ``project`` and ``install`` are looked
    for where they are not given, which takes a while. A name that the earlier run was given and whose files stand
    there is numbered on, unless ``changes`` names one: nothing of the earlier run is overwritten. Raises what
    ``make_request``, ``scan`` and ``require_trainer`` raise.
    """
    settings, notes = settings_again(home, record, changes or {})
    project = project or open_project(source_of_run(home, record))
    install = install or found_trainer(settings, project.root, user)
    prepared = make_request(project, settings, install, user=user, now=now)
    return replace(
        prepared,
        request=replace(prepared.request, relaunch_of=record.id),
        notes=(*prepared.notes, *notes),
    )


def settings_again(home: Path, record: RunRecord, changes: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings that a run is started again with, and sentences about them. Raises UsageError."""
    settings = with_pairs(settings_of_run(record), changes)
    notes = list(left_out(record))
    name = settings.text("output_name")
    if name and "output_name" not in changes:
        output_dir = Path(settings.text("output_dir") or home.parent / "model")
        taken = taken_names(home, output_dir)
        free = naming.free_name(output_dir, name, taken)
        if free != name:
            settings = settings.with_text("output_name", free)
            why = f"A run called {name} {taken[name]}" if name in taken else f"Files of {name} stand in its folder"
            notes.append(f"{why}, so this run is called {free}.")
    return settings, tuple(notes)


def found_trainer(settings: Settings, near: Path, user: UserSettings | None = None) -> TrainerInstall | None:
    """The trainer that a run with ``settings`` needs; None for a rehearsal. Raises TrainerError."""
    if settings.profile.rehearsal:
        return None
    install = require_trainer(user, near=near)
    learn_kept(install, settings.script)
    return install


def _read(record: RunRecord) -> tuple[Settings, tuple[str, ...]]:
    if record.profile not in PROFILES:
        raise UsageError(
            f"The settings of {record.name} are not known: sdtui did not start it with a profile of its own",
            remedy="Start one like it from Train, or with `sdtui train`.",
        )
    settings = Settings(find_profile(record.profile))
    lost: list[str] = []
    texts = dict(_texts(record, settings))
    for key in sorted(texts, key=lambda key: key != "script"):
        if HIDDEN in texts[key]:
            lost.append(f"{key} holds a secret, which is never written down: set it again if it is needed.")
            continue
        try:
            settings = settings.with_text(key, texts[key])
        except UsageError as error:
            lost.append(f"{key} of the earlier run is left out. {error.sentence()}")
    return settings, tuple(lost)


def _texts(record: RunRecord, settings: Settings) -> Iterator[tuple[str, str]]:
    """What was set beside the profile's defaults; empty texts for defaults that were taken out."""
    own = {field.key: settings.text(field.key) for field in settings.profile.fields}
    if record.given is not None:
        keys = record.given
    else:  # written by an older sdtui: what is other than the default was set
        keys = tuple(key for key in {**own, **record.settings} if record.settings.get(key, "") != own.get(key, ""))
        keys = tuple(key for key in keys if record.settings.get(key) not in _FOUND_ANEW.get(key, ()))
    absolute = {"output_dir": record.output_dir, "logging_dir": record.logging_dir or ""}
    for key in keys:
        text = record.settings.get(key, "")
        # As they were typed, they are meant from the folder that the launcher stood in.
        yield key, absolute.get(key, text) if text else text
