"""Mending images as a Plan, for each finding of ``checks.images`` that can be mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdtui.base.work import Work
from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal

IMAGE_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {}
"""By the code of the finding."""
