"""Datasets for tests: images are headers only, which is all that a scan looks at."""

from __future__ import annotations

from pathlib import Path

from sdtui.dataset.project import Project, Sample
from tests.trainer.golden import png_header


def image(path: Path, width: int = 64, height: int = 64, caption: str | bytes | None = "a red circle") -> Path:
    """An image with its ``.txt``, none where ``caption`` is None."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_header(width, height))
    if caption is not None:
        path.with_suffix(".txt").write_bytes(caption.encode() if isinstance(caption, str) else caption)
    return path


def sample(project: Project, name: str) -> Sample:
    """The one sample whose file is called ``name``."""
    (found,) = [each for subset in project.subsets for each in subset.samples if each.name == name]
    return found


def reason(project: Project, name: str) -> str:
    """Why the one file or folder called ``name`` is ignored."""
    (found,) = [entry.reason for entry in project.ignored if entry.path.name == name]
    return found
