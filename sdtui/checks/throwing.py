"""Files that nothing reads go to the trash of the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sdtui.dataset.project import Project
from sdtui.edits.proposal import Proposal
from sdtui.edits.relocation import Relocation
from sdtui.edits.trash import Trash, trash_size
from sdtui.plans.plan import Plan


def thrown_away(project: Project, files: Iterable[Path], title: str) -> Proposal:
    """Move those of ``files`` that still stand to ``.sdtui/trash``, so that undo brings them back."""
    relocation, bin_ = Relocation(), Trash(project)
    for file in files:
        if file.is_file():
            relocation.move(file, bin_.place(file))
    size = trash_size(project.home)
    warnings = (size.sentence,) if size.files else ()
    return Proposal(title, Plan(title, relocation.changes(), warnings))
