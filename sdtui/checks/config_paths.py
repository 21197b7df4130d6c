"""What a config names and this machine does not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from sdtui.base.there import is_there
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.listing import absolute
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_config import DatasetConfig

_WINDOWS = re.compile(r"^([A-Za-z]):[\\/]+")
_NAMED = {
    "image_dir": ("missing-folder", "The trainer leaves out a subset whose folder is not there, and goes on."),
    "metadata_file": ("missing-metadata", "The trainer stops at a metadata file that is not there."),
    "conditioning_data_dir": ("missing-masks", "The trainer stops where an image has no mask."),
}


def absent_here(config: DatasetConfig, line: Callable[[Place], int | None]) -> Iterator[Finding]:
    """Folders and metadata files that are not on this machine: no fault of the config itself."""
    for number, dataset in enumerate(config.datasets):
        for position, subset in enumerate(dataset.subsets):
            for key, (code, why) in _NAMED.items():
                written = subset.written.get(key)
                if not isinstance(written, str) or _is_there(config.path.parent, written):
                    continue
                yield Finding(
                    code,
                    Severity.WARNING if code == "missing-folder" else Severity.ERROR,
                    f"There is no {written} on this machine.",
                    config.path,
                    line(("datasets", number, "subsets", position, key)),
                    (Path(written),),
                    why,
                    _as_wsl_calls_it(written),
                )


def _is_there(base: Path, written: str) -> bool:
    """Also beside the config: where training will be started is not known here."""
    return is_there(absolute(Path(written))) or is_there(base / written)


def _as_wsl_calls_it(written: str) -> str | None:
    drive = _WINDOWS.match(written)
    if drive is None:
        return None
    rest = re.sub(r"[\\/]+", "/", written[drive.end() :])
    return f"In WSL this is /mnt/{drive.group(1).lower()}/{rest}."
