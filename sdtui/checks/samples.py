"""The images of a finding, for whoever mends it."""

from __future__ import annotations

from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project, Sample


def samples_of(project: Project, finding: Finding) -> tuple[Sample, ...]:
    """The images that ``finding`` names."""
    about = frozenset(finding.files)
    return tuple(sample for subset in project.subsets for sample in subset.samples if sample.path in about)
