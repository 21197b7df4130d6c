"""The buckets of the open project, as it is trained or as one tries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdtui.dataset.bucket_preview import BucketPreview, bucket_preview
from sdtui.dataset.project import Project
from sdtui.edits.as_trained import as_trained
from sdtui.trainer.buckets import Size
from sdtui.tui.buckets.groups import Group, groups_of


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried in place of what the project says; None where nothing is."""

    batch: int | None = None
    resolution: Size | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The buckets, and what is not among them."""

    preview: BucketPreview
    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    """A sentence for each subset that an export leaves out."""


def counted(project: Project, tried: Tried) -> Counted:
    """Place every image of ``project``. Raises UsageError and NotADatasetError as ``as_trained`` does."""
    said: dict[str, Any] = {} if tried.batch is None else {"batch_size": tried.batch}
    trained, left_out = as_trained(project, said)
    preview = bucket_preview(trained, tried.batch, tried.resolution)
    return Counted(preview, groups_of(preview), left_out)
