"""What is wrong with the images of a dataset, as the trainer meets them."""

from __future__ import annotations

from sdtui.base.work import Cancelled, Work, WorkCancelled, never_cancelled
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project


def image_findings(project: Project, *, cancelled: Cancelled = never_cancelled) -> Work[tuple[Finding, ...]]:
    """Findings about the image files of ``project``. Raises WorkCancelled."""
    if cancelled():
        raise WorkCancelled
    yield from ()
    return ()
