"""What a rehearsal with the real trainer has proven, kept in the project: the newest of each profile.

``.sdtui/rehearsed/PROFILE.json`` says what came of it, ``PROFILE.log`` is its console.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.files import digest, make_folder, read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.base.text import count, plural
from sdtui.dataset.project import Project
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings

_FOLDER = "rehearsed"
_VERSION = 1
_NO_MATTER = frozenset(
    ("output_name", "output_dir", "logging_dir", "num_cpu_threads_per_process", "training_comment", "log_prefix")
)
"""Settings that change nothing about what a rehearsal proves."""

_WHY_LEFT_OUT: Mapping[str, str] = {
    "vae": "the VAE",
    "resume": "the state to resume from",
    "network_weights": "the weights to go on with",
    "base_weights": "the weights to be merged",
    "dim_from_weights": "the dimension taken from weights",
    "weights": "the embedding to go on with",
    "controlnet_model_name_or_path": "the control net to go on with",
    "torch_compile": "torch.compile",
    "deepspeed": "DeepSpeed",
    "huggingface_repo_id": "the upload to Hugging Face",
}


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one rehearsal."""

    version: int = _VERSION
    profile: str
    script: str
    commit: str | None
    """Of sd-scripts."""
    began: float
    """Seconds since the epoch."""
    seconds: float
    passed: bool
    sentence: str | None = None
    """Why it failed and what to do, None where it passed."""
    set_up: bool = True
    """False where not the settings failed but the rehearsal: it does not fit this version of sd-scripts, or a run
    that goes on left it too little memory."""
    steps: int = 0
    images: int = 0
    images_read: int = 0
    captions_encoded: int = 0
    left_out: dict[str, str] = {}
    """Arguments that did not count, with what they were."""
    processes: int = 1
    """GPUs that were asked for; one was rehearsed with."""
    rehearsed: str
    """What ``mark_of`` gave for the dataset and the settings."""


def mark_of(project: Project, settings: Settings, install: TrainerInstall | None) -> str:
    """Tells whether two rehearsals are of the same: it changes with the settings, the trainer and the dataset.

    Of images, their names and sizes count; of captions, the text that is trained.
    """
    hasher = hashlib.sha256()
    for part in _parts(project, settings, install):
        hasher.update(part.encode("utf-8", "surrogateescape"))
        hasher.update(b"\0")
    return hasher.hexdigest()


def keep(home: Path, rehearsed: Rehearsed, console: bytes) -> None:
    """Write it down in the project whose records stand in ``home``. Raises WriteError."""
    make_folder(home / _FOLDER)
    write_atomic(log_of(home, rehearsed.profile), console, durable=False)
    write_atomic(_record_of(home, rehearsed.profile), msgspec.json.format(msgspec.json.encode(rehearsed), indent=2))


def last_rehearsed(home: Path, profile: str) -> Rehearsed | None:
    """What came of the newest rehearsal of ``profile``; None where there was none that can be read."""
    try:
        data = read_if_there(_record_of(home, profile))
        found = decode(data, Rehearsed) if data else None
    except (SdtuiError, msgspec.MsgspecError):
        return None
    return found if found is not None and found.version == _VERSION else None


def log_of(home: Path, profile: str) -> Path:
    """The console of the newest rehearsal of ``profile``."""
    return home / _FOLDER / f"{profile}.log"


def when(rehearsed: Rehearsed) -> str:
    """When it ended: ``at 14:05``, with the date where that is not today. No time that grows while it is shown."""
    then, now = time.localtime(rehearsed.began + rehearsed.seconds), time.localtime()
    return time.strftime("at %H:%M" if then[:3] == now[:3] else "on %Y-%m-%d at %H:%M", then)


def proven(rehearsed: Rehearsed) -> Iterator[str]:
    """Sentences: what a rehearsal that passed has shown."""
    yield f"{rehearsed.script} took every argument, and trained {plural(rehearsed.steps, 'step')}."
    yield f"It read the dataset config and every caption, and sorted {plural(rehearsed.images, 'image')} into buckets."
    if rehearsed.images_read < rehearsed.images:
        yield f"It opened {count(rehearsed.images_read)} of them; Checks opens all."
    else:
        yield "It opened every image."
    if rehearsed.captions_encoded:
        some, of = rehearsed.captions_encoded, rehearsed.images
        encoded = "every caption" if some >= of else f"{count(some)} of {plural(of, 'caption')}"
        yield f"It encoded {encoded} for the text encoder's cache."
    yield "It saved a model, and nothing beside the images or into the output folder."


def not_proven(rehearsed: Rehearsed) -> Iterator[str]:
    """Sentences: what a rehearsal cannot show."""
    left = [_WHY_LEFT_OUT.get(key, key) for key in rehearsed.left_out]
    yield "The model was a tiny random one: the base model was not loaded, and GPU memory may still not suffice."
    if left:
        yield f"Left out: {', '.join(left)}."
    if rehearsed.processes > 1:
        yield f"One GPU was used, not {rehearsed.processes}."


def _record_of(home: Path, profile: str) -> Path:
    return home / _FOLDER / f"{profile}.json"


def _parts(project: Project, settings: Settings, install: TrainerInstall | None) -> Iterator[str]:
    yield settings.script
    yield from (f"{key}={value}" for key, value in sorted(settings.as_text().items()) if key not in _NO_MATTER)
    yield f"{install.folder} {install.commit}" if install is not None else ""
    yield _config_digest(project)
    for subset in project.subsets:
        yield f"{subset.image_dir} {subset.num_repeats} {subset.is_reg} {subset.mask_dir} {subset.metadata_file}"
        for sample in subset.samples:
            yield f"{sample.path} {sample.width} {sample.height} {sample.caption} {sample.problem} {sample.mask_path}"


def _config_digest(project: Project) -> str:
    if project.toml is None:
        return ""
    try:
        return digest(read_if_there(project.toml) or b"")
    except SdtuiError:
        return "unreadable"
